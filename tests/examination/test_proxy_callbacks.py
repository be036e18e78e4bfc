"""Functions and spies of a test, called by the student's code: in order, with present values, and errors kept."""

import functools

import numpy as np
import pytest
import torch
from exams import ends

from grader.examination import Spy, close

MANIFEST = """
[functions.train]
mutates = ["params"]
[functions.rebind_and_call]
mutates = ["params"]
[functions.gradients_and_call]
mutates = ["params"]
[functions.fill_then_call]
mutates = ["x"]
"""

STUDENT = '''
import torch


def apply(f, *args, **kwargs):
    return f(*args, **kwargs)


def apply_twice(f, x):
    return f(f(x))


def call_in_order(*functions):
    for f in functions:
        f()


def train(params, batches, forward, loss_of, optimizer):
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        prediction = forward(x)
        loss = loss_of(prediction, y)
        loss.backward() if hasattr(loss, "backward") and loss.requires_grad else None
        optimizer.step()
        losses.append(float(loss))
    return losses


def change_then_call(x, f):
    before = float(x.sum())
    x.add_(1)
    seen = f(x)
    x.sub_(1)
    return before, seen


def grow_and_call(items, f):
    """Change a protected list between several calls, and put it back."""
    seen = []
    for number in range(3):
        items.append([number])
        seen.append(f(items))
        seen.append(f(items))
    del items[1:]
    return seen


def rebind_and_call(params, f):
    """Put new tensors into a declared list between several calls."""
    for _ in range(3):
        params[0] = params[0] + 1
        f(params)
        f(params[0])
    return params[0]


def gradients_and_call(params, f):
    for number in range(3):
        params[0].grad = None
        (params[0] * number).sum().backward()
        f(params)
        f(params)


def fill_then_call(x, f):
    x.fill_(5)
    return f(x)


def append_then_call(items, f):
    items.append(1)
    try:
        return f(items)
    finally:
        items.pop()


def newly_made(f):
    return f(torch.arange(3.0), [1, {"a": (2,)}])


def view_of_argument(x, f):
    return f(x[1:])


def shares(f, x):
    made = f(x)
    made[0] = 50.0
    return x.tolist()


def is_same(f, x):
    return f(x) is x


def twice_the_same(f):
    x = torch.ones(2)
    return f(x, x)


def swallows_everything(f):
    try:
        f()
    except BaseException:
        return "swallowed"


def recurse(f, depth):
    return f(depth)


def kind_of(f):
    return callable(f), f.__name__


def map_over(f, items):
    return [f(item) for item in items]


def sum_of(f, n):
    return sum(f(i) for i in range(n))


def uses_spy(spy):
    spy.start(1)
    spy.stop(why="done")
    return spy.count()


def calls_hidden(spy):
    return spy._secret()


def calls_missing(spy):
    return spy.missing()


def calls_spy(spy):
    return spy(3)


def same_spy(one, other):
    return one is other


def returns_function(f):
    return f


def generate(f, n):
    for i in range(n):
        yield f(i)


def stores(f):
    global kept
    kept = f


def raises_in_between(f):
    f()
    raise RuntimeError("after the call")


def prints_around(f):
    print("before")
    f()
    print("after")


def passes_object(f):
    return f(Thing())


def unsendable(f):
    return f(torch.zeros(3).to_sparse())


class Thing:
    size = 3


def in_thread(f):
    import threading

    failure = []

    def work():
        try:
            f()
        except BaseException as error:
            failure.append(type(error).__name__)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return failure


'''


REFERENCE = (
    STUDENT
    + """

def right():
    return 1.0


def wrong(f):
    return f(1.0)


def wrong_value():
    return 1.0


swallows_everything = apply


def shares_view(f, x):
    return [0.0, 50.0, 0.0]


def later():
    return 1


def forged(f):
    return f()


def endless(f):
    return f()


def deeper(f):
    return 1


def dies(): ...
def never_ends(): ...
def swallow_it(f): return f()
def no_such_name(): ...
def zeroes(x): ...
"""
)
STUDENT += """

def wrong(f):
    return f(0.0)


def wrong_value():
    return 0.0


def shares_view(f, x):
    return shares(f, x)


def later():
    import threading

    found = []

    def work():
        try:
            found.append(kept())
        except RuntimeError as error:
            found.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    raise found[0]


def forged(f):
    import copy

    other = copy.copy(f)
    other._invoke = __import__("functools").partial(f._invoke.func, 99)
    return other()


def endless(f):
    while True:
        f()


def deeper(f):
    return f()


def dies():
    import os

    os._exit(5)


def never_ends():
    while True:
        pass


def swallow_it(f):
    return swallows_everything(f)


def zeroes(x):
    x.zero_()
"""


