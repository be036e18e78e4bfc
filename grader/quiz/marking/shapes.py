"""Reading the shape of a tensor, or that there is none because the code raises."""

from __future__ import annotations

import builtins
import re
from enum import Enum

from grader.errors import both
from grader.quiz.marking import wording
from grader.quiz.marking.characters import fold
from grader.quiz.marking.mark import Mark, Reading, Unreadable, mark_by
from grader.records import Text

MAX_CHARACTERS = 400
MAX_AXES = 64  # as many as torch has
MAX_DIGITS = 18


class Raises(Enum):
    """There is no shape: the code raises an exception."""

    ERROR = "error"


Shape = tuple[int, ...] | Raises

ERROR_SHOWN = Text(en="it raises an error", zh="会报错")
# Names of exceptions without their "Error": Python's own, torch's, and what people call the others. Not any word that
# ends so: "noerror" says the contrary.
_KINDS = sorted(
    {name.lower().removesuffix("error") for name in vars(builtins) if name.endswith("Error")}
    | {"linalg", "axis", "outofmemory", "out of memory", "cuda", "shape", "size", "dimension", "mismatch"}
    | {"shape mismatch", "size mismatch", "dimension mismatch", "broadcast", "broadcasting"}
)
_ERROR = re.compile(
    r"(?:it |this |that |the (?:code|program|call) |an? )?(?:will )?"
    r"(?:(?:raises?|throws?|gives?|is|causes?) )?(?:an? )?"
    r"(?:errors?|exception|raises?|throws?|fails?|crash(?:es)?|invalid|impossible"
    rf"|(?:(?:builtins|torch|numpy|np)(?:\.[a-z_]+)*\.)?(?:{'|'.join(_KINDS)})[ -]?error)"
    r"(?: is (?:raised|thrown))?!?"
    r"|(?:这|它|程序|代码|这段代码)?(?:会|将|将会)?(?:抛出)?(?:一个)?"
    r"(?:报错|错误|出错|异常|运行时错误|抛异常|抛出异常|无法运行|不合法)"
)
_SCALAR = frozenset({"scalar", "a scalar", "0-d", "0d", "标量", "零维"})
_WRAPPED = re.compile(
    r"(?:[\w.]+\s*(?:==?|:)\s*)?(?:(?:torch\s*\.\s*)?size\s*\((.*)\)|(.*))", re.IGNORECASE | re.DOTALL
)
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_SIZE = re.compile(r"[0-9]+")
_TIMES = re.compile(r"\s*[xX]\s*")
_BY = str.maketrans("×✕✖", "xxx")
_COMMA = re.compile(r"\s*,\s*")
_BLANKS = re.compile(r"\s+")


def read_shape(text: str) -> Reading[Shape] | Unreadable:
    """Read `[1, 24]`, `(1,24)`, `1x24`, `1×24`, `1 24`, `torch.Size([1, 24])`, `()`, `scalar` or `error`."""
    if len(text) > MAX_CHARACTERS:
        return wording.too_long(MAX_CHARACTERS)
    # A sign of multiplication stands between sizes here; an asterisk could also mean a product.
    bare = fold(text.translate(_BY)).strip().rstrip(".;").strip()
    if not bare:
        return wording.blank()
    lowered = bare.lower().strip("'\"")
    if is_error(lowered):
        return Reading(value=Raises.ERROR, shown=ERROR_SHOWN)
    if lowered in _SCALAR:
        return _read(())
    wrapped = _WRAPPED.fullmatch(bare)
    inside = (wrapped[1] if wrapped and wrapped[1] is not None else wrapped[2] if wrapped else bare).strip()
    return _sizes(_unbracketed(inside), inside)


def is_error(text: str) -> bool:
    """Return whether a text says, in words of either language, that the code raises."""
    return len(text) <= MAX_CHARACTERS and _ERROR.fullmatch(" ".join(fold(text).lower().split())) is not None


def mark_shape(reading: Reading[Shape], right: tuple[Shape, ...], known: tuple[Shape, ...] = ()) -> Mark:
    """Mark a shape: it is the right one or it is not."""
    return mark_by(right, known, lambda shape: shape == reading.value)


def _unbracketed(text: str) -> str:
    while text and _PAIRS.get(text[0]) == text[-1] and len(text) > 1:
        text = text[1:-1].strip()
    return text


def _sizes(text: str, whole: str) -> Reading[Shape] | Unreadable:
    if not text:
        return _read(())
    bare = text[:-1].rstrip() if text.endswith(",") else text
    if "," in bare:
        parts = _COMMA.split(bare)
    elif _TIMES.search(bare):
        parts = _TIMES.split(bare)
    else:
        parts = _BLANKS.split(bare)
    if len(parts) > MAX_AXES:
        return wording.too_many_axes(MAX_AXES)
    problem = next((found for part in parts if (found := _problem(part, whole))), None)
    return problem or _read(tuple(int(part) for part in parts))


def _problem(part: str, whole: str) -> Unreadable | None:
    """Return why this is no size; None if it is one."""
    if _SIZE.fullmatch(part):
        return None if len(part) <= MAX_DIGITS else wording.too_large()
    if re.fullmatch(r"-\s*[0-9]+", part):
        return wording.size_negative(part)
    if re.fullmatch(r"[0-9]+(?:\s*[*xX+-]\s*[0-9]+)+", part):
        return wording.size_computed(part)
    if re.fullmatch(r"[^\W\d]\w*", part):
        return wording.size_named(part)
    return wording.not_a_shape(whole)


def _read(sizes: tuple[int, ...]) -> Reading[Shape]:
    if sizes:
        return Reading(value=sizes, shown=both(str(sizes)))
    return Reading(value=(), shown=Text(en="() — a scalar", zh="()，即标量"))
