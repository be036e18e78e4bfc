"""Reads Moodle XML. Every question is read by itself: one that cannot be held is left out, and named."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import isnan, nan
from xml.etree.ElementTree import Element

from grader.plaintext import printable
from grader.quiz.exchange.formats import Imported
from grader.quiz.exchange.html_text import Prose, markdown_of_plain
from grader.quiz.exchange.incoming import MAX_QUESTIONS, Incoming, refused, same_id, slug
from grader.quiz.exchange.leaf import (
    Booklet,
    Choice,
    Choices,
    Content,
    Group,
    Label,
    Leaf,
    Match,
    Order,
    OrderItem,
    Remark,
    Row,
)
from grader.quiz.exchange.moodle_cloze import read_cloze
from grader.quiz.exchange.moodle_typed import percent_of, read_numerical, read_short_answer
from grader.quiz.exchange.safe_xml import parsed_xml
from grader.quiz.exchange.skipping import MAX_ANSWERS, TOO_MANY, Skip, choice_of, several_choices
from grader.quiz.model import Partial, QuestionType
from grader.records import Language, Text

_PICK = re.compile(r"[a-z0-9_-]+\.(?P<id>[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*)\.pick-(?P<pick>[0-9]{1,3})")
_DEFAULT_PENALTY = 0.3333333


def read(content: bytes, *, origin: str, language: Language) -> Imported:
    """Return what a file of Moodle's holds. Raises: UsageError."""
    root = parsed_xml(content, origin)
    if root.tag != "quiz":
        raise refused(
            origin,
            f"its first element is <{root.tag[:40]}>, not <quiz>.",
            f"首个元素是 <{root.tag[:40]}>，而不是 <quiz>。",
        )
    return _File(Incoming(origin, language)).imported(root)


@dataclass(slots=True)
class _File:
    """One file that is being read."""

    incoming: Incoming
    items: list[Leaf | Group] = field(default_factory=list)
    group: tuple[str, int] | None = None  # that questions go into now
    title: str = ""
    about: str = ""
    quiz_id: str = ""
    topics: dict[str, str] = field(default_factory=dict)

    def imported(self, root: Element) -> Imported:
        questions = [one for one in root if one.tag == "question"]
        if len(questions) > MAX_QUESTIONS:
            raise refused(
                self.incoming.origin,
                f"{len(questions)} questions; at most {MAX_QUESTIONS} are read.",
                f"共 {len(questions)} 题，最多读取 {MAX_QUESTIONS} 题。",
            )
        for question in questions:
            if question.get("type") == "category":
                self._category(question)
            else:
                self._one(question)
        booklet = Booklet(
            id=self.quiz_id,
            title=self.title,
            about=self.about,
            language=self.incoming.language,
            items=tuple(self.items),
            topics=self.topics,
        )
        return Imported(booklet=booklet, notes=tuple(self.incoming.notes))

    def _category(self, question: Element) -> None:
        path = text_in(question, "category")
        number = (question.findtext("idnumber") or "").strip()
        match = _PICK.fullmatch(number)
        self.group = (self.incoming.id_of(match["id"]), int(match["pick"])) if match else None
        if match or self.title:
            return
        last = re.split(r"(?<!/)/(?!/)", path)[-1].replace("//", "/").strip()
        self.title = markdown_of_plain(last)
        self.quiz_id = number
        self.about = self.incoming.prose(last, text_in(question, "info")).markdown

    def _one(self, question: Element) -> None:
        name = text_in(question, "name").strip() or "?"
        try:
            leaf = _Question(self.incoming, question, name).leaf()
        except Skip as skip:
            self.incoming.note(name, skip.text, skipped=True)
            return
        leaf = replace(leaf, id=self.incoming.id_of(same_id(name)))
        for topic, title in _topics(question).items():
            self.topics.setdefault(topic, title)
        if self.group is None:
            self.items.append(leaf)
            return
        identifier, pick = self.group
        last = self.items[-1] if self.items else None
        if isinstance(last, Group) and last.id == identifier:
            self.items[-1] = replace(last, leaves=(*last.leaves, leaf))
        else:
            self.items.append(Group(id=identifier, pick=pick, leaves=(leaf,)))


def text_in(parent: Element, name: str) -> str:
    """Return the text of a field of Moodle's: `<name><text>…</text></name>`."""
    return parent.findtext(f"{name}/text") or ""


def _topics(question: Element) -> dict[str, str]:
    """Return topics by ids; tags that are ours mean something else."""
    found = {}
    for tag in question.findall("tags/tag"):
        title = (tag.findtext("text") or "").strip()
        if title and not title.startswith(("dlgrade:", "because:")) and (identifier := same_id(title)):
            found[identifier] = markdown_of_plain(title)
    return found