class Log(Spy):
    """Writes down which of its methods were called."""

    def __init__(self):
        self.calls = []

    def zero_grad(self):
        self.calls.append("zero_grad")

    def step(self):
        self.calls.append("step")

    def forward(self, x):
        self.calls.append("forward")
        return x * 2

    def loss(self, prediction, y):
        self.calls.append("loss")
        return ((prediction - y) ** 2).mean()

    def start(self, number):
        self.calls.append(("start", number))

    def stop(self, *, why):
        self.calls.append(("stop", why))

    def count(self):
        return len(self.calls)

    def _secret(self):
        return "secret"


class Doubler(Spy):
    def __call__(self, x):
        return 2 * x


# -- functions


def test_a_function_is_called_and_its_result_is_used(student):
    assert student.apply(lambda x: x + 1, 4) == 5


def test_a_result_can_be_passed_in_again(student):
    assert student.apply_twice(lambda x: 3 * x, 2) == 18


def test_keyword_arguments_reach_the_function(student):
    seen = {}
    student.apply(lambda *args, **kwargs: seen.update(args=args, **kwargs), 1, mode="sum", rate=0.5)
    assert seen == {"args": (1,), "mode": "sum", "rate": 0.5}


@pytest.mark.parametrize(
    "function", [functools.partial(pow, 2), [].append, torch.sigmoid, len], ids=["partial", "method", "torch", "len"]
)
def test_every_kind_of_function_can_be_passed(student, function):
    assert student.kind_of(lambda: None)[0] is True
    student.apply(function, {"len": [1]}.get("x", [0.0]) if function is len else torch.ones(1))


def test_functions_are_called_in_order(student):
    calls = []
    student.call_in_order(*(functools.partial(calls.append, name) for name in "abcab"))
    assert calls == ["a", "b", "c", "a", "b"]


def test_a_function_has_its_name(student):
    def loss_function():
        return None

    assert student.kind_of(loss_function) == (True, "loss_function")


def test_a_function_that_returns_none_gives_none(student):
    assert student.apply(lambda: None) is None


def test_a_function_is_called_for_each_item(student):
    assert student.map_over(lambda x: x * x, [1, 2, 3]) == [1, 4, 9]


def test_many_calls_are_answered(student):
    assert student.sum_of(lambda i: i, 200) == 199 * 100


def test_a_function_that_comes_back_is_that_function(student):
    def f():
        return 1

    assert student.returns_function(f) is f


def test_a_generator_can_call_a_function(student):
    assert list(student.generate(lambda i: 10 * i, 3)) == [0, 10, 20]


# -- arguments


def test_new_objects_arrive_as_plain_data(student):
    seen = []
    student.newly_made(lambda x, items: seen.extend([x, items]))
    assert type(seen[0]) is torch.Tensor
    assert seen[0].tolist() == [0.0, 1.0, 2.0]
    assert seen[1] == [1, {"a": (2,)}]


def test_an_argument_of_the_call_arrives_as_that_object(student):
    x, seen = torch.ones(2), []
    student.apply(lambda value: seen.append(value), x)
    assert seen[0] is x


def test_an_object_passed_twice_to_the_function_is_one(student):
    assert student.twice_the_same(lambda one, other: one is other) is True


def test_a_view_of_an_argument_arrives_as_a_view(student):
    x = torch.arange(3.0)
    seen = []
    student.view_of_argument(x, seen.append)
    assert seen[0].untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
    assert seen[0].tolist() == [1.0, 2.0]


def test_the_function_sees_values_as_they_are_at_the_moment(student):
    before, seen = student.change_then_call(torch.zeros(3), lambda x: x.tolist())
    assert before == 0.0
    assert seen == [1.0, 1.0, 1.0]


