"""Answers of quiz01 and the wrong answers that misconceptions lead to, worked out without torch.

Each function gets a question's parameters and a random generator. The tests of the bank run the same questions
through torch, so nothing here is checked against itself.
"""

from math import prod

FLOAT_BYTES = {"float16": 2, "float32": 4, "float64": 8}


def view_shape(p, rng):
    a, rest = p["a"], [p["b"], p["c"], p["d"]]
    wrong = [
        ([a * prod(rest)], "flatten_loses_the_batch"),
        ([a, rest[-1]], "keeps_last_axis"),
        ([prod(rest), a], "axes_swapped"),
        ("error", "view_raises"),
    ]
    return {"answer": [a, prod(rest)], "wrong": wrong}


def residual_shape(p, rng):
    n = p["n"]
    wrong = [([n, 1], "column_wins"), ([n], "vector_wins"), ("error", "broadcast_raises")]
    return {"answer": [n, n], "wrong": wrong}


def residual_pairs(p, rng):
    n = p["n"]
    return {
        "answer": n * n,
        "wrong": [(n, "loss_of_every_pair"), (2 * n, "counts_elements_of_both"), (1, "scalar_is_one_number")],
    }


def broadcast_shape(p, rng):
    a, b, c = p["a"], p["b"], p["c"]
    wrong = [
        ([a, 1, c], "first_shape_wins"),
        ([a, b], "drops_last_axis"),
        ([a, c, b], "axes_swapped"),
        ("error", "broadcast_raises"),
    ]
    return {"answer": [a, b, c], "wrong": wrong}


def bias_on_rows(p, rng):
    rows, columns = p["rows"], p["columns"]
    wrong = [([rows, columns], "aligns_from_the_left"), ([rows], "vector_wins"), ([rows, rows], "loss_of_every_pair")]
    return {"answer": "error", "wrong": wrong}


def permuted(p, rng):
    n, c, h, w = rng.sample(range(2, 10), 4)  # all different: two equal axes would hide a mistake
    wrong = [
        ([n, w, c, h], "channels_last_inverse_permute"),
        ([n, w, h, c], "channels_last_swaps_two_axes"),
        ([n, c, h, w], "permute_keeps_shape"),
    ]
    return {"answer": [n, h, w, c], "wrong": wrong, "params": {"n": n, "c": c, "h": h, "w": w}}


def transposed_strides(p, rng):
    rows, columns = p["rows"], p["columns"]
    wrong = [
        (f"({rows}, 1)", "transpose_moves_numbers"),
        (f"({columns}, 1)", "strides_stay"),
        (f"({columns}, {rows})", "stride_is_shape"),
    ]
    return {"answer": f"(1, {columns})", "wrong": wrong}


def written_through(p, rng):
    n, at, value = p["n"], p["at"], p["value"]
    half = n // 2
    before = list(range(n))
    seen = [value if i == half + at else i for i in before]
    from_zero = [value if i == at else i for i in before]
    wrong = [(str(before), "slice_copies"), (str(from_zero), "index_into_the_base")]
    return {"answer": str(seen), "wrong": wrong, "params": {"half": half}}


def linear_shape(p, rng):
    k, m, batch = p["k"], p["m"], p["B"]
    wrong = [
        ([m, batch], "batch_axis_last"),
        ([m], "batch_is_summed"),
        ([batch, k], "linear_keeps_features"),
        ([m, k], "weight_shape"),
    ]
    return {"answer": [batch, m], "wrong": wrong}


def linear_weight_shape(p, rng):
    k, m, batch = p["k"], p["m"], p["B"]
    wrong = [([k, m], "transposed_weights"), ([batch, m], "weight_per_example"), ([m], "bias_shape")]
    return {"answer": [m, k], "wrong": wrong}


def scores_shape(p, rng):
    batch, heads, time, width = p["B"], p["H"], p["T"], p["D"]
    wrong = [
        ([batch, heads, width, width], "multiplies_the_other_side"),
        ([batch, heads, time, width], "matmul_keeps_shape"),
        ([batch, time, time], "heads_are_summed"),
        ("error", "matmul_needs_two_axes"),
    ]
    return {"answer": [batch, heads, time, time], "wrong": wrong}