def _own_type(question: Element) -> QuestionType | None:
    """Return the type that a file of ours says the question has."""
    names = [(tag.findtext("text") or "").strip() for tag in question.findall("tags/tag")]
    for name in names:
        if name.startswith("dlgrade:") and (kind := name.removeprefix("dlgrade:")) in tuple(QuestionType):
            return QuestionType(kind)
    return None


@dataclass(slots=True)
class _Question:
    """One question that is being read."""

    incoming: Incoming
    element: Element
    name: str

    def leaf(self) -> Leaf:
        kind = self.element.get("type", "")
        readers: dict[str, Callable[[Leaf], Leaf]] = {
            "multichoice": self._choices,
            "truefalse": self._true_or_false,
            "numerical": self._numerical,
            "shortanswer": self._short_answer,
            "matching": self._match,
            "ordering": self._order,
            "cloze": self._cloze,
            "multianswer": self._cloze,
        }
        if kind not in readers:
            raise Skip(_no_such_type(kind))
        if len(self._answers()) + len(self.element.findall("subquestion")) > MAX_ANSWERS:
            raise Skip(TOO_MANY)
        if self.element.find(".//file") is not None:
            self.incoming.note(self.name, _FILES)
        return readers[kind](self._common())

    def _common(self) -> Leaf:
        prose = self._prose(text_in(self.element, "questiontext"), of="questiontext")
        hints = [self._prose(text_in_hint, of="hint").markdown for text_in_hint in self._texts("hint")]
        kept = tuple(hint for hint in hints if hint)
        return Leaf(
            id="question",
            type=QuestionType.CHOICE,
            text=prose.markdown or self.name,
            code=prose.code,
            content=Choices(options=()),
            points=self._number("defaultgrade", 1.0, low=0.0, high=1000.0),
            attempts=1 + len(kept),
            penalty=self._number("penalty", _DEFAULT_PENALTY, low=0.0, high=1.0),
            hints=kept,
            explanation=self._prose(text_in(self.element, "generalfeedback"), of="generalfeedback").markdown,
            topics=tuple(_topics(self.element)),
        )

    def _texts(self, name: str) -> list[str]:
        return [one.findtext("text") or "" for one in self.element.findall(name)]

    def _prose(self, source: str, *, of: str) -> Prose:
        element = self.element.find(of)
        return self._read(source, "" if element is None else element.get("format", ""))

    def _read(self, source: str, form: str) -> Prose:
        """Return a text by its format; plain text and Moodle's own Markdown are close enough to what we read."""
        if form == "plain_text":
            return Prose(markdown=markdown_of_plain(source))
        if form == "markdown":
            return Prose(markdown=source.strip())
        if form == "moodle_auto_format":  # HTML whose line ends count
            source = re.sub(r"\r?\n", "<br>", source.strip())
        return self.incoming.prose(self.name, source)

    def _number(self, name: str, default: float, *, low: float, high: float) -> float:
        """Return a number of the question's own; one that cannot be is mended, and that is noted."""
        written = (self.element.findtext(name) or "").strip()
        if not written:
            return default
        try:
            value = float(written)
        except ValueError:
            value = nan
        kept = default if isnan(value) else min(max(value, low), high)
        if kept != value:
            self.incoming.note(self.name, _mended(name, written, kept))
        return kept

    def _remark(self, answer: Element) -> Remark:
        feedback = answer.find("feedback")
        source = answer.findtext("feedback/text") or ""
        return self._read(source, "" if feedback is None else feedback.get("format", "")).remark

    def _answers(self) -> list[Element]:
        return self.element.findall("answer")

    def _choices(self, leaf: Leaf) -> Leaf:
        single = (self.element.findtext("single") or "true").strip().lower() in ("true", "1")
        options, percents = [], []
        for answer in self._answers():
            prose = self._read(answer.findtext("text") or "", answer.get("format", ""))
            percents.append(percent_of(answer))
            option = Choice(text="" if prose.code else prose.markdown, code=prose.code, remark=self._remark(answer))
            options.append(option)
        shuffle = (self.element.findtext("shuffleanswers") or "true").strip().lower() in ("true", "1")
        return self._chosen(leaf, options, percents, single=single, shuffle=shuffle)

    def _chosen(
        self, leaf: Leaf, options: Sequence[Choice], percents: Sequence[float], *, single: bool, shuffle: bool
    ) -> Leaf:
        made = choice_of(options, percents) if single else several_choices(options, percents)
        for text in made.notes:
            self.incoming.note(self.name, text)
        content = Choices(options=made.options, shuffle=shuffle)
        if single:
            return replace(leaf, type=QuestionType.CHOICE, content=content)
        return replace(leaf, type=QuestionType.MULTI, content=content, partial=Partial.EACH)

    def _true_or_false(self, leaf: Leaf) -> Leaf:
        words = {"true": _TRUE, "false": _FALSE}
        options, percents = [], []
        for answer in self._answers():
            word = (answer.findtext("text") or "").strip().lower()
            if word not in words:
                raise Skip(_NO_RIGHT)
            options.append(Choice(text=words[word].within(self.incoming.language), remark=self._remark(answer)))
            percents.append(percent_of(answer))
        return self._chosen(leaf, options, percents, single=True, shuffle=False)

    def _numerical(self, leaf: Leaf) -> Leaf:
        read = read_numerical(self.element, self._remark)
        for text in read.notes:
            self.incoming.note(self.name, text)
        return replace(leaf, type=QuestionType.NUMBER, content=read.content)

    def _short_answer(self, leaf: Leaf) -> Leaf:
        read = read_short_answer(self.element, self._remark, own=_own_type(self.element), has_code=bool(leaf.code))
        for text in read.notes:
            self.incoming.note(self.name, text)
        return replace(leaf, type=read.type, content=read.content)

    def _match(self, leaf: Leaf) -> Leaf:
        rows, options = [], []
        for pair in self.element.findall("subquestion"):
            prose = self._read(pair.findtext("text") or "", pair.get("format", ""))
            option = (pair.findtext("answer/text") or "").strip()
            if not option:
                continue
            if option not in options:
                options.append(option)
            if prose.markdown or prose.code:
                text = "" if prose.code else prose.markdown
                rows.append(Row(text=text, code=prose.code, option=options.index(option)))
        if len(rows) < 2 or len(options) < 2:
            raise Skip(_NO_ROWS)
        shuffle = (self.element.findtext("shuffleanswers") or "true").strip().lower() in ("true", "1")
        labels = tuple(Label(text=markdown_of_plain(option)) for option in options)
        content = Match(rows=tuple(rows), options=labels, shuffle=shuffle)
        return replace(leaf, type=QuestionType.MATCH, content=content, partial=Partial.EACH)

    def _order(self, leaf: Leaf) -> Leaf:
        graded = (self.element.findtext("gradingtype") or "").strip()
        items = []
        for place, answer in enumerate(self._answers()):
            prose = self._read(answer.findtext("text") or "", answer.get("format", ""))
            text = "" if prose.code else prose.markdown
            items.append(OrderItem(text=text, code=prose.code, after=(place - 1,) if place else ()))
        if len(items) < 2:
            raise Skip(_NO_ROWS)
        if graded not in ("ALL_OR_NOTHING", "LONGEST_ORDERED_SUBSET"):
            self.incoming.note(self.name, _graded_otherwise(graded))
        partial = Partial.NONE if graded == "ALL_OR_NOTHING" else Partial.LCS
        content: Content = Order(items=tuple(items))
        return replace(leaf, type=QuestionType.ORDER, content=content, partial=partial)

    def _cloze(self, leaf: Leaf) -> Leaf:
        return read_cloze(self.incoming, self.name, leaf, text_in(self.element, "questiontext"))


