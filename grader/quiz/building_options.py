"""The options of a question as its author wrote them: choices, items to be put in order, the two sides of a match."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from grader.exercise.problems import key_path
from grader.quiz.authored import AuthoredOption, AuthoredWrong
from grader.quiz.building_texts import Texts
from grader.quiz.model import QuestionType, Wrong
from grader.quiz.problems import unknown
from grader.quiz.yaml_file import KeyPath, LinedText
from grader.records import Text

_LISTS = {
    QuestionType.CHOICE: "choices",
    QuestionType.MULTI: "choices",
    QuestionType.ORDER: "items",
    QuestionType.MATCH: "options",
}


class OptionBuilder:
    """Builds the options of one question; `said` is what is said of a misconception."""

    def __init__(self, texts: Texts, said: Mapping[str, Text], problems: list[LinedText]) -> None:
        self._texts = texts
        self._said = said
        self._problems = problems

    def options(self, path: KeyPath, entry: Mapping[str, Any], kind: QuestionType) -> tuple[AuthoredOption, ...]:
        """Return what is chosen from, or put in order."""
        key = _LISTS.get(kind, "")
        written = entry.get(key, ())
        here: KeyPath = (*path, key)
        options = tuple(self._option((*here, place), one, place) for place, one in enumerate(written))
        self._check_names(here, options)
        if kind is QuestionType.ORDER:
            self._check_order(here, options)
        elif written and kind in (QuestionType.CHOICE, QuestionType.MULTI):
            self._check_right(here, options, kind)
        return options

    def rows(self, path: KeyPath, entry: Mapping[str, Any]) -> tuple[AuthoredOption, ...]:
        """Return the rows of a match."""
        here: KeyPath = (*path, "rows")
        rows = tuple(self._option((*here, place), one, place) for place, one in enumerate(entry.get("rows", ())))
        self._check_names(here, rows)
        names = [one["id"] for one in entry.get("options", ())]
        for place, row in enumerate(rows):
            if row.to not in names:
                self._unknown((*here, place, "match"), row.to, names)
        return rows

    def wrong_pairs(self, path: KeyPath, entry: Mapping[str, Any]) -> Iterator[AuthoredWrong]:
        """Yield the known wrong options of each row."""
        names = [one["id"] for one in entry.get("options", ())]
        for place, row in enumerate(entry.get("rows", ())):
            for other, one in enumerate(row.get("wrong", ())):
                here: KeyPath = (*path, "rows", place, "wrong", other)
                if one["option"] not in names:
                    self._unknown((*here, "option"), one["option"], names)
                elif one["option"] == row["match"]:
                    self._problem((*here, "option"), Text(en="is right for this row", zh="正是这一行的正确选项"))
                pair = (row["id"], one["option"])
                yield AuthoredWrong(pair=pair, wrong=self._wrong(here, one), where=self._texts.where(here))

    def _option(self, path: KeyPath, one: Mapping[str, Any], place: int) -> AuthoredOption:
        if ("text" in one) == ("code" in one):
            self._problem(path, Text(en="needs either `text` or `code`", zh="text 与 code 须二者取一"))
        return AuthoredOption(
            name=one.get("id", f"c{place + 1}"),
            text=self._texts.optional((*path, "text")),
            code=one.get("code", ""),
            right=one.get("correct", False),
            wrong=self._wrong(path, one),
            after=tuple(one.get("after", ())),
            to=one.get("match", ""),
            last=one.get("last", False),
            where=self._texts.where(path),
        )

    def _wrong(self, path: KeyPath, one: Mapping[str, Any]) -> Wrong:
        because = one.get("because", "")
        return Wrong(because=because, say=self._texts.optional((*path, "say")) or self._said.get(because))

    def _check_names(self, path: KeyPath, options: Sequence[AuthoredOption]) -> None:
        seen: set[str] = set()
        for place, option in enumerate(options):
            if option.name in seen:
                taken = Text(
                    en=f"the id {option.name} is taken: give it another", zh=f"编号 {option.name} 已被占用，请换一个"
                )
                self._problem((*path, place), taken)
            seen.add(option.name)

    def _check_right(self, path: KeyPath, options: Sequence[AuthoredOption], kind: QuestionType) -> None:
        right = sum(option.right for option in options)
        if right == 0:
            self._problem(
                path,
                Text(
                    en="no choice is right: write `correct: true` into one",
                    zh="没有正确选项：请在其中一个写上 correct: true",
                ),
            )
        elif right > 1 and kind is QuestionType.CHOICE:
            said = Text(
                en=f"{right} choices are right, but in a `choice` only one can be: use the type multi, or correct them",
                zh=f"有 {right} 个正确选项，而 choice 只能有一个：请改用 multi，或更正选项",
            )
            self._problem(path, said)

    def _check_order(self, path: KeyPath, options: Sequence[AuthoredOption]) -> None:
        names = [option.name for option in options]
        for place, option in enumerate(options):
            for step, name in enumerate(option.after):
                if name not in names:
                    self._unknown((*path, place, "after", step), name, names)
        graph = {option.name: [name for name in option.after if name in names] for option in options}
        try:
            tuple(TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle = " → ".join(reversed(error.args[1]))
            self._problem(path, Text(en=f"these wait for one another: {circle}", zh=f"这些项互相等待：{circle}"))

    def _unknown(self, path: KeyPath, name: str, known: Sequence[str]) -> None:
        what = Text(en="the id of one of the others", zh="其他项之一的编号")
        line = self._texts.where(path).line
        self._problems.append(LinedText(line, unknown(name, known, key=key_path(path), what=what)))

    def _problem(self, path: KeyPath, text: Text) -> None:
        key = key_path(path)
        said = Text(en=f"{key}: {text.en}.", zh=f"{key}：{text.zh}。")
        self._problems.append(LinedText(self._texts.where(path).line, said))
