"""Through the proxy, arguments and results are what they are in a local call: types, bits, and nothing lost."""

import math

import numpy as np
import pytest
import torch
from exams import ends

STUDENT = '''
import copy
import itertools

import numpy as np
import torch


def kind_of(value):
    """The type as the student's code sees it."""
    return type(value).__name__


def repr_of(value):
    return repr(value)


def copied(value):
    return copy.deepcopy(value)


def keyword_only(*, first, second=2):
    return [first, second]


def everything(*args, **kwargs):
    return args, kwargs


def nothing():
    pass


def describe(tensor):
    return tensor.dtype, tensor.shape, tensor.stride(), tensor.requires_grad, tensor.device


def bits(tensor):
    return tensor.contiguous().view(torch.uint8).tolist()


def numpy_info(array):
    return str(array.dtype), array.shape, array.strides, array.tolist()


def make_tensor(dtype):
    return (torch.arange(6) % 2).to(dtype).reshape(2, 3)


def make_array(name):
    return (np.arange(6) % 2).astype(name).reshape(2, 3)


def make_scalar(name):
    return np.dtype(name).type(1)


def special_floats(dtype):
    return torch.tensor([float("nan"), float("inf"), -float("inf"), -0.0, 1e-45], dtype=dtype)


def naturals():
    return itertools.count()


def squares(n):
    for i in range(n):
        yield i * i


def rows(matrix):
    for row in matrix:
        yield row


def largest(matrix):
    return matrix.max(dim=1)


def shape_of(x):
    return x.shape


def loud(log):
    for i in range(5):
        log.append(i)
        yield i


def breaks_after_two():
    yield 1
    yield 2
    raise ValueError("no third")


GREETING = "hello"
TABLE = {"a": [1, 2]}
WEIGHT = torch.ones(2)
'''

VALUES = {
    "none": None,
    "true": True,
    "false": False,
    "zero": 0,
    "negative": -7,
    "int64_max": 2**63 - 1,
    "int64_min": -(2**63),
    "over_int64": 2**63,
    "big": 3**300,
    "big_negative": -(7**200),
    "float": 0.1,
    "minus_zero": -0.0,
    "nan": math.nan,
    "inf": math.inf,
    "minus_inf": -math.inf,
    "smallest": 5e-324,
    "complex": 1.5 - 2j,
    "complex_nan": complex(math.nan, -math.inf),
    "empty_text": "",
    "text": "softmax 归一化 🙂 \x00 end",
    "bytes": b"\x00\xff\x80",
    "list": [1, [2.0, ["three"]]],
    "empty_list": [],
    "tuple": (1, (2,), ()),
    "dict": {"a": 1, 2: "b", None: [True], (1, "x"): {}, 2.5: b"y"},
    "mixed": [{"shape": (1, 2), "rate": 0.5}, ("x", None)],
    "dtype": torch.float16,
    "bfloat16": torch.bfloat16,
    "device": torch.device("cpu"),
    "size": torch.Size([2, 3]),
    "slice": slice(1, None, -2),
    "range": range(3, 30, 4),
    "ellipsis": ...,
    "index": (slice(None), ..., None, 0),
    "numpy_float32": np.float32(0.1),
    "numpy_float64": np.float64(0.1),
    "numpy_int8": np.int8(-3),
    "numpy_uint64": np.uint64(2**64 - 1),
    "numpy_bool": np.bool_(True),
    "numpy_complex": np.complex64(1 - 1j),
    "numpy_keys": {np.int64(1): 2, (np.float32(0.5), "x"): None},
}
value_of_each_kind = pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
TORCH_DTYPES = (
    *("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"),
    *("complex64", "complex128"),
)
NUMPY_DTYPES = (
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
)


@value_of_each_kind
def test_an_argument_has_its_own_type(student, value):
    assert student.kind_of(value) == type(value).__name__


