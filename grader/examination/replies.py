"""What a reply that carries no value, or comes of a changed argument, means, as evidence."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.examination.evidence import (
    Call,
    Compared,
    Ended,
    Evidence,
    Facts,
    InputChanged,
    Mismatch,
    MismatchKind,
    MissingName,
    NotCallable,
    NotInGraph,
    Raised,
    Refused,
)
from grader.examination.rules import rule_of, told_name
from grader.examination.signatures import NameKind, Signatures
from grader.records import Limits, Outcome, SourceFile, SourceLine
from grader.sandbox import messages, wire
from grader.sandbox.calls import Change
from grader.sandbox.endings import GPU_MEMORY, ChildEnded
from grader.sandbox.messages import Name, Reply

MAX_LINES = 20  # of a traceback
MAX_CANDIDATES = 500  # looking for near misses among more takes too long
_ALLOCATION_FAILURES = ("can't allocate memory", "not enough memory", "std::bad_alloc")
_GPU_ALLOCATION_FAILURE = "CUDA out of memory"
_GPU_FAILURES = ("CUDA error", "CUBLAS_STATUS", "CUDNN_STATUS")  # after the first, the process's context is no use


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the examiner knows of the call that a reply belongs to."""

    call: Call | None
    files: Sequence[SourceFile]  # the submission's; the first is the module that the tests talk to
    limits: Limits
    rules: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())  # the exercise's patterns: forbid, allow
    signature: str = ""  # of the student's function
    expected_signature: str = ""
    upstream_shape: tuple[int, ...] | None = None  # of the gradient that the test sent for the result


def evidence_of(reply: Reply, around: Around) -> Evidence:
    """Say what a reply means that is not the value that was asked for."""
    forbidden = getattr(reply, "forbidden", "")
    if forbidden:  # what the child says that it called; it could write a hidden input there
        patterns, allowed = around.rules
        name = told_name(forbidden, patterns)
        rule = rule_of(name, patterns)
        return Ended(outcome=Outcome.FORBIDDEN, detail=name, rule=rule, allowed=allowed, call=around.call)
    match reply:
        case messages.Refused(reason="not-in-graph"):
            return NotInGraph(call=around.call)
        case messages.Refused(reason="gradient-shape") if around.upstream_shape is not None:
            return _other_shape(tuple(reply.shape), around.upstream_shape, around.call)
        case messages.Refused():
            return _refused(reply, around)
        case messages.Raised():
            return _raised(reply, around)
        case _:
            return Ended(outcome=Outcome.CRASHED, detail="wire", call=around.call)


def _other_shape(shape: tuple[int, ...], expected: tuple[int, ...], call: Call | None) -> Compared:
    """Say that the result has not the shape of the gradient that flows into it, as a comparison would."""
    mismatch = Mismatch(
        kind=MismatchKind.SHAPE,
        path="",
        actual=Facts(type_name="Tensor", shape=shape),
        expected=Facts(type_name="Tensor", shape=expected),
        rtol=0.0,
        atol=0.0,
    )
    return Compared(mismatch=mismatch, call=call, direct=True)


def _refused(reply: messages.Refused, around: Around) -> Refused:
    return Refused(
        reason=reply.reason[:40],
        returned=Facts(type_name=reply.type_name[:200], shape=tuple(reply.shape) if reply.shape else None),
        nbytes=reply.nbytes,
        limit_bytes=wire.MAX_PAYLOAD_BYTES,
        call=around.call,
    )


def _raised(reply: messages.Raised, around: Around) -> Raised | Ended:
    frames = _own_lines(reply.frames, around.files)
    ended = functools.partial(Ended, outcome=Outcome.MEMORY, traceback=frames, call=around.call)
    if _GPU_ALLOCATION_FAILURE in reply.message:
        return ended(detail=GPU_MEMORY, limit=float(around.limits.gpu_memory_mib))
    if "MemoryError" in reply.bases or any(sign in reply.message for sign in _ALLOCATION_FAILURES):
        return ended(detail="memory", limit=float(around.limits.memory_mib))
    return Raised(
        type_name=reply.type_name[:200],
        message=reply.message,
        traceback=frames,
        call=around.call,
        signature=around.signature,
        expected_signature=around.expected_signature,
        module=around.files[0].name,
    )


