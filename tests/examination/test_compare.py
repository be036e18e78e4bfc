"""`close` forgives nothing: type, shape, dtype, device, finiteness, then values."""

from __future__ import annotations

import math
import subprocess
import sys
from collections import OrderedDict

import numpy as np
import pytest
import torch

from grader.examination.compare import TOLERANCES, close, compare, facts
from grader.examination.evidence import Mismatched, MismatchKind


class Hostile:
    """An object whose every comparison says yes."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError("the examiner called a student's __eq__")

    __ne__ = __eq__
    __hash__ = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"the examiner read {name} of a student's object")


def kind_of(actual: object, expected: object) -> MismatchKind | None:
    mismatch = compare(actual, expected)
    return None if mismatch is None else mismatch.kind


EQUAL = [
    1, -3, 10**30, True, 1.5, 0.0, math.inf, 2 + 3j, "text", b"bytes", None, [], (), {}, [1, [2.0, "x"]], (1, None),
    {"W1": torch.ones(2), "b": [0.5, 0.25]}, torch.float32, torch.device("cpu"), slice(1, None, 2), ..., range(4),
    torch.tensor(1.5), torch.ones(0, 3), torch.tensor([True, False]), torch.tensor([1 + 2j]), np.ones((2, 3)),
    np.array(["a", "b"]), np.float64(1.5), np.int32(3), torch.tensor([math.inf, -math.inf]), np.array([], dtype=bool),
    torch.tensor([2**63 - 1, -(2**63)]), np.array([2**64 - 1], dtype=np.uint64), torch.tensor([1.5]).to(torch.bfloat16),
]  # fmt: skip


@pytest.mark.parametrize("value", EQUAL, ids=repr)
def test_a_value_is_close_to_itself(value: object) -> None:
    close(value, value)


K = MismatchKind
DIFFERENT = [
    (1, 1.0, K.TYPE), (1.0, 1, K.TYPE), (True, 1, K.TYPE), (0, False, K.TYPE),
    (None, 0, K.TYPE), (torch.tensor(1.5), 1.5, K.TYPE), (1.5, torch.tensor(1.5), K.TYPE),
    (np.ones(2), torch.ones(2), K.TYPE), (torch.ones(2), np.ones(2), K.TYPE),
    ([1, 2], (1, 2), K.TYPE), ([1.0], torch.ones(1), K.TYPE), ("1", 1, K.TYPE),
    (np.int64(1), 1.0, K.TYPE), (torch.ones(2).to_sparse(), torch.ones(2), K.TYPE),
    ([1, 2], [1, 2, 3], K.LENGTH), ({"a": 1}, {"b": 1}, K.LENGTH),
    ({"a": 1, "b": 2}, {"a": 1}, K.LENGTH), ([], [1], K.LENGTH),
    (torch.ones(0), torch.ones(1), K.SHAPE), (torch.ones(()), torch.ones(1), K.SHAPE),
    (torch.tensor(1.0), torch.ones(3, 3), K.SHAPE), (torch.ones(3, 1), torch.ones(3), K.SHAPE),
    (torch.ones(1, 3), torch.ones(3, 3), K.SHAPE), (np.ones((3, 1)), np.ones(3), K.SHAPE),
    (torch.ones(0, 2), torch.ones(2, 0), K.SHAPE), (np.float64(1), np.ones(3), K.SHAPE),
    (torch.ones(2).double(), torch.ones(2), K.DTYPE), (torch.ones(2).half(), torch.ones(2), K.DTYPE),
    (torch.ones(2).long(), torch.ones(2), K.DTYPE), (torch.ones(2).bool(), torch.ones(2), K.DTYPE),
    (np.ones(2, dtype=np.float32), np.ones(2), K.DTYPE), (np.float32(1), np.float64(1), K.DTYPE),
    (torch.ones(2, device="meta"), torch.ones(2), K.DEVICE),
    (math.nan, math.nan, K.FINITENESS), (torch.tensor(math.nan), torch.tensor(math.nan), K.FINITENESS),
    (math.inf, -math.inf, K.FINITENESS), (math.inf, 1.0, K.FINITENESS),
    (1.0, math.inf, K.FINITENESS), (torch.tensor([math.nan, 1]), torch.tensor([0.0, 1]), K.FINITENESS),
    (torch.tensor([math.inf, 1]), torch.tensor([1, math.inf]), K.FINITENESS),
    (torch.tensor([math.inf]), torch.tensor([-math.inf]), K.FINITENESS),
    (torch.tensor([1e38]), torch.tensor([math.inf]), K.FINITENESS),
    (np.array([complex(math.nan, 0)]), np.array([0j]), K.FINITENESS),
    (torch.tensor([1e30]), torch.tensor([-1e30]), K.VALUE), (1e308, -1e308, K.VALUE),
    (torch.tensor([2**53 + 1]), torch.tensor([2**53]), K.VALUE), (2**53 + 1, 2**53, K.VALUE),
    (torch.tensor([-(2**63)]), torch.tensor([2**63 - 1]), K.VALUE), (10**400, 1, K.VALUE),
    (torch.tensor([True]), torch.tensor([False]), K.VALUE), (True, False, K.VALUE),
    (np.array(["a"]), np.array(["abc"]), K.VALUE), ("a", "b", K.VALUE), (b"a", b"b", K.VALUE),
    (1 + 1j, 1 - 1j, K.VALUE), (torch.float32, torch.float64, K.VALUE),
    (slice(1, 2), slice(1, 3), K.VALUE), ([0.5, 0.25, 1.0], [0.5, 0.26, 1.0], K.VALUE),
]  # fmt: skip


@pytest.mark.parametrize(("actual", "expected", "kind"), DIFFERENT, ids=lambda value: str(value)[:40])
def test_a_difference_is_found_and_named(actual: object, expected: object, kind: MismatchKind) -> None:
    assert kind_of(actual, expected) is kind


@pytest.mark.parametrize(
    "expected", [1, 1.0, torch.ones(1), np.ones(1), [1], {"a": 1}, None, "x", np.float32(1)], ids=repr
)
def test_an_object_of_unknown_class_is_a_type_mismatch_and_never_asked(expected: object) -> None:
    assert kind_of(Hostile(), expected) is MismatchKind.TYPE
    assert facts(Hostile()).type_name == "Hostile"


def test_an_object_hidden_in_a_list_is_never_asked() -> None:
    mismatch = compare([1, Hostile()], [1, 2])
    assert mismatch is not None
    assert (mismatch.kind, mismatch.path) == (MismatchKind.TYPE, "[1]")


def test_a_tensor_subclass_of_the_student_is_a_type_mismatch() -> None:
    class Always(torch.Tensor):
        pass

    assert kind_of(torch.ones(2).as_subclass(Always), torch.ones(2)) is MismatchKind.TYPE


def test_an_expected_parameter_is_a_tensor() -> None:
    close(torch.ones(2), torch.nn.Parameter(torch.ones(2)))


def test_an_expected_named_tuple_is_a_tuple() -> None:
    values, indices = torch.tensor([1.0]), torch.tensor([1])
    close((values, indices), torch.max(torch.tensor([[0.0, 1.0]]), dim=1))


def test_a_size_is_a_tuple_and_an_ordered_dict_a_dict() -> None:
    close(torch.ones(2, 3).shape, (2, 3))
    close({"a": 1}, OrderedDict(a=1))


@pytest.mark.parametrize(
    "name", [n for n in TOLERANCES if hasattr(torch, n) and "complex" not in n and "8" not in n[:7]]
)
def test_the_tolerance_is_that_of_the_dtype(name: str) -> None:
    dtype, (rtol, atol) = getattr(torch, name), TOLERANCES[name]
    size = 8 * (atol + rtol) / torch.finfo(dtype).eps  # large enough for the dtype to tell 0.5 from 2 times apart
    allowed = atol + rtol * size
    expected = torch.tensor([size], dtype=torch.float64).to(dtype)
    assert compare((expected.double() + 0.25 * allowed).to(dtype), expected) is None
    assert kind_of((expected.double() + 2 * allowed).to(dtype), expected) is MismatchKind.VALUE


def test_float16_is_compared_in_float64() -> None:
    """In float16 the difference itself would overflow."""
    assert kind_of(torch.tensor([6e4]).half(), torch.tensor([-6e4]).half()) is MismatchKind.VALUE


def test_integers_take_a_tolerance_only_when_asked() -> None:
    assert compare(torch.tensor([10]), torch.tensor([11])) is not None
    assert compare(torch.tensor([10]), torch.tensor([11]), atol=1) is None
    assert compare(10, 11, atol=1) is None
    assert compare(True, False, atol=1) is not None


def test_a_given_tolerance_leaves_the_other_at_its_default() -> None:
    assert compare(torch.tensor([1.001]), torch.tensor([1.0]), rtol=1e-2) is None
    assert compare(torch.tensor([5e-6]), torch.tensor([0.0]), rtol=0.0) is None
    assert compare(torch.tensor([5e-6]), torch.tensor([0.0]), atol=0.0) is not None


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_a_tolerance_that_means_nothing_is_the_authors_error(bad: float) -> None:
    with pytest.raises(ValueError, match="rtol"):
        compare(1.0, 1.0, rtol=bad)


def test_an_expected_value_that_cannot_be_compared_is_the_authors_error() -> None:
    with pytest.raises(TypeError, match="expected is a Hostile"):
        compare(1.0, Hostile())


def test_a_float_out_of_a_float32_tensor_gets_float32s_tolerance() -> None:
    third = torch.tensor(1 / 3).item()
    assert compare(third * (1 + 1e-6), third) is None
    assert compare(1 / 3 * (1 + 1e-5), 1 / 3) is not None


def test_a_numpy_scalar_is_the_number_it_holds() -> None:
    for actual, expected in [(np.float64(1.5), 1.5), (1.5, np.float64(1.5)), (np.int64(3), 3), (np.bool_(True), True)]:
        close(actual, expected)
    close(np.array(1.5), np.float64(1.5))
    close(np.float64(1.5), np.array(1.5))
    close(np.float32(1 / 3), np.float32(1 / 3))


def test_what_requires_grad_or_is_conjugated_or_strided_compares_by_value() -> None:
    x = torch.tensor([[1 + 1j, 2.0]]).conj()
    close(torch.ones(2, requires_grad=True), torch.ones(2))
    close(x, torch.tensor([[1 - 1j, 2.0]]))
    close(torch.arange(6.0).reshape(2, 3).T, torch.tensor([[0.0, 3], [1, 4], [2, 5]]))
    close(torch.ones(1).expand(4), torch.ones(4))


def test_the_measurement_of_a_wrong_value() -> None:
    expected = torch.tensor([[1.0, 2.0], [4.0, 0.0]])
    actual = torch.tensor([[1.0, 2.5], [6.0, 0.0]])
    m = compare(actual, expected)
    assert m is not None
    assert (m.differing, m.total, m.worst_index) == (2, 4, (1, 0))
    assert (m.worst_actual, m.worst_expected) == (6.0, 4.0)
    assert (m.max_abs_error, m.max_rel_error) == (2.0, 0.5)
    assert (m.rtol, m.atol) == (1.3e-6, 1e-5)
    assert m.actual_values is not None and m.actual_values.dtype == np.float64
    assert (m.actual.type_name, m.actual.shape, m.actual.dtype, m.actual.device) == ("Tensor", (2, 2), "float32", "cpu")


def test_the_measurement_of_lost_finiteness() -> None:
    m = compare(torch.tensor([9.0, math.nan, math.inf, math.inf]), torch.tensor([1.0, 2.0, 3.0, math.inf]))
    assert m is not None
    assert (m.kind, m.worst_index, m.nan_actual, m.inf_actual, m.inf_expected) == (
        MismatchKind.FINITENESS,
        (1,),
        1,
        2,
        1,
    )
    assert (m.differing, m.max_abs_error) == (3, 8.0)


def test_large_integers_are_measured_exactly() -> None:
    m = compare(torch.tensor([2**53 + 1]), torch.tensor([2**53]))
    assert m is not None
    assert (m.max_abs_error, m.worst_actual, m.worst_expected) == (1.0, 2**53 + 1, 2**53)


def test_a_nested_difference_says_where_it_is() -> None:
    m = compare((1, {"W1": torch.zeros(2)}), (1, {"W1": torch.ones(2)}))
    assert m is not None
    assert m.path == "[1]['W1']"


def test_a_list_of_floats_is_measured_as_a_vector() -> None:
    m = compare([1.0, 2.0, 3.5], [1.0, 2.0, 3.0])
    assert m is not None
    assert (m.path, m.worst_index, m.differing, m.total, m.actual.type_name) == ("", (2,), 1, 3, "list")


def test_other_keys_are_listed() -> None:
    m = compare({"w1": 0, "b": 1}, {"W1": 0, "b": 1})
    assert m is not None
    assert (m.missing_keys, m.extra_keys) == (("'W1'",), ("'w1'",))


class Name(str):
    """A text of the test's own kind."""


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ({True: 5}, {1: 5}),
        ({1: 5}, {True: 5}),
        ({False: 5}, {0: 5}),
        ({1.0: 5}, {1: 5}),
        ({1: 5}, {1.0: 5}),
        ({1 + 0j: 5}, {1: 5}),
        ({1 + 0j: 5}, {1.0: 5}),
        ({np.float32(2): 5}, {2: 5}),
        ({np.int64(2): 5}, {2.0: 5}),
        ({np.bool_(True): 5}, {1: 5}),
        ({np.int32(2): 5}, {np.int64(2): 5}),
        ({np.float32(2): 5}, {np.float64(2): 5}),
        ({(True, "a"): 5}, {(1, "a"): 5}),
        ({((0, 1.0),): 5}, {((0, 1),): 5}),
        ({Name("a"): 5}, {"a": 5}),
        ({"a": {True: 5}}, {"a": {1: 5}}),
        ({"b": 1, True: 5}, {"b": 1, 1: 5}),
    ],
    ids=repr,
)
def test_equal_keys_of_another_kind_are_other_keys(actual: object, expected: object) -> None:
    assert kind_of(actual, expected) is MismatchKind.LENGTH


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ({np.int64(2): 5}, {2: 5}),
        ({np.float64(2): 5}, {2.0: 5}),
        ({np.float32(0.5): 5}, {0.5: 5}),
        ({np.bool_(True): 5}, {True: 5}),
        ({2: 5}, {np.int64(2): 5}),
        ({np.int32(2): 5}, {np.int32(2): 5}),
        ({torch.Size([2, 3]): 5}, {(2, 3): 5}),
        ({(np.int64(2), "a"): 5}, {(2, "a"): 5}),
        ({"a": 5}, {Name("a"): 5}),
        ({None: 5, b"x": 6, torch.float32: 7}, {torch.float32: 7, b"x": 6, None: 5}),
        ({frozenset({1}): 5}, {frozenset({1}): 5}),
    ],
    ids=repr,
)
def test_keys_count_as_what_values_count_as(actual: object, expected: object) -> None:
    assert kind_of(actual, expected) is None


