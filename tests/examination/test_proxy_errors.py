"""A student's exception arrives as its builtin type, its message, and the student's own lines; nothing else."""

import builtins

import pytest
import torch
from exams import ends

STUDENT = """
import torch


def fails(kind, *args):
    raise kind_of(kind)(*args)


def kind_of(name):
    import builtins

    return getattr(builtins, name)


class ShapeError(ValueError):
    pass


class Lookup(KeyError, IndexError):
    pass


class Bare(Exception):
    pass


class Deep(ShapeError):
    pass


class Fatal(BaseException):
    pass


class BrokenText(Exception):
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


class EndlessText(Exception):
    def __str__(self):
        while True:
            pass


class HugeText(Exception):
    def __str__(self):
        return "x" * 10_000_000


class ExitText(Exception):
    def __str__(self):
        raise SystemExit(0)


class Surrogate(Exception):
    def __str__(self):
        return "bad \\ud800 text"


class Control(Exception):
    def __str__(self):
        return "a\\x1b[31mb\\x00c\\rd"


class NotText(Exception):
    def __str__(self):
        return 3


class LyingClass(ValueError):
    @property
    def __class__(self):
        return AssertionError


def own(name):
    raise globals()[name]("the message")


def by_torch():
    return torch.ones(2) @ torch.ones(3)


def by_index():
    return [1][5]


def by_name():
    return undefined_name


def by_division():
    return 1 / 0


def by_attribute(x):
    return x.volume


def mispelt():
    return 1


def outer():
    return inner()


def inner():
    raise ValueError("from inside")


def recursive(n):
    return recursive(n + 1)


def chained():
    try:
        by_division()
    except ZeroDivisionError as error:
        raise ValueError("wrapped") from error


def wrong_arity(a, b):
    return a


def stop_iteration():
    return next(iter([]))


def assertion():
    assert False, "my own check"


def not_written():
    raise NotImplementedError


def group():
    raise ExceptionGroup("several", [ValueError("one"), TypeError("two")])


def unicode_error():
    return b"\\xff".decode()


def exits():
    import sys

    sys.exit(0)


def interrupts():
    raise KeyboardInterrupt


def generator_exit():
    raise GeneratorExit


def fine():
    return 1


def os_error():
    open("/does/not/exist")


def through_lambda():
    return (lambda: 1 / 0)()


def through_library():
    return sorted([1, 2], key=lambda item: item / 0)


class Layer:
    def __init__(self, size):
        if size < 0:
            raise ValueError("size must be at least 0")

    def forward(self, x):
        raise RuntimeError("in forward")
"""

# Where a test fails on the student's code, the reference simply returns.
REFERENCE = (
    STUDENT.replace("mispelt", "misspelt")
    + """

for _name in list(globals()):
    if not _name.startswith("_") and not isinstance(globals()[_name], type):
        globals()[_name] = lambda *args, **kwargs: 1

does_not_exist = lambda: 1
"""
)


# -- pytest.raises means what it means locally


@pytest.mark.parametrize(
    "name",
    [
        *("ValueError", "TypeError", "RuntimeError", "KeyError", "IndexError", "ZeroDivisionError"),
        *("AttributeError", "NotImplementedError", "ArithmeticError", "AssertionError", "OSError", "LookupError"),
        *("FileNotFoundError", "OverflowError", "NameError", "ImportError", "RecursionError", "TimeoutError"),
        *("EOFError", "BufferError", "UserWarning", "PermissionError", "FloatingPointError", "ModuleNotFoundError"),
    ],
)
def test_a_builtin_exception_is_caught_by_its_type(student, name):
    with pytest.raises(getattr(builtins, name), match="the message"):
        student.fails(name, "the message")


def test_a_class_of_the_student_is_caught_by_its_builtin_base(student):
    with pytest.raises(ValueError, match="the message"):
        student.own("ShapeError")


def test_a_class_with_a_long_ancestry_is_caught_by_its_builtin_base(student):
    with pytest.raises(ValueError, match="the message"):
        student.own("Deep")


@pytest.mark.parametrize("base", [KeyError, IndexError, LookupError], ids=lambda base: base.__name__)
def test_a_class_with_two_builtin_bases_is_caught_by_each(student, base):
    with pytest.raises(base):
        student.own("Lookup")


def test_a_class_without_a_closer_base_is_an_exception(student):
    with pytest.raises(Exception, match="the message"):
        student.own("Bare")


def test_another_type_is_not_caught(student):
    with pytest.raises(TypeError):  # noqa: SIM117
        with pytest.raises(ValueError):
            student.fails("TypeError", "the message")


def test_a_broader_type_catches(student):
    with pytest.raises(LookupError):
        student.by_index()
    with pytest.raises(ArithmeticError):
        student.by_division()


def test_an_error_of_torch_is_a_runtime_error(student):
    with pytest.raises(RuntimeError, match=r"size|shape"):
        student.by_torch()


def test_an_undefined_name_is_a_name_error(student):
    with pytest.raises(NameError, match="undefined_name"):
        student.by_name()


def test_a_missing_attribute_is_an_attribute_error(student):
    with pytest.raises(AttributeError, match="volume"):
        student.by_attribute(torch.ones(1))


