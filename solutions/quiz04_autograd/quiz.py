"""Answers of quiz04 and the wrong answers that misconceptions lead to, worked out without torch."""

from itertools import combinations
from math import exp


def detached(p, rng):
    v = p["v"]
    wrong = [(3 * v * v, "detach_ignored"), (2 * v * v, "constant_differentiated"), (0, "detach_stops_everything")]
    return {"answer": v * v, "wrong": wrong}


def accumulated(p, rng):
    x, times = p["x"], p["times"]
    wrong = [
        (str(2.0 * x), "gradient_is_replaced"),
        (str(1.0 * x * x * times), "value_for_gradient"),
        (str((2.0 * x) ** times), "gradients_multiply"),
    ]
    return {"answer": str(2.0 * x * times), "wrong": wrong}


def two_paths(p, rng):
    x = p["x"]
    wrong = [
        (x * x, "direct_path_only"),
        (2 * x * (x + 1), "indirect_path_only"),
        (x * x * 2 * (x + 1), "paths_multiply"),
    ]
    return {"answer": 3 * x * x + 2 * x, "wrong": wrong}


def outer_gradient(p, rng):
    x, w1, w2, y = p["x"], p["w1"], p["w2"], p["y"]
    h = w1 * x
    upstream = w2 * h - y
    wrong = [(upstream, "no_inner_derivative"), (h, "upstream_forgotten"), (upstream * x, "input_for_hidden")]
    return {"answer": upstream * h, "wrong": wrong}


def inner_gradient(p, rng):
    x, w1, w2, y = p["x"], p["w1"], p["w2"], p["y"]
    upstream = w2 * w1 * x - y
    wrong = [
        (upstream * x, "skips_the_upper_layer"),
        (upstream * w2, "no_inner_derivative"),
        (upstream * w1 * x, "hidden_for_input"),
    ]
    return {"answer": upstream * w2 * x, "wrong": wrong}


def dead_unit(p, rng):
    x, w2, y = p["x"], p["w2"], p["y"]
    through = (0 - y) * w2 * x
    wrong = [(through, "no_relu_mask"), (-y, "upstream_only"), (through * p["w1"], "value_for_slope")]
    return {"answer": 0, "wrong": wrong}


def weight_gradient(p, rng):
    while True:
        x = [[rng.choice([-2, -1, 1, 2, 3]) for _ in range(2)] for _ in range(2)]
        upstream = [rng.sample([-2, -1, 0, 1, 2], 2) for _ in range(2)]
        gradient = [[sum(upstream[n][i] * x[n][j] for n in range(2)) for j in range(2)] for i in range(2)]
        turned = [list(column) for column in zip(*gradient, strict=True)]
        halves = [[value / 2 for value in row] for row in gradient]
        mixed = [[sum(upstream[i][k] * x[k][j] for k in range(2)) for j in range(2)] for i in range(2)]
        tables = [gradient, turned, halves, mixed]
        if x[0] != x[1] and all(one != other for one, other in combinations(tables, 2)):
            break
    wrong = [(turned, "transposed_weights"), (halves, "averaged_twice"), (mixed, "contracts_the_wrong_axis")]
    return {"answer": gradient, "wrong": wrong, "params": {"x": str(x), "upstream": str(upstream)}}


def bias_gradient_shape(p, rng):
    m, batch = p["m"], p["B"]
    wrong = [([1, m], "bias_keeps_axis"), ([batch, m], "gradient_per_example"), ([], "gradient_is_one_number")]
    return {"answer": [m], "wrong": wrong}


def bias_gradient(p, rng):
    m, batch = p["m"], p["B"]
    wrong = [(1, "bias_averaged"), (batch * m, "sums_both_axes"), (m, "sums_over_outputs")]
    return {"answer": batch, "wrong": wrong}


def deep_linear(p, rng):
    w, layers = p["w"], p["L"]
    wrong = [
        (w * layers, "layers_add_up"),
        (w ** (layers - 1), "one_layer_missed"),
        (layers**w, "base_and_exponent_swapped"),
        (1, "linear_keeps_scale"),
    ]
    return {"answer": w**layers, "wrong": wrong}


def residual_chain(p, rng):
    w, layers = p["w"], p["L"]
    wrong = [
        (w**layers, "skip_forgotten"),
        (1 + w**layers, "one_skip_for_all"),
        (1 + layers * w, "layers_add_up"),
    ]
    return {"answer": (1 + w) ** layers, "wrong": wrong}


def sigmoid_chain(p, rng):
    layers = p["L"]
    wrong = [(0.5**layers, "value_for_slope"), (0.25 * layers, "layers_add_up"), (1, "steepest_slope_is_one")]
    return {"answer": 0.25**layers, "wrong": wrong}


def sigmoid_slope(p, rng):
    value = 1 / (1 + exp(-p["z"]))
    wrong = [(value, "value_for_slope"), (1 - value, "half_the_product"), (1 - value * value, "slope_of_tanh")]
    return {"answer": value * (1 - value), "wrong": wrong}


def central_difference(p, rng):
    x, h = p["x"], p["h"]
    up, down, here = (x + h) ** 3, (x - h) ** 3, x**3
    wrong = [
        ((up - here) / h, "forward_difference"),
        ((up - down) / h, "divided_by_one_step"),
        (3 * x * x, "difference_is_exact"),
    ]
    return {"answer": (up - down) / (2 * h), "wrong": wrong}


def gradient_of_mean(p, rng):
    n, c = p["n"], p["c"]
    wrong = [(c, "not_averaged"), (1 / n, "factor_forgotten"), (c / n / n, "averaged_twice")]
    return {"answer": c / n, "wrong": wrong}


def leaf_gradients(p, rng):
    a, b = p["a"], p["b"]
    wrong = [
        (f"{float(b)} {float(a)}", "everything_gets_a_gradient"),
        (f"{float(a)} None", "own_value_for_gradient"),
        ("None None", "backward_frees_gradients"),
    ]
    return {"answer": f"{float(b)} None", "wrong": wrong}
