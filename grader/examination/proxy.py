"""What stands for the student's code in a test: functions, classes and objects that live in the child.

A proxy holds a number or a name, and asks the session. It never compares, hashes or branches on what it stands for: a
test that tries fails with its own message, and no `__eq__` of a student ever decides anything.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any, NoReturn, Self

import torch

from grader.examination.evidence import HandleMisused, Unusable, facts, type_name
from grader.examination.operation import EXHAUSTED, Operation
from grader.examination.session import Session
from grader.examination.signatures import NameKind
from grader.sandbox.calls import CallScope
from grader.sandbox.messages import REMOTE_ROOT, STUDENT_ROOT, HandleSpec


class Proxies:
    """Makes proxies for handles, the same one for the same object while it lives."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._living: weakref.WeakValueDictionary[tuple[int, int], Handle] = weakref.WeakValueDictionary()
        session.use_proxies(self)
        self.keep = False  # whether what is made now came from `remote`
        self.origin = ""  # the call that makes it

    def make(self, spec: HandleSpec, scope: CallScope) -> Handle:
        key = (self._session.generation, spec.id)
        found = self._living.get(key)
        if found is None:
            kind = RemoteIterator if spec.kind == "iterator" else Handle
            found = kind(self._session, spec, scope, keep=self.keep, origin=self.origin)
            self._living[key] = found
        return found

    def node(self, value: object) -> HandleSpec | None:
        """Return the node that names a proxy in the child; None for anything else."""
        if isinstance(value, RemoteFunction | Remote):
            value = value._handle()
        return value._spec if isinstance(value, Handle) else None


class Handle:
    """An object that lives in the child: attributes, calls, items, length and iteration go there."""

    def __init__(self, session: Session, spec: HandleSpec, scope: CallScope, *, keep: bool, origin: str) -> None:
        set_own = object.__setattr__
        set_own(self, "_session", session)
        set_own(self, "_spec", spec)
        set_own(self, "_scope", scope)
        set_own(self, "_keep", keep)
        set_own(self, "_origin", origin)
        set_own(self, "_generation", session.generation)

    _session: Session
    _spec: HandleSpec
    _scope: CallScope
    _keep: bool
    _origin: str  # what the test wrote to get it, "SGD" or "SGD.step": a name from the child decides nothing
    _generation: int

    def _ask(self, op: str, path: tuple[str, ...] = (), *args: object, **kwargs: object) -> Any:
        name = ".".join((self._origin, *path))
        operation = Operation(
            op=op, handle=self._spec.id, path=path, args=args, kwargs=kwargs, keep=self._keep, name=name
        )
        return _kept(self._session, operation)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._ask("get", (name,))

    def __setattr__(self, name: str, value: object) -> None:
        self._ask("set", (), name, value)

    def __call__(self, *args: object, **kwargs: object) -> Any:
        return self._ask("call", (), *args, **kwargs)

    def __getitem__(self, key: object) -> Any:
        return self._ask("item", (), key)

    def __setitem__(self, key: object, value: object) -> None:
        self._ask("setitem", (), key, value)

    def __len__(self) -> int:
        return int(self._ask("len"))

    def __iter__(self) -> Iterator[Any]:
        found = self._ask("iter")
        if not isinstance(found, RemoteIterator):
            raise self._misused("iterated over")
        return found

    def __enter__(self) -> Any:
        return self._ask("enter")

    def __exit__(self, *failure: object) -> None:
        self._ask("exit")

    def __repr__(self) -> str:
        return f"<{self._spec.type_name} in the student's process>"

    def __del__(self) -> None:
        self._session.release(self._spec.id, self._generation)

    def _type_name_for_facts(self) -> str:
        return f"handle of {self._spec.type_name}"

    def _misused(self, operation: str) -> BaseException:
        return self._session.stop(
            HandleMisused(operation=operation, type_name=self._spec.type_name, call=self._session.log.last())
        )

    def _refuse_comparison(self, other: object) -> NoReturn:
        del other
        raise self._misused("compared")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse_comparison

    def __hash__(self) -> int:
        raise self._misused("hashed")

    def __bool__(self) -> bool:
        raise self._misused("used as true or false")


class RemoteIterator(Handle):
    """A generator or iterator in the child: one item a call, and views of the arguments stay views.

    All its items together have the time of one call: `list` of an endless one would take the whole exam.
    """

    _spent_s = 0.0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        operation = Operation(
            op="next",
            handle=self._spec.id,
            path=(),
            keep=self._keep,
            name=f"next({self._origin}(…))",
            scope=self._scope,
            spent_s=self._spent_s,
        )
        before = self._session.waited_s()
        try:
            item = _kept(self._session, operation)
        finally:
            took = max(self._session.waited_s() - before, 0.0)  # less than 0: the child was ended
            object.__setattr__(self, "_spent_s", self._spent_s + took)
        if item is EXHAUSTED:
            raise StopIteration
        return item


def _kept(session: Session, operation: Operation) -> Any:
    """Perform an operation, remembering for the handles that it makes whether their results stay in the child."""
    proxies: Proxies = session.proxies
    before = proxies.keep, proxies.origin
    proxies.keep, proxies.origin = operation.keep, operation.name
    try:
        return session.perform(operation)
    finally:
        proxies.keep, proxies.origin = before


