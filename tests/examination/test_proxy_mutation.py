"""A change that the manifest declares happens to the caller's own objects, exactly as in a local call."""

import numpy as np
import pytest
import torch

MANIFEST = """
[functions.step]
mutates = ["params"]
[functions.fill]
mutates = ["table"]
[functions.into]
mutates = ["out"]
[functions.nested]
mutates = ["value"]
[functions.reshape_array]
mutates = ["value"]
[functions.turn]
mutates = ["value"]
[functions.rebind_inside]
mutates = ["value"]
[functions."Counter.add"]
mutates = ["box"]
"""

STUDENT = '''
import torch


def step(params, how, rate=0.5):
    """Change parameters in one of the ways that beginners try."""
    if how == "in place":
        with torch.no_grad():
            params[0] -= rate
    elif how == "rebind item":
        params[0] = params[0].detach() - rate
    elif how == "rebind name":
        for p in params:
            p = p - rate
    elif how == "data":
        params[0].data = params[0].data - rate
    elif how == "data in place":
        params[0].data -= rate
    elif how == "copy_":
        with torch.no_grad():
            params[0].copy_(params[0] - rate)
    elif how == "grad to none":
        params[0].grad = None
    elif how == "grad to zero":
        params[0].grad.zero_()
    elif how == "sgd":
        with torch.no_grad():
            for p in params:
                p -= rate * p.grad
                p.grad = None
    elif how == "backward":
        (params[0] * 3).sum().backward()
    elif how == "swap":
        params[0], params[1] = params[1], params[0]
    elif how == "append":
        params.append(torch.full((1,), 9.0))
    elif how == "clear":
        params.clear()
    elif how == "freeze":
        params[0].requires_grad_(False)
    elif how == "unflatten":
        params[0].data = params[0].data.reshape(1, -1)


def fill(table, key, value):
    table[key] = value
    return table


def into(source, out):
    out[:] = source * 2
    return out


def nested(value):
    value["layers"][0]["w"] += 1
    value["layers"].append({"w": value["layers"][0]["w"]})


def reshape_array(value):
    value.shape = (3, 2)


def turn(value):
    value.t_()


def rebind_inside(value):
    value[0][0] = torch.zeros(2)


class Counter:
    def add(self, box, item):
        box.append(item)
        return len(box)
'''


def leaf(*values):
    tensor = torch.tensor(values, requires_grad=True)
    tensor.grad = torch.ones_like(tensor)
    return tensor


@pytest.mark.parametrize("how", ["in place", "data in place", "copy_"])
def test_an_update_in_place_changes_the_callers_tensor(student, how):
    parameter = leaf(1.0, 2.0)
    params, storage = [parameter], parameter.untyped_storage().data_ptr()
    student.step(params, how)
    assert params[0] is parameter
    assert parameter.tolist() == [0.5, 1.5]
    assert parameter.untyped_storage().data_ptr() == storage
    assert parameter.requires_grad


def test_rebinding_a_list_item_leaves_the_old_tensor_alone(student):
    parameter = leaf(1.0, 2.0)
    params = [parameter]
    student.step(params, "rebind item")
    assert params[0] is not parameter
    assert params[0].tolist() == [0.5, 1.5]
    assert parameter.tolist() == [1.0, 2.0]


def test_rebinding_a_name_changes_nothing(student):
    parameter = leaf(1.0, 2.0)
    params = [parameter]
    student.step(params, "rebind name")
    assert params[0] is parameter
    assert parameter.tolist() == [1.0, 2.0]


def test_assigning_data_keeps_the_tensor_and_changes_its_memory(student):
    parameter = leaf(1.0, 2.0)
    view = parameter.detach()
    params = [parameter]
    student.step(params, "data")
    assert params[0] is parameter
    assert parameter.tolist() == [0.5, 1.5]
    assert view.tolist() == [1.0, 2.0]
    assert parameter.requires_grad


def test_assigning_data_of_another_shape_changes_the_shape(student):
    parameter = leaf(1.0, 2.0)
    parameter.grad = None
    student.step([parameter], "unflatten")
    assert parameter.shape == (1, 2)


def test_a_gradient_set_to_none_is_none(student):
    parameter = leaf(1.0)
    student.step([parameter], "grad to none")
    assert parameter.grad is None


def test_a_gradient_zeroed_is_zero(student):
    parameter = leaf(1.0)
    gradient = parameter.grad
    student.step([parameter], "grad to zero")
    assert parameter.grad.tolist() == [0.0]
    assert gradient.tolist() == [0.0]


