"""The reference of exercise90. @REFERENCE_SECRET@"""

SECRET = "@REFERENCE_SECRET@"


def standardise(x):
    return (x - x.mean(dim=0)) / x.std(dim=0, correction=0)


def squared_error(prediction, target):
    return ((prediction - target) ** 2).mean()


def descend(weights, gradient, lr):
    weights -= lr * gradient


def above(x, limit):
    return x > limit


def batches(x, size):
    for start in range(0, len(x), size):
        yield x[start : start + size]


def fit(measure, count):
    return min(range(count), key=measure)
