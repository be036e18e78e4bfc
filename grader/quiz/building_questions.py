"""Makes one authored question, and checks that its names lead somewhere: functions, parameters, items, options."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from grader.errors import both
from grader.exercise.problems import key_path
from grader.quiz.authored import AuthoredWrong, Computed, Question, Where
from grader.quiz.building_options import OptionBuilder
from grader.quiz.building_params import ParamBuilder
from grader.quiz.building_texts import Texts
from grader.quiz.model import Partial, Precision, QuestionType, Rules, Variable, When, Wrong
from grader.quiz.problems import problem, unknown
from grader.quiz.yaml_file import KeyPath, LinedText, Tree
from grader.records import Text

_SPECIAL = {math.inf: "inf", -math.inf: "-inf"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherited:
    """What a question inherits: of its quiz, or of the question that it is a part of."""

    rules: Rules
    shuffle: bool
    said: Mapping[str, Text]  # by misconception
    topics: tuple[str, ...]  # those that there are
    functions: Mapping[str, int]  # of quiz.py, with their lines
    own_topics: tuple[str, ...] = ()  # of the whole
    names: tuple[str, ...] = ()  # parameters of the whole
    open_names: bool = False  # a generator of the whole may bring more
    whole: str = ""  # its id


class QuestionBuilder:
    """Builds a question out of a tree."""

    def __init__(self, tree: Tree, texts: Texts, setting: Inherited, problems: list[LinedText]) -> None:
        self._tree = tree
        self._texts = texts
        self._setting = setting
        self._problems = problems
        self._params = ParamBuilder(tree, problems, setting.functions)

    def question(self, path: KeyPath) -> Question:
        """Return the question at `path`."""
        entry: dict[str, Any] = self._texts.at(path)
        kind = QuestionType(entry["type"])
        params = self._params.params(path, taken=self._setting.names)
        own = self._said(path, entry)
        said = {**self._setting.said, **own}
        answer = self._answer(path, entry)
        names = (*self._setting.names, *(param.name for param in params))
        is_open = self._setting.open_names or isinstance(answer, Computed)
        options = OptionBuilder(self._texts, said, self._problems)
        question = Question(
            id=self._setting.whole or entry["id"],
            part=entry["id"] if self._setting.whole else "",
            type=kind,
            text=self._texts.text((*path, "text")),
            code=entry.get("code", ""),
            rules=self._rules(entry),
            shuffle=entry.get("shuffle", self._setting.shuffle),
            hints=self._texts.several((*path, "hint")),
            explanation=self._texts.optional((*path, "explanation")),
            topics=self._topics(path, entry),
            params=params,
            answer=answer,
            also=tuple(entry.get("also", ())),
            precision=self._precision(path, entry),
            unit=self._texts.optional((*path, "unit")),
            whole=entry.get("whole", False),
            variables=self._variables(path, entry),
            options=options.options(path, entry, kind),
            rows=options.rows(path, entry),
            pick=self._pick(path, entry),
            said=said,
            wrong=(*self._wrong(path, entry, kind, said), *options.wrong_pairs(path, entry)),
            where=self._where(path),
        )
        parts = self._parts(path, entry, question, names, said, is_open=is_open)
        self._check_slots(path, question, own, names, is_open=is_open)
        self._check_answers(path, entry, question)
        return replace(question, parts=parts)

    def _rules(self, entry: Mapping[str, Any]) -> Rules:
        rules = self._setting.rules
        attempts = entry.get("attempts")
        if attempts is not None:
            rules = replace(rules, attempts=None if isinstance(attempts, str) else int(attempts))
        return replace(
            rules,
            points=float(entry.get("points", rules.points)),
            penalty=float(entry.get("penalty", rules.penalty)),
            feedback=When(entry.get("feedback", rules.feedback)),
            partial=Partial(entry.get("partial", Partial.NONE)),
        )

    def _said(self, path: KeyPath, entry: Mapping[str, Any]) -> dict[str, Text]:
        return {name: self._texts.text((*path, "say", name)) for name in entry.get("say", {})}

    def _topics(self, path: KeyPath, entry: Mapping[str, Any]) -> tuple[str, ...]:
        named = tuple(entry.get("topics", self._setting.own_topics))
        if self._setting.topics:  # a quiz that lists its topics must list all that its questions name
            for place, name in enumerate(entry.get("topics", ())):
                if name not in self._setting.topics:
                    self._unknown((*path, "topics", place), name, self._setting.topics, _TOPIC)
        return named

    def _answer(self, path: KeyPath, entry: Mapping[str, Any]) -> str | Computed | None:
        written = entry.get("answer")
        here: KeyPath = (*path, "answer")
        if written is None:
            return None
        if isinstance(written, dict):
            return self._params.computed((*here, "code"), written["code"])
        return self._as_typed(here, written)

    def _as_typed(self, path: KeyPath, written: object) -> str:
        """Return an answer as a student would type it, with the figures that its author wrote."""
        if isinstance(written, list):
            items = [self._as_typed((*path, place), item) for place, item in enumerate(written)]
            return f"[{', '.join(items)}]"
        if isinstance(written, float) and not math.isfinite(written):
            return _SPECIAL.get(written, "nan")
        return self._tree.written(path) if not isinstance(written, str) else written

    def _precision(self, path: KeyPath, entry: Mapping[str, Any]) -> Precision | None:
        if "accept" not in entry:
            return None
        here: KeyPath = (*path, "accept")
        accept = entry["accept"]
        figures = accept.get("sig-figs")
        return Precision(
            sig_figs=None if figures is None else int(figures),
            relative=self._tree.written((*here, "rel")) if "rel" in accept else None,
            absolute=self._tree.written((*here, "abs")) if "abs" in accept else None,
        )

    def _variables(self, path: KeyPath, entry: Mapping[str, Any]) -> tuple[Variable, ...]:
        found = []
        for name, given in entry.get("variables", {}).items():
            whole, here = False, (*path, "variables", name)
            if isinstance(given, Mapping):
                whole, given, here = True, given["int"], (*here, "int")
            low, high = given
            if low >= high:
                self._say(here, Text(en="the smaller number first", zh="较小的数在前"), both(""))
            found.append(Variable(name=name, low=float(low), high=float(high), whole=whole))
        return tuple(found)

    def _pick(self, path: KeyPath, entry: Mapping[str, Any]) -> int | None:
        if "pick" not in entry:
            return None
        count, here = int(entry["pick"]), (*path, "pick")
        choices = entry.get("choices")
        if choices is None:
            return count
        right = sum(bool(choice.get("correct")) for choice in choices)
        if count > len(choices):
            expected = Text(
                en=f"at most {len(choices)}, as many as there are choices", zh=f"不超过选项总数 {len(choices)}"
            )
            self._say(here, expected, Text(en="Lower it, or write more choices.", zh="请减小它，或增加选项。"))
        elif count <= right:
            expected = Text(
                en=f"more than {right}: all right choices are shown, and a wrong one",
                zh=f"大于 {right}：要显示全部正确选项和至少一个错误选项",
            )
            self._say(here, expected, Text(en="Raise it.", zh="请增大它。"))
        return count

    def _wrong(
        self, path: KeyPath, entry: Mapping[str, Any], kind: QuestionType, said: Mapping[str, Text]
    ) -> Iterator[AuthoredWrong]:
        """Yield the known wrong answers; for `order`, sequences of items."""
        names = [item["id"] for item in entry.get("items", ())]
        for place, one in enumerate(entry.get("wrong", ())):
            here: KeyPath = (*path, "wrong", place)
            because = one.get("because", "")
            say = self._texts.optional((*here, "say")) or said.get(because)
            wrong = Wrong(because=because, say=say)
            if kind is QuestionType.ORDER:
                for step, name in enumerate(one["order"]):
                    if name not in names:
                        self._unknown((*here, "order", step), name, names, _ITEM)
                yield AuthoredWrong(sequence=tuple(one["order"]), wrong=wrong, where=self._where(here))
            else:
                value = self._as_typed((*here, "value"), one["value"])
                yield AuthoredWrong(value=value, wrong=wrong, where=self._where(here))

    def _parts(
        self, path: KeyPath, entry: Mapping[str, Any], whole: Question, names: tuple[str, ...],
        said: Mapping[str, Text], *, is_open: bool,
    ) -> tuple[Question, ...]:  # fmt: skip
        setting = replace(
            self._setting,
            rules=replace(whole.rules, partial=Partial.NONE),
            shuffle=whole.shuffle,
            said=said,
            own_topics=whole.topics,
            names=names,
            open_names=is_open,
            whole=whole.id,
        )
        builder = QuestionBuilder(self._tree, self._texts, setting, self._problems)
        parts = tuple(builder.question((*path, "parts", place)) for place in range(len(entry.get("parts", ()))))
        seen: set[str] = set()
        for part in parts:
            if part.part in seen:
                self._problems.append(LinedText(part.where.line, _taken(part.where.path, part.part)))
            seen.add(part.part)
        return parts

    def _check_slots(
        self, path: KeyPath, question: Question, own: Mapping[str, Text], names: Collection[str], *, is_open: bool
    ) -> None:
        for where, templates in self._templates(path, question, own):
            self._texts.check(where, templates, names, is_all=not is_open)

    def _templates(
        self, path: KeyPath, question: Question, own: Mapping[str, Text]
    ) -> Iterator[tuple[Where, Collection[str]]]:
        """Yield all that is filled with parameters, and where it stands; not that of parts."""
        yield self._where((*path, "text")), _both(question.text)
        yield self._where((*path, "code")), (question.code,)
        yield self._where((*path, "hint")), [one for hint in question.hints for one in _both(hint)]
        yield self._where((*path, "explanation")), _both(question.explanation)
        yield self._where((*path, "answer")), [question.answer] if isinstance(question.answer, str) else []
        yield self._where((*path, "also")), question.also
        for name, say in own.items():
            yield self._where((*path, "say", name)), _both(say)
        for option in (*question.options, *question.rows):
            yield option.where, (*_both(option.text), option.code, *_both(option.wrong.say))
        for wrong in question.wrong:
            yield wrong.where, (wrong.value, *_both(wrong.wrong.say))

    def _check_answers(self, path: KeyPath, entry: Mapping[str, Any], question: Question) -> None:
        if question.type is QuestionType.CHOICE and ("choices" in entry) == ("answer" in entry):
            text = Text(
                en=f"{key_path(path)}: a choice has either `choices`, or an `answer: {{code: …}}` that makes them.",
                zh=f"{key_path(path)}：单选题要么有 choices，要么有生成选项的 answer: {{code: …}}，二者取一。",
            )
            self._problems.append(LinedText(self._tree.line(path), text))
        rows = entry.get("answer")
        if question.type is QuestionType.MATRIX and isinstance(rows, list) and len({len(row) for row in rows}) > 1:
            expected = Text(en="rows of one length", zh="等长的各行")
            self._say((*path, "answer"), expected, Text(en="Fill in what is missing.", zh="请补齐。"))

    def _unknown(self, path: KeyPath, name: str, known: Collection[str], what: Text) -> None:
        self._problems.append(LinedText(self._tree.line(path), unknown(name, known, key=key_path(path), what=what)))

    def _say(self, path: KeyPath, expected: Text, fix: Text) -> None:
        value = self._texts.at(path)
        said = problem(path, value, expected=expected, got=both(str(value)), fix=fix)
        self._problems.append(LinedText(self._tree.line(path), said))

    def _where(self, path: KeyPath) -> Where:
        return self._texts.where(path)


def _both(text: Text | None) -> tuple[str, ...]:
    return () if text is None else (text.en, text.zh)


def _taken(path: str, name: str) -> Text:
    return Text(
        en=f"{path}: another part has the id {name}. Give it another.",
        zh=f"{path}：已有另一小题用了编号 {name}。请换一个。",
    )


_TOPIC = Text(en="the id of one of the quiz's topics", zh="测验 topics 中的编号")
_ITEM = Text(en="the id of an item", zh="某一项的编号")
