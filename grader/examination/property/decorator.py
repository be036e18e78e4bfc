"""`for_all`: makes a test of a function that wants arguments by strategies; to pytest it is a test as any other."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from hypothesis.strategies import SearchStrategy

from grader.examination.examples import FIXTURE, Examples
from grader.examination.property.search import Budget, Search, warm_up

MAX_EXAMPLES = 1_000
MAX_SHRINKS = 5_000

Test = Callable[..., None]


def for_all(
    *, max_examples: int = 40, max_shrinks: int = 200, **arguments: SearchStrategy[Any]
) -> Callable[[Test], Test]:
    """Run a test for `max_examples` inputs; where one fails, look for the smallest, `max_shrinks` further calls long.

    Each keyword names an argument of the test; its others are fixtures, as ever.
    Raises: TypeError or ValueError for what cannot be run.
    """
    _check_number("max_examples", max_examples, 1, MAX_EXAMPLES)
    _check_number("max_shrinks", max_shrinks, 0, MAX_SHRINKS)
    if not arguments:
        raise TypeError("for_all(): expected a strategy for at least one argument of the test.")
    for name, strategy in arguments.items():
        if not isinstance(strategy, SearchStrategy):
            raise TypeError(f"for_all: {name} = {strategy!r}: expected a strategy, such as tensors((2, 3)) or just(1).")
        strategy.validate()
    warm_up()
    budget = Budget(max_examples=max_examples, max_shrinks=max_shrinks)

    def decorate(test: Test) -> Test:
        return _property(test, arguments, budget)

    return decorate


def _property(test: Test, arguments: dict[str, SearchStrategy[Any]], budget: Budget) -> Test:
    _check_arguments(test, arguments)
    own = inspect.signature(test)

    @functools.wraps(test)
    def run(**given: Any) -> None:
        examples: Examples = given.pop(FIXTURE)
        Search(test, arguments, given, examples, budget).run()

    fixtures = [parameter for name, parameter in own.parameters.items() if name not in arguments]
    handed = inspect.Parameter(FIXTURE, inspect.Parameter.KEYWORD_ONLY)
    run.__dict__["__signature__"] = own.replace(parameters=[*fixtures, handed])
    return run


def _check_arguments(test: Test, arguments: dict[str, SearchStrategy[Any]]) -> None:
    if FIXTURE in inspect.signature(test).parameters:
        raise TypeError(f"for_all: {test.__name__} has one already. Give all arguments in one for_all(...).")
    taken = [
        name
        for name, parameter in inspect.signature(test).parameters.items()
        if parameter.kind in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    ]
    if missing := [name for name in arguments if name not in taken]:
        raise TypeError(
            f"for_all: {test.__name__} has no argument `{missing[0]}`; it has: {', '.join(taken) or 'none'}."
        )


def _check_number(name: str, value: object, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"for_all: {name} = {value!r}: expected a whole number from {least} to {most}.")
