"""Reads Moodle's cloze questions: as our own parts or table where a file of ours says so, else blank by blank."""

from __future__ import annotations

import re
from dataclasses import replace

from grader.quiz.exchange.cloze import Alternative, Blank, blanks_in
from grader.quiz.exchange.html_text import prose_of
from grader.quiz.exchange.incoming import Incoming, same_id
from grader.quiz.exchange.leaf import Choice, Choices, Leaf, Parts, Typed
from grader.quiz.exchange.moodle_typed import TOLERANCES, Accepted, ReadTyped, number_of, text_of
from grader.quiz.exchange.skipping import Skip, choice_of, several_choices
from grader.quiz.model import Partial, QuestionType
from grader.records import Text

_PART = re.compile(
    r'<div class="part-(?P<id>[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*) type-(?P<type>[a-z-]{1,20})">(?P<text>.*?)'
    r"<p>\x00(?P<blank>[0-9]{1,4})\x00</p>\s*</div>",
    re.DOTALL,
)
_TABLE = re.compile(r'<table class="type-matrix"[^>]*>(?P<rows>.*?)</table>', re.DOTALL)
_MARK = re.compile(r"\x00([0-9]{1,4})\x00")
_CHOICES = ("MULTICHOICE", "MC", "MULTIRESPONSE", "MR")
MAX_PARTS = 12


def read_cloze(incoming: Incoming, name: str, leaf: Leaf, source: str) -> Leaf:
    """Return a question of several parts, or a table. Raises: Skip."""
    source = source.replace("\0", "")
    blanks = blanks_in(source)
    if not blanks:
        raise Skip(_NO_BLANKS)
    pieces, at = [], 0
    for number, blank in enumerate(blanks):
        pieces += [source[at : blank.begin], f"\0{number}\0"]
        at = blank.end
    marked = "".join([*pieces, source[at:]])
    if (table := _TABLE.search(marked)) is not None and all(blank.kind == "NUMERICAL" for blank in blanks):
        return _table(incoming, name, leaf, marked, table, blanks)
    return _Cloze(incoming, name, blanks).leaf(leaf, marked)


def _table(incoming: Incoming, name: str, leaf: Leaf, marked: str, table: re.Match[str], blanks: list[Blank]) -> Leaf:
    rows = [_MARK.findall(row) for row in table["rows"].split("</tr>")]
    sizes = {len(row) for row in rows if row}
    if len(sizes) != 1 or sum(map(len, rows)) != len(blanks):
        raise Skip(_NO_BLANKS)
    cells = [[_cell(incoming, name, blanks[int(number)]) for number in row] for row in rows if row]
    if len({cell.precision for row in cells for cell in row}) > 1:
        incoming.note(name, TOLERANCES)
    answer = "[" + ", ".join(f"[{', '.join(cell.answer for cell in row)}]" for row in cells) + "]"
    prose = incoming.prose(name, marked[: table.start()] + marked[table.end() :])
    content = Typed(answer=answer, precision=cells[0][0].precision, rows=len(cells), columns=len(cells[0]))
    return replace(
        leaf,
        type=QuestionType.MATRIX,
        text=prose.markdown or name,
        code=prose.code,
        content=content,
        points=float(sum(blank.weight for blank in blanks)),
        partial=Partial.EACH,
    )


def _cell(incoming: Incoming, name: str, blank: Blank) -> Typed:
    """Return what is right in one cell. Raises: Skip where nothing is."""
    read = number_of([_accepted(incoming, name, one) for one in blank.alternatives])
    for text in read.notes:
        incoming.note(name, text)
    if read.content.also or read.content.wrong:
        incoming.note(name, _OF_CELLS)
    return read.content


def _accepted(incoming: Incoming, name: str, one: Alternative) -> Accepted:
    remark = incoming.prose(name, one.feedback).remark
    return Accepted(text=one.answer, percent=one.percent, remark=remark, tolerance=one.tolerance or "0")