def test_endless_recursion_is_a_recursion_error(student):
    with pytest.raises(RecursionError):
        student.recursive(0)


def test_wrong_arguments_are_a_type_error(student):
    with pytest.raises(TypeError, match="missing 1 required"):
        student.wrong_arity(1)
    with pytest.raises(TypeError, match="unexpected keyword"):
        student.wrong_arity(1, 2, c=3)


def test_a_constructor_raises_at_the_call(student):
    with pytest.raises(ValueError, match="size must be"):
        student.Layer(-1)


def test_a_method_raises_at_its_call(student):
    layer = student.Layer(1)
    with pytest.raises(RuntimeError, match="in forward"):
        layer.forward(torch.ones(1))


def test_a_file_that_is_missing_is_a_file_not_found_error(student):
    with pytest.raises(OSError):
        student.os_error()


def test_an_undecodable_text_is_a_value_error(student):
    with pytest.raises(ValueError):
        student.unicode_error()


def test_the_message_is_the_exceptions_own(student):
    with pytest.raises(ValueError) as caught:
        student.fails("ValueError", "expected (2, 3), got (3, 2)")
    assert str(caught.value) == "expected (2, 3), got (3, 2)"


def test_the_code_goes_on_after_an_exception(student):
    with pytest.raises(ValueError):
        student.outer()
    assert student.fine() == 1


def test_an_exception_can_be_caught_by_the_test(student):
    try:
        student.by_division()
    except ZeroDivisionError as error:
        assert "division" in str(error)


def test_nothing_raised_where_it_must_be_fails(student):
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"), pytest.raises(ValueError):
        student.fine()


def test_a_stop_iteration_can_be_caught(student):
    with pytest.raises(Exception):  # noqa: B017
        student.stop_iteration()


# -- an exception that the test does not expect is explained


@ends("failed", "raised.value", says=("outer raised ValueError: from inside", "work.py", "raise ValueError"))
def test_an_unexpected_exception_is_told_with_type_message_and_line(student):
    student.outer()


@ends("failed", says=("return inner()", 'raise ValueError("from inside")'))
def test_the_traceback_has_the_students_lines_outermost_first(student):
    student.outer()


@ends("failed", says="1 / 0")
def test_a_lambda_has_its_line(student):
    student.through_lambda()


@ends("failed", says="item / 0")
def test_the_line_behind_a_library_is_the_students(student):
    student.through_library()


@ends("failed", says="wrapped")
def test_a_chained_exception_is_the_outer_one(student):
    student.chained()


@ends("failed", says="my own check")
def test_an_assertion_of_the_student_is_the_students(student):
    assert student.assertion() == 1


@ends("failed", says="StopIteration")
def test_stop_iteration_ends_no_test_silently(student):
    assert student.stop_iteration() == 1


@ends("failed", says="NotImplementedError")
def test_a_function_not_written_says_so(student):
    assert student.not_written() == 1


@ends("failed", says="several")
def test_a_group_of_exceptions_is_one_failure(student):
    assert student.group() == 1


@ends("failed", says="RecursionError")
def test_endless_recursion_is_explained(student):
    assert student.recursive(0) == 1


@ends("failed", says="BrokenText")
def test_a_message_that_raises_is_passed_over(student):
    assert student.own("BrokenText") == 1


@ends("failed", says="ExitText")
def test_a_message_that_exits_is_passed_over(student):
    assert student.own("ExitText") == 1


@ends("failed", says="NotText")
def test_a_message_that_is_no_text_is_passed_over(student):
    assert student.own("NotText") == 1


@pytest.mark.timeout(0.3)
@ends("timeout", "ended.call")
def test_a_message_that_never_ends_ends_with_the_call(student):
    assert student.own("EndlessText") == 1


@ends("failed", says="HugeText")
def test_a_huge_message_is_capped(student):
    assert student.own("HugeText") == 1


@ends("failed", says="Surrogate")
def test_a_message_that_is_not_unicode_is_escaped(student):
    assert student.own("Surrogate") == 1


@ends("failed", says="Control")
def test_a_message_with_control_characters_is_told(student):
    assert student.own("Control") == 1


@ends("failed", says="LyingClass")
def test_an_exception_that_claims_another_class_is_its_own(student):
    assert student.own("LyingClass") == 1


# -- what is no Exception


@ends("failed", says="SystemExit")
def test_exit_is_told_and_gives_nothing(student):
    assert student.exits() == 1


@ends("failed", says="KeyboardInterrupt")
def test_a_keyboard_interrupt_stops_no_grader(student):
    assert student.interrupts() == 1


@ends("failed", says="GeneratorExit")
def test_a_generator_exit_is_told(student):
    assert student.generator_exit() == 1


@ends("failed", says="Fatal")
def test_a_base_exception_of_the_student_is_told(student):
    assert student.own("Fatal") == 1


# -- names


@ends("failed", "missing_name", says=("work.py", "exist"))
def test_a_missing_function_is_named(student):
    student.does_not_exist()


@ends("failed", "missing_name", says="You have `mispelt`. Did you mean `misspelt`?")
def test_a_misspelt_function_is_suggested(student):
    student.misspelt()


@ends("failed", "missing_name")
def test_a_private_name_is_not_offered(student):
    student._private()
