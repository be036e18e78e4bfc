"""Why the student's code raised: the type of the exception and the usual messages of Python, torch and NumPy.

Messages are recognised by the text of CPython 3.11 to 3.14, torch 2.6 to 2.13 and NumPy 2; one that is not
recognised falls back on its type, and that on "stopped with an error".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from grader.diagnosis.finding import Finding
from grader.diagnosis.reveal import call_text, is_familiar_exception, shown_traceback
from grader.diagnosis.wording.errors import error
from grader.diagnosis.wording.problems import PROBLEMS, problem
from grader.examination.evidence import Raised
from grader.plaintext import printable
from grader.records import NOT_WRITTEN, Explanation, Reveal, Text

_MAX_SEARCHED = 2_000  # characters of a hostile message that a pattern looks at


@dataclass(frozen=True, slots=True)
class _Rule:
    types: str  # names, by "|"
    pattern: str  # "" for any message
    cause_id: str


_RULES = tuple(
    _Rule(*rule)
    for rule in (
        ("NotImplementedError", r"^(?!.*(?:not implemented for|Could not run))", NOT_WRITTEN),
        (
            "RuntimeError|NotImplementedError",
            r"(?:mean|std|var).{0,40}(?:floating point|dtype|complex)",
            "torch.float_needed",
        ),
        ("RuntimeError|NotImplementedError", r"not implemented for '(?:Long|Int|Byte|Bool)'", "torch.float_needed"),
        ("RuntimeError", r"Only Tensors of floating point.{0,30}can require gradients", "torch.float_needed"),
        ("TypeError|AttributeError", r"torch\.return_types\.", "torch.values_and_indices"),
        ("RuntimeError", r"view size is not compatible", "torch.view"),
        ("RuntimeError|ValueError", r"shape '.{0,80}' is invalid for input|cannot reshape array", "torch.size"),
        ("RuntimeError", r"shapes cannot be multiplied \((\d+x\d+) and (\d+x\d+)\)", "torch.matmul"),
        (
            "RuntimeError|ValueError",
            r"shapes cannot be multiplied|size mismatch, got|inconsistent tensor size",
            "torch.matmul",
        ),
        (
            "RuntimeError",
            r"Expected size for first two dimensions|must match the size of the.{0,20}batch",
            "torch.matmul",
        ),
        ("ValueError", r"matmul: Input operand|shapes \(.{0,40}\) and \(.{0,40}\) not aligned", "torch.matmul"),
        (
            "RuntimeError",
            r"must match (?:the size|the existing size)|not broadcastable|doesn't match the broadcast",
            "torch.broadcast",
        ),
        ("RuntimeError", r"stack expects each tensor|Sizes of tensors must match except", "torch.join"),
        ("ValueError", r"all input arrays must have the same shape|must match exactly", "torch.join"),
        ("RuntimeError", r"must be a (?:matrix|vector)|must be \dD|expected \dD|1D tensors expected", "torch.rank"),
        ("IndexError", r"too many indices", "torch.rank"),
        ("ValueError", r"could not be broadcast|could not broadcast", "torch.broadcast"),
        ("RuntimeError|TypeError", r"Can't call numpy\(\) on Tensor that requires grad", "torch.numpy_grad"),
        (
            "RuntimeError",
            r"leaf Variable that requires grad.{0,60}in-place|is a view and is being modified inplace",
            "torch.leaf_inplace",
        ),
        ("RuntimeError", r"modified by an inplace operation", "torch.inplace_needed"),
        (
            "RuntimeError",
            r"does not require grad|not have been used in the graph",
            "torch.no_grad",
        ),
        ("RuntimeError", r"grad can be implicitly created only for scalar", "torch.scalar_backward"),
        ("RuntimeError", r"backward through the graph a second time", "torch.backward_twice"),
        ("RuntimeError", r"expected.{0,60}(?:Long|int64)|not implemented for '(?:Float|Double)'", "torch.long"),
        ("IndexError", r"tensors used as indices must be|arrays used as indices must be of integer", "torch.long"),
        ("RuntimeError", r"same device|on device|Expected all tensors", "torch.device"),
        ("RuntimeError", r"same dtype|expected scalar type|expected m1 and m2|can't be cast", "torch.dtype"),
        (
            "RuntimeError|ValueError",
            r"a Tensor with \d+ elements cannot be converted|size-1 arrays",
            "torch.scalar_needed",
        ),
        ("ValueError", r"can only convert an array of size 1|only one element tensors", "torch.scalar_needed"),
        ("RuntimeError|ValueError", r"Boolean value of Tensor|truth value of an array", "raised.truth"),
        ("IndexError|AxisError", r"Dimension out of range|axis -?\d+ is out of bounds for array", "raised.axis"),
        ("IndexError", r"Target -?\d+ is out of bounds", "raised.index"),
        ("ValueError", r"(?:too many|not enough) values to unpack", "raised.unpack"),
        ("TypeError", r"'?NoneType'?", "raised.none_used"),
        ("AttributeError", r"'NoneType' object", "raised.none_used"),
        ("TypeError", r"object is not callable", "raised.not_callable"),
        ("TypeError", r"must be .{1,60}, not |invalid combination of arguments", "raised.type"),
        ("TypeError", r"argument|keyword", "raised.arguments"),
        ("UnboundLocalError", r"", "raised.unbound"),
        ("NameError", r"name '([^']{1,80})' is not defined", "raised.name"),
        ("IndentationError|TabError", r"", "raised.indentation"),
        ("OutOfMemoryError", r"", "raised.memory"),
        ("RuntimeError", r"can't allocate memory|not enough memory|out of memory", "raised.memory"),
        ("MemoryError", r"", "raised.memory"),
        ("SystemExit|KeyboardInterrupt|GeneratorExit", r"", "raised.exit"),
        # What the box refuses. A path at the end of the message tells a file from a process, a socket or a semaphore.
        ("PermissionError", r"^\[Errno 1\] [^:]*$", "raised.refused"),
        ("PermissionError|FileNotFoundError", r"^\[Errno (?:2|13)\] [^:]*$", "raised.refused"),
        ("URLError|gaierror", r"name resolution|not permitted|nodename nor servname|getaddrinfo", "raised.refused"),
        ("PermissionError|FileNotFoundError", r"^\[Errno (?:1|2|13)\] [^:]*: [b'\"]", "raised.path"),
        ("OSError", r"^\[Errno 30\] ", "raised.path"),
        ("RuntimeError", r"open file failed with strerror|Parent directory .{1,400} does not exist", "raised.path"),
    )
)
_BY_TYPE = {
    "TypeError": "raised.type", "NameError": "raised.name", "AttributeError": "raised.attribute",
    "ModuleNotFoundError": "raised.import", "ImportError": "raised.import", "SyntaxError": "raised.syntax",
    "RecursionError": "raised.recursion", "IndexError": "raised.index", "KeyError": "raised.key",
    "ZeroDivisionError": "raised.zero_division", "AssertionError": "raised.assertion", "ValueError": "raised.value",
    "UnicodeDecodeError": "raised.syntax", "AxisError": "raised.axis",
}  # fmt: skip
_COMPILED = tuple((rule, re.compile(rule.pattern, re.IGNORECASE)) for rule in _RULES)
_COUNT = re.compile(
    r"(\w+)\(\) (takes|missing|got an unexpected keyword|got multiple values|got some positional)", re.ASCII
)


def why_raised(raised: Raised) -> Finding:
    """Return what the exception most likely means."""
    message = raised.message[:_MAX_SEARCHED]
    if _wrong_signature(raised, message):
        return error("raised.signature", wanted=raised.expected_signature, own=raised.signature)
    for rule, pattern in _COMPILED:
        match = pattern.search(message) if raised.type_name in rule.types.split("|") else None
        if match is not None:
            return _captured(rule.cause_id, match.groups())
    return _captured(_BY_TYPE.get(raised.type_name, "raised"), ())


def _captured(cause_id: str, parts: tuple[str, ...]) -> Finding:
    """Fill parts of the message into the detailed sentence; without parts there is none."""
    first, second = (*parts, "?", "?")[:2]
    found = error(cause_id, first=first, second=second)
    return found if parts else replace(found, full=None)


def _wrong_signature(raised: Raised, message: str) -> bool:
    """Whether the student's own function does not take the arguments of the exercise.

    The call itself failed, so no line of the student's file was reached, and its parameters differ from the stub's.
    """
    if raised.type_name != "TypeError" or not raised.expected_signature or raised.traceback:
        return False
    match = _COUNT.search(message)
    function = raised.call.function.rsplit(".", 1)[-1] if raised.call else ""
    return match is not None and (not function or match.group(1) in (function, "__init__")) and _differ(raised)


def _differ(raised: Raised) -> bool:
    return not raised.signature or "".join(raised.signature.split()) != "".join(raised.expected_signature.split())


def explain_raised(raised: Raised, reveal: Reveal) -> Explanation:
    """Explain an exception; its message, which the child wrote, is shown at FULL only."""
    found = why_raised(raised)
    return Explanation(
        problem=_problem(raised, reveal),
        cause_id=found.cause_id,
        call=call_text(raised.call, reveal),
        cause=found.cause(reveal),
        next_step=found.next_step,
        traceback=shown_traceback(raised.traceback, raised.told, reveal),
    )


def _problem(raised: Raised, reveal: Reveal) -> Text:
    if raised.call is not None:
        name = printable(raised.call.function, limit=80)
        function = Text(en=name, zh=f"{name} ")  # in Chinese a space stands beside Latin words alone
    elif raised.module:
        function = problem("raised.importing", module=raised.module)
    else:
        function = PROBLEMS["raised.code"]
    if reveal is not Reveal.FULL:
        familiar = is_familiar_exception(raised.type_name)
        kind = _apart(raised.type_name) if familiar else PROBLEMS["raised.own"]
        return problem("raised", function=function, type=kind)
    type_name, message = printable(raised.type_name, limit=80), printable(raised.message).strip()
    if not message:
        return problem("raised", function=function, type=_apart(type_name))
    return problem("raised.full", function=function, type=type_name, message=message)


def _apart(name: str) -> Text:
    """Return a Latin word behind Chinese ones, with the space that stands between them."""
    return Text(en=name, zh=f" {name}")
