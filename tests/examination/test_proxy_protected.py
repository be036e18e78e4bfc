"""A change that is not declared fails the test with its own message, and never reaches the caller's objects."""

import contextlib

import numpy as np
import pytest
import torch
from exams import ends

from grader.examination import close

MANIFEST = """
[functions.step]
mutates = ["params"]
"""

STUDENT = '''
import numpy as np
import torch


def scale(x):
    x *= 2
    return x


def zeroing_cheat(x, y):
    """Makes a reference that is computed afterwards agree with zero."""
    x.zero_()
    return torch.zeros_like(x)


def scale_array(a):
    a *= 2
    return a.sum()


def one_element(x):
    x[1, 2] = 9
    return x.sum()


def sort_items(items):
    items.sort()
    return items[0]


def inner(items):
    items[1].append(5)


def set_key(table):
    table["n"] = 1
    return len(table)


def set_same_length(table):
    table["a"] = 2


def weights_of(table):
    table["layers"][0]["w"] += 1


def resize(x):
    x.resize_(1, 4)


def transpose(x):
    x.t_()


def new_data(x):
    x.data = x.data * 2


def frees(x):
    x.requires_grad_(False)


def tracks(x):
    x.requires_grad_()
    return (x * 2).sum()


def backward(x):
    (x * x).sum().backward()
    return 1.0


def clear_grad(x):
    x.grad = None


def via_view(x):
    x.view(-1)[0] = 9


def via_numpy(x):
    x.numpy()[0] = 9


def reshape_array(a):
    a.shape = (4, 1)


def keyword(*, data):
    data.add_(1)


def rest(*args):
    args[1].add_(1)


def step(params, grads):
    for p, g in zip(params, grads):
        p -= g
        g.zero_()


def there_and_back(x):
    x += 1
    x -= 1
    return x.sum()


def same_value(x):
    x[0] = x[0]
    x.copy_(x.clone())
    return x.sum()


def rebinds(x):
    x = x * 2
    x += 1
    return x


def generated(x):
    for i in range(2):
        x[i] += 1
        yield i


def raises_after(x):
    x.zero_()
    raise ValueError("too late")


def nan_inside(x):
    return x.sum()


def shuffles(x):
    rows = x[torch.tensor([1, 0])]
    x.copy_(rows)
    return rows


def flips_nan(x):
    x[0] = 0.0


def int_to_bool(items):
    items[0] = True


def minus_zero(x):
    x[0] = -0.0


class Layer:
    def forward(self, x):
        x.relu_()
        return x
'''

REFERENCE = """
import numpy as np
import torch


def give_sum(x, *_, **__):
    return 0


scale = lambda x: 2 * x
zeroing_cheat = lambda x, y: x * y
scale_array = lambda a: 2 * a.sum()
one_element = lambda x: x.sum()
sort_items = min
set_key = lambda table: len(table) + 1
inner = set_same_length = weights_of = resize = transpose = new_data = frees = clear_grad = via_view = give_sum
via_numpy = reshape_array = raises_after = flips_nan = int_to_bool = minus_zero = give_sum
tracks = lambda x: (x * 2).sum()
backward = lambda x: 1.0
keyword = lambda *, data: None
rest = lambda *args: None
there_and_back = same_value = nan_inside = lambda x: x.sum()
rebinds = lambda x: x * 2 + 1
shuffles = lambda x: x[torch.tensor([1, 0])]


def step(params, grads):
    for p, g in zip(params, grads):
        p -= g


def generated(x):
    yield from range(2)


class Layer:
    def forward(self, x):
        return x.relu()
"""


# -- what is refused, and how it is called


@ends("failed", "input_changed.values", says=("`x`", "[0]", "1", "2"))
def test_changed_values_name_the_parameter_and_the_element(student):
    student.scale(torch.ones(3))


@ends("failed", "input_changed.values", says="`x`")
def test_the_zeroing_cheat_is_caught(student, reference):
    x, y = torch.ones(3), torch.ones(3)
    close(student.zeroing_cheat(x, y), reference.zeroing_cheat(x, y))


@ends("failed", "input_changed.values", says="`a`")
def test_changed_values_of_an_array(student):
    student.scale_array(np.ones(3))


@ends("failed", "input_changed.values", says="[1, 2]")
def test_one_changed_element_is_found(student):
    student.one_element(torch.zeros(2, 3))


@ends("failed", "input_changed.items", says="`items`")
def test_a_sorted_list(student):
    assert student.sort_items([3, 1, 2]) == 1


@ends("failed", "input_changed.items", says="items[1]")
def test_a_change_of_an_inner_list_has_its_place(student):
    student.inner([0, [1], 2])


@ends("failed", "input_changed.items", says="`table`")
def test_a_new_key(student):
    assert student.set_key({"a": 1}) == 2


@ends("failed", "input_changed.items", says="`table`")
def test_another_value_of_a_key(student):
    student.set_same_length({"a": 1})


@ends("failed", "input_changed.values", says="table['layers'][0]['w']")
def test_a_tensor_deep_inside_has_its_place(student):
    student.weights_of({"layers": [{"w": torch.zeros(2)}]})