@value_of_each_kind
def test_an_argument_has_its_own_value(student, value):
    assert student.repr_of(value) == repr(value)


@value_of_each_kind
def test_a_result_has_its_own_type_and_value(student, value):
    returned = student.copied(value)
    assert type(returned) is type(value)
    assert repr(returned) == repr(value)


def test_keyword_arguments_arrive_by_name(student):
    assert student.keyword_only(second=[5], first=(1,)) == [(1,), [5]]


def test_defaults_are_the_functions_own(student):
    assert student.keyword_only(first=1) == [1, 2]


def test_positional_and_keyword_arguments_may_be_mixed(student):
    assert student.everything(1, "a", key=None) == ((1, "a"), {"key": None})


def test_a_function_without_return_gives_none(student):
    assert student.nothing() is None


def test_a_constant_of_the_module_is_a_value(student):
    assert student.GREETING == "hello"
    assert student.TABLE == {"a": [1, 2]}
    assert torch.equal(student.WEIGHT, torch.ones(2))


def test_the_order_of_a_dict_is_kept(student):
    assert list(student.copied({"z": 1, "a": 2, "m": 3})) == ["z", "a", "m"]


def test_nesting_is_kept_to_some_depth(student):
    deep = []
    for _ in range(60):
        deep = [deep]
    assert student.copied(deep) == deep


# -- tensors


@pytest.mark.parametrize("name", TORCH_DTYPES)
def test_a_tensor_argument_keeps_its_dtype_and_bits(student, name):
    tensor = torch.tensor([[0, 1, 1], [1, 0, 1]]).to(getattr(torch, name))
    assert student.kind_of(tensor) == "Tensor"
    assert student.describe(tensor)[:3] == (tensor.dtype, tensor.shape, tensor.stride())
    assert student.bits(tensor) == tensor.contiguous().view(torch.uint8).tolist()


@pytest.mark.parametrize("name", TORCH_DTYPES)
def test_a_tensor_result_keeps_its_dtype_and_values(student, name):
    dtype = getattr(torch, name)
    made = student.make_tensor(dtype)
    assert type(made) is torch.Tensor
    assert made.dtype is dtype
    assert torch.equal(made, (torch.arange(6) % 2).to(dtype).reshape(2, 3))


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64"])
def test_special_floats_keep_every_bit(student, name):
    expected = torch.tensor([math.nan, math.inf, -math.inf, -0.0, 1e-45], dtype=getattr(torch, name))
    returned = student.special_floats(expected.dtype)
    assert torch.equal(returned.view(torch.uint8), expected.view(torch.uint8))
    assert student.bits(expected) == expected.view(torch.uint8).tolist()


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (2, 1, 3, 1, 2)], ids=str)
def test_every_shape_survives_both_ways(student, shape):
    tensor = torch.ones(shape)
    assert student.shape_of(tensor) == shape
    assert student.copied(tensor).shape == shape


def test_a_shape_is_a_size(student):
    assert type(student.shape_of(torch.ones(2, 3))) is torch.Size


def test_an_argument_that_requires_grad_does_so_in_the_call(student):
    assert student.describe(torch.ones(2, requires_grad=True))[3] is True
    assert student.describe(torch.ones(2))[3] is False


def test_a_computed_argument_that_requires_grad_does_so_in_the_call(student):
    computed = torch.ones(2, requires_grad=True) * 2
    assert student.describe(computed)[3] is True
    assert student.describe(computed.detach())[3] is False


@ends("failed", differs="a Parameter arrives as the Tensor that it is made of")
def test_a_parameter_arrives_as_a_parameter(student):
    assert student.kind_of(torch.nn.Parameter(torch.ones(2))) == "Parameter"


def test_a_conjugated_tensor_has_its_conjugated_values(student):
    tensor = torch.tensor([1 + 2j, 3 - 1j]).conj()
    assert torch.equal(student.copied(tensor), torch.tensor([1 - 2j, 3 + 1j]))


