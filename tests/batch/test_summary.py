"""The class in a terminal: pinned by goldens, a screen at most, and nothing in it steers the terminal."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from class_rows import (
    NO_EXAMINER,
    NO_FILE,
    SOFTMAX,
    Person,
    graded,
    large_class,
    mixed_class,
    not_run,
    without_exam,
)
from rich.cells import cell_len

from grader.batch.class_page import class_pages
from grader.batch.classbook import Classbook, book_of
from grader.batch.rows import Row
from grader.batch.statistics import statistics_of
from grader.batch.summary import to_summary
from grader.records import Fault, Language, Outcome, Text
from grader.report import Status, View

GOLDENS = Path(__file__).resolve().parent.parent / "goldens"
UPDATE = os.environ.get("DLGRADE_UPDATE_GOLDENS") == "1"
VIEWS = {
    "en_w100": View(width=100),
    "zh_w60": View(width=60, language=Language.ZH),
    "ascii_w60": View(width=60, ascii_only=True, language=Language.ZH),
    "color_w80": View(width=80, color=True),
}


def one_exercise() -> Classbook:
    """Return a class of thirty with one exercise, in which something of each kind happened."""
    book = large_class(28)
    rows = [student.rows[SOFTMAX.name] for student in book.students]
    rows[3] = graded("s00003", ["test_shape"], name="王小明", late_days=1, reviews=2)
    return book_of([*rows, without_exam("eve", Status.UNSCORED, NO_EXAMINER, name="Eve")], exercises=[SOFTMAX])


def shown(book: Classbook, view: View) -> str:
    return to_summary(statistics_of(book), view)


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("book", ["one", "several"])
def test_a_summary_is_as_reviewed(book: str, name: str) -> None:
    text = shown(one_exercise() if book == "one" else mixed_class(), VIEWS[name])
    golden = GOLDENS / f"class_summary_{book}_{name}.txt"
    if UPDATE:
        golden.write_text(text, encoding="utf-8", newline="\n")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("width", [40, 60, 100])
def test_no_line_is_wider_than_the_terminal(width: int, language: Language) -> None:
    for book in (one_exercise(), mixed_class(alice="x" * 200, called="王" * 100)):
        lines = shown(book, View(width=width, language=language)).split("\n")
        assert [line for line in lines if cell_len(line) > width] == []


@pytest.mark.parametrize("width", [40, 60])
def test_the_place_of_a_report_is_never_cut(width: int) -> None:
    text = shown(mixed_class(), View(width=width))
    assert "reports/cleo/exercise03_softmax.2.html" in "".join(line.strip() for line in text.split("\n"))


def test_a_class_of_two_hundred_takes_a_screen() -> None:
    rows = [row for student in large_class(200).students for row in student.rows.values()]
    rows = [replace(row, reviews=1, late_days=2) for row in rows]
    rows += [without_exam(f"u{number}", Status.UNSCORED, NO_EXAMINER) for number in range(30)]
    rows += [without_exam(f"r{number}", Status.REJECTED, NO_EXAMINER) for number in range(30)]
    assert len(shown(book_of(rows, exercises=[SOFTMAX]), View()).split("\n")) <= 50


def test_what_has_no_score_comes_first_with_whose_fault_it_is() -> None:
    lines = shown(mixed_class(), View(width=100)).split("\n")
    assert lines[0].strip() == "? 1 submission has no score yet. That is not a zero."
    assert lines[2].strip() == f"dlgrade or the machine: {NO_EXAMINER.en}"
    broken = replace(without_exam("eve", Status.UNSCORED, NO_EXAMINER), fault=Fault.AUTHOR)
    assert "the exercise: " in shown(book_of([broken], exercises=[SOFTMAX]), View()).split("\n")[2]


def test_what_was_not_accepted_stands_there_with_the_reason() -> None:
    lines = [line.strip() for line in shown(mixed_class(), View(width=100)).split("\n")]
    place = lines.index("Not accepted  1")
    assert lines[place + 1].startswith("dan")
    assert lines[place + 2] == NO_FILE.en


def broken_exercise(*others: Row) -> Classbook:
    unscored = replace(without_exam("eve", Status.UNSCORED, NO_EXAMINER), fault=Fault.AUTHOR)
    return book_of([unscored, *others], exercises=[SOFTMAX])


@pytest.mark.parametrize("language", Language)
def test_what_has_no_score_is_told_with_the_way_out(language: Language) -> None:
    def told(book: Classbook) -> tuple[str, str]:
        page = class_pages(book, statistics_of(book), language=language)["index.html"]
        return " ".join(shown(book, View(width=100, language=language)).split()), re.sub(r"<.*?>", "", page)

    rejected = without_exam("dan", Status.REJECTED, NO_FILE)
    for text in told(broken_exercise(rejected)):  # what was not accepted says nothing of the exercise
        assert "dlgrade grade --resume" in text
        assert "--regrade" not in text
    for text in told(broken_exercise(graded("ann"))):
        assert "dlgrade grade --regrade" in text
        assert "--resume" not in text
    eve = without_exam("eve", Status.UNSCORED, NO_EXAMINER)
    for text in told(book_of([eve], exercises=[SOFTMAX])):
        assert "dlgrade grade --resume" in text
    remedy = Text(en="Remove one of the two.", zh="请删去其中一份。")
    waits = replace(eve, undecided=True, remedy=remedy)
    for text in told(book_of([waits], exercises=[SOFTMAX])):
        assert remedy.within(language) in text
        assert "dlgrade grade --resume" not in text


def test_it_is_silent_about_what_there_is_none_of() -> None:
    text = shown(book_of([graded("a"), graded("b")], exercises=[SOFTMAX]), View())
    for heading in ("Hardest", "mistakes", "To be looked at", "score.", "missing", "accepted"):
        assert heading not in text
    assert "2 graded · 2 full scores" in text


def test_whatever_a_student_is_called_steers_no_terminal_and_no_log() -> None:
    attack = "\x1b[2J\x1b]0;owned\x07\r\n::error::x\u202e##[error]"
    book = mixed_class(alice=attack, called=attack)
    text = shown(book, View(width=100))
    problem = Text(en=attack, zh=attack)
    text += shown(book_of([without_exam(attack, Status.UNSCORED, problem)], exercises=[SOFTMAX]), View())
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(text)
    assert not any(line.lstrip().startswith("::") for line in text.split("\n"))
    assert "##[" not in text


def test_an_empty_class_says_so() -> None:
    assert shown(book_of([], exercises=[SOFTMAX]), View()).strip() == "There is nobody in this class yet."


def test_missing_counts_students_and_says_how_many_submissions() -> None:
    text = shown(mixed_class(), View(width=100))
    assert "Missing  4 students, 5 submissions  zoe, cleo, dan, eve" in text
    one = book_of([graded("a")], exercises=[SOFTMAX], roster=[Person(id="b"), Person(id="c")])
    assert "Missing  2  b, c" in shown(one, View(width=100))


def test_unknown_times_are_one_line_for_the_whole_class() -> None:
    rows = [replace(graded(f"s{number}"), undated=number > 0) for number in range(3)]
    told = "2 of 3 have no time of handing in: nothing was taken off for lateness."
    assert shown(book_of(rows, exercises=[SOFTMAX]), View(width=100)).count(told) == 1
    assert "no time" not in shown(mixed_class(), View(width=100))


def test_rule_breakers_and_what_does_not_load_are_named() -> None:
    rows = [not_run("b", Outcome.FORBIDDEN, NO_FILE), not_run("c", Outcome.FAILED, NO_FILE)]
    text = shown(book_of(rows, exercises=[SOFTMAX]), View(width=100))
    assert "1 not run, using what is forbidden · 1 could not be loaded" in text
    assert re.search(r"Uses what is forbidden  1\n +b +reports/b/", text)
    assert "Could not be loaded  1  c\n" in text


def test_a_full_solution_without_its_points_is_no_full_score() -> None:
    rows = [graded("a"), graded("b", points=0.0, late_days=7)]
    text = shown(book_of(rows, exercises=[SOFTMAX]), View(width=100))
    assert "1 all right, with points taken off · 1 full score" in text
