"""What a reply that carries no value means, as evidence."""

from __future__ import annotations

from dataclasses import dataclass

from grader.examination.evidence import Call, Ended, Evidence, Facts, NotInGraph, Raised, Refused
from grader.records import Outcome, SourceLine
from grader.sandbox import messages, wire
from grader.sandbox.messages import Reply

_ALLOCATION_FAILURES = ("can't allocate memory", "not enough memory", "CUDA out of memory", "std::bad_alloc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the examiner knows of the call that a reply belongs to."""

    call: Call | None
    module: str
    memory_mib: int
    signature: str = ""  # of the student's function
    expected_signature: str = ""


def evidence_of(reply: Reply, around: Around) -> Evidence:
    """Say what a reply means that is not the value that was asked for."""
    forbidden = getattr(reply, "forbidden", "")
    if forbidden:
        return Ended(outcome=Outcome.FORBIDDEN, detail=forbidden[:200], call=around.call)
    match reply:
        case messages.Refused(reason="not-in-graph"):
            return NotInGraph(call=around.call)
        case messages.Refused():
            return _refused(reply, around)
        case messages.Raised():
            return _raised(reply, around)
        case _:
            return Ended(outcome=Outcome.CRASHED, detail="wire", call=around.call)


def _refused(reply: messages.Refused, around: Around) -> Refused:
    return Refused(
        reason=reply.reason[:40],
        returned=Facts(type_name=reply.type_name[:200], shape=tuple(reply.shape) if reply.shape else None),
        nbytes=reply.nbytes,
        limit_bytes=wire.MAX_PAYLOAD_BYTES,
        call=around.call,
    )


def _raised(reply: messages.Raised, around: Around) -> Raised | Ended:
    frames = tuple(
        SourceLine(file=frame.file, line=frame.line, function=frame.function, source=frame.source, column=frame.column)
        for frame in reply.frames
    )
    if "MemoryError" in reply.bases or any(sign in reply.message for sign in _ALLOCATION_FAILURES):
        limit = float(around.memory_mib)
        return Ended(outcome=Outcome.MEMORY, detail="memory", limit=limit, traceback=frames, call=around.call)
    return Raised(
        type_name=reply.type_name[:200],
        message=reply.message,
        traceback=frames,
        call=around.call,
        signature=around.signature,
        expected_signature=around.expected_signature,
        module=around.module,
    )
