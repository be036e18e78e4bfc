"""The explanations of everything that is neither a comparison nor an exception."""

from __future__ import annotations

import signal
from dataclasses import replace

import numpy as np

from grader.diagnosis.attributes import PLAIN_TYPES
from grader.diagnosis.finding import Finding
from grader.diagnosis.inputs import safe_name
from grader.diagnosis.reveal import call_text, shown_traceback
from grader.diagnosis.values import describe, two_numbers
from grader.diagnosis.wording import same
from grader.diagnosis.wording.kinds import kind
from grader.diagnosis.wording.problems import CAUSES, cause, problem
from grader.examination.evidence import (
    AGAIN,
    READING,
    Asserted,
    Call,
    Ended,
    HandleMisused,
    InputChanged,
    MissingName,
    NotCallable,
    NotInGraph,
    Refused,
    Unusable,
)
from grader.plaintext import printable
from grader.records import Explanation, Outcome, Reveal, Text
from grader.sandbox.endings import GPU_MEMORY

_MIB = 1 << 20
_NAMES_SHOWN = 8  # of a list of allowed names


def _explanation(line: Text, found: Finding, call: Call | None, reveal: Reveal) -> Explanation:
    return Explanation(
        problem=line,
        cause_id=found.cause_id,
        call=call_text(call, reveal),
        cause=found.cause(reveal),
        next_step=found.next_step,
    )


def explain_asserted(asserted: Asserted, reveal: Reveal) -> Explanation:
    """A plain assert of the test. Its message may hold expected values, so it is shown at FULL only."""
    message = printable(asserted.message.strip(), newlines=True)
    full = reveal is Reveal.FULL and message
    line = problem("asserted.full", message=message) if full else problem("asserted")
    return _explanation(line, cause("asserted"), asserted.call, reveal)


def explain_unusable(unusable: Unusable, reveal: Reveal) -> Explanation:
    """The test itself stumbled over the result."""
    returned = unusable.returned
    if returned is not None and returned.type_name == "NoneType" and "NoneType" in unusable.problem:
        found = kind("type.none")
    elif returned is not None and returned.type_name not in PLAIN_TYPES and not _is_of_items(unusable):
        found = kind("type.object")
    else:
        found = cause("unusable")
    full = reveal is Reveal.FULL
    line = problem("unusable.full", problem=printable(unusable.problem)) if full else problem("unusable")
    made = _explanation(line, found, unusable.call, reveal)
    return made if returned is None or not full else replace(made, got=describe(returned))


def _is_of_items(unusable: Unusable) -> bool:
    """Whether the test unpacked or iterated what it got: what came out of an iterator is of the wrong kind, not it."""
    return any(word in unusable.problem for word in ("unpack", "after *", "iterable", "subscriptable"))


def explain_input_changed(changed: InputChanged, reveal: Reveal) -> Explanation:
    """A call wrote into its argument."""
    name = printable(changed.parameter, limit=80) if reveal is Reveal.FULL else _parameter(changed.parameter)
    line = problem("input_changed", name=name)
    before, after = changed.before, changed.after
    if reveal is Reveal.FULL and before is not None and after is not None and before.shape == after.shape:
        differ = ~((before == after) | ((before != before) & (after != after)))
        if differ.any():
            index = tuple(int(i) for i in np.unravel_index(int(np.argmax(differ)), differ.shape))
            old, new = two_numbers(before[index].item(), after[index].item())
            line = problem("input_changed.full", name=name, index=str(list(index)), before=old, after=new)
    key = f"input_changed.{changed.change}"
    found = cause(key if key in CAUSES else "input_changed.values")
    return _explanation(line, found, changed.call, reveal)


def _parameter(name: str) -> str:
    prefix, _, rest = name.partition(" ")
    return name if prefix == "argument" and rest.isdigit() and len(rest) < 3 else safe_name(name)


def explain_not_in_graph(lost: NotInGraph, reveal: Reveal) -> Explanation:
    """A gradient was asked for, and there is none."""
    return _explanation(problem("not_in_graph"), cause("not_in_graph"), lost.call, reveal)


def explain_missing_name(missing: MissingName, reveal: Reveal) -> Explanation:
    """No such function; the names that the student does have are shown at FULL only, for code can make up names."""
    facts = {"name": printable(missing.name, limit=80), "module": printable(missing.module, limit=80)}
    line = problem("missing_name.kernel" if missing.is_of_kernel else "missing_name", **facts)
    if missing.close_matches:
        match = printable(missing.close_matches[0], limit=80)
        return _explanation(line, cause("missing_name", match=match, **facts), None, reveal)
    key = "missing_name.kernel" if missing.is_of_kernel else "missing_name.no_match"
    found = cause(key, cause_id="missing_name", **facts)
    made = _explanation(line, found, None, reveal)
    if reveal is not Reveal.FULL or not missing.candidates:
        return made
    return replace(made, got=same(printable(", ".join(missing.candidates[:12]), limit=200)))


