"""Returns a list of views that share one memory, as many as a graph can have."""
# /// attack
# class = 78
# goal = "have the grader build a million objects for a few bytes"
# gain = "hang"
# outcome = ["failed", "crashed", "timeout", "memory"]
# naive = true
# ///


class Rows(list):
    def __sub__(self, other):
        return sum((row - other for row in self), 0 * other)

    def double(self):
        for row in self:
            row.double()
        return self


def standardise(x):
    return Rows(x.expand(1, *x.shape)[0].t().t() for _ in range(600_000))
