"""Functions and spies of a test that the student's code may call: what was offered, and nothing else."""

from __future__ import annotations

import functools
import time
import types
from collections.abc import Callable
from typing import Any

from grader.examination.signals import TestIsBroken
from grader.sandbox.calls import CallScope
from grader.sandbox.client import Served
from grader.sandbox.messages import Answer, CallbackSpec, Graph, Invoke
from grader.sandbox.wire import Payload, WireError

_KINDS = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, functools.partial)


class Spy:
    """Base class for a test's object that the student's code may use: its public methods run in the test."""


class Functions:
    """The functions that one test has passed to the student's code, by number."""

    def __init__(self) -> None:
        self._offered: list[object] = []
        self._error: BaseException | None = None

    def clear(self) -> None:
        """Forget them all: another test begins."""
        self._offered.clear()
        self._error = None

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

    def take_error(self) -> BaseException | None:
        """Return the first exception that a function of the test raised in this call, once."""
        error, self._error = self._error, None
        return error

    def serve(self, scope: CallScope, invoke: Invoke, payload: Payload) -> Served:
        """Call a function of the test for the child, and return its answer. Raises WireError."""
        target = self._called(invoke)
        mark = scope.table.mark()
        decoder, table = scope.receive(invoke.graph, invoke.changes, payload, calling_back=True)
        args = [decoder.value(ref) for ref in invoke.args]
        kwargs = {name: decoder.value(ref) for name, ref in invoke.kwargs}
        began = time.monotonic()
        try:
            value = target(*args, **kwargs)
            own_s = time.monotonic() - began
            graph, root, buffers = scope.encode_answer(value, table)
        except BaseException as error:  # noqa: BLE001  the test's own failure, raised again when the call has ended
            self._error = self._error or error
            answer = Answer(nonce=invoke.nonce, graph=Graph(), root=-1, error=type(error).__name__)
            return Served(answer, [], time.monotonic() - began)
        finally:
            scope.table.truncate(mark)
        return Served(Answer(nonce=invoke.nonce, graph=graph, root=root), buffers, own_s)

    def _called(self, invoke: Invoke) -> Callable[..., Any]:
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
