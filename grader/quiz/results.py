"""What a generator returned, checked by the type of its question: answers as text, with what leads to wrong ones.

The result comes from the author's code as plain JSON; until it has passed here, it is nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.plaintext import printable
from grader.quiz.interpolation import shown
from grader.quiz.model import Plain, QuestionType
from grader.records import Text

MAX_TEXT = 10_000
MAX_LIST = 400
MAX_WRONG = 60
MAX_PARAMS = 40
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_TAG = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_KEYS = ("answer", "wrong", "params")


class ResultError(Exception):
    """A result that is not what its question needs; `text` says how, without file and function."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class TaggedAnswer:
    """A wrong answer that was computed: as text, with its misconception; `label` is it as an option's text."""

    value: str
    because: str
    label: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What a generator's result says."""

    answer: str
    label: Text | None = None  # the answer as the text of an option, of a `choice`
    is_float: bool = False  # the answer is a number that was computed in floating point
    wrong: tuple[TaggedAnswer, ...] = ()
    params: Mapping[str, Plain] = field(default_factory=dict)

    def texts(self) -> Iterator[str]:
        """Yield every text of an answer in it."""
        for value, label in ((self.answer, self.label), *((one.value, one.label) for one in self.wrong)):
            yield value
            yield from () if label is None else (label.en, label.zh)


def checked(result: Any, kind: QuestionType, *, pick: int | None = None) -> Generated:
    """Return what `result` says, of a question of this type; `pick` options must come of it. Raises: ResultError."""
    if not isinstance(result, dict):
        raise ResultError(_no_dict(result))
    strange = [key for key in result if key not in _KEYS]
    if strange or "answer" not in result:
        raise ResultError(_other_keys(strange))
    wrong = result.get("wrong", [])
    if not isinstance(wrong, list) or len(wrong) > MAX_WRONG:
        raise ResultError(_no_pairs(wrong))
    if kind is QuestionType.CHOICE and 1 + len(wrong) < (pick or 2):
        raise ResultError(_too_few(pick or 2, len(wrong)))
    return Generated(
        answer=_typed(result["answer"], kind, "answer"),
        label=_label(result["answer"]) if kind is QuestionType.CHOICE else None,
        is_float=isinstance(result["answer"], float),
        wrong=tuple(_tagged(pair, kind, place) for place, pair in enumerate(wrong)),
        params=params_in(result.get("params", {})),
    )


def params_in(values: Any) -> dict[str, Plain]:
    """Return further values for slots. Raises: ResultError."""
    if not isinstance(values, dict) or len(values) > MAX_PARAMS:
        raise ResultError(
            Text(
                en=f'"params" must be a dict of at most {MAX_PARAMS} values by name.',
                zh=f'"params" 应为字典，最多 {MAX_PARAMS} 个按名称给出的值。',
            )
        )
    for name in values:
        if not _NAME.fullmatch(name):
            raise ResultError(
                Text(
                    en=f"params: {printable(name)!r} is no name: letters, digits and _, beginning with a letter.",
                    zh=f"params：{printable(name)!r} 不是合法名称：应以字母开头，由字母、数字和 _ 组成。",
                )
            )
    return {name: plain_value(value, name) for name, value in values.items()}


def plain_value(value: Any, name: str) -> Plain:
    """Return the value of a parameter. Raises: ResultError for None, dicts, nan and inf, and what is too large."""
    if isinstance(value, list):
        if len(value) > MAX_LIST:
            raise ResultError(_too_large(name))
        return [plain_value(item, name) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ResultError(
            Text(
                en=f'{name} is {value}: return it as text, "{value}".',
                zh=f'{name} 为 {value}：请以文本 "{value}" 返回。',
            )
        )
    if isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return _held(value, name)
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise ResultError(_too_large(name))
        return value
    raise ResultError(
        Text(
            en=f"{name} must be a number, text, True, False, or a list of these, not {_shown(value)}.",
            zh=f"{name} 应为数、文本、True、False 或由它们组成的列表，而不是 {_shown(value)}。",
        )
    )


def _tagged(pair: Any, kind: QuestionType, place: int) -> TaggedAnswer:
    if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[1], str):
        raise ResultError(_no_pairs(pair))
    value, because = pair
    if not _TAG.fullmatch(because):
        raise ResultError(
            Text(
                en=f"wrong[{place}]: {printable(because)!r} is no id of a misconception, such as no-max-shift.",
                zh=f"wrong[{place}]：{printable(because)!r} 不是误解的编号，例如 no-max-shift。",
            )
        )
    label = _label(value) if kind is QuestionType.CHOICE else None
    return TaggedAnswer(_typed(value, kind, f"wrong[{place}]"), because, label)


