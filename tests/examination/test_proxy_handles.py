"""Objects that live with the student's code: used as in a local call, and never compared, hashed or branched on."""

import contextlib

import pytest
import torch
from exams import ends

from grader.examination import close, fetch

STUDENT = '''
import torch
from torch import nn


class Counter:
    """Counts."""

    step = 2

    def __init__(self, start=0, *, name="counter"):
        self.value = start
        self.name = name
        self.history = [start]

    def add(self, amount=1):
        self.value += amount
        self.history.append(self.value)
        return self

    def total(self):
        return self.value

    def __call__(self, x):
        return self.value * x

    def __len__(self):
        return len(self.history)

    def __getitem__(self, index):
        return self.history[index]

    def __setitem__(self, index, value):
        self.history[index] = value

    def __iter__(self):
        return iter(self.history)

    @property
    def double(self):
        return 2 * self.value

    @staticmethod
    def plus(a, b):
        return a + b

    @classmethod
    def starting_at(cls, start):
        return cls(start)


class Quiet:
    def __enter__(self):
        self.open = True
        return self

    def __exit__(self, kind, error, trace):
        self.open = False


class Net(nn.Module):
    def __init__(self, n_in=3, n_out=2):
        super().__init__()
        self.linear = nn.Linear(n_in, n_out)
        with torch.no_grad():
            self.linear.weight.fill_(0.5)
            self.linear.bias.zero_()

    def forward(self, x):
        return self.linear(x)


class SGD:
    def __init__(self, params, lr):
        self.params = list(params)
        self.lr = lr

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def step(self):
        with torch.no_grad():
            for p in self.params:
                p -= self.lr * p.grad


class Dataset:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return self.x[index], self.y[index]


class Empty:
    pass


def make_counter(start):
    return Counter(start)


def value_of(counter):
    return counter.value


def is_same(one, other):
    return one is other


def kind_of(value):
    return type(value).__name__


def make_two():
    counter = Counter()
    return counter, counter


def table_of_objects():
    return {"one": Counter(1), "two": [Counter(2)]}


def linear():
    return nn.Linear(3, 1)


def count_parameters(model):
    return sum(p.numel() for p in model.parameters())


def train_step(model, x, y, lr=0.1):
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
            p.grad = None
    return loss


def adder(n):
    return lambda x: x + n


def compose(f, g):
    return lambda x: f(g(x))


def a_class():
    return Counter


def keep(counter, into):
    into.value = counter
    return None


DEFAULT = Counter(40)
RATE = 1


def at_rate(x):
    return RATE * x
'''


# A misused object must be the student's own doing: the reference returns what the tests need.
REFERENCE = (
    STUDENT
    + """

def plain():
    return 0


def nothing():
    return False
"""
)
STUDENT += """

def plain():
    return Counter()


def nothing():
    return Counter()
"""


# -- instances


def test_an_instance_is_made_with_its_arguments(student):
    counter = student.Counter(5, name="five")
    assert counter.value == 5
    assert counter.name == "five"


def test_methods_change_the_instance(student):
    counter = student.Counter()
    counter.add()
    counter.add(amount=4)
    assert counter.total() == 5
    assert counter.history == [0, 1, 5]


def test_a_method_that_returns_self_returns_the_same_object(student):
    counter = student.Counter()
    assert counter.add() is counter
    assert counter.add().add().total() == 3


def test_a_bound_method_can_be_kept(student):
    counter = student.Counter()
    add = counter.add
    add(2)
    add(3)
    assert counter.value == 5


def test_two_instances_are_apart(student):
    one, other = student.Counter(1), student.Counter(2)
    one.add(10)
    assert (one.value, other.value) == (11, 2)


def test_attributes_can_be_set(student):
    counter = student.Counter()
    counter.value = 30
    assert counter.total() == 30
    counter.note = "new"
    assert counter.note == "new"


def test_a_missing_attribute_is_an_attribute_error(student):
    with pytest.raises(AttributeError, match="volume"):
        student.Counter().volume  # noqa: B018


def test_properties_are_computed(student):
    assert student.Counter(4).double == 8


