"""Alike submissions: copies are found through their disguise, independent solutions and stubs are left alone.

`alike/` holds eight solutions of exercise04 that were written independently, and two that were copied: `ivy_from_fay`
with other names, other comments, no docstring and its functions the other way round; `jon_from_bo` with other names,
and only the first of two functions copied.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.batch.similar import Alike, Work, find_alike
from grader.batch.similar_page import to_page
from grader.batch.similar_sources import Class
from grader.batch.similar_text import Compared, to_terminal
from grader.batch.similar_tokens import tokens_of
from grader.exercise import load_course
from grader.records import Exercise, Language

ROOT = Path(__file__).parent.parent.parent
NAME = "backprop.py"
STUB = {NAME: (ROOT / "exercises" / "exercise04_backprop" / NAME).read_text(encoding="utf-8")}
REFERENCE = (ROOT / "solutions" / "exercise04_backprop" / NAME).read_text(encoding="utf-8")
SOLUTIONS = {
    file.stem: file.read_text(encoding="utf-8") for file in sorted((Path(__file__).parent / "alike").glob("*.py"))
}
INDEPENDENT = {name: text for name, text in SOLUTIONS.items() if "_from_" not in name}


def alike(texts: dict[str, str]) -> Alike:
    works = [Work(student=name, files={NAME: text}) for name, text in texts.items()]
    return find_alike(works, stub=STUB, common=[REFERENCE])


def pairs(found: Alike) -> list[tuple[str, str]]:
    return [(pair.first, pair.second) for pair in found.conspicuous]


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return load_course(ROOT).find("exercise04")


def test_both_copies_are_found_and_nothing_else() -> None:
    found = alike(SOLUTIONS)
    assert len(found.shares) == 45
    assert pairs(found) == [("fay", "ivy_from_fay"), ("bo", "jon_from_bo")]
    assert found.clusters == (("bo", "jon_from_bo"), ("fay", "ivy_from_fay"))


def test_copies_stand_far_from_independent_solutions() -> None:
    """The figures that docs/design/similarity.md tells."""
    assert max(alike(INDEPENDENT).shares) < 0.36
    assert min(pair.share for pair in alike(SOLUTIONS).conspicuous) > 0.75


def test_independent_solutions_do_not_stand_out() -> None:
    found = alike(INDEPENDENT)
    assert found.conspicuous == ()
    assert len(found.compared) == 8


def test_untouched_stubs_and_the_reference_itself_are_not_compared() -> None:
    found = alike({**INDEPENDENT, "stub1": STUB[NAME], "stub2": STUB[NAME], "model": REFERENCE, "again": REFERENCE})
    assert found.too_little == ("again", "model", "stub1", "stub2")
    assert found.conspicuous == ()


def test_without_the_reference_its_copies_are_found() -> None:
    works = [Work(student=name, files={NAME: REFERENCE}) for name in ("a", "b")]
    assert pairs(find_alike(works, stub=STUB)) == [("a", "b")]


def test_the_lines_that_both_have_are_told() -> None:
    pair = alike(SOLUTIONS).conspicuous[0]
    fay, ivy = SOLUTIONS["fay"].split("\n"), SOLUTIONS["ivy_from_fay"].split("\n")
    shared = {fay[line - 1].strip() for _, line in pair.first_lines}
    assert "picked = stable[np.arange(num_train), y]" in shared
    assert "# numerically stable softmax" not in shared
    assert "right = shift[np.arange(n), y]" in {ivy[line - 1].strip() for _, line in pair.second_lines}


def test_where_all_are_alike_by_nature_only_the_same_to_the_letter_stands_out() -> None:
    body = SOLUTIONS["fay"]
    names = [f"s{number}" for number in range(8)]
    texts = {name: body.replace("num_train", f"count_{name}") for name in names}
    found = alike({**texts, "twin1": body, "twin2": body + "\n\n"})
    assert found.median > 0.9
    assert found.threshold >= 1
    assert pairs(found) == [("twin1", "twin2")]


def test_a_class_of_two_is_said_to_be_too_small_to_measure_by() -> None:
    found = alike({name: SOLUTIONS[name] for name in ("fay", "ivy_from_fay")})
    assert not found.is_measured
    assert pairs(found) == [("fay", "ivy_from_fay")]


def test_three_that_are_joined_through_one_are_one_group() -> None:
    found = alike({**SOLUTIONS, "kim": SOLUTIONS["fay"]})
    assert found.clusters[0] == ("fay", "ivy_from_fay", "kim")


def test_the_order_of_submissions_and_the_hash_seed_change_nothing() -> None:
    assert alike(dict(reversed(SOLUTIONS.items()))) == alike(SOLUTIONS)
    script = "import test_similar as t; print(t.to_digest())"
    told = set()
    for seed in ("1", "2"):
        path = os.pathsep.join((str(Path(__file__).parent), str(ROOT)))
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        told.add(done.stdout)
    assert len(told) == 1


def to_digest() -> str:
    """Return all that was found, for a process of its own."""
    found = alike(SOLUTIONS)
    lines = [(sorted(pair.first_lines), sorted(pair.second_lines)) for pair in found.conspicuous]
    return f"{found.shares} {pairs(found)} {lines}"


# ------------------------------------------------------------------------------------------ tokens


def signs(source: str) -> list[str]:
    return [token.sign for token in tokens_of(source)]


def test_names_comments_and_layout_are_no_tokens() -> None:
    one = 'def f(a, b):\n    """Add."""\n    total = a + b  # the sum\n    return total\n'
    two = "def g(first,\n      second):\n\n    s = (first\n)+ second\n    return s\n".replace("(first\n)", "first")
    assert signs(one) == signs(two)


def test_names_of_libraries_and_attributes_stay() -> None:
    assert signs("x = np.exp(y)") != signs("x = np.log(y)")
    assert signs("x = y.max") != signs("x = y.min")


@pytest.mark.parametrize(
    "source",
    [
        "def f(:\n",
        "x = 'never closed",
        "(" * 5000,
        "\x00",
        "",
        "\ufeff",
        "x = 1\n\tif y:\n  z",
        "x = " + "-" * 50_000 + "1",
    ],
)
def test_what_is_no_python_is_read_as_far_as_it_goes(source: str) -> None:
    tokens_of(source)  # nothing is raised
    assert alike({**INDEPENDENT, "broken": source}).conspicuous == ()


# ------------------------------------------------------------------------------------------ pages


def test_hostile_names_and_code_are_inert(exercise: Exercise) -> None:
    evil = '<script>alert(1)</script>\x1b[2J\u202e::error::</pre><img src=x onerror="x()">'
    texts = {f"a{evil}": SOLUTIONS["fay"] + f"# {evil}\n", f"b{evil}": SOLUTIONS["fay"] + f"# {evil}\n"}
    works = tuple(Work(student=name, files={NAME: text}) for name, text in texts.items())
    of = Class(exercise=exercise, works=works, stub=STUB, common=(REFERENCE,), has_reference=True)
    compared = [Compared(of=of, alike=find_alike(works, stub=STUB, common=[REFERENCE]))]
    for language in Language:
        page = to_page(compared, language=language)
        assert "<script" not in page
        assert "<img" not in page
        shown = to_terminal(compared, language=language, width=60, color=False)
        for text in (page, shown):
            assert not any(character in text for character in "\x1b\u202e")
            assert "onerror" in text
