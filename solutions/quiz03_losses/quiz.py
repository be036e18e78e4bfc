"""Answers of quiz03 and the wrong answers that misconceptions lead to, worked out without torch."""

from math import exp, log, log2, log10
from statistics import fmean, median

# The largest finite number of each type. bfloat16 is asked about in words: its grid near 88 is half a unit wide.
LARGEST = {"float16": 65504.0, "float32": 3.4028234663852886e38, "float64": 1.7976931348623157e308}


def softmax(logits):
    top = max(logits)
    weights = [exp(value - top) for value in logits]
    return [weight / sum(weights) for weight in weights]


def cross_entropy(logits, target):
    return -log(softmax(logits)[target])


def safe_logit(p, rng):
    largest = LARGEST[p["dtype"]]
    wrong = [
        (log10(largest), "base_ten_logarithm"),
        (log2(largest), "exponent_bits"),
        (100, "round_number_is_safe"),
    ]
    return {"answer": log(largest), "wrong": wrong, "params": {"largest": largest}}


def naive_softmax(p, rng):
    wrong = [
        ("[1.0, 0.0]", "no_max_shift"),
        ("[inf, 0.0]", "overflow_stays_infinite"),
        ("[nan, nan]", "nan_spreads_everywhere"),
    ]
    return {"answer": "[nan, 0.0]", "wrong": wrong}


def ignorant_loss(p, rng):
    classes = p["C"]
    wrong = [
        (1 / classes, "probability_for_loss"),
        (log10(classes), "base_ten_logarithm"),
        (log2(classes), "base_two_logarithm"),
        (0, "zero_logits_zero_loss"),
    ]
    return {"answer": log(classes), "wrong": wrong}


def summed_loss(p, rng):
    classes, rows = p["C"], p["N"]
    one = log(classes)
    wrong = [(one, "mean_for_sum"), (one / rows, "divides_twice"), (log(rows * classes), "logarithm_of_all")]
    return {"answer": rows * one, "wrong": wrong}


def softmax_twice(p, rng):
    logits = [float(p["a"]), 0.0, 0.0]
    wrong = [
        (cross_entropy(logits, 0), "double_softmax"),
        (-softmax(softmax(logits))[0], "logarithm_forgotten"),
        (-log10(softmax(softmax(logits))[0]), "base_ten_logarithm"),
    ]
    return {"answer": cross_entropy(softmax(logits), 0), "wrong": wrong}


def two_class_probability(p, rng):
    a, b = p["a"], p["a"] - p["gap"]
    wrong = [
        (a / (a + b), "exp_forgotten"),
        (softmax([b, a])[0], "difference_turned_around"),
        (exp(a) / (1 + exp(a)), "other_logit_ignored"),
    ]
    return {"answer": softmax([a, b])[0], "wrong": wrong, "params": {"b": b}}


def logit_gradient(p, rng):
    first, second = rng.choice([(0.7, 0.2), (0.2, 0.5), (0.1, 0.6), (0.6, 0.3), (0.25, 0.25)])
    given = [first, second, round(1 - first - second, 2)]
    target = p["target"]
    hot = [1.0 if i == target else 0.0 for i in range(3)]
    wrong = [
        ([given], "target_not_subtracted"),
        ([[round(h - q, 2) for q, h in zip(given, hot, strict=True)]], "step_climbs"),
        ([[-1 / q if h else 0.0 for q, h in zip(given, hot, strict=True)]], "gradient_at_probabilities"),
    ]
    answer = [[round(q - h, 2) for q, h in zip(given, hot, strict=True)]]
    return {"answer": answer, "wrong": wrong, "params": {"probabilities": str(given)}}


def mean_squared(p, rng):
    while True:
        predicted = [rng.randint(0, 6) for _ in range(p["n"])]
        errors = [rng.choice([-3, -2, -1, 1, 2, 3]) for _ in predicted]
        squares = [error**2 for error in errors]
        wrong = [
            (float(sum(squares)), "sum_for_mean"),
            (fmean(squares) / 2, "halves_the_loss"),
            (fmean(abs(error) for error in errors), "absolute_for_squared"),
            (fmean(errors) ** 2, "squares_the_mean"),
        ]
        if len({fmean(squares), *(value for value, _ in wrong)}) == 5:
            break
    wanted = [float(value - error) for value, error in zip(predicted, errors, strict=True)]
    params = {"predicted": str([float(value) for value in predicted]), "wanted": str(wanted)}
    return {"answer": fmean(squares), "wrong": wrong, "params": params}


def binary_loss(p, rng):
    z = p["z"]
    probability = 1 / (1 + exp(-z))
    wrong = [
        (log(1 + exp(z)), "other_class"),
        (probability, "probability_for_loss"),
        (log(1 + exp(-probability)), "double_sigmoid"),
        (-log10(probability), "base_ten_logarithm"),
    ]
    return {"answer": log(1 + exp(-z)), "wrong": wrong}


def uniform_entry(p, rng):
    rows, classes = p["N"], p["C"]
    wrong = [(1 / classes, "fixed_axis"), (1 / (rows * classes), "one_total"), (1, "softmax_is_argmax")]
    return {"answer": 1 / rows, "wrong": wrong}


def best_for_squares(p, rng):
    values = five_values(p)
    wrong = [
        (median(values), "median_for_mean"),
        (middle_of_range(values), "middle_of_range"),
        (min(values), "smallest_value"),
    ]
    return {"answer": fmean(values), "wrong": wrong}


def best_for_distances(p, rng):
    values = five_values(p)
    wrong = [
        (fmean(values), "mean_for_median"),
        (middle_of_range(values), "middle_of_range"),
        (fmean(values[:-1]), "outlier_removed"),
    ]
    return {"answer": median(values), "wrong": wrong}


def five_values(p):
    return [p["a"], p["b"], p["c"], p["d"], p["far"]]


def middle_of_range(values):
    return (min(values) + max(values)) / 2


def perplexity(p, rng):
    loss = p["loss"]
    wrong = [
        (2**loss, "base_two_logarithm"),
        (10**loss, "base_ten_logarithm"),
        (exp(-loss), "probability_of_the_target"),
    ]
    return {"answer": exp(loss), "wrong": wrong}