@ends("failed", "input_changed.items", says="`items`")
def test_an_int_replaced_by_an_equal_bool(student):
    student.int_to_bool([1, 2])


@ends("failed", "input_changed.shape", says="`x`")
def test_a_resized_tensor(student):
    student.resize(torch.zeros(2, 2))


@ends("failed", "input_changed.shape", says="`x`")
def test_a_tensor_transposed_in_place(student):
    student.transpose(torch.zeros(2, 3))


@ends("failed", "input_changed.shape", says="`a`")
def test_a_reshaped_array(student):
    student.reshape_array(np.zeros(4))


@ends("failed", says="`x`")
def test_other_data(student):
    student.new_data(torch.ones(2))


@ends("failed", "input_changed.requires_grad", says="`x`")
def test_a_frozen_argument(student):
    student.frees(torch.ones(2, requires_grad=True))


@ends("failed", "input_changed.requires_grad", says="`x`")
def test_an_argument_made_to_require_grad(student):
    student.tracks(torch.ones(2))


@ends("failed", "input_changed.grad", says="`x`")
def test_a_gradient_that_appears(student):
    student.backward(torch.ones(2, requires_grad=True))


@ends("failed", "input_changed.grad", says="`x`")
def test_a_gradient_that_is_cleared(student):
    x = torch.ones(2, requires_grad=True)
    x.grad = torch.ones(2)
    student.clear_grad(x)


@ends("failed", "input_changed.grad", says="`x`")
def test_a_gradient_that_is_added_to(student):
    x = torch.ones(2, requires_grad=True)
    x.grad = torch.ones(2)
    student.backward(x)


@ends("failed", "input_changed.values", says="`x`")
def test_a_change_through_a_view(student):
    student.via_view(torch.zeros(2, 2))


@ends("failed", "input_changed.values", says="`x`")
def test_a_change_through_numpy(student):
    student.via_numpy(torch.zeros(2))


@ends("failed", "input_changed.values", says="`data`")
def test_a_keyword_argument_is_named(student):
    student.keyword(data=torch.zeros(2))


@ends("failed", "input_changed.values", says="argument 2")
def test_an_argument_without_a_name_is_counted(student):
    student.rest(torch.zeros(1), torch.zeros(2))


@ends("failed", "input_changed.values", says="grads[0]")
def test_only_the_declared_parameter_may_change(student):
    student.step([torch.ones(2)], [torch.ones(2)])


@ends("failed", "input_changed.values", says="`x`")
def test_a_generator_that_changes_its_argument_item_by_item(student):
    assert list(student.generated(torch.zeros(2))) == [0, 1]


@ends("failed", "input_changed.values", says="`x`")
def test_rows_put_in_another_order(student):
    student.shuffles(torch.eye(2))


@ends("failed", "input_changed.values", says="`x`")
def test_a_nan_replaced_by_a_number(student):
    student.flips_nan(torch.tensor([float("nan"), 1.0]))


@ends("failed", "input_changed.values", says="`x`")
def test_a_method_may_not_change_its_argument_either(student):
    student.Layer().forward(torch.tensor([-1.0]))


@ends("failed", "input_changed.values", says="`x`")
def test_a_failure_cannot_be_swallowed_by_the_test(student):
    with contextlib.suppress(BaseException):
        student.scale(torch.ones(3))


@ends("failed", "input_changed.values")
def test_the_change_is_told_even_where_the_values_are_wrong_too(student):
    close(student.scale(torch.ones(3)), torch.zeros(3))


# -- what never reaches the caller, and what is no change


@ends("failed", "input_changed.values")
def test_the_callers_tensor_is_never_touched(student):
    x = torch.ones(3)
    try:
        student.scale(x)
    finally:
        assert x.tolist() == [1.0, 1.0, 1.0]


@ends("failed", "input_changed.items")
def test_the_callers_list_is_never_touched(student):
    items = [3, 1, 2]
    try:
        student.sort_items(items)
    finally:
        assert items == [3, 1, 2]


@ends("failed", "raised.value")
def test_a_change_before_an_exception_does_not_reach_the_caller(student):
    x = torch.ones(3)
    try:
        student.raises_after(x)
    finally:
        assert x.tolist() == [1.0, 1.0, 1.0]


def test_a_change_that_is_taken_back_is_none(student):
    assert student.there_and_back(torch.ones(3)) == 3.0


def test_writing_the_same_value_is_no_change(student):
    assert student.same_value(torch.ones(3)) == 3.0


def test_a_rebound_name_is_no_change(student):
    x = torch.ones(3)
    assert student.rebinds(x).tolist() == [3.0, 3.0, 3.0]
    assert x.tolist() == [1.0, 1.0, 1.0]


def test_nan_in_an_argument_is_no_change(student):
    assert student.nan_inside(torch.tensor([float("nan")])).isnan()


@pytest.mark.parametrize("shape", [(0,), (), (1, 0, 3)], ids=str)
def test_small_arguments_are_no_change(student, shape):
    assert student.nan_inside(torch.zeros(shape)) == 0
