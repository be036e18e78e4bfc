"""Returns an integer of five thousand digits, which Python refuses to write down: the report fails, not the test."""
# /// attack
# class = 40
# goal = "have the report fail"
# gain = "death"
# target = ""
# outcome = "failed"
# naive = true
# ///

def fit(measure, count):
    return 10**5000


def squared_error(prediction, target):
    return 1 << 400_000


def standardise(x):
    error = ValueError()
    error.args = (10**5000,)
    raise error
