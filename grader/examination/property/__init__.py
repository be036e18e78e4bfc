"""Property tests: a test for all inputs of a kind, and the smallest input that it fails for.

    N, K = size(1, 4), size(1, 5)

    @for_all(logits=tensors((N, K), elements=floats(-10, 10)), dim=sampled_from([0, 1, -1]))
    @pytest.mark.points(2)
    def test_any_axis(student, reference, logits, dim):
        close(student.softmax(logits, dim=dim), reference.softmax(logits, dim=dim))

Hypothesis makes the inputs and shrinks them. It is loaded with this package, so an exercise without property tests
never loads it, and nor does the student's process. See docs/design/properties.md.
"""

from __future__ import annotations

import os

os.environ.setdefault("HYPOTHESIS_NO_PLUGINS", "1")  # else every installed plugin of it would run beside the tests

from hypothesis import assume
from hypothesis.strategies import booleans, composite, just, lists, one_of, sampled_from, tuples

from grader.examination.property.decorator import for_all
from grader.examination.property.numbers import floats, integers
from grader.examination.property.strategies import arrays, labels, shapes, size, tensors

__all__ = [
    "arrays",
    "assume",
    "booleans",
    "composite",
    "floats",
    "for_all",
    "integers",
    "just",
    "labels",
    "lists",
    "one_of",
    "sampled_from",
    "shapes",
    "size",
    "tensors",
    "tuples",
]