def test_a_large_tensor_survives(student):
    large = torch.arange(1 << 20, dtype=torch.float32)
    assert torch.equal(student.copied(large), large)


# -- arrays


@pytest.mark.parametrize("name", NUMPY_DTYPES)
def test_an_array_argument_keeps_dtype_strides_and_values(student, name):
    array = (np.arange(6) % 2).astype(name).reshape(2, 3)
    assert student.numpy_info(array) == (name, (2, 3), array.strides, array.tolist())


@pytest.mark.parametrize("name", NUMPY_DTYPES)
def test_an_array_result_is_an_exact_array_of_its_dtype(student, name):
    made = student.make_array(name)
    assert type(made) is np.ndarray
    assert made.dtype == np.dtype(name)
    assert np.array_equal(made, (np.arange(6) % 2).reshape(2, 3))


@pytest.mark.parametrize("name", NUMPY_DTYPES)
def test_a_numpy_scalar_result_stays_one(student, name):
    assert type(student.make_scalar(name)) is np.dtype(name).type


@pytest.mark.parametrize(
    "array",
    [np.arange(6.0).reshape(2, 3).T, np.arange(6)[::-1], np.arange(24).reshape(2, 3, 4)[:, ::-2, 1:], np.empty((0, 2))],
    ids=["transposed", "reversed", "steps", "empty"],
)
def test_the_strides_of_an_array_argument_are_kept(student, array):
    assert student.numpy_info(array) == (str(array.dtype), array.shape, array.strides, array.tolist())


def test_a_zero_dimensional_array_stays_an_array(student):
    returned = student.copied(np.array(2.5))
    assert type(returned) is np.ndarray
    assert returned.shape == ()


# -- iterators


def test_a_generator_can_be_listed(student):
    assert list(student.squares(4)) == [0, 1, 4, 9]


def test_a_generator_is_its_own_iterator(student):
    generator = student.squares(3)
    assert iter(generator) is generator
    assert next(generator) == 0
    assert list(generator) == [1, 4]


def test_an_exhausted_generator_stays_exhausted(student):
    generator = student.squares(1)
    assert list(generator) == [0]
    assert list(generator) == []
    assert next(generator, "end") == "end"


def test_an_endless_iterator_is_pulled_one_item_at_a_time(student):
    naturals = student.naturals()
    assert [next(naturals) for _ in range(3)] == [0, 1, 2]


def test_two_generators_advance_separately(student):
    one, other = student.squares(9), student.squares(9)
    assert [next(one), next(one), next(other), next(one)] == [0, 1, 0, 4]


def test_the_items_of_a_generator_share_the_arguments_memory(student):
    matrix = torch.arange(6.0).reshape(3, 2)
    for number, row in enumerate(student.rows(matrix)):
        assert row.untyped_storage().data_ptr() == matrix.untyped_storage().data_ptr()
        assert torch.equal(row, matrix[number])


def test_a_generator_that_raises_raises_at_its_item(student):
    generator = student.breaks_after_two()
    assert [next(generator), next(generator)] == [1, 2]
    with pytest.raises(ValueError, match="no third"):
        next(generator)


def test_a_generator_works_as_an_argument(student):
    generator = student.squares(4)
    next(generator)
    assert list(student.copied(list(generator))) == [1, 4, 9]
    assert list(student.rows(student.squares(3))) == [0, 1, 4]


def test_a_named_result_of_torch_unpacks(student):
    values, indices = student.largest(torch.tensor([[1.0, 3.0], [5.0, 2.0]]))
    assert values.tolist() == [3.0, 5.0]
    assert indices.tolist() == [1, 0]


def test_a_named_result_of_torch_has_its_names(student):
    found = student.largest(torch.tensor([[1.0, 3.0], [5.0, 2.0]]))
    assert found.values.tolist() == [3.0, 5.0]
    assert found[1].tolist() == [1, 0]