def test_backward_in_the_call_adds_to_the_callers_gradient(student):
    parameter = leaf(1.0, 2.0)
    student.step([parameter], "backward")
    assert parameter.grad.tolist() == [4.0, 4.0]
    fresh = torch.ones(2, requires_grad=True)
    student.step([fresh], "backward")
    assert fresh.grad.tolist() == [3.0, 3.0]


def test_a_step_of_gradient_descent_works_as_a_whole(student):
    params = [leaf(1.0, 2.0), leaf(3.0)]
    student.step(params, "sgd")
    assert [p.tolist() for p in params] == [[0.5, 1.5], [2.5]]
    assert [p.grad for p in params] == [None, None]


def test_items_can_be_swapped(student):
    one, other = leaf(1.0), leaf(2.0)
    params = [one, other]
    student.step(params, "swap")
    assert params[0] is other
    assert params[1] is one


def test_a_list_can_grow_and_shrink(student):
    parameter = leaf(1.0)
    params = [parameter]
    student.step(params, "append")
    assert params[0] is parameter
    assert params[1].tolist() == [9.0]
    student.step(params, "clear")
    assert params == []


def test_a_parameter_can_be_frozen(student):
    parameter = leaf(1.0)
    student.step([parameter], "freeze")
    assert parameter.requires_grad is False


def test_changes_of_several_calls_add_up(student):
    parameter = leaf(1.0)
    for _ in range(3):
        student.step([parameter], "in place")
    assert parameter.tolist() == [-0.5]


def test_views_held_by_the_caller_see_the_change(student):
    base = torch.zeros(2, 2)
    params, row = [base], base[0]
    student.step(params, "in place")
    assert row.tolist() == [-0.5, -0.5]


def test_a_declared_view_changes_its_base(student):
    base = torch.zeros(2, 2)
    student.step([base[1]], "in place")
    assert base.tolist() == [[0.0, 0.0], [-0.5, -0.5]]


def test_the_same_tensor_twice_is_changed_once(student):
    parameter = leaf(1.0)
    params = [parameter, parameter]
    student.step(params, "in place")
    assert params[1].tolist() == [0.5]
    assert params[1] is parameter


def test_a_keyword_argument_can_be_declared(student):
    parameter = leaf(1.0)
    student.step(how="in place", params=[parameter])
    assert parameter.tolist() == [0.5]


def test_a_dict_is_filled_in_place(student):
    table = {"a": 1}
    tensor = torch.ones(1)
    assert student.fill(table, "b", tensor) is table
    assert list(table) == ["a", "b"]
    assert table["b"] is tensor


def test_a_tensor_is_filled_and_returned(student):
    out = torch.zeros(2)
    assert student.into(torch.ones(2), out) is out
    assert out.tolist() == [2.0, 2.0]


def test_an_array_is_filled_and_returned(student):
    out = np.zeros(2)
    assert student.into(np.ones(2), out) is out
    assert out.tolist() == [2.0, 2.0]


def test_a_column_of_an_array_is_filled_in_place(student):
    base = np.zeros((2, 2))
    student.into(np.ones(2), out=base[:, 1])
    assert base.tolist() == [[0.0, 2.0], [0.0, 2.0]]


def test_objects_made_in_the_call_and_stored_are_new(student):
    table = {}
    made = student.fill(table, "x", [1])
    assert made["x"] == [1]


def test_a_method_can_be_declared(student):
    box = []
    assert student.Counter().add(box, 5) == 1
    assert box == [5]


def test_a_change_deep_inside_reaches_the_callers_objects(student):
    weight = torch.zeros(2)
    value = {"layers": [{"w": weight}]}
    student.nested(value)
    assert weight.tolist() == [1.0, 1.0]
    assert len(value["layers"]) == 2
    assert value["layers"][1]["w"] is weight


def test_an_inner_list_is_rebound_in_place(student):
    inner = [torch.ones(2)]
    value = [inner]
    student.rebind_inside(value)
    assert value[0] is inner
    assert inner[0].tolist() == [0.0, 0.0]


def test_an_array_can_be_given_another_shape(student):
    array = np.zeros((2, 3))
    student.reshape_array(array)
    assert array.shape == (3, 2)


def test_a_tensor_can_be_transposed_in_place(student):
    tensor = torch.arange(6.0).reshape(2, 3)
    student.turn(tensor)
    assert tensor.shape == (3, 2)
    assert tensor.stride() == (1, 3)