def layer_weights(p, rng):
    first, second, third = p["p"], p["q"], p["r"]
    wrong = [
        (first + second, "adds_widths"),
        ((first + 1) * second, "counts_the_bias"),
        (first * second + second * third, "counts_all_layers"),
    ]
    return {"answer": first * second, "wrong": wrong}


def layer_parameters(p, rng):
    first, second, third = p["p"], p["q"], p["r"]
    weights = first * second + second * third
    wrong = [
        (weights, "forgets_the_bias"),
        (weights + first + second + third, "input_has_a_bias"),
        (weights + 2, "one_bias_per_layer"),
    ]
    return {"answer": weights + second + third, "wrong": wrong}


def row_sums_shape(p, rng):
    a, b = p["a"], p["b"]
    wrong = [
        ([a], "missing_keepdim"),
        ([1, b], "dim_names_what_stays"),
        ([b], "dim_names_what_stays_and_no_keepdim"),
        ([], "sums_everything"),
    ]
    return {"answer": [a, 1], "wrong": wrong}


def stacked_shape(p, rng):
    k, a, b = p["k"], p["a"], p["b"]
    wrong = [([k * a, b], "stack_is_cat"), ([a, b, k], "new_axis_last"), ([a, k * b], "joins_last_axis")]
    return {"answer": [k, a, b], "wrong": wrong}


def concatenated_shape(p, rng):
    k, a, b = p["k"], p["a"], p["b"]
    wrong = [([k, a, b], "cat_is_stack"), ([a, k * b], "joins_last_axis"), ([a, b], "adds_values")]
    return {"answer": [k * a, b], "wrong": wrong}


def tensor_bytes(p, rng):
    count, size = p["n"] * p["c"] * p["s"] * p["s"], FLOAT_BYTES[p["dtype"]]
    wrong = [(count, "elements_not_bytes"), (8 * size * count, "bits_not_bytes")]
    # float16's 2 bytes times 4 would be float64's 8: each stands for one belief only.
    others = {"float16": (4, "always_float32"), "float32": (8, "python_float"), "float64": (4, "always_float32")}
    other_size, tag = others[p["dtype"]]
    return {"answer": size * count, "wrong": [*wrong, (other_size * count, tag)]}


def convolved_size(p, rng):
    side, kernel, stride, padding, channels = p["side"], p["kernel"], p["stride"], p["padding"], p["out"]
    out = (side + 2 * padding - kernel) // stride + 1
    one_side, no_plus_one = (side + padding - kernel) // stride + 1, out - 1
    if one_side == no_plus_one:  # two slips lead there: neither can be told from the other
        sizes = [(no_plus_one, "one_place_less")]
    else:
        sizes = [(one_side, "pads_one_side"), (no_plus_one, "fence_post")]
    wrong = [([1, channels, size, size], tag) for size, tag in [*sizes, (side, "always_same_size")]]
    wrong.append(([1, 3, out, out], "convolution_keeps_channels"))
    answer = [1, channels, out, out]
    kept = {tuple(shape): (shape, tag) for shape, tag in reversed(wrong) if shape != answer}
    return {"answer": answer, "wrong": list(kept.values())}


def affine_by_hand(p, rng):
    while True:
        x = [rng.choice([-3, -2, -1, 1, 2, 3]) for _ in range(2)]
        weight = [rng.sample(range(-3, 4), 2) for _ in range(2)]
        bias = [rng.randint(1, 5) for _ in range(2)]
        products = [sum(w * v for w, v in zip(row, x, strict=True)) for row in weight]
        turned = [sum(v * row[i] for v, row in zip(x, weight, strict=True)) + bias[i] for i in range(2)]
        answer = [value + b for value, b in zip(products, bias, strict=True)]
        if turned not in (answer, products):  # a symmetric matrix cannot tell W from its transpose
            break
    wrong = [([products], "forgets_the_bias"), ([turned], "transposed_weights")]
    return {"answer": [answer], "wrong": wrong, "params": {"x": str([x]), "W": str(weight), "b": str(bias)}}
