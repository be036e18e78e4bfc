"""Alike submissions: copies are found through their disguise, independent solutions and stubs are left alone.

`alike/` holds eight solutions of exercise04 that were written independently, and two that were copied: `ivy_from_fay`
with other names, other comments, no docstring and its functions the other way round; `jon_from_bo` with other names,
and only the first of two functions copied.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from class_rows import graded

from grader.batch.classbook import Asked
from grader.batch.journal import Journal, Line
from grader.batch.places import Places
from grader.batch.similar import Alike, Unread, Work, find_alike
from grader.batch.similar_page import to_page
from grader.batch.similar_prints import print_of
from grader.batch.similar_sources import Cohort, classes_in
from grader.batch.similar_text import Compared, to_terminal
from grader.batch.similar_tokens import MAX_TOKENS, tokens_of
from grader.batch.similar_words import heading, measure
from grader.exercise import load_course
from grader.records import Exercise, Language, Text

ROOT = Path(__file__).parent.parent.parent
NAME = "backprop.py"
STUB = {NAME: (ROOT / "exercises" / "exercise04_backprop" / NAME).read_text(encoding="utf-8")}
REFERENCE = (ROOT / "solutions" / "exercise04_backprop" / NAME).read_text(encoding="utf-8")
SOLUTIONS = {
    file.stem: file.read_text(encoding="utf-8") for file in sorted((Path(__file__).parent / "alike").glob("*.py"))
}
INDEPENDENT = {name: text for name, text in SOLUTIONS.items() if "_from_" not in name}


def compared(exercise: Exercise, works: tuple[Work, ...], found: Alike) -> Compared:
    of = Cohort(exercise=exercise, works=works, stub=STUB, common=(REFERENCE,), has_reference=True)
    return Compared(of=of, alike=found)


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


def test_students_of_whom_each_is_alike_with_each_are_one_group_and_no_pairs() -> None:
    ring = {f"ring{number}": SOLUTIONS["fay"] for number in range(3)}
    found = alike({**INDEPENDENT, **ring, "ivy": SOLUTIONS["ivy_from_fay"], "twin": SOLUTIONS["bo"]})
    assert [(group.students[0], len(group.students), group.is_complete) for group in found.groups] == [("fay", 5, True)]
    assert [(pair.first, pair.second) for pair in found.alone] == [("bo", "twin")]
    assert len(found.conspicuous) == 10 + 1
    assert {pair.first for pair in found.told} == {"fay", "bo"}
    assert all(pair.first_lines and pair.second_lines for pair in found.told)


def test_a_wall_in_front_of_a_copy_hides_nothing() -> None:
    wall = "_ = " + "0, " * 25_000 + "\n"
    found = alike({**INDEPENDENT, "copy": wall + SOLUTIONS["ivy_from_fay"]})
    assert pairs(found) == [("copy", "fay")]
    assert found.unread == ()


def test_a_file_that_is_not_looked_at_to_its_end_is_listed(exercise: Exercise) -> None:
    padding = "".join(f"print({number})\n" for number in range(MAX_TOKENS))
    found = alike({**INDEPENDENT, "copy": padding + SOLUTIONS["ivy_from_fay"]})
    assert found.unread == (Unread(student="copy", file=NAME),)
    works = tuple(Work(student=name, files={}) for name in (*INDEPENDENT, "copy"))
    shown = to_terminal([compared(exercise, works, found)], language=Language.EN, width=100, color=False)
    assert f"copy: {NAME}" in shown


def test_a_long_submission_takes_no_memory_that_grows_with_its_square() -> None:
    text = "".join(f"print({number})\n" for number in range(MAX_TOKENS // 4))
    tracemalloc.start()
    one = print_of(Work(student="a", files={NAME: text}), given=(), known=frozenset())
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(one.places) == MAX_TOKENS
    assert used < 15 * 1024**2


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


def test_all_that_were_not_compared_are_named(exercise: Exercise) -> None:
    """A teacher looks for one student among them; and people have names, which ids have not."""
    names = [f"student-number-{number:03}" for number in range(120)]
    works = tuple(Work(student=name, name=f"Name {name[-3:]}", files={NAME: STUB[NAME]}) for name in names)
    found = find_alike(works, stub=STUB)
    one = [compared(exercise, works, found)]
    for language in Language:
        shown = to_terminal(one, language=language, width=100, color=False)
        page = to_page(one, language=language)
        for place, name in enumerate(names):
            assert f"Name {place:03} ({name})" in " ".join(shown.split())
            assert f"Name {place:03} ({name})" in page


def test_students_of_an_output_folder_are_called_by_their_names(tmp_path: Path, exercise: Exercise) -> None:
    """A folder is called like an id as far as file systems take it; people are not."""
    places = Places(tmp_path)
    asked = Asked(id=exercise.id, name=exercise.name, title=exercise.title, possible=None)
    with Journal(places.journal) as journal:
        for student, name in (("bo@example.org", "Bo Li"), ("Ann Lee/2", "")):
            row = graded(student, name=name, exercise=asked)
            journal.append([Line(row=row, reports={}, kept=None)])
            source = places.source(student, exercise.name)
            source.mkdir(parents=True)
            (source / NAME).write_text(SOLUTIONS["bo"])
    (of,) = classes_in(tmp_path, load_course(ROOT), exercises=(), ignored=())
    assert of.shown == {"Ann Lee/2": "Ann Lee/2", "bo@example.org": "Bo Li (bo@example.org)"}


def test_who_has_nothing_kept_in_an_output_folder_is_named(tmp_path: Path, exercise: Exercise) -> None:
    places = Places(tmp_path)
    asked = Asked(id=exercise.id, name=exercise.name, title=exercise.title, possible=None)
    refused = Text(en="heidi.zip: no archive.", zh="heidi.zip：不是压缩包。")
    with Journal(places.journal) as journal:
        for student, attempt, problem in (("bo", 1, None), ("bo", 2, refused), ("heidi", 1, refused)):
            row = replace(graded(student, attempt=attempt, exercise=asked), problem=problem)
            journal.append([Line(row=row, reports={}, kept=None)])
    source = places.source("bo", exercise.name)
    source.mkdir(parents=True)
    (source / NAME).write_text(SOLUTIONS["bo"])
    (of,) = classes_in(tmp_path, load_course(ROOT), exercises=(), ignored=())
    assert [(one.student, one.problem) for one in of.refused] == [("heidi", refused)]


def test_what_is_said_where_no_share_can_stand_out_does_not_contradict_itself() -> None:
    body = SOLUTIONS["fay"]
    texts = {f"s{number}": body.replace("num_train", f"count_{number}") for number in range(8)}
    found = alike({**texts, "twin1": body, "twin2": body})
    assert "1 of them the same to the letter" in heading(found).en
    assert "conspicuous" not in heading(found).en
    assert "a share says nothing" in measure(found).en


def test_one_pair_is_counted_as_one() -> None:
    one, two = INDEPENDENT["fay"], SOLUTIONS["ivy_from_fay"]
    assert heading(alike({"a": one, "b": two})).en == "2 submissions compared, 1 pair, 1 conspicuous."
    assert heading(alike({"a": one})).en == "1 submission compared, 0 pairs, 0 of them conspicuous."


def to_digest() -> str:
    """Return all that was found, for a process of its own."""
    found = alike(SOLUTIONS)
    lines = [(sorted(pair.first_lines), sorted(pair.second_lines)) for pair in found.conspicuous]
    return f"{found.shares} {pairs(found)} {lines}"


# ------------------------------------------------------------------------------------------ tokens


def signs(source: str) -> list[str]:
    return [token.sign for token in tokens_of(source).found]


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
    of = Cohort(exercise=exercise, works=works, stub=STUB, common=(REFERENCE,), has_reference=True)
    compared = [Compared(of=of, alike=find_alike(works, stub=STUB, common=[REFERENCE]))]
    for language in Language:
        page = to_page(compared, language=language)
        assert "<script" not in page
        assert "<img" not in page
        shown = to_terminal(compared, language=language, width=60, color=False)
        for text in (page, shown):
            assert not any(character in text for character in "\x1b\u202e")
            assert "onerror" in text
