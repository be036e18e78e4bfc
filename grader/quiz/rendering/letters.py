"""Answers by letters: options are A, B, C …, the rows of a match 1, 2, 3 …, in the order in which they are shown.

`typed_response` turns what a student types into a response as JSON holds it, `letters_of` a response back into letters.
Both know the public half alone. What is typed for a number or a formula is left as it is: the marker reads it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from grader.quiz.marking.mark import Unreadable
from grader.quiz.marking.responses import Response
from grader.quiz.model import MatchBody, Option, OptionsBody, PublicQuestion, QuestionType
from grader.records import Text

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SEPARATORS = re.compile(r"[\s,;，、；.。:：()\[\]<>→=-]+")
_PAIR = re.compile(r"([0-9]+)([A-Z]+)")
_MAX_TYPED = 1_000  # characters


def letter(place: int) -> str:
    """Return the letter of the option at `place`, from 0: A … Z, then AA, AB …"""
    first, second = divmod(place, len(_ALPHABET))
    return _ALPHABET[second] if first == 0 else _ALPHABET[first - 1] + _ALPHABET[second]


def typed_response(question: PublicQuestion, typed: str) -> Response | Unreadable:
    """Return the answer to one question or part, not to a whole `multi-part`, as it was typed."""
    body = question.body
    if isinstance(body, MatchBody):
        return _pairs(body, typed)
    if not isinstance(body, OptionsBody):
        return typed.strip()
    names = _places(typed, len(body.options))
    if isinstance(names, Unreadable):
        return names
    chosen = [body.options[place].id for place in names]
    if question.type is QuestionType.CHOICE:
        return chosen[0] if len(chosen) == 1 else _one_only(len(body.options))
    if question.type is QuestionType.ORDER and len(chosen) < len(body.options):
        return _missing([letter(at) for at in range(len(body.options)) if at not in names])
    return chosen


def letters_of(question: PublicQuestion, response: Response) -> str:
    """Return a response in letters, `C A B D` or `1B 2A`; of what was typed, the text itself, on one line."""
    body = question.body
    if isinstance(body, OptionsBody):
        chosen = [response] if isinstance(response, str) else list(response)
        found = [_letter_of(body.options, one) for one in chosen]
        return " ".join(
            found if question.type is QuestionType.ORDER else sorted(found, key=lambda one: (len(one), one))
        )
    if isinstance(body, MatchBody) and isinstance(response, Mapping):
        return " ".join(
            f"{number}{_letter_of(body.options, response[row.id])}"
            for number, row in enumerate(body.rows, 1)
            if response.get(row.id)
        )
    if question.type is QuestionType.SHAPE:
        from grader.quiz.rendering.answers import as_read  # loaded later

        read = as_read(question, response)  # one notation for all, but for "error", which has a word in each language
        response = read.en if read is not None and read.en == read.zh else response
    if isinstance(response, str):
        return " ⏎ ".join(response.splitlines())
    if isinstance(response, Mapping):
        return ""
    return "; ".join(row if isinstance(row, str) else " ".join(row) for row in response)


def labels_of(question: PublicQuestion) -> dict[str, str]:
    """Return what options and rows are called, by their ids, in the order shown: the rows of a match have numbers."""
    body = question.body
    if isinstance(body, MatchBody):
        return {row.id: str(number) for number, row in enumerate(body.rows, 1)}
    options = body.options if isinstance(body, OptionsBody) else ()
    return {option.id: letter(place) for place, option in enumerate(options)}


def _letter_of(options: Sequence[Option], name: object) -> str:
    return next((letter(place) for place, option in enumerate(options) if option.id == name), "?")


def _words(typed: str) -> list[str]:
    """Return what was typed as words, in capitals; full-width letters are letters."""
    return [word for word in _SEPARATORS.split(unicodedata.normalize("NFKC", typed[:_MAX_TYPED]).upper()) if word]


def _places(typed: str, count: int) -> list[int] | Unreadable:
    """Return the places of the options that are named, in the order typed: `C A B`, `cab`, `(c), (a), (b)`."""
    known = {letter(place): place for place in range(count)}
    names = [
        name for word in _words(typed) for name in ([word] if word in known or count > len(_ALPHABET) else list(word))
    ]
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None or not names:
        return _unknown(unknown or typed.strip(), count)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        return Unreadable(
            reason=Text(en=f"{twice} is there twice.", zh=f"{twice} 出现了两次。"),
            way_out=Text(en="Type each letter once.", zh="每个字母只写一次。"),
        )
    return [known[name] for name in names]


def _pairs(body: MatchBody, typed: str) -> Response | Unreadable:
    """Return rows with their options: `1B 2A`, `1 B, 2 A`, `1-b 2-a`; letters alone stand for the rows in turn."""
    known = {letter(place): option.id for place, option in enumerate(body.options)}
    joined = " ".join(_words(typed))
    compact = joined.replace(" ", "")
    found = _PAIR.findall(compact)
    if "".join(f"{number}{name}" for number, name in found) != compact or not found:
        names = joined.split() if " " in joined else list(joined)
        if len(names) != len(body.rows) or any(name not in known for name in names):
            return _bad_pairs(len(body.rows), len(body.options))
        found = [(str(number), name) for number, name in enumerate(names, 1)]
    chosen: dict[str, str] = {}
    for number, name in found:
        if not 1 <= int(number[:9]) <= len(body.rows) or name not in known:
            return _bad_pairs(len(body.rows), len(body.options))
        row = body.rows[int(number) - 1].id
        if row in chosen:
            return Unreadable(
                reason=Text(en=f"Row {number} is there twice.", zh=f"第 {number} 行出现了两次。"),
                way_out=Text(en="Give each row one letter.", zh="每行只配一个字母。"),
            )
        chosen[row] = known[name]
    return chosen


def _range(count: int) -> str:
    return f"A–{letter(count - 1)}" if count > 1 else "A"


def _unknown(name: str, count: int) -> Unreadable:
    shown = name[:20]
    return Unreadable(
        reason=Text(en=f'"{shown}" is none of the options.', zh=f"“{shown}”不是选项。"),
        way_out=Text(en=f"The options are {_range(count)}.", zh=f"选项为 {_range(count)}。"),
    )


def _one_only(count: int) -> Unreadable:
    return Unreadable(
        reason=Text(en="Only one option can be chosen.", zh="只能选一项。"),
        way_out=Text(en=f"Type one letter, {_range(count)}.", zh=f"请输入一个字母，{_range(count)}。"),
    )


def _missing(names: Sequence[str]) -> Unreadable:
    shown = ", ".join(names)
    return Unreadable(
        reason=Text(en=f"Not in your order: {shown}.", zh=f"你的排列中缺少：{shown}。"),
        way_out=Text(en="Type every letter once, the first step first.", zh="请按先后次序写出全部字母，各一次。"),
    )


def _bad_pairs(rows: int, options: int) -> Unreadable:
    return Unreadable(
        reason=Text(en="These are not pairs of a row and an option.", zh="这不是“行号＋选项”的配对。"),
        way_out=Text(
            en=f"Type a row's number and a letter for each: 1B 2A. Rows 1–{rows}, options {_range(options)}.",
            zh=f"每行写行号加字母：1B 2A。行为 1–{rows}，选项为 {_range(options)}。",
        ),
    )
