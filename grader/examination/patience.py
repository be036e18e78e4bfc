"""How long a call is waited for when its function has hung before: design/patience.md says why this is fair.

Theory of operation. Each test waits for a call as long as its limit says. A function that never ends would take that
from every test that calls it, and from the tests of other functions what is left of the exam's time. So once a function
has used up its whole limit in two tests, and no call of it has ended in this exam, a call that is no smaller than one
of those gets half of the limit, and once that was not enough either, a quarter. Whatever it answers, in that time or on
a smaller input, gives it its whole limit for the rest of the exam. No measured time decides: it would make a score
depend on how busy the machine was. Only calls of the module's own functions are looked at: what an object's method
takes depends on what the object has been through.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from grader.examination.evidence import AGAIN, Ended
from grader.examination.operation import Operation
from grader.records import Outcome
from grader.sandbox.messages import (
    STUDENT_ROOT,
    ArraySpec,
    Atom,
    CallbackSpec,
    Do,
    HandleSpec,
    Node,
    TensorSpec,
)

LEAST_S = 0.25  # what a busy machine takes from a call of milliseconds is far less
_SHARE = 0.5  # of the limit: the call comes first in a new process, and may have to load what it needs there
_SHARE_AGAIN = 0.25  # once a call has used up that in vain, too
_HANGS = 2  # one can be an input of its kind: the next test must get its whole time


@dataclass(slots=True)
class _Function:
    """What the exam has seen of one function."""

    hangs: list[tuple[Do, float]] = field(default_factory=list)  # with the limit that each used up
    shorter_hangs: list[float] = field(default_factory=list)  # the limits of which a share was used up
    has_ended: bool = False  # a call of it, by whatever answer


@dataclass(slots=True, kw_only=True)
class Wait:
    """How long one call is waited for, and what is learnt from it."""

    limit_s: float
    shortened_s: float = 0.0  # the test's own limit, where this is less
    _request: Do | None = None
    _function: _Function | None = None

    @property
    def is_shorter(self) -> bool:
        """Whether the test's own limit is longer."""
        return self.shortened_s > 0

    def ended(self) -> None:
        """Note that the call came to an end, by whatever answer."""
        if self._function is not None:
            self._function.has_ended = True

    def ran_out(self, evidence: Ended) -> Ended:
        """Note how the child was ended instead; return the evidence of it, which says where less time was given."""
        if evidence.outcome is not Outcome.TIMEOUT or evidence.detail != "call":
            return evidence
        if self._function is not None and self.is_shorter:
            self._function.shorter_hangs.append(self.shortened_s)
            return replace(evidence, detail=AGAIN)
        if self._function is not None and self._request is not None:
            self._function.hangs.append((self._request, self.limit_s))
        return evidence


class Patience:
    """What one exam has learnt of how the submission's functions end.

    On a GPU nothing is made shorter: the first call in a new process loads what it needs there, which takes long.
    """

    def __init__(self, device: str) -> None:
        self._on_cpu = device == "cpu"
        self._functions: dict[tuple[str, tuple[str, ...]], _Function] = {}

    def wait(self, operation: Operation, request: Do, limit_s: float) -> Wait:
        """Return how long to wait for this call, where its test would wait `limit_s`."""
        if not self._on_cpu or operation.handle != STUDENT_ROOT or operation.op not in ("call", "grad"):
            return Wait(limit_s=limit_s)
        function = self._functions.setdefault((operation.op, operation.path), _Function())
        has_hung_shorter = any(before_s >= limit_s for before_s in function.shorter_hangs)
        short_s = max(LEAST_S, (_SHARE_AGAIN if has_hung_shorter else _SHARE) * limit_s)
        if short_s < limit_s and _hangs_again(function, request, limit_s):
            return Wait(limit_s=short_s, shortened_s=limit_s, _request=request, _function=function)
        return Wait(limit_s=limit_s, _request=request, _function=function)


def _hangs_again(function: _Function, request: Do, limit_s: float) -> bool:
    if function.has_ended:
        return False
    as_long = [before for before, waited_s in function.hangs if waited_s >= limit_s]
    return len(as_long) >= _HANGS and any(_is_no_smaller(request, before) for before in as_long)


def _is_no_smaller(request: Do, before: Do) -> bool:
    """Whether a call asks for no less than another did: the same arguments, but for sizes that may be larger."""
    nodes, others = request.graph.nodes, before.graph.nodes
    same = (request.args, request.kwargs, len(nodes)) == (before.args, before.kwargs, len(others))
    return same and all(_covers(node, other) for node, other in zip(nodes, others, strict=True))


def _covers(node: Node, other: Node) -> bool:
    match node, other:
        case (TensorSpec(), TensorSpec()):
            return node.requires_grad >= other.requires_grad and _is_as_large(node.shape, other.shape)
        case (ArraySpec(), ArraySpec()):
            return node.scalar == other.scalar and _is_as_large(node.shape, other.shape)
        case (Atom(value=value), Atom(value=least)):
            return type(value) is type(least) and (value == least or _is_count_as_large(value, least))
        case (CallbackSpec(), CallbackSpec()):  # what the test's own functions take is not the student's time
            return (node.callable, node.methods) == (other.callable, other.methods)
        case (HandleSpec(), _):
            return False  # its state is not known
    return node == other


def _is_count_as_large(value: object, least: object) -> bool:
    return type(value) is int and type(least) is int and abs(value) >= abs(least)


def _is_as_large(shape: list[int], least: list[int]) -> bool:
    return len(shape) == len(least) and all(one >= other for one, other in zip(shape, least, strict=True))
