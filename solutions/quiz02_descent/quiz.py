"""Answers of quiz02 and the wrong answers that misconceptions lead to, worked out without torch."""

from fractions import Fraction
from itertools import pairwise
from math import ceil, cos, pi, sqrt


def sgd_step(p, rng):
    w, rate, n = p["w"], p["lr"], p["n"]
    while True:
        batch = [(x, rng.randint(0, 9)) for x in rng.sample(range(1, 5), n)]
        total = sum(x * (w * x - y) for x, y in batch)
        errors = sum(w * x - y for x, y in batch)
        answer = w - rate * total / n
        wrong = [
            (w - rate * total, "step_not_averaged"),
            (w + rate * total / n, "step_climbs"),
            (w - rate * errors / n, "no_inner_derivative"),
            (w - 2 * rate * total / n, "loss_not_halved"),
        ]
        found = sorted([answer, *(value for value, _ in wrong)])
        if all(b - a > 0.005 for a, b in pairwise(found)):  # each mistake shows, to three decimals
            return {"answer": answer, "wrong": wrong, "params": {"batch": str(batch)}}


def first_step_sgd(p, rng):
    g, rate = p["g"], p["lr"]
    return {
        "answer": rate * g,
        "wrong": [(rate, "sgd_is_normalised"), (g, "forgets_the_rate"), (rate * g * g, "squares_the_gradient")],
    }


def first_step_adagrad(p, rng):
    g, rate = p["g"], p["lr"]
    return {"answer": rate, "wrong": [(rate * g, "step_proportional_to_gradient"), (rate / g, "divides_by_the_square")]}


def first_step_rmsprop(p, rng):
    g, rate = p["g"], p["lr"]
    wrong = [
        (rate, "average_starts_full"),
        (rate * g, "step_proportional_to_gradient"),
        (rate / sqrt(0.99), "decay_and_rest_swapped"),
    ]
    return {"answer": rate / sqrt(1 - 0.99), "wrong": wrong}


def first_step_adam(p, rng):
    g, rate = p["g"], p["lr"]
    wrong = [
        (rate * g, "step_proportional_to_gradient"),
        (rate * 0.1 / sqrt(0.001), "no_bias_correction"),
        (rate * 0.1, "only_the_second_moment_corrected"),
    ]
    return {"answer": rate, "wrong": wrong}


def updates_full(p, rng):
    n, epochs = p["N"], p["E"]
    return {"answer": epochs, "wrong": [(epochs * n, "one_update_per_example"), (1, "one_epoch_only")]}


def updates_mini(p, rng):
    n, size, epochs = p["N"], p["B"], p["E"]
    batches = ceil(n / size)
    rounding = (batches - 1, "drops_the_tail") if n % size else (batches + 1, "empty_last_batch")
    wrong = [
        (epochs * rounding[0], rounding[1]),
        (batches, "one_epoch_only"),
        (epochs * size, "batch_size_is_batch_count"),
    ]
    return {"answer": epochs * batches, "wrong": wrong}


def updates_single(p, rng):
    n, epochs = p["N"], p["E"]
    return {"answer": epochs * n, "wrong": [(n, "one_epoch_only"), (epochs, "one_update_per_epoch")]}


def batch_lengths(p, rng):
    full, rest = divmod(p["n"], p["size"])
    whole = [p["size"]] * full
    pieces = (str([full] * p["size"]), "batch_size_is_batch_count")
    if not rest:
        return {"answer": str(whole), "wrong": [(str([*whole, 0]), "empty_last_batch"), pieces]}
    padded = (str([*whole, p["size"]]), "last_batch_is_padded")
    return {"answer": str([*whole, rest]), "wrong": [(str(whole), "drops_the_tail"), padded, pieces]}


def after_steps(p, rng):
    # In fractions: many answers have four figures and a 5 at the end, of which three are asked for.
    a, rate, start = (Fraction(str(p[name])) for name in ("a", "lr", "w0"))
    steps = p["k"]
    shrink = 1 - rate * a
    wrong = [
        (start * shrink, "one_step_only"),
        (start * (1 - rate * a * steps), "gradient_stays_the_same"),
        (start * (1 + rate * a) ** steps, "step_climbs"),
        (start * (1 - rate) ** steps, "curvature_forgotten"),
    ]
    return {"answer": float(start * shrink**steps), "wrong": [(float(value), tag) for value, tag in wrong]}


def largest_rate(p, rng):
    steep, flat = p["steep"], p["flat"]
    wrong = [
        (2 / flat, "flattest_direction_decides"),
        (1 / steep, "best_rate_is_the_limit"),
        (4 / (steep + flat), "average_curvature_decides"),
    ]
    return {"answer": 2 / steep, "wrong": wrong}


def momentum_travel(p, rng):
    g, rate, mu = p["g"], p["lr"], p["mu"]
    wrong = [
        (2 * rate * g, "momentum_forgotten"),
        (rate * g * (1 + mu), "last_step_only"),
        (rate * g * ((1 - mu) + (1 - mu) * (1 + mu)), "momentum_is_an_average"),
    ]
    return {"answer": rate * g * (2 + mu), "wrong": wrong}


def momentum_limit(p, rng):
    rate, mu = p["lr"], p["mu"]
    wrong = [(rate, "momentum_forgotten"), (rate * (1 + mu), "two_steps_only"), (rate / mu, "divides_by_momentum")]
    return {"answer": rate / (1 - mu), "wrong": wrong}


def rate_for_sum(p, rng):
    rate, size = p["lr"], p["B"]
    wrong = [(rate, "sum_for_mean"), (rate * size, "scales_the_wrong_way"), (rate / sqrt(size), "square_root_rule")]
    return {"answer": rate / size, "wrong": wrong}


def rebound(p, rng):
    start, gradient = p["start"], p["gradient"]
    moved = start - gradient
    wrong = [
        (f"{moved} {moved}", "step_rebinds_the_name"),
        (f"{start} {start}", "updates_are_copies"),
        (f"{moved} {start}", "in_place_swapped"),
    ]
    return {"answer": f"{start} {moved}", "wrong": wrong}


def decayed_rate(p, rng):
    rate, gamma, every, epoch = p["lr"], p["gamma"], p["every"], p["epoch"]
    done = epoch // every
    wrong = [
        (rate * gamma**epoch, "decays_every_epoch"),
        (rate * gamma ** (done + 1), "decays_once_too_often"),
        (rate * gamma * done, "decays_linearly"),
    ]
    answer = rate * gamma**done
    return {"answer": answer, "wrong": [pair for pair in wrong if abs(pair[0] - answer) > 1e-3 * answer]}


def cosine_rate(p, rng):
    rate, total, at = p["lr"], p["T"], p["t"]
    wrong = [
        (rate * (1 - at / total), "decays_linearly"),
        (rate * cos(pi * at / total), "cosine_not_lifted"),
        (rate * (1 + cos(2 * pi * at / total)) / 2, "whole_period"),
    ]
    answer = rate * (1 + cos(pi * at / total)) / 2
    return {"answer": answer, "wrong": [pair for pair in wrong if abs(pair[0] - answer) > 1e-3 * rate]}
