"""A preview for a terminal: each question as a student reads it, then its key; further variants as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from grader.quiz.authored import Quiz
from grader.quiz.model import QuestionType
from grader.quiz.preview import words
from grader.quiz.preview.facts import Entry, Facts, facts_of, short
from grader.quiz.preview.table import params_of, table_of
from grader.quiz.preview.variants import Previewed, Shown
from grader.quiz.rendering.asking import asked_for, terms
from grader.quiz.rendering.styled import Paper, Span, Style
from grader.quiz.rendering.terminal import put_question
from grader.quiz.rendering.terminal_markdown import inline_spans, put_markdown
from grader.records import Language, Text

_INDENT = 2
_MAX_CELL = 28  # columns of one value in the table


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How a preview is put on paper: in these languages; `speaks` those around. `whole`: every variant in full."""

    languages: tuple[Language, ...]
    speaks: Language
    whole: bool


def put_preview(paper: Paper, quiz: Quiz, questions: Sequence[Previewed], listing: Listing) -> None:
    """Add a quiz with its questions."""
    paper.put(Span(f"{quiz.id}  ", Style.DIM), Span(quiz.title.within(listing.speaks), Style.BOLD))
    paper.put(Span(words.HOLDS_ANSWERS.within(listing.speaks), Style.WARNING))
    writer = _Writer(paper, listing, {topic.id: topic.title for topic in quiz.topics})
    for place, question in enumerate(questions, start=1):
        writer.question(question, place)


@dataclass(frozen=True, slots=True)
class _Writer:
    paper: Paper
    listing: Listing
    titles: dict[str, Text]

    def question(self, one: Previewed, place: int) -> None:
        """Add a question with its variants, and why others cannot be drawn."""
        paper = self.paper
        paper.blank()
        paper.put(Span("─" * min(paper.width, 60), Style.DIM))
        told = " · ".join(self._say(text) for text in words.about(one.question, one.pool, self.titles))
        paper.put(Span(f"{place}  ", Style.DIM), Span(one.question.id, Style.BOLD), Span(f"  {told}", Style.DIM))
        for failed in one.failed:
            paper.blank()
            heading = f"{self._say(words.CANNOT_DRAW)}: {self._say(words.of_seeds(failed.seeds))}"
            paper.put(Span(heading, Style.WRONG), indent=_INDENT)
            paper.put(self._say(failed.error.text), indent=_INDENT)
        if len(one.shown) > 1:
            self._table(one.shown)
        for shown in one.shown if self.listing.whole else one.shown[:1]:
            self._variant(one, shown)

    # ---------------------------------------------------------------------------------------- what differs

    def _table(self, variants: Sequence[Shown]) -> None:
        """Add a row for each variant, and beneath it, where the terminal is narrow, what finds no room."""
        table = table_of(variants, self.listing.speaks)
        heads = (self._say(words.SEEDS), *table.params, self._say(words.RIGHT))
        rows = [[row.seeds, *row.params, row.right] for row in table.rows]
        cells = [[_cut(cell) for cell in row] for row in ([*heads], *rows)]
        widths = [max(cell_len(row[column]) for row in cells) for column in range(len(heads))]
        self.paper.blank()
        if sum(widths) + 2 * len(widths) + _INDENT > self.paper.width:
            self._list(table.params, rows)
            return
        for number, row in enumerate(cells):
            style = Style.DIM if number == 0 else Style.PLAIN
            line = [Span(_filled(cell, width) + "  ", style) for cell, width in zip(row, widths, strict=True)]
            if number:
                line[-1] = Span(row[-1], Style.RIGHT)
            self.paper.verbatim(line, indent=_INDENT)

    def _list(self, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add what a table would hold as one line for each variant."""
        for seeds, *params, right in rows:
            told = ", ".join(f"{name} = {value}" for name, value in zip(names, params, strict=True))
            self.paper.put(
                Span(f"{told}  " if told else ""),
                Span(_cut(right), Style.RIGHT),
                head=(Span(f"{seeds}  ", Style.DIM),),
                indent=_INDENT,
            )

    # ---------------------------------------------------------------------------------------- one variant

    def _variant(self, one: Previewed, shown: Shown) -> None:
        paper, public = self.paper, shown.variant.public
        if len(one.shown) > 1:
            paper.blank()
            params = ", ".join(f"{name} = {value}" for name, value in params_of(shown.variant.key).items())
            paper.put(
                Span(f"{self._say(words.of_seeds(shown.seeds))}  ", Style.BOLD),
                Span(_cut(params, 200), Style.DIM),
                indent=_INDENT,
            )
        for language in self.listing.languages:
            paper.blank()
            put_question(paper, public, language)
            told = " · ".join(text.within(language) for text in terms(public))
            paper.blank()
            paper.put(Span(f"{asked_for(public).within(language)} {told}", Style.DIM), indent=_INDENT)
        for facts in facts_of(public, shown.variant.key):
            self._facts(facts)
        if shown.redrawn:
            paper.put(Span(self._say(words.times_redrawn(shown.redrawn)), Style.DIM), indent=_INDENT)

    def _facts(self, facts: Facts) -> None:
        paper = self.paper
        if not facts.entries and not facts.hints and not facts.explanation:
            return
        paper.blank()
        heading = self._say(words.PART).format(part=facts.part) if facts.part else self._say(words.KEY)
        paper.put(Span(heading, Style.UNSURE), indent=_INDENT)
        for entry in facts.entries:
            self._entry(entry)
        if facts.kind is QuestionType.ORDER:
            paper.put(Span(self._say(words.RIGHT_ORDER), Style.DIM), indent=_INDENT)
        for hint in facts.hints:
            self._told(words.HINT, hint)
        if facts.explanation is not None:
            self._told(words.EXPLANATION, facts.explanation)

    def _entry(self, entry: Entry) -> None:
        mark = Span("✓ ", Style.RIGHT) if entry.is_right else Span("✗ ", Style.WRONG)
        given = " → ".join(short(one, self.listing.speaks) for one in entry.given)
        because = [Span(f"  {entry.wrong.because}", Style.DIM)] if entry.wrong.because else []
        self.paper.put(Span(given), *because, head=(mark,), indent=_INDENT)
        if entry.wrong.say is not None:
            for text in self._each(entry.wrong.say):
                put_markdown(self.paper, text, indent=_INDENT + 4)
        elif not entry.is_right:
            self.paper.put(Span(self._say(words.NO_FEEDBACK), Style.WARNING), indent=_INDENT + 4)

    def _told(self, label: Text, text: Text) -> None:
        for own in self._each(text):
            colon = "：" if self.listing.speaks is Language.ZH else ": "
            head = Span(f"{self._say(label)}{colon}", Style.DIM)
            self.paper.put(*inline_spans(self.paper, own), head=(head,), indent=_INDENT)

    def _each(self, text: Text) -> list[str]:
        """Return an author's text in each language that is shown; once, where it is the same in both."""
        return list(dict.fromkeys(text.within(language) for language in self.listing.languages))

    def _say(self, text: Text) -> str:
        return text.within(self.listing.speaks)


def _cut(text: str, most: int = _MAX_CELL) -> str:
    if cell_len(text) <= most:
        return text
    while cell_len(text) > most - 1:
        text = text[:-1]
    return f"{text}…"


def _filled(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
