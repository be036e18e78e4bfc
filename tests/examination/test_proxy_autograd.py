"""Gradients through the student's own graph, and objects of the child that keep theirs."""

import torch
from exams import ends

from grader.examination import close, fetch, in_graph

STUDENT = """
import numpy as np
import torch


def square(x):
    return x * x


def product(x, y):
    return x * y


def scaled(x, *, factor=1.0):
    return x * factor


def total(x):
    return x.sum()


def first_only(x, y):
    return x * 2


def lookup(table, index):
    return table[index]


def weighted(x, rate):
    return x * rate


def wrong_by_two(x):
    return 2 * (x * x)


def detached(x):
    return (x * x).detach()


def through_item(x):
    return torch.tensor(float((x * x).sum().item()))


def through_numpy(x):
    return torch.from_numpy(x.detach().numpy() ** 2)


def through_data(x):
    return x.data * 2


def gives_float(x):
    return float((x * x).sum())


def gives_none(x):
    return None


def wrong_shape(x):
    return (x * x).sum(0, keepdim=True)


def doubles(x):
    return (x * x).double()


def relu(x):
    return x.clamp(min=0)


def complex_square(z):
    return z * z


def untouched(x):
    return x


def pair(x):
    return x * 2, x * 3


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        return 3 * x**2 * upstream


class BadCube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x**3

    @staticmethod
    def backward(ctx, upstream):
        raise RuntimeError("not written yet")


def cube(x):
    return Cube.apply(x)


def bad_cube(x):
    return BadCube.apply(x)


def changes_input(x):
    x.data.zero_()
    return x * x


def no_grad_inside(x):
    with torch.no_grad():
        return x * x


def mse(prediction, target):
    return ((prediction - target) ** 2).mean()


def leaves_grad(x):
    y = (x * x).sum()
    y.backward()
    return x.grad
"""

REFERENCE = (
    STUDENT
    + """

square_of = square
wrong_by_two = detached = through_item = through_numpy = through_data = gives_float = gives_none = square
wrong_shape = doubles = no_grad_inside = changes_input = square
bad_cube = cube
"""
)


# -- the gradient of a function


@ends("passed")
def test_the_gradient_of_one_tensor(student):
    x = torch.tensor([1.0, 2.0])
    (gradient,) = student.square.grad(x, torch.ones(2))
    close(gradient, 2 * x)


@ends("passed")
def test_one_gradient_for_each_positional_argument(student):
    x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
    by_x, by_y = student.product.grad((x, y), torch.ones(2))
    close(by_x, y)
    close(by_y, x)


@ends("passed")
def test_the_upstream_gradient_is_multiplied_in(student):
    x, upstream = torch.tensor([1.0, 2.0]), torch.tensor([10.0, -1.0])
    (gradient,) = student.square.grad(x, upstream)
    close(gradient, torch.tensor([20.0, -4.0]))


@ends("passed")
def test_without_upstream_a_scalar_has_the_upstream_one(student):
    (gradient,) = student.total.grad(torch.zeros(3))
    close(gradient, torch.ones(3))


@ends("passed")
def test_keyword_arguments_reach_the_function(student):
    (gradient,) = student.scaled.grad(torch.zeros(2), torch.ones(2), factor=5.0)
    close(gradient, torch.full((2,), 5.0))


@ends("passed")
def test_an_input_that_is_not_reached_has_no_gradient(student):
    by_x, by_y = student.first_only.grad((torch.ones(2), torch.ones(2)), torch.ones(2))
    close(by_x, torch.full((2,), 2.0))
    assert by_y is None


@ends("passed")
def test_integers_and_numbers_have_no_gradient(student):
    table = torch.zeros(3, 2)
    by_table, by_index = student.lookup.grad((table, torch.tensor([0, 0, 2])), torch.ones(3, 2))
    close(by_table, torch.tensor([[2.0, 2.0], [0.0, 0.0], [1.0, 1.0]]))
    assert by_index is None
    assert student.weighted.grad((torch.ones(1), 3.0), torch.ones(1))[1] is None


@ends("passed")
def test_the_same_tensor_twice_is_differentiated_in_both_places(student):
    x = torch.tensor([3.0])
    by_first, by_second = student.product.grad((x, x), torch.ones(1))
    close(by_first + by_second, 2 * x)


@ends("passed")
def test_gradients_have_the_dtype_of_their_input(student):
    (gradient,) = student.square.grad(torch.ones(2, dtype=torch.float64), torch.ones(2, dtype=torch.float64))
    assert gradient.dtype is torch.float64


@ends("passed")
def test_a_complex_gradient_is_the_one_of_torch(student):
    z = torch.tensor([1 + 2j])
    leaf = z.clone().requires_grad_()
    (leaf * leaf).sum().backward(torch.tensor(1 + 0j))
    (gradient,) = student.complex_square.grad(z, torch.ones(1, dtype=z.dtype))
    close(gradient, leaf.grad)


@ends("passed")
def test_a_strided_input_has_its_gradient(student):
    x = torch.arange(6.0).reshape(2, 3).T
    (gradient,) = student.square.grad(x, torch.ones(3, 2))
    close(gradient, 2 * x)


@ends("passed")
def test_an_empty_input_has_an_empty_gradient(student):
    (gradient,) = student.square.grad(torch.ones(0, 2), torch.ones(0, 2))
    assert gradient.shape == (0, 2)


@ends("passed")
def test_the_callers_input_gets_no_gradient(student):
    x = torch.ones(2)
    student.square.grad(x, torch.ones(2))
    assert x.grad is None
    assert x.requires_grad is False