def explain_not_callable(found: NotCallable, reveal: Reveal) -> Explanation:
    """Something else stands where a function or class is asked for; what, is shown at FULL only: code can name it."""
    facts = {"name": printable(found.name, limit=80), "module": printable(found.module, limit=80)}
    line = problem("not_callable.class" if found.is_class else "not_callable.function", **facts)
    key = "not_callable.kernel" if found.is_of_kernel else "not_callable"
    made = _explanation(line, cause(key, cause_id="not_callable", **facts), None, reveal)
    if reveal is not Reveal.FULL or not found.type_name:
        return made
    return replace(made, got=same(printable(found.type_name, limit=80)))


def explain_refused(refused: Refused, reveal: Reveal) -> Explanation:
    """The child would not send the result."""
    key = "refused.too-large" if refused.reason == "too-large" else "refused.unsupported"
    if key == "refused.unsupported" and refused.returned is not None and refused.returned.type_name not in PLAIN_TYPES:
        line = problem(key)
    elif key == "refused.too-large" and reveal is Reveal.FULL and refused.nbytes > refused.limit_bytes:
        size, limit = (f"{n / _MIB:,.0f} MiB" for n in (refused.nbytes, refused.limit_bytes))
        line = problem("refused.too-large.full", size=size, limit=limit)
    else:
        line = problem(key)
    made = _explanation(line, cause(key), refused.call, reveal)
    full = reveal is Reveal.FULL and refused.returned is not None
    return replace(made, got=describe(refused.returned)) if full and refused.returned is not None else made


def explain_handle_misused(misused: HandleMisused, reveal: Reveal) -> Explanation:
    """The test compared, hashed or branched on an object of the student's."""
    made = _explanation(problem("handle"), cause("handle"), misused.call, reveal)
    return replace(made, got=same(printable(misused.type_name, limit=80))) if reveal is Reveal.FULL else made


def explain_ended(ended: Ended, reveal: Reveal) -> Explanation:
    """The child was ended, or ended itself."""
    key, line = _ending(ended, reveal)
    found = _not_allowed(ended.allowed) if key == "ended.forbidden" and ended.allowed else cause(key)
    return Explanation(
        problem=line,
        cause_id=found.cause_id,
        call=call_text(ended.call, reveal),
        cause=found.cause(reveal),
        next_step=found.next_step,
        traceback=shown_traceback(ended.traceback, ended.told, reveal),
    )


def _ending(ended: Ended, reveal: Reveal) -> tuple[str, Text]:
    limit, full = f"{ended.limit:g}", reveal is Reveal.FULL
    if ended.outcome is Outcome.TIMEOUT and ended.detail == READING:
        return "ended.reading", problem("ended.reading", limit=limit)
    if ended.outcome is Outcome.TIMEOUT:
        return "ended.call", problem(_overrun(ended), limit=limit)
    if ended.outcome is Outcome.MEMORY:
        name = "ended.gpu_memory" if ended.detail == GPU_MEMORY else "ended.memory"
        return "ended.memory", problem(name, limit=limit)
    if ended.background_s:
        return "ended.background", problem("ended.background", used=f"{ended.background_s:.2g}" if full else "…")
    if ended.outcome is Outcome.FORBIDDEN:
        # The rules are public. Which of a thousand names of torch it was is the child's choice.
        name = printable(ended.detail if full else ended.rule, limit=80)
        return "ended.forbidden", problem("ended.forbidden", name=name) if name else problem("ended.forbidden.some")
    if ended.detail == "exam":
        return "ended.exam_crashed", problem("ended.exam_crashed")
    if ended.detail == "signal":
        return "ended.signal", problem("ended.signal", status=_signal_name(ended.status))
    if ended.detail == "exit":
        status = str(ended.status) if full else "…"  # eight bits of the child's choice
        return "ended.exit", problem("ended.exit", status=status)
    return "ended.wire", problem("ended.wire")


def _overrun(ended: Ended) -> str:
    if ended.detail in ("exam", AGAIN):
        return f"ended.{ended.detail}"
    target = ended.call.target if ended.call is not None else None
    return "ended.iterator" if target is not None and target.op == "next" else "ended.call"


def _not_allowed(allowed: tuple[str, ...]) -> Finding:
    """Say what may be used where an exercise has a list of it: the way out by basic operations may not be on it."""
    names = ", ".join(f"`{printable(name, limit=80)}`" for name in allowed[:_NAMES_SHOWN])
    left = len(allowed) - _NAMES_SHOWN
    more = Text(en=f" and {left} more", zh=f" 等，另有 {left} 个") if left > 0 else same("")
    names_shown = Text(en=names + more.en, zh=names.replace(", ", "、") + more.zh)
    return cause("ended.not_allowed", cause_id="ended.forbidden", names=names_shown)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(abs(number)).name
    except ValueError:
        return "signal"
