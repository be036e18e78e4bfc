"""Makes the authored quiz of a tree that fits the schema, and finds what a schema cannot: names that lead nowhere.

Every problem is collected with its line; what is built beside a problem is thrown away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from grader.exercise.problems import key_path
from grader.quiz.authored import Gap, Pool, Question, Quiz, Reveal, Topic, Where
from grader.quiz.building_questions import Inherited, QuestionBuilder
from grader.quiz.building_texts import Texts
from grader.quiz.model import Rules, When
from grader.quiz.problems import problem
from grader.quiz.yaml_file import KeyPath, LinedText, Tree
from grader.records import Language, Text

_DURATION = re.compile(r"(?:(?P<h>[0-9]+)h)?(?:(?P<min>[0-9]+)min)?(?:(?P<s>[0-9]+)s)?")


def build(
    tree: Tree, *, folder: str, slug: str, version: str, source: str, functions: Mapping[str, int]
) -> tuple[Quiz, list[LinedText]]:
    """Return the quiz, and what is wrong with it; with anything wrong, the quiz is not to be used."""
    return _QuizBuilder(tree, functions).quiz(folder=folder, slug=slug, version=version, source=source)


class _QuizBuilder:
    """Builds one quiz."""

    def __init__(self, tree: Tree, functions: Mapping[str, int]) -> None:
        self._tree = tree
        self._top: dict[str, Any] = tree.value
        self._problems: list[LinedText] = []
        self._gaps: list[Gap] = []
        self._functions = functions
        self._languages = tuple(Language(name) for name in self._top.get("languages", ("en", "zh")))
        self._texts = Texts(tree, self._languages, self._problems, self._gaps)

    def quiz(self, *, folder: str, slug: str, version: str, source: str) -> tuple[Quiz, list[LinedText]]:
        top = self._top
        topics = self._topics()
        items = self._items(topics)
        reveal = top.get("reveal", {})
        built = Quiz(
            id=top["id"],
            slug=slug,
            folder=folder,
            version=version,
            source=source,
            functions=dict(self._functions),
            title=self._texts.text(("title",)),
            about=self._texts.optional(("about",)),
            languages=self._languages,
            items=items,
            shuffled=top.get("shuffle-questions", False),
            reveal=Reveal(
                score=When(reveal.get("score", When.AFTER_SUBMIT)),
                answers=When(reveal.get("answers", When.AFTER_CLOSE)),
            ),
            time_limit_s=self._duration(("time-limit",)),
            opens=self._moment(("opens",)),
            closes=self._moment(("closes",)),
            retakes=_count(top.get("retakes", "unlimited")),
            topics=topics,
            gaps=tuple(self._gaps),
        )
        self._check_times(built)
        return built, self._problems

    def _topics(self) -> tuple[Topic, ...]:
        return tuple(
            Topic(
                id=name,
                title=self._texts.text(("topics", name, "title")),
                read=self._texts.optional(("topics", name, "read")),
            )
            for name in self._top.get("topics", {})
        )

    def _items(self, topics: tuple[Topic, ...]) -> tuple[Question | Pool, ...]:
        defaults = self._top.get("defaults", {})
        setting = Inherited(
            rules=Rules(
                points=float(defaults.get("points", 1)),
                attempts=_count(defaults.get("attempts", 1)),
                penalty=float(defaults.get("penalty", 0)),
                feedback=When(defaults.get("feedback", When.AFTER_ATTEMPT)),
            ),
            shuffle=defaults.get("shuffle", True),
            said=self._said(),
            topics=tuple(topic.id for topic in topics),
            functions=self._functions,
        )
        items: list[Question | Pool] = []
        for place, entry in enumerate(self._top["questions"]):
            path: KeyPath = ("questions", place)
            items.append(self._pool(path, entry, setting) if "pool" in entry else self._question(path, setting))
        self._check_ids(items)
        return tuple(items)

    def _said(self) -> dict[str, Text]:
        """Return what is said of misconceptions in every question: without parameters, which differ."""
        said = {}
        for name in self._top.get("misconceptions", {}):
            path: KeyPath = ("misconceptions", name)
            said[name] = self._texts.text(path)
            self._texts.check(self._where(path), (said[name].en, said[name].zh), (), is_all=True)
        return said

    def _question(self, path: KeyPath, setting: Inherited) -> Question:
        return QuestionBuilder(self._tree, self._texts, setting, self._problems).question(path)

    def _pool(self, path: KeyPath, entry: Mapping[str, Any], setting: Inherited) -> Pool:
        questions = tuple(
            self._question((*path, "questions", place), setting) for place in range(len(entry["questions"]))
        )
        if entry["pick"] > len(questions):
            self._say(
                (*path, "pick"),
                Text(en=f"at most {len(questions)}, as many as the pool has", zh=f"不超过题库中的 {len(questions)} 题"),
                Text(en="Lower it, or add questions to the pool.", zh="请减小它，或在题库中增加题目。"),
            )
        return Pool(id=entry["pool"], pick=int(entry["pick"]), questions=questions, where=self._where(path))

    def _check_ids(self, items: list[Question | Pool]) -> None:
        """Refuse two of one id: it is what seeds, attempts and statistics go by."""
        seen: dict[str, Where] = {}
        for item in items:
            named: tuple[Question | Pool, ...] = (item, *item.questions) if isinstance(item, Pool) else (item,)
            for one in named:
                if one.id in seen:
                    self._problems.append(LinedText(one.where.line, _taken(one, seen[one.id])))
                seen.setdefault(one.id, one.where)

    def _duration(self, path: KeyPath) -> float | None:
        written = self._texts.at(path)
        if written is None:
            return None
        match = _DURATION.fullmatch(str(written))
        assert match is not None, "the schema lets nothing else pass"
        seconds = 3600 * int(match["h"] or 0) + 60 * int(match["min"] or 0) + int(match["s"] or 0)
        if seconds == 0:
            self._say(
                path,
                Text(en="more than nothing", zh="大于零的时长"),
                Text(en="Remove it for no limit.", zh="若不限时，请删去。"),
            )
        return float(seconds)

    def _moment(self, path: KeyPath) -> datetime | None:
        written = self._texts.at(path)
        if written is None:
            return None
        try:
            return datetime.fromisoformat(str(written))
        except ValueError:
            self._say(
                path,
                Text(en="a day and time that there are", zh="存在的日期和时间"),
                Text(en="Correct it.", zh="请改正。"),
            )
            return None

    def _check_times(self, quiz: Quiz) -> None:
        if quiz.opens and quiz.closes and quiz.closes <= quiz.opens:
            self._say(
                ("closes",),
                Text(en="a moment after `opens`", zh="晚于 opens 的时刻"),
                Text(en="Correct one of them.", zh="请改正其中之一。"),
            )

    def _say(self, path: KeyPath, expected: Text, fix: Text) -> None:
        value: Any = self._tree.value
        for step in path:
            value = value[step]
        shown = Text(en=str(value), zh=str(value))
        self._problems.append(
            LinedText(self._tree.line(path), problem(path, value, expected=expected, got=shown, fix=fix))
        )

    def _where(self, path: KeyPath) -> Where:
        return Where(line=self._tree.line(path), path=key_path(path))


def _count(written: object) -> int | None:
    """Return a number of attempts; None for "unlimited"."""
    return None if isinstance(written, str) else int(written)  # type: ignore[call-overload]


def _taken(one: Question | Pool, first: Where) -> Text:
    return Text(
        en=f"{one.where.path}: the id {one.id} is taken by {first.path}, line {first.line}. Give it another.",
        zh=f"{one.where.path}：编号 {one.id} 已用于 {first.path}（第 {first.line} 行）。请换一个。",
    )
