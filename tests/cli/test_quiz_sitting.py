"""`dlgrade quiz` in a pseudo-terminal, to the letter: the goldens are reviewed like code.

A golden is all that stood on the terminal, what was typed included. After a wanted change, pin them anew:
`DLGRADE_UPDATE_GOLDENS=1 python -m pytest tests/cli/test_quiz_sitting.py`
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal, which Windows has not", allow_module_level=True)

from quiz_courses import TOUR, course_with, pinned_store
from quiz_sittings import assert_golden, sitting
from rich.cells import cell_len

# Later verdicts, no score: everything can be changed until it is handed in.
HIDING = """
    dlgrade: quiz/1
    id: quiz02
    title: {en: No score, zh: 不公布得分}
    defaults: {feedback: never}
    reveal: {score: never, answers: never}
    questions:
      - id: pick
        type: choice
        text: {en: Which one?, zh: 哪一个？}
        choices: [{text: {en: this, zh: 这个}, correct: true}, {text: {en: that, zh: 那个}}]
      - {id: count, type: number, text: {en: How many?, zh: 多少？}, answer: "7"}
    """
CLOSED = """
    dlgrade: quiz/1
    id: quiz03
    title: {en: Over, zh: 已结束}
    opens: 2020-01-01T00:00+00:00
    closes: 2020-02-01T00:00+00:00
    questions:
      - {id: count, type: number, text: {en: How many?, zh: 多少？}, answer: "7"}
    """
HURRIED = """
    dlgrade: quiz/1
    id: quiz04
    title: {en: In a hurry, zh: 限时}
    time-limit: 2s
    reveal: {score: after-submit, answers: after-submit}
    questions:
      - {id: first, type: number, text: {en: How many?, zh: 多少？}, answer: "7", attempts: 2}
      - {id: second, type: number, text: {en: And how many?, zh: 又是多少？}, answer: "8"}
    """


@pytest.fixture
def course(tmp_path: Path) -> Path:
    quizzes = {"quiz01_tour": TOUR, "quiz02_hiding": HIDING, "quiz03_closed": CLOSED, "quiz04_hurried": HURRIED}
    return course_with(tmp_path / "course", quizzes)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return pinned_store(tmp_path / "store.sqlite")


def test_a_whole_quiz_of_every_type_is_taken_by_keyboard(course: Path, store: Path) -> None:
    """Right, wrong with feedback, asked back, hint, back, list, submit, summary. QUIZ.md 10: ordering by letters."""
    with sitting("quiz01", course=course, store=store) as at:
        at.type("x", "<It keeps>", "", "<Without it>", "")  # choice: asked back, wrong, right
        at.type("<w = > <layer.w>", "")  # multi
        at.type(":hint", ":hint", "1/3", "5.5", "", "4,5", "", ":back", "")  # number; the one before, and on
        at.type("[24]", "", "torch.Size([2, 12])", "")  # shape
        at.type("c b", "<optimizer.s><loss.b><optimizer.z><loss = >", "")  # order
        at.type("<loss = > <optimizer.z> <loss.b> <optimizer.s>", "")
        at.type("<x.s><(3,)> <x.r><(2, 3)>", "", "<x.r><(2, 3)>, <x.s><()>", "")  # match
        at.type("1/2x", "2wx", "", "2 w x²", "")  # expression
        at.type("torch.Size([3])\\", "torch.Size([3])", "")  # code-output
        at.type("1 2 3", "1 2; 3 4", "", "1 3; 2 4", "")  # matrix
        at.type("3,5", "20", "", "5x3", "")  # multi-part
        at.type(":list", "")
        assert at.end() == 1
        assert_golden("tour_en_w80", at.transcript)


def test_a_sitting_in_chinese_fits_sixty_columns(course: Path, store: Path) -> None:
    with sitting("quiz01", course=course, store=store, width=60, env={"DLGRADE_LANG": "zh"}) as at:
        at.type("？", "<它使>", "", ":s", "<x = >", "", "：提示", "一点三", ":3", "4.5", "", ":7", ":99", ":submit", "")
        at.type(":sub", "是")
        assert at.end() == 1
        assert_golden("tour_zh_w60", at.transcript)
        assert max(map(cell_len, at.transcript.split("\n"))) <= 60


def test_ctrl_c_loses_nothing_and_the_same_command_goes_on(course: Path, store: Path) -> None:
    with sitting("quiz01", course=course, store=store) as at:
        at.type("<It keeps>", "", ":3", ":h")
        at.type_on("4.5")
        at.press_ctrl_c()
        assert at.end() == 130
        first = at.transcript
    with sitting("quiz01", course=course, store=store) as at:
        at.type(":3", "")  # Enter: what had been typed when it was left
        at.type("", ":q")
        assert at.end() == 0
        assert_golden("resumed", f"{first}{'=' * 40}\n{at.transcript}")


def test_a_quiz_that_hides_its_score_says_so_and_nothing_more(course: Path, store: Path) -> None:
    with sitting("quiz02", course=course, store=store) as at:
        at.type("<that>", "9", ":1", "<this>", ":2", "", "")
        assert at.end() == 0
        assert_golden("hidden_score", at.transcript)


def test_right_and_wrong_look_alike_where_the_score_is_hidden(course: Path, tmp_path: Path) -> None:
    shown = []
    for number, answers in enumerate((("<this>", "7"), ("<that>", "9"))):
        with sitting("quiz02", course=course, store=pinned_store(tmp_path / f"{number}.sqlite")) as at:
            at.type(*answers, "")
            code = at.end()
            text = at.transcript
        text = re.sub(r"(?<=> )[AB79](?=\n)|(?<=read as )[79]|(?<=\n    )[AB]  th(is|at)(?=\n)", "…", text)
        shown.append((code, text))
    assert shown[0] == shown[1]


def test_a_closed_quiz_is_refused_with_its_date(course: Path, store: Path) -> None:
    with sitting("quiz03", course=course, store=store) as at:
        assert at.end() == 2
        assert_golden("closed", at.transcript)


def test_a_deadline_that_passes_while_typing_counts_what_was_kept(course: Path, store: Path) -> None:
    with sitting("quiz04", course=course, store=store) as at:
        at.type("", "7")  # begin; an answer that is not confirmed stays a draft, which was kept in time
        at.wait_for_prompt()
        at.type_on("8")
        assert at.end() == 1
    assert "The time is over" in at.shown
    assert "1 / 2 points" in at.shown


def test_of_two_windows_only_one_answers(course: Path, store: Path) -> None:
    """QUIZ.md 3: a try that another window has used is shown, and none is taken for the answer given here."""
    with sitting("quiz01", course=course, store=store) as one, sitting("quiz01", course=course, store=store) as other:
        one.wait_for_prompt()
        other.type("<It keeps>", "")
        other.wait_for_prompt()
        one.type("<Without>", "", ":q")
        one.end()
        assert "answered in another window" in one.shown
        assert "ReLU is unbounded above." in one.shown, "what the other window was told, before it is answered again"
        other.type("<Without>", "", ":q")  # its second try, which the first window has not used
        other.end()
        assert "Right: 0.75 of 1 point." in other.shown


def test_the_list_says_how_far_the_student_is(course: Path, store: Path) -> None:
    with sitting("quiz02", course=course, store=store) as at:
        at.type("<this>", "7", "")
        at.end()
    with sitting("quiz01", course=course, store=store) as at:
        at.type("<It keeps>", "", "<Without>", "", ":q")
        at.end()
    with sitting(course=course, store=store, width=60) as at:
        assert at.end() == 0
        assert_golden("list", at.transcript)


def test_a_quiz_that_was_taken_offers_its_result_and_a_further_attempt(course: Path, store: Path) -> None:
    with sitting("quiz01", course=course, store=store) as at:
        at.type("<Without>", "", ":submit", "y")
        at.end()
    with sitting("quiz01", course=course, store=store) as at:
        at.type("r")
        assert at.end() == 0
        assert "1 / 10 points" in at.shown
    with sitting("quiz01", course=course, store=store) as at:
        at.type("", ":q")
        at.end()
        assert "attempt 2" in at.shown


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": ""}], ids=["plain", "color"])
def test_only_a_coloured_terminal_gets_escapes(course: Path, store: Path, environment: Mapping[str, str]) -> None:
    with sitting("quiz01", course=course, store=store, env=environment) as at:
        at.type("<It keeps>", "", ":q")
        at.end()
        assert ("\x1b[31m" in at.shown) == bool(environment)


def test_what_was_typed_before_a_prompt_stood_there_counts_for_nothing(course: Path, store: Path) -> None:
    """Or an Enter too many lets an answer count that nobody has read back."""
    with sitting("quiz01", course=course, store=store) as at:
        at.type_at_once("A", "", "", "A", "")
        at.wait_for_prompt()
        at.type(":q")
        at.end()
        assert "it counts (2 tries left)" in at.shown
        assert "ight" not in at.shown, "neither right nor not right: nothing was checked"


def test_the_list_tells_what_was_earned_and_what_was_not_seen_yet(course: Path, store: Path) -> None:
    """A question that was drawn ahead in the background has not been seen."""
    with sitting("quiz01", course=course, store=store) as at:
        at.type("<It keeps>", "", "<It keeps>", "", ":list", ":q")
        at.end()
    assert "why-relu  done · 0 / 1 point\n" in at.shown
    assert "has-grad  not answered · 1 point\n" in at.shown
    assert "step  not seen yet · 1 point\n" in at.shown
