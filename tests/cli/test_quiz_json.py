"""`dlgrade quiz --json`: one document a call, checked by its schema; and answers that come from a pipe."""

from __future__ import annotations

import io
import json
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli_runs import ROOT, Done, dlgrade
from quiz_courses import CANARIES, CANARY, CANARY_CODE, HOSTILE, TOUR, course_with, pinned_store

from grader.cli import app

SCHEMAS = ROOT / "grader" / "schemas"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    quizzes = {"quiz01_tour": TOUR, "quiz05_canary": CANARY, "quiz06_hostile": HOSTILE}
    return course_with(tmp_path / "course", quizzes, {"quiz05_canary": CANARY_CODE})


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return pinned_store(tmp_path / "store.sqlite")


def run(course: Path, store: Path, *arguments: str, stdin: str = "", language: str = "en") -> Done:
    """Run the command in this process, which has imported it once; `processed` starts a real one."""
    out, err = io.StringIO(), io.StringIO()
    handler = signal.getsignal(signal.SIGTERM)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("DLGRADE_LANG", language)
        patch.setattr(sys, "stdin", io.StringIO(stdin))
        try:
            code = app.run(["quiz", *arguments, *options(course, store)])
        finally:
            signal.signal(signal.SIGTERM, handler)
    return Done(code=code, out=out.getvalue(), err=err.getvalue())


def processed(course: Path, store: Path, *arguments: str, stdin: str = "") -> Done:
    return dlgrade("quiz", *arguments, *options(course, store), stdin=stdin)


def options(course: Path, store: Path) -> tuple[str, ...]:
    return ("--course", str(course), "--store", str(store), "--student", "ada")


def document(done: Done, schema: str = "quiz-attempt-1") -> dict[str, Any]:
    """Return the document that a run wrote, held against its schema."""
    written = json.loads(done.out)
    checker = jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{schema}.schema.json").read_text("utf-8")))
    checker.validate(written)
    assert isinstance(written, dict)
    return written


def options_of(done: Done) -> tuple[str, str]:
    """Return the ids of the right and the wrong option of the first question of TOUR."""
    by_text = {one["text"]: one["id"] for one in document(done)["questions"][0]["body"]["options"]}
    return by_text["Without it the layers are one affine map."], by_text["It keeps outputs in $[0, 1]$."]


def test_a_script_answers_hands_in_and_gets_the_result(course: Path, store: Path) -> None:
    right, wrong = options_of(run(course, store, "quiz01", "--json"))
    done = run(
        course, store, "quiz01", "--json", "--answer", f"why-relu={wrong}", "--draft", "view=2x12", "--hint", "3"
    )
    assert done.code == 0, done.err
    found = document(done)
    assert [one["taken"] for one in found["taken"]] == ["draft", "checked"]
    first, _, third, view, *_ = found["questions"]
    assert first["state"] == "tried" and first["tries"][0]["verdict"] == "wrong"
    assert first["tries"][0]["feedback"] == ["ReLU is unbounded above."]
    assert third["hints"] == ["What is $dL/dw$?"] and found["questions"][8]["hints"] == []
    assert view["draft"] == "2x12" and view["revealed"] is None
    assert found["result"] is None

    weight = '{"weight": "5,3", "count": "20"}'
    done = run(course, store, "quiz01", "--json", "--answer", f"1={right}", "--answer", f"both={weight}", "--submit")
    assert done.code == 1  # handed in, and not full
    found = document(done)
    assert found["attempt"]["phase"] == "submitted"
    assert found["result"]["score"] == 2.75  # 0.75 + 1, and the draft that was kept
    assert found["questions"][3]["revealed"]["answer"] == "(2, 12)"

    again = document(run(course, store, "quiz01", "--json"))
    assert again["attempt"]["id"] == found["attempt"]["id"], "looking begins no further attempt"
    further = document(run(course, store, "quiz01", "--json", "--again"))
    assert further["attempt"]["number"] == 2

    listed = document(run(course, store, "--json", language="zh"), "quiz-list-1")
    assert listed["quizzes"][0]["title"] == "各种题型"
    assert listed["quizzes"][0]["availability"] == "open" and listed["quizzes"][0]["best"] == 2.75


