"""Answers of quiz05 and the wrong answers that misconceptions lead to, worked out without torch."""

from math import copysign, sqrt
from statistics import fmean, pvariance, variance


def merged_weights(p, rng):
    d, h, q = p["d"], p["h"], p["q"]
    wrong = [(d * h + h * q, "layers_do_not_merge"), (d * h, "first_layer_only"), (d * h * q, "layers_multiply")]
    return {"answer": q * d, "wrong": wrong}


def surviving_value(p, rng):
    rate, h = p["p"], p["h"]
    wrong = [(h, "survivors_unscaled"), (h * (1 - rate), "scales_down"), (h / rate, "divides_by_drop_rate")]
    return {"answer": h / (1 - rate), "wrong": wrong}


def evaluated_value(p, rng):
    rate, h = p["p"], p["h"]
    wrong = [
        (h * (1 - rate), "scales_in_evaluation"),
        (h / (1 - rate), "dropout_stays_on"),
        (0, "dropped_in_evaluation"),
    ]
    return {"answer": h, "wrong": wrong}


def average_value(p, rng):
    rate, h = p["p"], p["h"]
    wrong = [
        (h * (1 - rate), "survivors_unscaled"),
        (h / (1 - rate), "zeros_not_counted"),
        (h * rate, "keeps_with_drop_rate"),
    ]
    return {"answer": h, "wrong": wrong}


def stopping_point(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return best + 1, epoch + 1
    return best + 1, len(losses)


def restored_epoch(p, rng):
    losses = p["curve"]
    best, stopped = stopping_point(losses, p["patience"])
    rise = next(epoch for epoch in range(1, len(losses)) if losses[epoch] > losses[epoch - 1])
    later = losses.index(min(losses)) + 1
    wrong = [(stopped, "last_weights_are_kept"), (rise, "stops_at_the_first_rise"), (later, "looks_into_the_future")]
    return {"answer": best, "wrong": [pair for pair in wrong if pair[0] != best]}


def stopped_epoch(p, rng):
    losses = p["curve"]
    best, stopped = stopping_point(losses, p["patience"])
    rise = next(epoch for epoch in range(1, len(losses)) if losses[epoch] > losses[epoch - 1]) + 1
    wrong = [
        (best, "stops_at_the_best"),
        (rise, "stops_at_the_first_rise"),
        (stopped + 1, "fence_post"),
        (len(losses), "never_stops"),
    ]
    return {"answer": stopped, "wrong": [pair for pair in wrong if pair[0] != stopped]}


def decayed_step(p, rng):
    w, g, rate, decay = p["w"], p["g"], p["lr"], p["wd"]
    wrong = [
        (w - rate * g, "decay_forgotten"),
        (w - rate * (g - decay * w), "decay_pushes_away"),
        ((1 - decay) * w - rate * g, "decay_not_times_the_rate"),
        (w - rate * (g + copysign(decay, w)), "decay_is_l1"),
    ]
    return {"answer": w - rate * (g + decay * w), "wrong": wrong}


def xavier_bound(p, rng):
    a, b = p["fan_in"], p["fan_out"]
    wrong = [
        (sqrt(2 / (a + b)), "spread_for_bound"),
        (sqrt(6 / a), "fan_in_only"),
        (6 / (a + b), "variance_for_bound"),
    ]
    return {"answer": sqrt(6 / (a + b)), "wrong": wrong}


def kaiming_spread(p, rng):
    a, b = p["fan_in"], p["fan_out"]
    wrong = [
        (2 / a, "variance_for_spread"),
        (sqrt(1 / a), "half_the_units_forgotten"),
        (sqrt(2 / b), "fan_out_for_fan_in"),
        (sqrt(2 / (a + b)), "xavier_for_kaiming"),
    ]
    return {"answer": sqrt(2 / a), "wrong": wrong}


def spread_of_sum(p, rng):
    n, s = p["n"], p["s"]
    wrong = [
        (n * s, "spreads_add_up"),
        (s, "sum_keeps_spread"),
        (n * s * s, "variance_for_spread"),
        (s / sqrt(n), "mean_for_sum"),
    ]
    return {"answer": s * sqrt(n), "wrong": wrong}


def three_values(p, rng):
    return [float(p["first"]), float(p["first"] + p["gap"]), float(p["first"] + 3 * p["gap"] + p["extra"])]


def normalised_value(p, rng):
    column = p["values"]
    centred = column[-1] - fmean(column)
    wrong = [
        (centred / sqrt(variance(column)), "unbiased_spread"),
        (centred / pvariance(column), "divides_by_variance"),
        (centred, "only_centred"),
    ]
    return {"answer": centred / sqrt(pvariance(column)), "wrong": wrong}


def running_mean(p, rng):
    mean = fmean(p["values"])
    wrong = [
        (mean, "running_mean_is_the_batch_mean"),
        (0.9 * mean, "decay_and_rest_swapped"),
        (0, "running_mean_fixed"),
    ]
    return {"answer": 0.1 * mean, "wrong": wrong}


def clipped_entry(p, rng):
    scale, limit = p["k"], p["limit"]
    wrong = [
        (min(3 * scale, limit), "clips_each_entry"),
        (3 * scale, "clipping_forgotten"),
        (limit * 3 / 7, "norm_is_the_sum"),
    ]
    return {"answer": limit * 3 / 5, "wrong": wrong}


def majority_accuracy(p, rng):
    n, rare = p["n"], p["rare"]
    wrong = [
        (rare / n, "counts_the_rare_class"),
        (0.5, "knows_nothing_is_one_half"),
        (0, "finds_nothing_scores_nothing"),
    ]
    return {"answer": (n - rare) / n, "wrong": wrong}
