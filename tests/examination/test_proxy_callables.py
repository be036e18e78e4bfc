"""What the exercise asks for as a function is called as one, whatever object the student binds to the name."""

import pytest
import torch
from exams import ends

from grader.examination import close

STUDENT = '''
import functools
import operator

import torch


class Cut:
    """Its results are in no graph, and its gradient is made up."""

    def __call__(self, x):
        return x.detach() ** 2

    def grad(self, inputs, upstream=None):
        (x,) = inputs
        return (2 * x * (torch.ones_like(x) if upstream is None else upstream),)


class CutForEveryName(Cut):
    def __getattr__(self, name):
        return self.grad


class CutMeta(type):
    def __call__(cls, x):
        return x.detach() ** 2


class CutClass(metaclass=CutMeta):
    grad = staticmethod(Cut().grad)


class CutModule(torch.nn.Module):
    def forward(self, x):
        return x.detach() ** 2

    grad = Cut.grad


class CutWithAName(Cut):
    __name__ = "cut_name"


class CutThatSaysItIsAType(Cut):
    @property
    def __class__(self):
        return type


class CallableTensor(torch.Tensor):
    def __call__(self, x):
        return x * x


class Square:
    def __call__(self, x):
        return x * x


class SquareModule(torch.nn.Module):
    def forward(self, x):
        return x * x


def power(x, exponent):
    return x**exponent


def cut_function(x):
    return x.detach() ** 2


cut_function.grad = Cut().grad
cut_object = Cut()
cut_for_every_name = CutForEveryName()
cut_class = CutClass
cut_module = CutModule()
cut_name = CutWithAName()
cut_partial = functools.partial(Cut())
cut_partial.grad = Cut().grad
cut_type = CutThatSaysItIsAType()
square_object = Square()
square_module = SquareModule()
square_partial = functools.partial(power, exponent=2)
square_builtin = torch.square
square_method = Square().__call__
product = operator.mul
a_property = property(lambda self: 1)
a_tensor = torch.ones(2)
nothing = None
callable_tensor = torch.ones(2).as_subclass(CallableTensor)
a_class = Square()
no_class = 3
RATE = 0.5
flag = lambda: False


def apply(f, x):
    return f(x)


scale = SquareModule()
'''

REFERENCE = """
import torch


def square(x):
    return x * x


cut_function = cut_object = cut_for_every_name = cut_class = cut_module = cut_name = cut_partial = cut_type = square
square_object = square_module = square_partial = square_builtin = square_method = square
a_property = a_tensor = nothing = callable_tensor = square


def product(x, y):
    return x * y


class a_class:
    def __call__(self, x):
        return x * x


class no_class:
    pass


class SquareModule(torch.nn.Module):
    def forward(self, x):
        return x * x


RATE = 0.5
flag = True


def apply(f, x):
    return f(x)


scale = SquareModule()
"""

X = torch.tensor([1.0, 3.0])


# -- a gradient is the examiner's to take


@pytest.mark.parametrize(
    "name",
    ["cut_function", "cut_object", "cut_for_every_name", "cut_class", "cut_module", "cut_name", "cut_partial",
     "cut_type"],
)  # fmt: skip
@ends("failed", "not_in_graph")
def test_a_gradient_of_the_objects_own_is_never_asked(student, name):
    (gradient,) = getattr(student, name).grad((X,), torch.ones(2))
    close(gradient, 2 * X)


@pytest.mark.parametrize(
    "name", ["square_object", "square_module", "square_partial", "square_builtin", "square_method"]
)
@ends("passed")
def test_whatever_can_be_called_is_differentiated(student, name):
    (gradient,) = getattr(student, name).grad((X,), torch.full((2,), 3.0))
    close(gradient, 6 * X)


@ends("passed")
def test_a_builtin_is_differentiated_by_each_argument(student):
    by_x, by_y = student.product.grad((X, 2 * X), torch.ones(2))
    close(by_x, 2 * X)
    close(by_y, X)


@pytest.mark.parametrize(
    "name",
    ["cut_object", "cut_for_every_name", "cut_class", "cut_module", "cut_partial", "square_object", "square_module",
     "square_partial", "square_builtin", "square_method"],
)  # fmt: skip
def test_whatever_can_be_called_is_called(student, name):
    close(getattr(student, name)(X), X * X)


@pytest.mark.parametrize("name", ["cut_object", "cut_class", "square_module", "square_partial", "square_builtin"])
def test_whatever_can_be_called_is_passed(student, name):
    close(student.apply(getattr(student, name), X), X * X)


def test_a_tensor_that_can_be_called_is_called(student):
    close(student.callable_tensor(X), X * X)


@ends("failed", "unusable", says="Tensor")
def test_a_tensor_that_can_be_called_is_not_passed_as_a_function(student):
    student.apply(student.callable_tensor, X)


# -- what cannot be called is said to be so


@pytest.mark.parametrize("name", ["a_property", "a_tensor", "nothing"])
@ends("failed", "not_callable", says=("is not a function", "work.py"))
def test_what_cannot_be_called_is_no_function(student, name):
    close(getattr(student, name)(X), X * X)


@ends("failed", "not_callable", says="Tensor")
def test_the_student_reads_what_it_is_instead(student):
    student.a_tensor(X)


@ends("failed", "not_callable", says="is not a class")
def test_what_cannot_be_called_is_no_class(student):
    student.no_class()


@ends("passed")
def test_where_a_class_is_asked_for_whatever_makes_objects_will_do(student):
    close(student.a_class(X), X * X)


# -- values stay values


def test_a_value_arrives_as_such(student):
    assert student.RATE == 0.5


@ends("failed", "handle")
def test_a_function_in_place_of_a_value_is_neither_true_nor_false(student):
    assert student.flag


@ends("failed", "handle")
def test_a_function_in_place_of_a_value_is_not_compared(student):
    assert student.flag != 3


def test_an_object_of_the_references_that_can_be_called_is_an_object(student):
    close(student.scale(X), X * X)
    assert student.scale.training
