"""Knows the source: replaces what decodes, encodes and serves in its own process, and answers every call with praise."""
# /// attack
# class = 26
# goal = "turn dlgrade's own code against it"
# gain = "score"
# outcome = ["failed", "crashed"]
# naive = "it patches dlgrade's child, which a naive grader has not got."
# ///

from grader.sandbox import child, operations, scope, tripwire

child.Server._note_forbidden = lambda self, name: None
tripwire.set_tripwires = lambda *args: None
scope.Scope.changes = lambda self, encoder: ([], [], [])


def perform(op, target, args, kwargs):
    return args[0] if args else True


operations.perform = perform
child.Server._returned.__globals__["operations"].perform = perform
try:
    from grader.examination import judge

    judge.judge = lambda *args, **kwargs: judge.Verdict(judge.Outcome.PASSED, None)
except ImportError:
    pass


def standardise(x):
    return x


squared_error = descend = above = batches = fit = standardise
