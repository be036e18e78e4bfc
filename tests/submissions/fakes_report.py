"""Hostile: prints what a full score looks like, and patches the test runner of its own process."""

import sys


class Passed:
    """Equal to everything, true, and without end."""

    def __eq__(self, other):
        return True

    __hash__ = None

    def __bool__(self):
        return True

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self


for name in ("pytest", "_pytest", "grader.examination", "grader.examination.compare", "torch.testing"):
    sys.modules[name] = Passed()
print('{"schema": "report/1", "status": "full", "exit_code": 0}')


def softmax(logits, dim):
    return Passed()


log_softmax = cross_entropy = softmax
