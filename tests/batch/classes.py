"""A course of two small exercises, and classes that hand in for it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.batch.grade import ClassResult, Request, grade_class
from grader.exercise import load_course
from grader.runners.local import LocalRunner

RIGHT = "def inc(x):\n    return x + 1\n"
WRONG = "def inc(x):\n    return x + 2\n"
ONLY_SMALL = "def inc(x):\n    return x + 1 if x < 10 else x\n"
NOT_READABLE = b"\xff\xfe\x00 no text"
SLOW = "import time\n\n\ndef inc(x):\n    time.sleep(0.15)\n    return x + 1\n"
SUBMISSIONS = {"alice": RIGHT, "bob": WRONG, "carol": ONLY_SMALL, "dave": "raise ValueError\n", "erin": NOT_READABLE}

_TWIN = {"inc": "x + 1", "dec": "x - 1"}


def make_course(root: Path, *, rules: str = "") -> Path:
    """Write a course of exercise01_inc and exercise02_dec, both of 3 points."""
    for number, (slug, result) in enumerate(_TWIN.items(), 1):
        name = f"exercise{number:02}_{slug}"
        folder, solution = root / "exercises" / name, root / "solutions" / name
        folder.mkdir(parents=True)
        solution.mkdir(parents=True)
        (folder / "exercise.toml").write_text(
            f'schema = "exercise/1"\nid = "exercise{number:02}"\nslug = "{slug}"\n'
            f'title = {{ en = "{slug}", zh = "{slug}" }}\nfiles = ["{slug}.py"]\n'
        )
        (folder / "README.md").write_text(f"# {slug}\n")
        (folder / "README.zh.md").write_text(f"# {slug}\n")
        (folder / f"{slug}.py").write_text(f"def {slug}(x):\n    raise NotImplementedError\n")
        (folder / "test_visible.py").write_text(_test("test_small", slug, result, points=1, x=1))
        (solution / f"{slug}.py").write_text(f"def {slug}(x):\n    return {result}\n")
        (solution / "test_hidden.py").write_text(_test("test_large", slug, result, points=2, x=41))
    (root / "dlgrade.toml").write_text(f'schema = "course/1"\nname = {{ en = "Sums", zh = "加减" }}\n{rules}')
    return root


def _test(name: str, slug: str, result: str, *, points: int, x: int) -> str:
    return (
        f'"""Tests."""\nimport pytest\n\n\n@pytest.mark.points({points})\ndef {name}(student):\n'
        f'    """It is right."""\n    x = {x}\n    assert student.{slug}(x) == {result}\n'
    )


def hand_in(folder: Path, submissions: dict[str, str | bytes]) -> Path:
    """Write a folder with a file a student."""
    folder.mkdir(parents=True, exist_ok=True)
    for student, content in submissions.items():
        (folder / f"{student}.py").write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def request(course: Path, submissions: Path, output: Path, **more: Any) -> Request:
    """Return the request to grade a folder for exercise01."""
    found = load_course(course)
    asked = Request(
        course=found, output=output, exercises=(found.find_entry("exercise01"),), submissions=(submissions,), seed=7
    )
    return replace(asked, **more)


def run(asked: Request, runner: LocalRunner) -> ClassResult:
    """Grade a class with processes that are warm already."""
    return grade_class(asked, runner, workers=2)


def content_of(output: Path) -> dict[str, str]:
    """Return a digest of every file but those that differ from run to run."""
    return {
        path.relative_to(output).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(output.rglob("*"))
        if path.is_file() and path.relative_to(output).parts[0] != "batch"
    }
