"""A quiz whose quiz.py ends its process costs that question: no other question, no other quiz, no document."""

from __future__ import annotations

import io
import json
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from cli_runs import ROOT, dlgrade
from jsonschema import Draft202012Validator
from quiz_courses import course_with, pinned_store
from referencing import Registry

from grader.cli import app
from grader.sandbox import fresh

BAD = """
    dlgrade: quiz/1
    id: quiz01
    title: {en: A quiz, zh: 测验}
    questions:
      - {id: bad, type: number, text: "What is {{n}}?", params: {n: {int: [1, 9]}}, answer: {code: f}}
      - {id: fine, type: number, text: "1 + 1?", answer: 2}
"""
GOOD = BAD.replace("quiz01", "quiz02").replace("answer: {code: f}", "answer: '{{n}}'")
FUNCTION = "def f(p, rng):\n    return {'answer': p['n']}\n"
LEAVES = "import os\nos._exit(0)\n" + FUNCTION
ENDS = {"leaves": LEAVES, "writes": "import os\nos.write(4, b'\\0\\0\\0\\2{}')\n" + FUNCTION}


def course_in(folder: Path, code: str) -> Path:
    return course_with(folder / "course", {"quiz01_bad": BAD, "quiz02_good": GOOD}, {"quiz01_bad": code})


def run(course: Path, *arguments: str, of: tuple[str, ...] = ("quiz01",)) -> dict[str, Any]:
    """Return the document of a call; the process that computes answers is a real one."""
    out, err = io.StringIO(), io.StringIO()
    handler = signal.getsignal(signal.SIGTERM)
    store = course.parent / "store.sqlite"
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = app.run(["quiz", *of, "--json", *arguments, "--student", "ada",
                            "--course", str(course), "--store", str(store)])  # fmt: skip
        finally:
            signal.signal(signal.SIGTERM, handler)
    assert code == 0, err.getvalue()
    document = json.loads(out.getvalue())
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize("code", ENDS.values(), ids=ENDS)
def test_a_script_gets_its_document_with_the_other_questions(tmp_path: Path, code: str) -> None:
    course = course_in(tmp_path, code)
    bad, fine = run(course)["questions"]
    assert "a mistake of its author's" in bad["error"] and fine["text"] == "1 + 1?"
    document = run(course, "--answer", "fine=2", "--submit")
    assert document["questions"][1]["tries"][0]["verdict"] == "right"
    assert document["result"]["score"] is None and document["result"]["undecided"] == [1], "unscored, never a zero"


def test_a_failure_of_ours_at_one_question_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = course_in(tmp_path, FUNCTION)
    with monkeypatch.context() as broken:
        broken.setattr(fresh, "command", lambda _: [sys.executable, "-c", "raise SystemExit('no libraries')"])
        bad, fine = run(course)["questions"]
        assert "dlgrade itself failed" in bad["error"] and "never a zero" in bad["error"]
        assert fine["text"] == "1 + 1?"
    assert run(course)["questions"][0]["text"].startswith("What is ")


def test_practice_shows_the_others_too(tmp_path: Path) -> None:
    document = run(course_in(tmp_path, LEAVES), "--new", "2", of=("practice", "quiz01"))
    bad, fine = (one["question"] for one in document["questions"])
    assert (bad["id"], bad["state"]) == ("bad", "unseen") and "its author made a mistake" in bad["error"]
    assert fine["text"] == "1 + 1?"
    schemas = [json.loads((ROOT / "grader" / "schemas" / f"quiz-{name}-1.schema.json").read_text("utf-8"))
               for name in ("practice", "attempt")]  # fmt: skip
    registry = Registry().with_contents((schema["$id"], schema) for schema in schemas)
    Draft202012Validator(schemas[0], registry=registry).validate(document)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal, which Windows has not")
def test_a_student_goes_on_with_the_other_questions(tmp_path: Path) -> None:
    from quiz_sittings import sitting

    course, store = course_in(tmp_path, LEAVES), pinned_store(tmp_path / "store.sqlite")
    with sitting("quiz01", course=course, store=store) as one:
        one.type("2", "", "")
        assert one.end() == 0
    assert "Question 1 has a mistake of its author's" in one.shown and "✓ Right: 1 point" in one.shown


def test_lint_names_the_file_and_goes_on_with_the_next_quiz(tmp_path: Path) -> None:
    course = course_in(tmp_path, LEAVES)
    done = dlgrade("quiz", "lint", "--seeds", "5", "--jobs", "1", "--format", "json", "--course", str(course))
    reports = json.loads(done.out)["quizzes"]
    assert done.code == 2
    assert [one["id"] for one in reports] == ["quiz01", "quiz02"]
    (found,) = [one for one in reports[0]["findings"] if one["severity"] == "error"]
    assert found["check"] == "generator.fails" and "solutions/quiz01_bad/quiz.py: ended" in found["problem"]["en"]
    assert all(one["check"] != "generator.fails" for one in reports[1]["findings"])