@ends("passed")
def test_a_leaf_of_the_caller_keeps_its_own_gradient(student):
    x = torch.ones(2, requires_grad=True)
    x.grad = torch.full((2,), 7.0)
    (gradient,) = student.square.grad(x, torch.ones(2))
    close(gradient, torch.full((2,), 2.0))
    assert x.grad.tolist() == [7.0, 7.0]


@ends("passed")
def test_an_autograd_function_of_the_student_is_used(student):
    (gradient,) = student.cube.grad(torch.tensor([2.0]), torch.ones(1))
    close(gradient, torch.tensor([12.0]))


@ends("passed")
def test_a_result_that_is_the_input_has_the_upstream_gradient(student):
    upstream = torch.tensor([5.0])
    (gradient,) = student.untouched.grad(torch.ones(1), upstream)
    close(gradient, upstream)


# -- what goes wrong, and how it is called


@ends("failed")
def test_a_wrong_gradient_is_a_wrong_value(student):
    x = torch.tensor([1.0, 2.0])
    close(student.wrong_by_two.grad(x, torch.ones(2))[0], 2 * x)


@ends("failed", "not_in_graph")
def test_a_detached_result(student):
    student.detached.grad(torch.ones(2), torch.ones(2))


@ends("failed", "not_in_graph")
def test_a_result_computed_under_no_grad(student):
    student.no_grad_inside.grad(torch.ones(2), torch.ones(2))


@ends("failed", "not_in_graph")
def test_a_result_that_went_through_item(student):
    student.through_item.grad(torch.ones(2), torch.ones(2))


@ends("failed", "not_in_graph")
def test_a_result_that_went_through_numpy(student):
    student.through_numpy.grad(torch.ones(2), torch.ones(2))


@ends("failed", "not_in_graph")
def test_a_result_that_went_through_data(student):
    student.through_data.grad(torch.ones(2), torch.ones(2))


@ends("failed", "not_in_graph")
def test_a_number_instead_of_a_tensor(student):
    student.gives_float.grad(torch.ones(2), torch.ones(2))


@ends("failed", "not_in_graph")
def test_none_instead_of_a_tensor(student):
    student.gives_none.grad(torch.ones(2), torch.ones(2))


@ends("failed", says="(1,)")
def test_an_upstream_gradient_of_another_shape_is_the_results_fault(student):
    student.wrong_shape.grad(torch.ones(2), torch.ones(2))


@ends("passed")
def test_the_gradient_of_a_result_of_another_dtype_has_the_inputs_dtype(student):
    (gradient,) = student.doubles.grad(torch.ones(2), torch.ones(2))
    close(gradient, torch.full((2,), 2.0))


@ends("failed", says="not written yet")
def test_an_exception_in_the_students_backward_is_the_students(student):
    student.bad_cube.grad(torch.ones(2), torch.ones(2))


@ends("failed", "input_changed.values")
def test_an_input_changed_while_differentiating_is_told(student):
    student.changes_input.grad(torch.ones(2), torch.ones(2))


# -- whether a result is in the graph


def test_a_result_of_a_tracked_argument_is_in_the_graph(student):
    assert in_graph(student.square(torch.ones(2, requires_grad=True)))


def test_a_result_of_a_plain_argument_is_not(student):
    assert not in_graph(student.square(torch.ones(2)))


@ends("failed")
def test_a_detached_result_of_a_tracked_argument_is_told_apart(student):
    assert in_graph(student.detached(torch.ones(2, requires_grad=True)))


# -- objects that stay with their graph


def test_a_remote_module_keeps_its_graph(student, remote):
    model = remote.torch.nn.Linear(2, 1)
    loss = student.mse(model(torch.ones(3, 2)), torch.zeros(3, 1))
    assert in_graph(loss)


def test_backward_through_a_remote_loss_fills_the_parameters(remote):
    model = remote.torch.nn.Linear(2, 1)
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    model(x).sum().backward()
    close(fetch(model.weight.grad), torch.tensor([[4.0, 6.0]]))
    close(fetch(model.bias.grad), torch.tensor([2.0]))


def test_the_gradient_before_backward_is_none(remote):
    assert remote.torch.nn.Linear(2, 1).weight.grad is None


def test_gradients_add_up_over_two_backward_passes(remote):
    model = remote.torch.nn.Linear(1, 1)
    for _ in range(2):
        model(torch.ones(1, 1)).sum().backward()
    close(fetch(model.weight.grad), torch.tensor([[2.0]]))


def test_a_remote_tensor_is_passed_to_the_students_function_with_its_graph(student, remote):
    weight = remote.torch.nn.Linear(1, 1, bias=False).weight
    with remote.torch.no_grad():
        weight.fill_(3.0)
    out = student.square(weight)
    assert in_graph(out)
    close(fetch(out).detach(), torch.tensor([[9.0]]))


def test_a_remote_tensor_is_fetched_by_value(remote):
    tensor = fetch(remote.torch.arange(3))
    assert type(tensor) is torch.Tensor
    assert tensor.tolist() == [0, 1, 2]


def test_numbers_of_remote_objects_are_numbers(remote):
    model = remote.torch.nn.Linear(2, 3)
    assert model.out_features == 3
    assert model.weight.shape == (3, 2)
    assert model.weight.dtype is torch.float32
    assert remote.torch.arange(4).sum().item() == 6


def test_fetch_of_plain_data_is_that_data():
    tensor = torch.ones(1)
    assert fetch(tensor) is tensor
    assert fetch(3) == 3
