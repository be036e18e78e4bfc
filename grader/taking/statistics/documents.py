"""The figures of a quiz for programs: a JSON document, and a table with a line a question."""

from __future__ import annotations

import csv
import io
from typing import Any

from grader.pages.escape import csv_cell, json_text
from grader.records import Text
from grader.taking.statistics.figures import Ending, Mistake, QuestionFigures, QuizFigures

SCHEMA = "quiz-statistics/1"
_COLUMNS = (
    "quiz", "question", "edition", "editions", "type", "points", "attempts", "facility", "discrimination", "pairs",
    *(ending.value for ending in Ending), "right_at_once", "tries", "hinted", "hints", "regraded", "mistakes", "others",
    "more", "rare",
)  # fmt: skip


def to_json(figures: QuizFigures) -> str:
    """Return the document. Shares are from 0 to 1; null is what is not known or not defined."""
    return json_text(_document(figures), indent=2) + "\n"


def to_csv(figures: QuizFigures) -> str:
    """Return a table with a line a question; no cell of it is a formula to a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for question in figures.questions:
        writer.writerow([csv_cell(cell) for cell in _row(figures, question)])
    return out.getvalue()


def _row(figures: QuizFigures, question: QuestionFigures) -> list[str]:
    return [
        figures.quiz,
        question.question,
        str(question.edition),
        str(question.editions),
        question.type.value,
        f"{question.points:g}",
        str(question.attempts),
        _number(question.facility),
        _number(question.discrimination),
        str(question.pairs),
        *(str(question.endings[ending]) for ending in Ending),
        str(question.right_at_once),
        _number(question.tries),
        str(question.hinted),
        str(question.hints),
        str(question.regraded),
        "; ".join(f"{_named(one)} ({one.students})" for one in question.mistakes),
        "; ".join(f"{one.answer} ({one.students})" for one in question.others),
        str(question.more),
        str(question.rare),
    ]


def _named(mistake: Mistake) -> str:
    return mistake.because or (mistake.say.en if mistake.say else "")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _document(figures: QuizFigures) -> dict[str, Any]:
    scores, reliability = figures.scores, figures.reliability
    return {
        "schema": SCHEMA,
        "quiz": figures.quiz,
        "title": _text(figures.title),
        "which": figures.which.value,
        "least": figures.least,
        "students": figures.students,
        "attempts": figures.attempts,
        "undecided": figures.undecided,
        "open": figures.open,
        "left_out": figures.left_out,
        "unstable": figures.is_unstable,
        "versions": [
            {"version": one.version, "since": one.since.isoformat(), "attempts": one.attempts}
            for one in figures.versions
        ],
        "scores": scores
        and {
            "n": scores.n,
            "mean": scores.mean,
            "standard_deviation": scores.deviation,
            "lower_quartile": scores.lower,
            "median": scores.median,
            "upper_quartile": scores.upper,
            "histogram": list(scores.histogram),
        },
        "reliability": {
            "alpha": reliability.alpha,
            "n": reliability.n,
            "questions": reliability.questions,
            "of": reliability.of,
            "standard_error": reliability.error,
            "undefined": reliability.undefined and reliability.undefined.value,
        },
        "questions": [_question(one) for one in figures.questions],
        "mistakes": [_mistake(one) for one in figures.mistakes],
    }


def _question(question: QuestionFigures) -> dict[str, Any]:
    return {
        "question": question.question,
        "edition": question.edition,
        "editions": question.editions,
        "type": question.type.value,
        "points": question.points,
        "attempts": question.attempts,
        "everywhere": question.everywhere,
        "endings": {ending.value: count for ending, count in question.endings.items()},
        "facility": question.facility,
        "right_at_once": question.right_at_once,
        "discrimination": question.discrimination,
        "pairs": question.pairs,
        "tries": question.tries,
        "hinted": question.hinted,
        "hints": question.hints,
        "mistakes": [_mistake(one) for one in question.mistakes],
        "others": [{"answer": one.answer, "students": one.students} for one in question.others],
        "more": question.more,
        "rare": question.rare,
        "regraded": question.regraded,
    }


def _mistake(mistake: Mistake) -> dict[str, Any]:
    return {
        "because": mistake.because or None,
        "say": None if mistake.say is None else _text(mistake.say),
        "students": mistake.students,
        "questions": list(mistake.questions),
    }


def _text(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}
