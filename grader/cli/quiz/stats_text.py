"""The figures of a quiz in a terminal: scores, how far they can be trusted, then question by question."""

from __future__ import annotations

from collections.abc import Sequence

from grader.quiz.rendering.styled import Paper, Span, Style
from grader.quiz.rendering.terminal_markdown import inline_spans
from grader.records import Language, Text
from grader.report.points import filled_blocks
from grader.taking.statistics import words
from grader.taking.statistics.figures import BINS, Mistake, QuestionFigures, QuizFigures

_RATE = 10  # columns of the bar of a facility
_BAR = 24  # columns of the longest bar of the histogram
_MISTAKES, _OTHERS = 4, 3  # of each question at most
_FEW = 3  # scores, below which a histogram shows no more than they do


def put_figures(paper: Paper, figures: QuizFigures, language: Language) -> None:
    """Fill a paper with the figures of a quiz."""
    _Writer(paper, figures, language).write()


class _Writer:
    """The figures of one quiz, section by section."""

    def __init__(self, paper: Paper, figures: QuizFigures, language: Language) -> None:
        self._paper, self._figures, self._language = paper, figures, language

    def write(self) -> None:
        figures, language = self._figures, self._language
        self._paper.put(Span(f"{figures.quiz}  ", Style.BOLD), Span(figures.title.within(language), Style.BOLD))
        self._paper.blank()
        for told in words.about_attempts(figures, language):
            self._paper.put(told, indent=2)
        if not figures.attempts:
            self._paper.put(self._say(words.NOBODY), indent=2)
            return
        self._paper.blank()
        self._scores()
        for told in words.warnings(figures, language):
            self._paper.blank()
            self._paper.put(Span(told, Style.WARNING), head=(Span("! ", Style.WARNING),), indent=2)
        self._questions()
        self._paper.blank()
        self._paper.put(Span(self._say(words.EXPLAINED), Style.DIM), indent=2)

    def _scores(self) -> None:
        figures, language = self._figures, self._language
        scores = figures.scores
        if scores is None:
            self._paper.put(self._say(words.NO_SCORES), indent=2)
            return
        self._paper.put(*_apart(words.about_scores(figures, language)), indent=2)
        for told in words.about_reliability(figures, language):
            self._paper.put(told, indent=2)
        if scores.n < _FEW:
            return
        self._paper.blank()
        most = max(scores.histogram)
        for place, count in enumerate(scores.histogram):
            label = f"{f'{100 * place // BINS}-{100 * (place + 1) // BINS} %':>8}  "
            bar = "█" * filled_blocks(count / most, min(_BAR, self._paper.width - 24))
            spans = (Span(label, Style.DIM), Span(bar, Style.CODE), Span(f" {count}" if count else "·", Style.DIM))
            self._paper.verbatim(spans, indent=2)

    def _questions(self) -> None:
        self._paper.blank()
        self._paper.put(Span(self._say(words.QUESTIONS), Style.BOLD))
        for number, question in enumerate(self._figures.questions, start=1):
            self._paper.blank()
            self._question(number, question)

    def _question(self, number: int, question: QuestionFigures) -> None:
        language, paper = self._language, self._paper
        head = f"{number}. "
        paper.put(Span(question.question, Style.BOLD), head=(Span(head, Style.DIM),), indent=2)
        indent = 2 + len(head)
        said = [
            f"{self._say(words.FACILITY)} {'–' if question.facility is None else words.percent(question.facility)}",
            f"{self._say(words.DISCRIMINATION)} {words.signed(question.discrimination)}",
            self._say(words.RATE_TRIES).format(tries=f"{question.tries:.1f}"),
        ]
        filled = filled_blocks(question.facility or 0.0, _RATE)
        bar = (Span("█" * filled, Style.CODE), Span("░" * (_RATE - filled) + "  ", Style.DIM))
        paper.put(*_apart(said), head=bar, indent=indent)
        more = [*words.about_endings(question, language), *words.about_question(question, language)]
        paper.put(*_apart(more, Style.DIM), indent=indent)
        self._answers(question, indent)

    def _answers(self, question: QuestionFigures, indent: int) -> None:
        for mistake in question.mistakes[:_MISTAKES]:
            self._mistake(mistake, indent)
        for other in question.others[:_OTHERS]:
            counted = Span(f"{other.students} × ", Style.BOLD)
            self._paper.put(Span(other.answer, Style.CODE), head=(counted,), indent=indent)
        more = question.more + len(question.others[_OTHERS:])
        if more:
            self._paper.put(Span(self._say(words.MORE).format(count=more), Style.DIM), indent=indent)
        if question.rare:
            told = self._say(words.RARE).format(count=question.rare, least=self._figures.least)
            self._paper.put(Span(told, Style.DIM), indent=indent)

    def _mistake(self, mistake: Mistake, indent: int) -> None:
        spans = [Span(mistake.because, Style.EMPHASIS)] if mistake.because else []
        if mistake.say is not None:
            said = inline_spans(self._paper, mistake.say.within(self._language))
            spans += [*([Span("  ")] if spans else []), *said]
        self._paper.put(*spans, head=(Span(f"{mistake.students} × ", Style.BOLD),), indent=indent)

    def _say(self, text: Text) -> str:
        return text.within(self._language)


def _apart(facts: Sequence[str], style: Style = Style.PLAIN) -> list[Span]:
    """Return facts with a dot between each two, each on one line where it fits."""
    return [
        span
        for number, fact in enumerate(facts)
        for span in ((Span(" · ", style),) if number else ()) + (Span(fact, style, whole=True),)
    ]