def test_an_answer_that_cannot_be_read_is_told_and_takes_nothing(course: Path, store: Path) -> None:
    done = run(course, store, "quiz01", "--json", "--answer", "step=1,234", "--answer", "loop=A B", language="zh")
    assert done.code == 2
    found = document(done)
    assert [one["taken"] for one in found["taken"]] == ["unreadable", "unreadable"]
    assert "缺少" in found["taken"][1]["readings"][0]["reason"]
    assert all(not one["tries"] for one in found["questions"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--answer", "view=abc", "--answer", "step=4.5"), "Question 4: "),
        (("--draft", "step=1,234"), "Question 3: "),
        (("--answer", "loop=A B"), "Question 5: Not in your order"),
    ],
)
def test_nothing_is_handed_in_once_an_answer_was_not_understood(
    course: Path, store: Path, given: tuple[str, ...], said: str
) -> None:
    done = run(course, store, "quiz01", "--json", *given, "--submit")
    assert done.code == 2
    assert said in done.err and "Nothing was handed in" in done.err
    assert document(done)["attempt"]["phase"] == "open"
    done = run(course, store, "quiz01", "--json", "--submit")
    assert document(done)["attempt"]["phase"] == "submitted"


ONE = """
    dlgrade: quiz/1
    id: quiz07
    title: {en: One, zh: 一}
    reveal: {score: after-submit, answers: after-submit}
    questions:
      - id: count
        type: number
        text: {en: How many?, zh: 多少？}
        answer: "7"
        explanation: {en: Seven of them., zh: 共七个。}
      - {id: more, type: number, text: {en: More?, zh: 更多？}, answer: {code: third}, accept: {sig-figs: 3}}
    """


def test_the_summary_explains_what_was_right_and_ends_with_the_score(tmp_path: Path, store: Path) -> None:
    code = 'def third(p, rng):\n    return {"answer": 0.1 + 0.2}\n'
    course = course_with(tmp_path / "one", {"quiz07_one": ONE}, {"quiz07_one": code})
    done = run(course, store, "quiz07", stdin="7\n\n0.5\n\n\n")
    assert done.code == 1
    assert "Seven of them." in done.out and "0.3\n" in done.out and "0.30000000000000004" not in done.out
    assert done.out.count("1 / 2 points (50%)") == 2
    assert done.out.rindex("1 / 2 points") > done.out.index("Seven of them.")
    assert "`dlgrade quiz practice`" in done.out and "dlgrade quiz practice" in run(course, store).out


def test_where_nothing_went_wrong_nothing_is_to_be_practised(tmp_path: Path, store: Path) -> None:
    course = course_with(
        tmp_path / "one", {"quiz07_one": ONE}, {"quiz07_one": 'def third(p, rng):\n    return {"answer": 0.3}\n'}
    )
    done = run(course, store, "quiz07", stdin="7\n\n0.3\n\n\n")
    assert done.code == 0
    assert "2 / 2 points (100%)" in done.out and "quiz practice" not in done.out + run(course, store).out


def test_feedback_says_by_ids_which_row_or_option_it_is_about(course: Path, store: Path) -> None:
    found = document(run(course, store, "quiz01", "--json"))["questions"]
    wrong = next(one["id"] for one in found[1]["body"]["options"] if one["code"].startswith("x = "))
    rows = {one["code"]: one["id"] for one in found[5]["body"]["rows"]}
    options = {one["code"]: one["id"] for one in found[5]["body"]["options"]}
    pairs = json.dumps({rows["x.sum()"]: options["(3,)"], rows["x.relu()"]: options["(2, 3)"]})
    done = run(course, store, "quiz01", "--json", "--answer", f'2=["{wrong}"]', "--answer", f"6={pairs}")
    found = document(done)["questions"]
    assert found[1]["tries"][0]["about"] == [[wrong]]
    assert found[5]["tries"][0]["about"] == [[rows["x.sum()"]]]