def test_class_attributes_are_read_through_the_instance(student):
    assert student.Counter().step == 2


def test_static_and_class_methods_work_through_the_instance(student):
    counter = student.Counter()
    assert counter.plus(1, 2) == 3
    assert counter.starting_at(7).value == 7


def test_static_and_class_methods_work_through_the_class(student):
    assert student.Counter.plus(1, 2) == 3
    assert student.Counter.starting_at(7).value == 7


def test_class_attributes_are_read_through_the_class(student):
    assert student.Counter.step == 2


def test_an_instance_can_be_called(student):
    assert student.Counter(3)(torch.ones(2)).tolist() == [3.0, 3.0]


def test_length_items_and_iteration(student):
    counter = student.Counter().add().add()
    assert len(counter) == 3
    assert counter[1] == 1
    assert counter[0:2] == [0, 1]
    assert list(counter) == [0, 1, 2]
    counter[0] = 50
    assert counter[0] == 50


def test_an_index_out_of_range_is_an_index_error(student):
    with pytest.raises(IndexError):
        student.Counter()[5]


def test_what_cannot_be_iterated_is_a_type_error(student):
    with pytest.raises(TypeError):
        list(student.Empty())


def test_what_has_no_length_is_a_type_error(student):
    with pytest.raises(TypeError):
        len(student.Empty())


def test_a_dataset_gives_views_of_what_it_was_made_from(student):
    x, y = torch.arange(6.0).reshape(3, 2), torch.arange(3)
    dataset = student.Dataset(x, y)
    features, label = dataset[1]
    assert len(dataset) == 3
    assert features.tolist() == [2.0, 3.0]
    assert label.item() == 1


def test_a_context_manager_is_entered_and_left(student):
    quiet = student.Quiet()
    with quiet as entered:
        assert entered is quiet
        assert quiet.open is True
    assert quiet.open is False


def test_a_context_manager_is_left_when_the_test_raises(student):
    quiet = student.Quiet()
    with pytest.raises(KeyError), quiet:
        raise KeyError("x")
    assert quiet.open is False


# -- identity


def test_the_same_object_is_the_same_handle(student):
    one, other = student.make_two()
    assert one is other


def test_the_same_attribute_is_the_same_handle(student):
    net = student.Net()
    assert net.linear is net.linear


def test_an_object_passed_back_is_that_object(student):
    counter = student.Counter(6)
    assert student.value_of(counter) == 6
    assert student.is_same(counter, counter) is True
    assert student.is_same(counter, student.Counter(6)) is False


def test_an_object_passed_back_inside_a_list_is_that_object(student):
    counter = student.Counter(6)
    assert student.kind_of([counter][0]) == "Counter"


def test_an_object_can_be_an_attribute_of_another(student):
    inner, outer = student.Counter(6), student.Counter()
    outer.child = inner
    assert outer.child is inner
    assert outer.child.value == 6


def test_objects_inside_plain_results_are_usable(student):
    table = student.table_of_objects()
    assert table["one"].value == 1
    assert table["two"][0].add().value == 3


def test_a_constant_that_is_an_object_is_usable(student):
    assert student.DEFAULT.value == 40


def test_a_constant_of_the_module_can_be_replaced(student):
    student.RATE = 5
    assert student.at_rate(2) == 10
    student.RATE = 1
    assert student.at_rate(2) == 2


def test_many_objects_come_and_go(student):
    for number in range(50):
        assert student.Counter(number).value == number


def test_a_released_objects_place_is_not_taken_for_another(student):
    kept = student.Counter(1)
    for number in range(20):
        student.Counter(number)
    assert kept.value == 1


# -- functions and classes as values


def test_a_returned_function_can_be_called(student):
    assert student.adder(3)(4) == 7


def test_returned_functions_can_be_composed(student):
    assert student.compose(student.adder(1), student.adder(10))(5) == 16


def test_a_returned_class_makes_instances(student):
    assert student.a_class()(9).value == 9


def test_a_function_of_the_module_can_be_passed_back(student):
    assert student.compose(student.make_counter, student.adder(1))(1).value == 2