def test_the_function_sees_a_list_as_it_is_at_the_moment(student):
    assert student.append_then_call([0], lambda items: list(items)) == [0, 1]


def test_a_list_that_grows_between_calls_is_seen_growing(student):
    seen = student.grow_and_call(["a"], lambda items: len(items))
    assert seen == [2, 2, 3, 3, 4, 4]


def test_a_rebound_item_of_a_declared_list_is_seen_in_each_call(student):
    params, seen = [torch.zeros(2)], []

    def look(value):
        seen.append((value[0] if isinstance(value, list) else value).tolist())

    made = student.rebind_and_call(params, look)
    assert seen == [[n, n] for n in (1.0, 1.0, 2.0, 2.0, 3.0, 3.0)]
    assert params[0] is made
    assert made.tolist() == [3.0, 3.0]


def test_a_new_gradient_of_a_declared_parameter_is_seen_in_each_call(student):
    params, seen = [torch.ones(2, requires_grad=True)], []
    student.gradients_and_call(params, lambda now: seen.append(now[0].grad.tolist()))
    assert seen == [[n, n] for n in (0.0, 0.0, 1.0, 1.0, 2.0, 2.0)]
    assert params[0].grad.tolist() == [2.0, 2.0]


@ends("passed")
def test_a_protected_argument_is_not_touched_while_the_function_runs(student):
    x = torch.zeros(3)
    seen = []
    student.change_then_call(x, lambda now: seen.append((now is x, now.tolist(), x.tolist())))
    assert seen == [(False, [1.0, 1.0, 1.0], [0.0, 0.0, 0.0])]


def test_a_declared_argument_is_the_callers_own_while_the_function_runs(student):
    x = torch.zeros(3)
    seen = []
    student.fill_then_call(x, lambda now: seen.append((now is x, x.tolist())))
    assert seen == [(True, [5.0, 5.0, 5.0])]


def test_an_object_of_the_student_arrives_as_a_handle(student):
    assert student.passes_object(lambda thing: thing.size) == 3


# -- results


def test_the_function_may_return_its_argument(student):
    assert student.is_same(lambda x: x, torch.ones(2)) is True
    assert student.is_same(lambda x: x.clone(), torch.ones(2)) is False


def test_the_function_may_return_tensors_arrays_and_containers(student):
    made = student.apply(lambda: {"t": torch.ones(2), "a": np.zeros(2), "s": (1, [2])})
    assert made["t"].tolist() == [1.0, 1.0]
    assert type(made["a"]) is np.ndarray
    assert made["s"] == (1, [2])


def test_a_copy_that_the_function_returns_is_a_copy_in_the_call(student):
    x = torch.zeros(3)
    result = student.shares(lambda value: value[1:].clone(), x)
    assert result == [0.0, 0.0, 0.0]


@ends("failed", "input_changed.values", says="`x`")
def test_a_write_through_a_returned_view_changes_the_argument(student, reference):
    assert student.shares_view(lambda value: value[1:], torch.zeros(3)) == [0.0, 50.0, 0.0]


@ends("failed", differs="what a function returns is forgotten when its call ends, and comes back as a copy")
def test_a_new_tensor_that_the_function_returns_is_that_tensor_when_it_comes_back(student):
    made = torch.ones(2)
    assert student.apply(lambda: made) is made


# -- spies


def test_a_spys_methods_are_called(student):
    log = Log()
    assert student.uses_spy(log) == 2
    assert log.calls == [("start", 1), ("stop", "done")]


def test_a_spy_can_be_callable(student):
    assert student.calls_spy(Doubler()) == 6


def test_a_spy_passed_twice_is_one(student):
    spy = Log()
    assert student.same_spy(spy, spy) is True
    assert student.same_spy(spy, Log()) is False


def test_a_missing_method_is_an_attribute_error(student):
    with pytest.raises(AttributeError, match="missing"):
        student.calls_missing(Log())


@ends("passed")
def test_a_private_method_is_not_offered(student):
    with pytest.raises(AttributeError, match="_secret"):
        student.calls_hidden(Log())


@ends("passed")
def test_a_spy_that_is_not_callable_is_a_type_error(student):
    with pytest.raises(TypeError, match="not callable"):
        student.calls_spy(Log())


