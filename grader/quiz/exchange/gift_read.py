"""Reads GIFT by its own grammar. What is said of a question names its line; one that cannot be held is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from grader.quiz.exchange.formats import Imported
from grader.quiz.exchange.gift_answers import Answers, read_answers
from grader.quiz.exchange.gift_signs import cleared, hidden, restored
from grader.quiz.exchange.html_text import markdown_of_plain
from grader.quiz.exchange.incoming import MAX_QUESTIONS, Incoming, check_size, refused, same_id
from grader.quiz.exchange.leaf import Booklet, Choices, Group, Leaf
from grader.quiz.exchange.skipping import Skip
from grader.quiz.model import QuestionType
from grader.records import Language, Text

_TAG = re.compile(r"\[tag:([^\]\n]{1,100})\]")
_PICK = re.compile(r"//\s*dlgrade: pick (?P<pick>[0-9]{1,3}) of (?P<id>[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*)\s*")
_QUIZ = re.compile(r"//\s*dlgrade: quiz (?P<id>quiz[0-9]{2,4})\s*")
_TITLE = re.compile(r"\s*::(?P<title>.*?)::", re.DOTALL)
_FORMAT = re.compile(r"\s*\[(?P<format>html|markdown|plain|moodle)\]", re.IGNORECASE)


def read(content: bytes, *, origin: str, language: Language) -> Imported:
    """Return what a GIFT file holds. Raises: UsageError."""
    check_size(content, origin)
    file = _File(Incoming(origin, language))
    blocks = list(_blocks(_decoded(content, origin)))
    if len(blocks) > MAX_QUESTIONS:
        raise refused(
            origin,
            f"{len(blocks)} questions; at most {MAX_QUESTIONS} are read.",
            f"共 {len(blocks)} 题，最多读取 {MAX_QUESTIONS} 题。",
        )
    for block in blocks:
        file.take(block)
    return file.imported()


def _decoded(content: bytes, origin: str) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refused(
            origin,
            f"line {line}: its letters are not written as UTF-8.",
            f"第 {line} 行：文字不是 UTF-8 编码。",
            remedy=Text(en="Save it as UTF-8.", zh="请以 UTF-8 编码保存。"),
        ) from None
    if "\0" in text:
        raise refused(origin, "it is no text file.", "它不是文本文件。")
    return cleared(text.replace("\r\n", "\n").replace("\r", "\n"))


@dataclass(frozen=True, slots=True)
class _Block:
    """One question as it is written, its escapes put out of the way; `line` is where it begins."""

    text: str
    comments: tuple[str, ...]
    line: int


def _blocks(text: str) -> Iterator[_Block]:
    """Yield questions and categories; a blank line ends one, unless a brace is still open."""
    lines: list[str] = []
    comments: list[str] = []
    begin = 0
    rows = [*text.split("\n"), ""]
    for number, raw in enumerate(rows, start=1):
        if raw.lstrip().startswith("//"):
            comments.append(raw.strip())
            continue
        line = hidden(raw)
        is_category = line.lstrip().startswith("$CATEGORY:")
        ends = not line.strip() and not _goes_on(rows, number)
        if ends or is_category:
            if lines:
                yield _Block("\n".join(lines), tuple(comments), begin)
                lines, comments = [], []
            if is_category:
                yield _Block(line.strip(), tuple(comments), number)
                comments = []
            continue
        begin = begin if lines else number
        lines.append(line)
    if lines:
        yield _Block("\n".join(lines), tuple(comments), begin)


def _goes_on(rows: list[str], number: int) -> bool:
    """Return whether answers go on behind a blank line, as some write them; in Moodle it ends the question."""
    following = next((row.lstrip() for row in rows[number : number + 3] if row.strip()), "")
    return following.startswith(("=", "~", "}", "####"))


@dataclass(slots=True)
class _File:
    """One file that is being read."""

    incoming: Incoming
    items: list[Leaf | Group] = field(default_factory=list)
    group: tuple[str, int] | None = None
    title: str = ""
    quiz_id: str = ""
    topics: dict[str, str] = field(default_factory=dict)

    def imported(self) -> Imported:
        booklet = Booklet(
            id=self.quiz_id,
            title=self.title,
            language=self.incoming.language,
            items=tuple(self.items),
            topics=self.topics,
        )
        return Imported(booklet=booklet, notes=tuple(self.incoming.notes))

    def take(self, block: _Block) -> None:
        """Take one block in: a category, or a question."""
        if block.text.startswith("$CATEGORY:"):
            self._category(block)
            return
        found = _TITLE.match(block.text)
        title = restored(found["title"]) if found else ""
        name = title or f"{_line(block.line).within(self.incoming.language)}"
        try:
            leaf = self._leaf(block, block.text[found.end() :] if found else block.text, name)
        except Skip as skip:
            where = _line(block.line)
            text = Text(en=f"{where.en}: {skip.text.en}", zh=f"{where.zh}：{skip.text.zh}") if title else skip.text
            self.incoming.note(name, text, skipped=True)
            return
        leaf = replace(leaf, id=self.incoming.id_of(same_id(title)))
        if self.group is None:
            self.items.append(leaf)
            return
        identifier, pick = self.group
        last = self.items[-1] if self.items else None
        if isinstance(last, Group) and last.id == identifier:
            self.items[-1] = replace(last, leaves=(*last.leaves, leaf))
        else:
            self.items.append(Group(id=identifier, pick=pick, leaves=(leaf,)))

    def _category(self, block: _Block) -> None:
        picks = [match for comment in block.comments if (match := _PICK.fullmatch(comment))]
        quizzes = [match for comment in block.comments if (match := _QUIZ.fullmatch(comment))]
        self.quiz_id = self.quiz_id or (quizzes[0]["id"] if quizzes else "")
        self.group = (self.incoming.id_of(picks[0]["id"]), int(picks[0]["pick"])) if picks else None
        if not self.title and not picks:
            path = restored(block.text.removeprefix("$CATEGORY:"))
            self.title = markdown_of_plain(re.split(r"(?<!/)/(?!/)", path)[-1].replace("//", "/"))

    def _leaf(self, block: _Block, rest: str, name: str) -> Leaf:
        """Return the question of a block. Raises: Skip."""
        found = _FORMAT.match(rest)
        form = found["format"].lower() if found else "moodle"
        rest = rest[found.end() :] if found else rest
        begin = rest.find("{")
        end = rest.find("}", begin + 1)
        if begin < 0:
            raise Skip(_NO_ANSWER)
        if end < 0 or rest.find("{", begin + 1, end) >= 0 or rest.find("}", end + 1) >= 0:
            raise Skip(_BRACES)
        text, answers = rest[:begin], rest[begin + 1 : end]
        if rest[end + 1 :].strip():  # a gap within a sentence
            text = f"{text.rstrip()} \u2026\u2026 {rest[end + 1 :].lstrip()}"
        answers, _, general = answers.partition("####")
        reader = Answers(incoming=self.incoming, name=name, form=form)
        prose = reader.prose(text)
        tags = [tag for comment in block.comments for tag in _TAG.findall(comment)]
        for tag in tags:
            if not tag.startswith(("dlgrade:", "because:")) and (identifier := same_id(tag)):
                self.topics.setdefault(identifier, markdown_of_plain(tag))
        own = [tag.removeprefix("dlgrade:") for tag in tags if tag.startswith("dlgrade:")]
        kind = QuestionType(own[0]) if own and own[0] in tuple(QuestionType) else None
        leaf = Leaf(
            id="question",
            type=QuestionType.CHOICE,
            text=prose.markdown or name,
            code=prose.code,
            content=Choices(options=()),
            explanation=reader.prose(general).markdown,
            topics=tuple(self._topics_of(tags)),
        )
        return read_answers(reader, leaf, answers, kind)

    def _topics_of(self, tags: list[str]) -> Iterator[str]:
        for tag in tags:
            identifier = same_id(tag)
            if identifier in self.topics and not tag.startswith(("dlgrade:", "because:")):
                yield identifier


def _line(number: int) -> Text:
    return Text(en=f"line {number}", zh=f"第 {number} 行")


_NO_ANSWER = Text(en="left out: a text without a question: there is no { }", zh="已略过：只有文字，没有 { }，不是题目")
_BRACES = Text(
    en="left out: { and } do not match; a brace that is meant as one is written \\{ or \\}",
    zh="已略过：{ 与 } 不配对；原样的花括号应写作 \\{ 或 \\}",
)