def test_a_hint_is_asked_for_by_place_or_by_the_questions_id(course: Path, store: Path) -> None:
    found = document(run(course, store, "quiz01", "--json", "--hint", "step"))
    assert found["questions"][2]["hints"] == ["What is $dL/dw$?"]
    assert "no further hint" in run(course, store, "quiz01", "--json", "--hint", "3").err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("quiz01", "--answer", "1=A"), "together with --json"),
        (("quiz01", "--json", "--hint", "stpe"), "place from 1 to 10"),
        (("quiz01", "--json", "--answer", "99=A"), "place from 1 to 10"),
        (("quiz01", "--json", "--answer", "both=20"), '"weight": …'),
        (("quiz01", "--json", "--answer", "loop=[1"), "no JSON"),
        (("--json", "--submit"), "Which quiz?"),
        (("quiz77",), "No quiz is called"),
        (("lnit",), "Did you mean `dlgrade quiz lint`?"),
        (("quiz01", "quiz05"), "One quiz at a time"),
        (("--language", "en", "lint"), 'Options come behind "lint"'),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_way_out(
    course: Path, store: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run(course, store, *arguments)
    assert done.code == 2
    assert said in done.err
    assert not done.out


def test_answers_may_come_from_a_pipe_and_its_end_is_leaving(course: Path, store: Path) -> None:
    done = processed(course, store, "quiz01", stdin="a\n\nb\n\n")  # all at once: a pipe is read to its end
    assert done.code == 130
    assert "1/10> a\n" in done.out and "Right: " in done.out
    assert "Go on with: dlgrade quiz quiz01" in done.out
    assert "\x1b" not in done.out
    assert document(run(course, store, "quiz01", "--json"))["questions"][0]["state"] == "done"


def test_no_output_shows_a_canary_before_it_may_be_seen(course: Path, store: Path) -> None:
    """QUIZ.md 1: over the terminal and --json, wrong answers, mistakes and handing in included."""
    typed = "b\n\n24\n\nB A\n1A\n:hint\n7\n\n5\n:list\n:1\n\n\n:submit\ny\n"
    outputs = [
        run(course, store, "quiz05", stdin=typed),
        run(course, store, "quiz05", "--json", "--again", "--answer", "pick=A", "--answer", "count=3"),
        run(course, store, "quiz05", "--json", "--submit", language="zh"),
        run(course, store, "quiz05", stdin="r\n"),
        run(course, store),
        run(course, store, "--json"),
    ]
    assert [done.code for done in outputs] == [0] * len(outputs), outputs
    shown = "".join(done.out + done.err for done in outputs)
    assert "has a mistake of its author's" in shown  # the question whose generator fails was met
    assert [canary for canary in CANARIES if canary in shown] == []


def test_the_canaries_do_show_once_they_may(tmp_path: Path, store: Path) -> None:
    """Without this, the test before could not fail."""
    open_book = CANARY.replace("feedback: after-close", "feedback: after-submit")
    open_book = open_book.replace(
        "score: after-close, answers: after-close", "score: after-submit, answers: after-submit"
    )
    course = course_with(tmp_path / "open", {"quiz05_canary": open_book}, {"quiz05_canary": CANARY_CODE})
    done = run(course, store, "quiz05", "--json", "--answer", "pick=A", "--answer", "count=24", "--submit")
    for live in ("canary-explanation", "canary-said-computed", "canary-read", "918273"):
        assert live in done.out


def test_hostile_texts_steer_no_terminal(course: Path, store: Path) -> None:
    done = run(course, store, "quiz06", stdin=":list\nx\x1b]0;typed\x07\n\nq\u202e\n:submit\ny\n")
    assert "x\\x1b]0;typed" in done.out  # what was typed is shown as well
    shown = done.out + done.err + run(course, store).out
    steering = [char for char in shown if not char.isprintable() and char != "\n"]
    assert steering == []
    found = run(course, store, "quiz06", "--json")
    assert not {char for char in found.out if not char.isprintable() and char != "\n"}
    assert "\x1b" in document(found)["questions"][0]["text"]  # escaped in JSON, and nothing is lost
