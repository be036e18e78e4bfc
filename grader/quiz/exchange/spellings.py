"""The usual spellings of a shape, for systems that compare letters; and what a list of spellings means, read back."""

from __future__ import annotations

from collections.abc import Sequence

from grader.quiz.marking.mark import Reading
from grader.quiz.marking.output import read_output
from grader.quiz.marking.shapes import Raises, Shape, read_shape
from grader.quiz.model import QuestionType

_ERROR = (
    "error",
    "raises",
    "it raises",
    "it raises an error",
    "an error",
    "exception",
    "RuntimeError",
    "报错",
    "会报错",
)
_SCALAR = ("()", "[]", "torch.Size([])", "scalar", "标量")


def spellings(kind: QuestionType, answer: str) -> tuple[str, ...]:
    """Return an answer as it is written, and for a shape the other ways that people write it."""
    shape = shape_in(answer) if kind is QuestionType.SHAPE else None
    if shape is None:
        return (answer,)
    return tuple(dict.fromkeys((answer, *_ways(shape))))


def shape_in(text: str) -> Shape | None:
    """Return the shape that a text is; None: it is none."""
    reading = read_shape(text)
    return reading.value if isinstance(reading, Reading) else None


def is_one_line(answer: str) -> bool:
    """Return whether an answer fits into a field for one line, and is one that can be typed."""
    reading = read_output(answer)
    return isinstance(reading, Reading) and "\n" not in reading.value.text


def distinct(kind: QuestionType, answers: Sequence[str]) -> tuple[str, ...]:
    """Return answers without those that are only another spelling of one before."""
    seen: set[object] = set()
    kept = []
    for answer in answers:
        meant: object = shape_in(answer) if kind is QuestionType.SHAPE else answer
        if meant not in seen:
            kept.append(answer)
        seen.add(meant)
    return tuple(kept)


def meant_kind(answers: Sequence[str]) -> QuestionType | None:
    """Return what a field for text most likely asks for: a shape, if every answer is one and some look like one."""
    shapes = [shape_in(answer) for answer in answers]
    if answers and all(shape is not None for shape in shapes) and any(set(answer) & set("([") for answer in answers):
        return QuestionType.SHAPE
    return None


def _ways(shape: Shape) -> tuple[str, ...]:
    if isinstance(shape, Raises):
        return _ERROR
    if not shape:
        return _SCALAR
    sizes = [str(size) for size in shape]
    wide, narrow = ", ".join(sizes), ",".join(sizes)
    if len(sizes) == 1:
        return (f"({wide},)", f"[{wide}]", f"torch.Size([{wide}])", wide, f"({wide})")
    crossed = tuple(sign.join(sizes) for sign in ("x", " x ", "×", " × "))
    return (
        f"({wide})",
        f"[{wide}]",
        f"torch.Size([{wide}])",
        f"({narrow})",
        f"[{narrow}]",
        f"torch.Size([{narrow}])",
        *crossed,
        wide,
        narrow,
        " ".join(sizes),
    )