def evidence_of_end(ended: ChildEnded, limits: Limits, *, limit_s: float, is_late: bool, call: Call | None) -> Ended:
    """Say what a child's end means; `is_late`: the exam's deadline has passed. Units: `limit_s` of the call."""
    whole_exam = ended.detail == "call" and is_late
    limit = limits.exam_s if whole_exam else limit_s
    if ended.outcome is Outcome.MEMORY:
        limit = float(limits.gpu_memory_mib if ended.detail == GPU_MEMORY else limits.memory_mib)
    return Ended(
        outcome=ended.outcome,
        detail="exam" if whole_exam else ended.detail,
        status=ended.status,
        limit=limit,
        background_s=ended.background_s,
        traceback=ended.trace,
        call=call,
    )


def use_of(
    name: str, names: Mapping[str, Name], course: Signatures, module: SourceFile
) -> NameKind | MissingName | NotCallable:
    """Return what a test uses a public name as: what the course has there, and else what the submission says it has.

    `names` are those of the submission. What the course calls must be something that can be called.
    """
    found, declared = names.get(name), course.kind(name)
    if found is None:
        return missing_name(name, names, module, asked=course.names_beside(name))
    if declared in (NameKind.FUNCTION, NameKind.CLASS) and found.kind == "value":
        return NotCallable(
            name=name,
            module=module.name,
            is_class=declared is NameKind.CLASS,
            type_name=found.type_name[:200],
            is_of_kernel=module.is_of_kernel,
        )
    if declared is not None:
        return declared
    return NameKind(found.kind) if found.kind in ("function", "class") else NameKind.VALUE


def missing_name(name: str, names: Iterable[str], module: SourceFile, *, asked: Container[str]) -> MissingName:
    """Say that the submission has no such public name; `names` are those that it has.

    `asked` are names that the exercise asks for besides: to rename what has one of them would break what is right.
    """
    candidates = tuple(sorted([*names][-MAX_CANDIDATES:]))  # the last: star imports come first
    close = difflib.get_close_matches(name, [one for one in candidates if one not in asked], n=2, cutoff=0.6)
    return MissingName(
        name=name,
        module=module.name,
        candidates=candidates[:20],
        close_matches=tuple(close),
        is_of_kernel=module.is_of_kernel,
    )


def input_changed(change: Change, call: Call) -> InputChanged:
    """Say that a call changed an argument that is protected."""
    return InputChanged(parameter=change.place, change=change.what, before=change.before, after=change.after, call=call)


def leaves_spoilt(evidence: Evidence) -> bool:
    """Whether the next test needs a new child: this one holds too much memory, broke the rules, or spoilt its GPU."""
    if isinstance(evidence, Raised):
        return any(sign in evidence.message for sign in _GPU_FAILURES)
    return isinstance(evidence, Ended) and evidence.outcome is not Outcome.FORBIDDEN


def _own_lines(frames: Sequence[messages.Frame], files: Sequence[SourceFile]) -> tuple[SourceLine, ...]:
    """Return the lines that a traceback from the child points to, read from the submission: the child may claim any."""
    texts = {file.name: file.text.splitlines() for file in files}
    return tuple(
        SourceLine(
            file=frame.file,
            line=frame.line,
            function=frame.function,
            source=texts[frame.file][frame.line - 1],
            column=max(frame.column, 0),
        )
        for frame in frames[:MAX_LINES]
        if frame.file in texts and 0 < frame.line <= len(texts[frame.file])
    )