def _typed(value: Any, kind: QuestionType, name: str) -> str:
    """Return an answer as text that a student might type."""
    if kind is QuestionType.NUMBER:
        return _number(value, name)
    if kind is QuestionType.SHAPE:
        return _shape(value, name)
    if kind is QuestionType.MATRIX:
        return _matrix(value, name)
    if isinstance(value, dict) and kind is QuestionType.CHOICE:
        return _option_text(value, name)
    if isinstance(value, str) and not value.strip():
        raise ResultError(_unlike(value, name, Text(en="some text", zh="一段文字")))
    if kind is QuestionType.EXPRESSION and not isinstance(value, str):
        raise ResultError(_unlike(value, name, Text(en="a formula as text", zh="写成文本的公式")))
    if value is None:
        raise ResultError(_unlike(value, name, Text(en="text, a number or a list", zh="文本、数或列表")))
    return value if isinstance(value, str) and len(value) <= MAX_TEXT else shown(_any(value, name))


def _number(value: Any, name: str) -> str:
    if isinstance(value, str) and 0 < len(value.strip()) <= 100:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ResultError(_unlike(value, name, Text(en="a number, or text that is one", zh="数，或写成文本的数")))
    if isinstance(value, int):
        return str(_held(value, name))
    return repr(value if value else 0.0)


def _shape(value: Any, name: str) -> str:
    if value == "error":
        return "error"
    if isinstance(value, list) and all(type(size) is int and 0 <= size < 10**18 for size in value) and len(value) <= 64:
        return f"[{', '.join(map(str, value))}]"
    raise ResultError(_unlike(value, name, Text(en='a list of whole numbers, or "error"', zh='整数列表，或 "error"')))


def _matrix(value: Any, name: str) -> str:
    rows = [value] if isinstance(value, list) and value and not isinstance(value[0], list) else value
    good = isinstance(rows, list) and rows and all(isinstance(row, list) and row for row in rows)
    if not good or len({len(row) for row in rows}) != 1 or len(rows) * len(rows[0]) > MAX_LIST:
        raise ResultError(_unlike(value, name, Text(en="rows of numbers, all of one length", zh="等长的各行数")))
    cells = [[_number(cell, f"{name}[{i}][{j}]") for j, cell in enumerate(row)] for i, row in enumerate(rows)]
    return _rows(cells)


def _rows(cells: list[list[str]]) -> str:
    rows = ", ".join("[" + ", ".join(row) + "]" for row in cells)
    return f"[{rows}]"


def _label(value: Any) -> Text:
    """Return an answer as the text of an option: text as its author wrote it, values as code."""
    if isinstance(value, dict):
        return Text(en=value.get("en", ""), zh=value.get("zh", ""))
    text = value if isinstance(value, str) else f"`{shown(_any(value, 'answer'))}`"
    return Text(en=text, zh=text)


def _option_text(value: dict[str, Any], name: str) -> str:
    if set(value) != {"en", "zh"} or not all(isinstance(text, str) and text.strip() for text in value.values()):
        expected = Text(en='text, a value, or {"en": …, "zh": …}', zh='文本、值，或 {"en": …, "zh": …}')
        raise ResultError(_unlike(value, name, expected))
    return str(value["en"])


def _any(value: Any, name: str) -> Plain:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return plain_value(value, name)


def _held(value: int, name: str) -> int:
    if abs(value) >= 10**300:
        raise ResultError(_too_large(name))
    return value


def _shown(value: Any) -> str:
    return printable(repr(value), limit=80)


def _unlike(value: Any, name: str, expected: Text) -> Text:
    return Text(
        en=f"{name} is {_shown(value)}: expected {expected.en}.", zh=f"{name} 为 {_shown(value)}：应为{expected.zh}。"
    )


def _too_large(name: str) -> Text:
    return Text(en=f"{name} is too large.", zh=f"{name} 过大。")


def _no_dict(value: Any) -> Text:
    return Text(
        en=f'returned {_shown(value)}: expected a dict, {{"answer": …, "wrong": [(value, misconception), …]}}.',
        zh=f'返回了 {_shown(value)}：应为字典 {{"answer": …, "wrong": [(值, 误解), …]}}。',
    )


def _other_keys(strange: list[str]) -> Text:
    if strange:
        names = ", ".join(printable(str(key)) for key in strange)
        return Text(
            en=f'returned the unknown key {names}; allowed are "answer", "wrong" and "params".',
            zh=f'返回了未知的键 {names}；只允许 "answer"、"wrong" 和 "params"。',
        )
    return Text(en='returned no "answer".', zh='没有返回 "answer"。')


def _too_few(pick: int, wrong: int) -> Text:
    return Text(
        en=f'"wrong" has {wrong} items, but {pick} options are shown: return at least {pick - 1}, or lower `pick`.',
        zh=f'"wrong" 有 {wrong} 项，而要显示 {pick} 个选项：请至少返回 {pick - 1} 项，或减小 pick。',
    )


def _no_pairs(value: Any) -> Text:
    return Text(
        en=f'"wrong" has {_shown(value)}: expected at most {MAX_WRONG} pairs of a value and a misconception\'s id.',
        zh=f'"wrong" 含有 {_shown(value)}：应为最多 {MAX_WRONG} 个由值和误解编号组成的对。',
    )