def _mended(name: str, written: str, kept: float) -> Text:
    told, shown = _NUMBERS[name], printable(written, limit=40)
    return Text(
        en=f"its {told.en}, {shown}, cannot be: {kept:g} is taken", zh=f"其{told.zh} {shown} 不合理：改为 {kept:g}"
    )


def _no_such_type(kind: str) -> Text:
    shown = slug(kind) or "?"
    return Text(en=f"left out: there is no question of the type {shown} here", zh=f"已略过：这里没有 {shown} 这种题型")


def _graded_otherwise(graded: str) -> Text:
    shown = slug(graded) or "?"
    return Text(
        en=f"partly right orders are marked by what would have to be moved, not by {shown}",
        zh=f"部分正确的顺序按需要移动的项数计分，而不是按 {shown}",
    )


_NUMBERS = {
    "defaultgrade": Text(en="number of points", zh="分值"),
    "penalty": Text(en="penalty for a wrong try", zh="答错扣分"),
}
_TRUE, _FALSE = Text(en="True", zh="对"), Text(en="False", zh="错")
_FILES = Text(
    en="not kept: its pictures and files; a quiz is one file of text", zh="未保留：其中的图片和附件；测验只含文本"
)
_NO_RIGHT = Text(en="left out: no answer of it is right", zh="已略过：没有正确答案")
_NO_ROWS = Text(en="left out: fewer than two things to put together", zh="已略过：可配对或排序的内容少于两项")
