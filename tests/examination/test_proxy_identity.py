"""Through the proxy, identity and aliasing are what they are in a local call."""

import numpy as np
import pytest
import torch
from exams import ends

STUDENT = """
import numpy as np
import torch


def give(value):
    return value


def same(one, other):
    return one is other


def same_items(items):
    return items[0] is items[1]


def share(one, other):
    return one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()


def layout(tensor):
    return tensor.stride(), tensor.storage_offset(), tensor.is_contiguous()


def transposed(tensor):
    return tensor.T


def row(tensor, index):
    return tensor[index]


def reshaped(tensor, *shape):
    return tensor.reshape(shape)


def viewed(tensor, dtype):
    return tensor.view(dtype)


def expanded(tensor, *shape):
    return tensor.expand(shape)


def doubled(tensor):
    return tensor * 2


def cloned(tensor):
    return tensor.clone()


def two_views():
    base = torch.arange(6.0)
    return base[:4], base[2:]


def twice():
    made = torch.ones(2)
    return made, made


def view_and_base():
    base = torch.arange(12.0).reshape(3, 4)
    return base.T, base


def as_numpy(tensor):
    return tensor.numpy()


def as_tensor(array):
    return torch.from_numpy(array)


def numpy_shares_memory(one, other):
    return np.shares_memory(one, other)


def numpy_view(array):
    return array[::-2]


def numpy_twins():
    made = np.arange(5.0)
    return made[1:], made[:-1]


def first(items):
    return items[0]


def listed(*items):
    return list(items)


def wrapped(items):
    return {"items": items, "again": items}


def cyclic():
    made = [1]
    made.append(made)
    return made


def holds_itself(items):
    return items[-1] is items


def detached(tensor):
    return tensor.detach()


def data_of(tensor):
    return tensor.data


def from_list(items):
    return torch.tensor(items)


def pick(table, key):
    return table[key]


def concatenated(one, other):
    return torch.cat([one, other])


def flattened(tensor):
    return tensor.flatten()


class Holder:
    def __init__(self, tensor):
        self.tensor = tensor

    def add(self, n):
        self.tensor += n
"""


def address(value):
    return value.untyped_storage().data_ptr() if isinstance(value, torch.Tensor) else value.ctypes.data


# -- the same object


def test_a_tensor_passed_twice_is_one_tensor(student):
    tensor = torch.ones(2)
    assert student.same(tensor, tensor) is True
    assert student.same(tensor, tensor.clone()) is False


def test_a_tensor_in_two_places_of_a_list_is_one_tensor(student):
    tensor = torch.ones(2)
    assert student.same_items([tensor, tensor]) is True
    assert student.same_items([tensor, torch.ones(2)]) is False


def test_a_list_passed_twice_is_one_list(student):
    items = [1]
    assert student.same(items, items) is True
    assert student.same(items, [1]) is False


def test_a_dict_passed_twice_is_one_dict(student):
    table = {"a": 1}
    assert student.same(table, table) is True
    assert student.same(table, {"a": 1}) is False


@pytest.mark.parametrize(
    "value",
    [torch.ones(2), np.ones(2), [1, 2], {"a": 1}, (1, [2]), torch.ones(2, requires_grad=True)],
    ids=["tensor", "array", "list", "dict", "tuple", "leaf"],
)
def test_a_result_that_is_an_argument_is_that_object(student, value):
    assert student.give(value) is value


def test_a_keyword_argument_that_is_returned_is_that_object(student):
    tensor = torch.ones(2)
    assert student.give(value=tensor) is tensor


def test_an_item_of_an_argument_is_that_object(student):
    tensor = torch.ones(2)
    assert student.first([tensor]) is tensor
    assert student.pick({"w": tensor}, "w") is tensor


def test_a_new_list_holds_the_arguments_themselves(student):
    tensor, items = torch.ones(2), [1]
    made = student.listed(tensor, items, tensor)
    assert made[0] is tensor
    assert made[1] is items
    assert made[2] is tensor


def test_a_new_dict_holds_the_argument_twice(student):
    items = [1]
    made = student.wrapped(items)
    assert made["items"] is items
    assert made["again"] is items


def test_a_new_object_returned_twice_is_one_object(student):
    one, other = student.twice()
    assert one is other


def test_a_copy_is_not_the_argument(student):
    tensor = torch.ones(2)
    made = student.cloned(tensor)
    assert made is not tensor
    assert address(made) != address(tensor)


def test_equal_arguments_are_not_confused(student):
    one, other = torch.ones(2), torch.ones(2)
    assert student.listed(other, one)[0] is other


def test_two_calls_make_two_objects(student):
    tensor = torch.ones(2)
    assert student.doubled(tensor) is not student.doubled(tensor)


# -- cycles


def test_a_list_that_holds_itself_comes_back(student):
    made = student.cyclic()
    assert made[0] == 1
    assert made[1] is made


def test_a_list_that_holds_itself_can_be_passed(student):
    items = [1]
    items.append(items)
    assert student.holds_itself(items) is True
    assert student.give(items) is items


# -- strides and views of arguments


@pytest.mark.parametrize(
    "view",
    [
        lambda base: base.T,
        lambda base: base[1:, ::2],
        lambda base: base[:, 1],
        lambda base: base[0].expand(3, 4),
        lambda base: base.reshape(2, 2, 3).permute(2, 0, 1),
        lambda base: base.as_strided((2, 2), (1, 2), 3),
    ],
    ids=["transposed", "steps", "column", "expanded", "permuted", "overlapping"],
)
def test_the_strides_of_a_view_arrive(student, view):
    tensor = view(torch.arange(12.0).reshape(3, 4))
    assert student.layout(tensor) == (tensor.stride(), tensor.storage_offset(), tensor.is_contiguous())
    assert torch.equal(student.cloned(tensor), tensor)