def test_the_order_of_a_training_loop_is_seen(student):
    log = Log()
    batches = [(torch.ones(1), torch.zeros(1)), (torch.zeros(1), torch.zeros(1))]
    losses = student.train([torch.ones(1)], batches, log.forward, log.loss, log)
    assert log.calls == ["zero_grad", "forward", "loss", "step"] * 2
    assert losses == [4.0, 0.0]


def test_the_order_over_several_spies_is_kept(student):
    calls = []

    class Part(Spy):
        def __init__(self, name):
            self.name = name

        def start(self, number):
            calls.append(f"{self.name}{number}")

        def stop(self, *, why):
            calls.append(f"{self.name} {why}")

        def count(self):
            return 0

    student.uses_spy(Part("a"))
    student.uses_spy(Part("b"))
    assert calls == ["a1", "a done", "b1", "b done"]


# -- calls within calls


def test_the_function_may_call_the_students_code_in_its_turn(student):
    assert student.apply(lambda x: student.apply(lambda y: y + 1, x) * 2, 4) == 10


def test_calls_within_calls_go_some_levels_deep(student):
    def down(depth):
        return depth if depth == 0 else student.recurse(down, depth - 1) + 1

    assert student.recurse(down, 5) == 5


# -- errors


@ends("failed", "asserted", says="never this")
def test_an_assertion_in_the_function_fails_the_test_with_that_error(student, reference):
    def check(x):
        assert x == reference.right(), "never this"

    student.wrong(check)


@ends("failed", "asserted", says="the first")
def test_an_assertion_cannot_be_swallowed_by_the_student(student, reference):
    def check():
        assert reference.right() == student.wrong_value(), "the first"

    student.swallows_everything(check)


@ends("failed", says="expected 1")
def test_a_comparison_in_the_function_fails_the_test(student, reference):
    student.wrong(lambda x: close(x, reference.right()))


def test_an_exception_of_the_function_reaches_the_test(student):
    def broken():
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        student.apply(broken)


def test_the_students_own_error_after_a_call_is_the_students(student):
    with pytest.raises(RuntimeError, match="after the call"):
        student.raises_in_between(lambda: None)


@ends("passed")
def test_what_cannot_be_sent_to_a_function_is_a_type_error_in_the_students_code(student):
    with pytest.raises(TypeError, match="unsupported"):
        student.unsendable(lambda x: x)


@ends("passed")
def test_a_function_cannot_be_called_from_another_thread(student):
    assert student.in_thread(lambda: None) == ["RuntimeError"]


@ends("failed", "raised", says="RuntimeError")
def test_a_function_kept_from_an_earlier_call_cannot_be_called_when_none_is_waited_for(student):
    student.stores(lambda: 1)
    assert student.later() == 1


@ends("crashed", "ended.wire")
def test_a_call_of_a_function_that_was_never_given_is_a_breach(student):
    assert student.forged(lambda: 1) == 1


@ends("crashed", "ended.exit")
def test_a_death_within_a_function_of_the_test_is_a_crash(student):
    student.apply(lambda: student.dies())


def test_the_next_test_has_a_new_child(student):
    assert student.apply(lambda: 1) == 1


@pytest.mark.timeout(0.3)
@ends("timeout", "ended.call")
def test_a_loop_within_a_function_of_the_test_is_a_timeout(student):
    student.apply(lambda: student.never_ends())


@ends("failed", "missing_name")
def test_a_missing_name_within_a_function_of_the_test_is_told(student):
    student.swallow_it(lambda: student.no_such_name())


@ends("failed", "input_changed.values")
def test_a_changed_input_within_a_function_of_the_test_is_told(student):
    student.swallow_it(lambda: student.zeroes(torch.ones(2)))


@ends("failed", says="RecursionError")
def test_endless_calls_within_calls_end(student, reference):
    def down():
        return student.deeper(down)

    assert student.deeper(down) == 1


@pytest.mark.timeout(0.3)
@ends("timeout", "ended.call")
def test_endless_calls_of_a_function_end_with_the_call(student):
    student.endless(lambda: None)


@ends("passed")
def test_what_is_printed_around_a_call_is_no_answer(student):
    student.prints_around(lambda: None)