def test_a_key_of_another_kind_is_listed_as_missing_and_as_more() -> None:
    m = compare({True: 5, 2.0: 6, np.float32(3): 7, "a": 8}, {1: 5, 2: 6, 3: 7, "a": 8})
    assert m is not None
    assert m.missing_keys == ("1", "2", "3")
    assert m.extra_keys == ("True", "2.0", "float32(3.0)")


def test_a_list_that_holds_itself_is_described_not_followed() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert kind_of(loop, [[1]]) is MismatchKind.TYPE
    assert len(facts(loop).text) < 40


def test_facts_of_plain_values_are_short_literals() -> None:
    assert facts(None).text == "None"
    assert facts([1.0, 2]).text == "[1.0, 2]"
    assert facts((1,)).text == "(1,)"
    assert facts({"a": [1, {"b": [1]}]}).text == "{'a': [1, {…}]}"
    assert len(facts("x" * 10**6).text) < 100
    assert len(facts(list(range(10**6))).text) < 120
    assert facts(1 << 100_000).text == "an integer of 100001 bits"


def test_close_raises_with_the_very_objects() -> None:
    actual, expected = torch.zeros(2), torch.ones(2)
    with pytest.raises(Mismatched) as caught:
        close(actual, expected)
    assert caught.value.actual is actual and caught.value.expected is expected


def test_an_expanded_tensor_is_not_copied_out_for_the_diagnosis() -> None:
    huge = torch.zeros(1).expand(1 << 40)
    m = compare(huge, torch.zeros(3))
    assert m is not None and m.actual_values is None


def test_comparing_does_not_wake_lazy_imports() -> None:
    program = (
        "import sys, torch, numpy\n"
        "before = set(sys.modules)\n"
        "from grader.examination.compare import compare\n"
        "compare(torch.ones(2), torch.zeros(2)); compare(torch.ones(2), torch.ones(2))\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('sympy', 'pytest', 'rich', 'click')])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_tensor_left_on_the_cpu_is_told_from_one_on_the_gpu() -> None:
    there = torch.ones(3, device="cuda")
    close(there, torch.ones(3, device="cuda:0"))
    assert kind_of(torch.ones(3), there) is MismatchKind.DEVICE
    assert kind_of(2 * there, there) is MismatchKind.VALUE
