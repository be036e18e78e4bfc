"""What a failed test may show its student, at each level of disclosure.

The rule below FULL: nothing that the student's code could have chosen freely, for it has seen the hidden inputs and
could spell them out. So no exception message, no exception class of its own, no class or function name, no exit
status, no shape that is not put together from sizes of the call's; of the traceback at most one line, which the
examiner has found to begin a statement (`examination.telling`: fewer than eight bits), without the function's name.
Captured output is withheld by the examiner for the same reason. `SourceLine.source` must have been read from the
submission by the examiner, not sent by the child; file and line likewise checked against it.
docs/design/reveal.md adds up what is left.

What is shown of a call: HINT the name, SHAPE its arguments' facts, FULL the arguments.
"""

from __future__ import annotations

import builtins
from dataclasses import replace

from grader.diagnosis.wording.problems import HIDDEN
from grader.examination.evidence import Call
from grader.plaintext import printable
from grader.records import Explanation, Reveal, SourceLine

_MAX_CALL = 400
_MAX_LINES = 8
_MAX_SOURCE = 200
_TORCH_AND_NUMPY = frozenset({"AxisError", "LinAlgError", "OutOfMemoryError"})


def hidden() -> Explanation:
    """Return all that `Reveal.NONE` shows."""
    return Explanation(problem=HIDDEN, cause_id="hidden")


def call_text(call: Call | None, reveal: Reveal) -> str | None:
    """Return the call as far as it may be shown."""
    if call is None:
        return None
    if reveal is Reveal.FULL:
        return printable(call.text_full or call.text, limit=_MAX_CALL)
    if reveal is Reveal.SHAPE:
        return printable(call.text, limit=_MAX_CALL)
    return f"{printable(call.function, limit=80)}(…)"


def shown_traceback(
    traceback: tuple[SourceLine, ...], told: SourceLine | None, reveal: Reveal
) -> tuple[SourceLine, ...]:
    """Return the student's own lines as far as they may be shown, the innermost last; below FULL `told` alone."""
    if reveal is Reveal.FULL:
        kept = traceback if len(traceback) <= _MAX_LINES else (*traceback[:2], *traceback[2 - _MAX_LINES :])
        return tuple(_clean(line) for line in kept)
    return () if told is None else (replace(_clean(told), function="", column=0),)


def _clean(line: SourceLine) -> SourceLine:
    return replace(
        line,
        file=printable(line.file, limit=120),
        function=printable(line.function, limit=80),
        source=printable(line.source, limit=_MAX_SOURCE),
    )


def is_familiar_exception(type_name: str) -> bool:
    """Return whether an exception's class is Python's, NumPy's or torch's, by name."""
    known = getattr(builtins, type_name, None) if type_name.isidentifier() else None
    return type_name in _TORCH_AND_NUMPY or (isinstance(known, type) and issubclass(known, BaseException))
