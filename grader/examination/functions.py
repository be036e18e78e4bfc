"""Functions and spies of a test that the student's code may call: what was offered, and nothing else."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

from grader.examination.signals import TestIsBroken
from grader.sandbox.messages import CallbackSpec, Invoke
from grader.sandbox.wire import WireError

_KINDS = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, functools.partial)


class Spy:
    """Base class for a test's object that the student's code may use: its public methods run in the test."""


class Functions:
    """The functions that one test has passed to the student's code, by number."""

    def __init__(self) -> None:
        self._offered: list[object] = []

    def clear(self) -> None:
        """Forget them all: another test begins."""
        self._offered.clear()

    def node(self, value: object) -> CallbackSpec:
        """Offer a function or spy. Raises TestIsBroken for anything else: what is not plain data stays here."""
        methods: list[str] = []
        if isinstance(value, Spy):
            methods = [name for name in dir(value) if not name.startswith("_") and callable(getattr(value, name))]
        elif not isinstance(value, _KINDS):
            raise TestIsBroken(
                f"a {type(value).__name__} cannot be passed to the student's code: pass plain data, a function, "
                f"a Spy, or an object made by `remote`"
            )
        number = next((at for at, known in enumerate(self._offered) if known is value), len(self._offered))
        if number == len(self._offered):
            self._offered.append(value)
        name = str(getattr(value, "__name__", type(value).__name__))
        return CallbackSpec(id=number, name=name, callable=callable(value), methods=methods)

    def of(self, spec: CallbackSpec) -> object:
        """Return what a node of ours stands for."""
        return self._offered[spec.id]

    def called(self, invoke: Invoke) -> Callable[..., Any]:
        """Return what a child calls. Raises WireError for what was never offered."""
        if not 0 <= invoke.callback < len(self._offered):
            raise WireError("a call back to no function")
        target: Any = self._offered[invoke.callback]
        if invoke.method:
            if not isinstance(target, Spy) or invoke.method.startswith("_"):
                raise WireError("a call back to no method")
            target = getattr(target, invoke.method, None)
        if not callable(target):
            raise WireError("a call back to nothing callable")
        return target  # type: ignore[no-any-return]  # narrowed from Any by callable()