class RemoteFunction:
    """What the exercise asks for as a function or class, whatever object the student's module has there.

    So `grad` is an operation of ours in the child, even where that object has a `grad` of its own.
    """

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self.__name__ = name

    def __call__(self, *args: object, **kwargs: object) -> Any:
        operation = Operation(
            op="call", handle=STUDENT_ROOT, path=(self.__name__,), args=args, kwargs=kwargs, name=self.__name__
        )
        return _kept(self._session, operation)

    def grad(
        self, inputs: torch.Tensor | tuple[object, ...], upstream: torch.Tensor | None = None, **kwargs: object
    ) -> tuple[torch.Tensor | None, ...]:
        """Return the gradient of sum(result * upstream) for each positional input, through the student's own graph.

        Shapes: one gradient an input, of its shape; None for inputs that are no floating tensors or are not reached.
        `upstream` has the result's shape; None stands for ones. The test fails with its own message when the result
        is not in the autograd graph.
        """
        given = inputs if isinstance(inputs, tuple) else (inputs,)
        operation = Operation(
            op="grad",
            handle=STUDENT_ROOT,
            path=(self.__name__,),
            args=(*given, upstream),
            kwargs=kwargs,
            name=self.__name__,
        )
        found: tuple[torch.Tensor | None, ...] = _kept(self._session, operation)
        return found

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _kept(
            self._session,
            Operation(op="get", handle=STUDENT_ROOT, path=(self.__name__, name), name=f"{self.__name__}.{name}"),
        )

    def _handle(self) -> Any:
        """Return the function as an object, to be passed; it is kept, or the child would forget it."""
        if "_object" not in self.__dict__:
            operation = Operation(op="get", handle=STUDENT_ROOT, path=(self.__name__,), name=self.__name__)
            found = _kept(self._session, operation)
            if not isinstance(found, Handle):  # a tensor of a class of its own may be callable, and is sent by value
                problem = f"TypeError: {self.__name__} is a {type_name(found)}, and no function that could be passed"
                raise self._session.stop(Unusable(problem=problem, returned=facts(found), call=None))
            self._object = found
        return self._object

    def __repr__(self) -> str:
        return f"<{self.__name__} in the student's process>"


class Student:
    """The student's module: functions and classes are called in the child, values come by value.

    Which is which the course says (see `Signatures.kind`), not the student's object.
    """

    _session: Session

    def __init__(self, session: Session) -> None:
        object.__setattr__(self, "_session", session)

    def __setattr__(self, name: str, value: object) -> None:
        _kept(self._session, Operation(op="set", handle=STUDENT_ROOT, path=(), args=(name, value), name=name))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._session.require(name) is NameKind.VALUE:
            return _kept(self._session, Operation(op="get", handle=STUDENT_ROOT, path=(name,), name=name))
        return RemoteFunction(self._session, name)

    def __repr__(self) -> str:
        return "<the student's module>"


class Remote:
    """Modules of the child by dotted name: `remote.torch.nn.Linear(3, 1)` makes an object that lives there."""

    def __init__(self, session: Session, path: tuple[str, ...] = ()) -> None:
        self._session = session
        self._path = path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Remote(self._session, (*self._path, name))

    def __call__(self, *args: object, **kwargs: object) -> Any:
        operation = Operation(
            op="call",
            handle=REMOTE_ROOT,
            path=self._path,
            args=args,
            kwargs=kwargs,
            keep=True,
            name=".".join(self._path),
        )
        return _kept(self._session, operation)

    def _handle(self) -> Any:
        """Return what the name means as an object, to be passed; it is kept, or the child would forget it."""
        if "_object" not in self.__dict__:
            operation = Operation(op="get", handle=REMOTE_ROOT, path=self._path, keep=True, name=".".join(self._path))
            self._object = _kept(self._session, operation)
        return self._object

    def __repr__(self) -> str:
        return f"<{'.'.join(self._path) or 'modules'} in the student's process>"


def fetch(value: Any) -> Any:
    """Return a remote object's value: a tensor that `remote` keeps in the child, as plain data.

    Raises TestStopped where the object is no plain data.
    """
    if isinstance(value, Remote):
        session = value._session
        return _kept(session, Operation(op="get", handle=REMOTE_ROOT, path=value._path, name=".".join(value._path)))
    if not isinstance(value, Handle):
        return value
    operation = Operation(op="fetch", handle=value._spec.id, path=(), name=value._origin)
    found = _kept(value._session, operation)
    if isinstance(found, Handle):
        raise found._misused("fetched as plain data")
    return found


def in_graph(value: torch.Tensor) -> bool:
    """Whether a result was in the autograd graph in the child; results themselves arrive detached.

    It is the child's word, which nothing here can check: a hint to who forgot the graph, no proof of one.
    A tensor that `remote` keeps in the child is asked there. Raises TestStopped for any other object in the child.
    """
    if isinstance(value, Handle) and value._spec.kind != "tensor":
        raise value._misused("asked for its graph")
    return bool(value.__dict__.get("in_graph", value.requires_grad))