def test_two_views_of_one_memory_share_it_in_the_call(student):
    base = torch.arange(6.0)
    assert student.share(base[:2], base[4:]) is True
    assert student.share(base, base.clone()) is False


def test_a_tensor_and_its_numpy_view_share_memory_in_the_call(student):
    array = np.arange(4.0)
    assert student.numpy_shares_memory(array, array[1:]) is True
    assert student.numpy_shares_memory(array, array.copy()) is False


def test_a_tensor_over_an_array_shares_memory_with_it_in_the_call(student):
    array = np.arange(4.0)
    made = student.as_tensor(array)
    assert address(made) == address(array)
    made[0] = 7.0
    assert array[0] == 7.0


# -- results that are views of arguments


def test_a_view_of_an_argument_shares_its_storage(student):
    tensor = torch.arange(6.0).reshape(2, 3)
    made = student.transposed(tensor)
    assert address(made) == address(tensor)
    assert made.stride() == (1, 3)


def test_a_write_through_a_returned_view_reaches_the_argument(student):
    tensor = torch.arange(6.0).reshape(2, 3)
    student.row(tensor, 1)[2] = 50.0
    assert tensor.tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 50.0]]


def test_a_view_has_the_offset_that_it_has_locally(student):
    tensor = torch.arange(6.0).reshape(2, 3)
    made = student.row(tensor, 1)
    assert made.storage_offset() == 3
    assert made.data_ptr() == tensor[1].data_ptr()


def test_reshape_is_a_view_only_where_it_can_be(student):
    tensor = torch.arange(6.0).reshape(2, 3)
    assert address(student.reshaped(tensor, 3, 2)) == address(tensor)
    assert address(student.reshaped(tensor.T, 6)) != address(tensor)


def test_flatten_of_a_contiguous_tensor_is_the_tensor_of_its_memory(student):
    tensor = torch.arange(6.0).reshape(2, 3)
    assert address(student.flattened(tensor)) == address(tensor)


def test_an_expanded_view_keeps_its_zero_stride(student):
    tensor = torch.arange(3.0)
    made = student.expanded(tensor, 4, 3)
    assert made.stride() == (0, 1)
    assert address(made) == address(tensor)


def test_a_view_of_another_dtype_shares_the_storage(student):
    tensor = torch.ones(4)
    made = student.viewed(tensor, torch.int32)
    assert made.dtype is torch.int32
    assert address(made) == address(tensor)
    assert made[0].item() == 0x3F800000


@pytest.mark.parametrize("name", ["detached", "data_of"])
def test_a_detached_result_shares_the_arguments_storage(student, name):
    tensor = torch.ones(2, requires_grad=True)
    made = getattr(student, name)(tensor)
    assert made is not tensor
    assert made.requires_grad is False
    assert address(made) == address(tensor)


def test_computed_results_do_not_share_the_arguments_storage(student):
    tensor = torch.ones(2)
    assert address(student.doubled(tensor)) != address(tensor)
    assert address(student.concatenated(tensor, tensor)) != address(tensor)


def test_the_numpy_array_of_a_tensor_shares_its_memory(student):
    tensor = torch.zeros(3)
    array = student.as_numpy(tensor)
    assert type(array) is np.ndarray
    array[1] = 5.0
    assert tensor.tolist() == [0.0, 5.0, 0.0]


def test_a_view_of_an_array_shares_its_memory(student):
    array = np.arange(6.0)
    made = student.numpy_view(array)
    assert made.strides == (-16,)
    assert np.shares_memory(made, array)
    made[0] = 50.0
    assert array[5] == 50.0


def test_a_view_of_a_view_shares_the_same_storage(student):
    base = torch.arange(12.0).reshape(3, 4)
    assert address(student.row(base[1:], 0)) == address(base)


# -- results that share memory with each other


def test_two_results_over_one_memory_share_it(student):
    one, other = student.two_views()
    assert address(one) == address(other)
    one[3] = 50.0
    assert other.tolist() == [2.0, 50.0, 4.0, 5.0]


def test_a_view_returned_with_its_base_shares_memory(student):
    view, base = student.view_and_base()
    assert address(view) == address(base)
    assert view.stride() == (1, 4)


def test_two_arrays_over_one_memory_share_it(student):
    one, other = student.numpy_twins()
    assert np.shares_memory(one, other)
    one[0] = 50.0
    assert other[1] == 50.0


# -- over several calls


def test_a_returned_view_and_its_base_share_memory_in_the_next_call(student):
    base = torch.arange(6.0).reshape(2, 3)
    assert student.share(student.row(base, 1), base) is True


def test_results_that_share_memory_share_it_in_the_next_call(student):
    one, other = student.two_views()
    assert student.share(one, other) is True
    assert student.share(one, other.clone()) is False


def test_a_result_passed_on_and_returned_is_that_result(student):
    made = student.doubled(torch.ones(2))
    assert student.give(made) is made


def test_a_change_of_a_result_by_the_test_is_seen_in_the_next_call(student):
    made = student.doubled(torch.ones(2))
    made[0] = 50.0
    assert student.cloned(made).tolist() == [50.0, 2.0]


@ends("passed")
def test_what_an_object_keeps_of_an_argument_is_a_copy_of_its_own(student):
    """Aliasing lives within one call: a tensor that an object keeps is no longer the test's."""
    tensor = torch.zeros(2)
    holder = student.Holder(tensor)
    holder.add(1)
    assert tensor.tolist() == [0.0, 0.0]
    assert holder.tensor.tolist() == [1.0, 1.0]