# -- modules of torch


def test_a_module_computes_on_plain_tensors(student):
    close(student.Net()(torch.ones(4, 3)).detach(), torch.full((4, 2), 1.5))


def test_parameters_are_iterated(student):
    shapes = [tuple(fetch(p).shape) for p in student.Net().parameters()]
    assert shapes == [(2, 3), (2,)]


def test_named_parameters_are_pairs(student):
    assert [name for name, _ in student.Net().named_parameters()] == ["linear.weight", "linear.bias"]


def test_a_state_dict_has_its_keys_and_values(student):
    state = student.Net().state_dict()
    assert list(state.keys()) == ["linear.weight", "linear.bias"]
    close(fetch(state["linear.weight"]).detach(), torch.full((2, 3), 0.5))


def test_a_weight_can_be_read_through_attributes(student):
    close(fetch(student.Net().linear.weight).detach(), torch.full((2, 3), 0.5))


def test_training_mode_is_switched(student):
    net = student.Net()
    assert net.training is True
    net.eval()
    assert net.linear.training is False


def test_a_module_can_be_passed_to_another_function(student):
    assert student.count_parameters(student.Net()) == 8


def test_a_module_of_torch_can_be_passed_to_the_students_function(student, remote):
    assert student.count_parameters(remote.torch.nn.Linear(3, 1)) == 4


def test_a_training_step_changes_the_modules_weights(student):
    net = student.Net()
    x, y = torch.ones(4, 3), torch.zeros(4, 2)
    first = student.train_step(net, x, y).item()
    second = student.train_step(net, x, y).item()
    assert second < first


def test_gradients_are_read_from_parameters(student):
    net = student.Net()
    assert net.linear.weight.grad is None
    net(torch.ones(1, 3))
    loss = student.train_step(net, torch.ones(1, 3), torch.zeros(1, 2), lr=0.0)
    assert loss.item() == 2.25
    assert net.linear.weight.grad is None


def test_a_students_optimizer_steps_on_the_parameters_of_a_remote_module(student, remote):
    model = remote.torch.nn.Linear(2, 1)
    optimizer = student.SGD(model.parameters(), lr=0.5)
    before = fetch(model.weight).detach().clone()
    loss = model(torch.ones(1, 2)).sum()
    loss.backward()
    optimizer.step()
    close(fetch(model.weight).detach(), before - 0.5)
    optimizer.zero_grad()
    assert model.weight.grad is None


def test_no_grad_holds_in_the_students_process(student, remote):
    model = remote.torch.nn.Linear(2, 1)
    with remote.torch.no_grad():
        assert model(torch.ones(1, 2)).requires_grad is False
    assert model(torch.ones(1, 2)).requires_grad is True


# -- misuse


@ends("failed", "handle", says="Counter")
def test_comparing_objects_is_an_error_of_its_own(student):
    assert student.plain() == 0


@ends("failed", "handle")
def test_comparing_from_the_right_is_one_too(student):
    assert student.plain() != 1


@ends("failed", "handle")
def test_comparing_objects_with_each_other_is_one_too(student):
    counter = student.plain()
    assert counter == counter


@ends("failed", "handle")
def test_hashing_an_object_is_an_error_of_its_own(student):
    {student.plain(): 1}


@ends("failed", "handle")
def test_branching_on_an_object_is_an_error_of_its_own(student):
    if student.plain():
        pass


@ends("failed", "handle")
def test_negating_an_object_is_an_error_of_its_own(student):
    assert not student.nothing()


@ends("failed", "handle")
def test_fetching_what_is_no_data_is_an_error_of_its_own(student):
    fetch(student.plain())


@ends("failed", "handle")
def test_misuse_cannot_be_swallowed(student):
    with contextlib.suppress(Exception):
        assert student.plain() == 0


@ends("failed", "type.object")
def test_arithmetic_with_an_object_is_unusable(student):
    student.plain() + 1


def test_an_object_shows_what_it_is(student):
    assert "Counter" in repr(student.Counter())