class _Cloze:
    """One cloze that is being read as several parts."""

    def __init__(self, incoming: Incoming, name: str, blanks: list[Blank]) -> None:
        self._incoming, self._name, self._blanks = incoming, name, blanks

    def leaf(self, leaf: Leaf, marked: str) -> Leaf:
        own = list(_PART.finditer(marked))
        if len(own) == len(self._blanks):
            parts = [self._own_part(match) for match in own]
            marked = marked[: own[0].start()] + marked[own[-1].end() :]
        else:
            parts = [self._part(number, blank) for number, blank in enumerate(self._blanks)]
            marked = _MARK.sub(lambda match: f" <b>[{int(match[1]) + 1}]</b> ", marked)
            self._incoming.note(self._name, _BY_BLANKS)
        if len(parts) > MAX_PARTS:
            raise Skip(_TOO_MANY)
        prose = self._incoming.prose(self._name, marked)
        points = float(sum(part.points for part in parts))
        new = replace(leaf, text=prose.markdown or self._name, code=prose.code, points=points)
        if len(parts) == 1:  # a whole has at least two
            only = parts[0]
            text = f"{prose.markdown}\n\n{only.text}".strip() if len(own) == 1 else prose.markdown
            return replace(
                new, type=only.type, text=text, code=new.code or only.code, content=only.content, partial=only.partial
            )
        return replace(new, type=QuestionType.MULTI_PART, content=Parts(parts=tuple(parts)))

    def _own_part(self, match: re.Match[str]) -> Leaf:
        prose = prose_of(match["text"], self._incoming.language)
        blank = self._blanks[int(match["blank"])]
        kind = QuestionType(match["type"]) if match["type"] in tuple(QuestionType) else None
        part = Leaf(
            id=same_id(match["id"]),
            type=QuestionType.NUMBER,
            text=prose.markdown,
            code=prose.code,
            content=Choices(options=()),
            points=float(blank.weight),
        )
        return self._filled(part, blank, kind)

    def _part(self, number: int, blank: Blank) -> Leaf:
        part = Leaf(
            id=f"blank-{number + 1}",
            type=QuestionType.NUMBER,
            text=f"**\\[{number + 1}\\]**",
            content=Choices(options=()),
            points=float(blank.weight),
        )
        return self._filled(part, blank, None)

    def _filled(self, part: Leaf, blank: Blank, own: QuestionType | None) -> Leaf:
        if blank.kind.startswith(_CHOICES):
            return self._chosen(part, blank)
        answers = [_accepted(self._incoming, self._name, one) for one in blank.alternatives]
        read: ReadTyped
        if blank.kind.startswith(("NUMERICAL", "NM")):
            read = number_of(answers)
        else:
            read = text_of(answers, own=own, has_code=bool(part.code))
        for text in read.notes:
            self._incoming.note(self._name, text)
        return replace(part, type=read.type, content=read.content)

    def _chosen(self, part: Leaf, blank: Blank) -> Leaf:
        options = []
        for one in blank.alternatives:
            prose = self._incoming.prose(self._name, one.answer)
            remark = self._incoming.prose(self._name, one.feedback).remark
            text = "" if prose.code else prose.markdown
            options.append(Choice(text=text, code=prose.code, remark=remark))
        several = blank.kind.startswith(("MULTIRESPONSE", "MR"))
        percents = [one.percent for one in blank.alternatives]
        made = several_choices(options, percents) if several else choice_of(options, percents)
        for lost in made.notes:
            self._incoming.note(self._name, lost)
        shuffle = blank.kind.endswith("S")
        return replace(
            part,
            type=QuestionType.MULTI if several else QuestionType.CHOICE,
            content=Choices(options=made.options, shuffle=shuffle),
            partial=Partial.EACH if several else Partial.NONE,
        )


_NO_BLANKS = Text(en="left out: a text with blanks that has none", zh="已略过：这道填空题里没有空")
_OF_CELLS = Text(
    en="not kept: further right answers and known wrong ones of single cells, and what is said of them",
    zh="未保留：单个格子的其他正确答案、已知错误答案及其反馈",
)
_TOO_MANY = Text(en=f"left out: more than {MAX_PARTS} blanks", zh=f"已略过：超过 {MAX_PARTS} 个空")
_BY_BLANKS = Text(
    en="its blanks are parts now, below the text; [1] shows where each stood",
    zh="各空已改为题目下方的小题，原处以 [1] 等标出",
)
