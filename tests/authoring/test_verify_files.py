"""What `dlgrade verify` says of files alone: statements, sentences, expected verdicts. No exam is held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from authoring.verify_courses import BARE, EXPECTED, HIDDEN, STATEMENT, STATEMENT_ZH, SmallCourse, changed

from grader.authoring.expected import NEEDS_REVIEW, Expected, read_expected, written
from grader.authoring.findings import Finding
from grader.authoring.verify import Settings, Verdict, exit_code, verify
from grader.authoring.verify.context import Context
from grader.authoring.verify.exams import Exams
from grader.authoring.verify.languages import check_sentences
from grader.authoring.verify.statements import check_statements
from grader.authoring.verify.verdicts import check_mistakes
from grader.errors import AuthorError, GraderFault
from grader.exercise import load_course
from grader.exercise.solution import in_memory
from grader.records import Language, Severity
from grader.runners import Done, Job

pytestmark = pytest.mark.usefixtures("shared_base")


def context_of(root: Path, changes: dict[str, str | None], *, manifest: str = "") -> Context:
    course = SmallCourse(root)
    course.add("it", changes, manifest=manifest)
    exercise = load_course(root).find("centre")
    exams = Exams(exercise=exercise, settings=Settings(seeds=(1,)), verdict_seed=5)
    return Context(exercise=exercise, root=root, expected=Expected(), exams=exams)


def statements(root: Path, english: str, chinese: str) -> list[Finding]:
    found = {"exercises/README.md": english, "exercises/README.zh.md": chinese}
    return list(check_statements(context_of(root, {**BARE, **found})))


def test_sound_statements_have_no_finding(tmp_path: Path) -> None:
    assert statements(tmp_path, STATEMENT, STATEMENT_ZH) == []


@pytest.mark.parametrize(
    ("english", "chinese", "check", "line", "told"),
    [
        (STATEMENT + "\n## More\n", STATEMENT_ZH, "statement.differs", 0, "2 in English, 1 in Chinese"),
        (STATEMENT, STATEMENT_ZH + "\n    other\n", "statement.differs", 5, "blocks of code"),
        (
            STATEMENT,
            changed(STATEMENT_ZH, ("exercise{number}", "exercise99")),
            "statement.differs",
            5,
            "blocks of code",
        ),
        (STATEMENT + "\n[a](https://a.org)\n", STATEMENT_ZH, "statement.differs", 0, "links"),
        (changed(STATEMENT, (" $\\mu_d$", "")), STATEMENT_ZH, "statement.differs", 3, "formulas"),
        (STATEMENT, STATEMENT, "statement.language", 0, "Chinese"),
        (STATEMENT_ZH, STATEMENT_ZH, "statement.language", 0, "English"),
        (changed(STATEMENT, ("\\mu_d", "\\frac{1}{2")), STATEMENT_ZH, "statement.maths", 3, "cannot be set"),
        (changed(STATEMENT, ("\\mu_d", "\\nosuchcommand")), STATEMENT_ZH, "statement.maths", 3, "cannot be set"),
        (STATEMENT + "\nIt costs $5.\n", STATEMENT_ZH, "statement.maths", 7, "opens no formula"),
    ],
)
def test_a_hole_in_the_statements_is_found_at_its_line(
    tmp_path: Path, english: str, chinese: str, check: str, line: int, told: str
) -> None:
    (finding,) = statements(tmp_path, english, chinese)
    assert (finding.check, finding.line) == (check, line)
    assert told in finding.problem.en


@pytest.mark.parametrize("harmless", ["It costs \\$5, then \\$6.", "`$HOME`", "    echo $HOME", "$$x^2$$", "# 2 $x$"])
def test_dollars_that_are_no_formula_are_left_alone(tmp_path: Path, harmless: str) -> None:
    both = (f"{STATEMENT}\n{harmless}\n", f"{STATEMENT_ZH}\n{harmless}\n")
    assert statements(tmp_path, *both) == []


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("nowhere.md", "leads nowhere"),
        ("../../solutions/exercise01_centre/centre.py", "leads out of"),
        ("/etc/passwd", "leads out of"),
    ],
)
def test_a_link_leads_to_what_students_get(tmp_path: Path, link: str, told: str) -> None:
    found = statements(tmp_path, f"{STATEMENT}\n[it]({link})\n", f"{STATEMENT_ZH}\n[它]({link})\n")
    assert [one.check for one in found] == ["statement.link"] * 2
    assert all(told in one.problem.en and one.line == 7 for one in found)


def test_links_to_files_beside_it_and_to_the_web_are_fine(tmp_path: Path) -> None:
    link = "[a](centre.py), [b](#centre), [c](https://pytorch.org/x), ![d](README.md)"
    assert statements(tmp_path, f"{STATEMENT}\n{link}\n", f"{STATEMENT_ZH}\n{link}\n") == []


@pytest.mark.parametrize(
    ("before", "after", "line", "told"),
    [
        ("    zh: 每一列都被中心化。\n", "", 11, "no claim in Chinese"),
        ("Every column is centred.", "每一列。", 11, "no claim in English"),
        (', zh="用非方阵的表格比较。"', "", 10, "hint of test_any_table is not in Chinese"),
        ('"Compare with a table that is not square."', '"比较。"', 10, "hint of test_any_table is not in English"),
    ],
)
def test_a_sentence_that_lacks_a_language_is_found_at_its_line(
    tmp_path: Path, before: str, after: str, line: int, told: str
) -> None:
    hidden = changed(HIDDEN, (before, after))
    (finding,) = check_sentences(context_of(tmp_path, {**BARE, "solutions/test_hidden.py": hidden}))
    assert (finding.check, finding.severity, finding.line) == ("language.missing", Severity.ERROR, line)
    assert told in finding.problem.en


@pytest.mark.parametrize(
    ("docstring", "lacks"),
    [("zh: 只有中文。", "en"), ("Only English.", "zh"), ("", "en and zh"), ("Both.\n\nzh:两者都有。", None)],
)
def test_a_mistake_lacks_the_languages_that_its_students_would_not_read(
    tmp_path: Path, docstring: str, lacks: str | None
) -> None:
    mistake = f'"""{docstring}"""\n\n\ndef centre(x):\n    return x\n'
    found = list(check_mistakes(context_of(tmp_path, {"solutions/mistakes/mean_of_rows.py": mistake})))
    assert [finding.problem.en.split(" lacks ")[1].split(",")[0] for finding in found] == ([lacks] if lacks else [])


def test_a_course_in_one_language_need_not_have_the_other(tmp_path: Path) -> None:
    context = context_of(
        tmp_path, {**BARE, "solutions/test_hidden.py": changed(HIDDEN, ("    zh: 每一列都被中心化。\n", ""))}
    )
    english = replace(context, exercise=replace(context.exercise, languages=(Language.EN,)))
    assert list(check_sentences(english)) == []


# ------------------------------------------------------------------------------------------------- expected.toml


def test_writing_what_is_there_changes_nothing(tmp_path: Path) -> None:
    SmallCourse(tmp_path).add("it")
    expected = read_expected(load_course(tmp_path).find("centre"))
    assert expected.seed == 5
    assert written(expected, mistakes=expected.mistakes, cheats=expected.cheats, seed=9) == EXPECTED
    assert expected.line_of("mistakes", "mean_of_rows") == 6
    assert expected.line_of("cheats", "mean_of_rows") == 0


def test_what_an_author_declares_stays_when_verdicts_are_written(tmp_path: Path) -> None:
    more = EXPECTED + '\n[mutants.survive]\n"centre: return x"="why"  # beside it\n[lints.ignore]\n"a b" = "c"\n'
    SmallCourse(tmp_path).add("it", {"solutions/expected.toml": more})
    expected = read_expected(load_course(tmp_path).find("centre"))
    assert expected.survive == {"centre: return x": "why"}
    assert expected.ignore == {"a b": "c"}
    text = written(expected, mistakes={"new": ["test_a: timeout"]}, cheats={}, seed=5)
    assert 'new = ["test_a: timeout"]' in text
    assert "mean_of_rows" not in text
    assert '"centre: return x"="why"  # beside it\n[lints.ignore]\n"a b" = "c"\n' in text
    assert "# by hand: this comment stays" in text


def test_a_sealed_file_is_read_from_memory(tmp_path: Path) -> None:
    SmallCourse(tmp_path).add("it", {"solutions/expected.toml": None})
    exercise = load_course(tmp_path).find("centre")
    assert read_expected(exercise).text == ""
    sealed = in_memory(exercise, {"centre.py": b"", "expected.toml": EXPECTED.encode()})
    assert read_expected(sealed).cheats == {"visible_answer": ("test_any_table",)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('schema = "expected/1"\nseed = "5"\n', "seed"),
        ('schema = "expected/2"\n', "schema"),
        ('schema = "expected/1"\n[mistake]\n', "mistake"),
        ('schema = "expected/1"\n[mistakes]\na = ["test_a: slow"]\n', "mistakes.a"),
        ('schema = "expected/1"\n[mistakes\n', "line 2"),
    ],
)
def test_a_wrong_table_says_what_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    SmallCourse(tmp_path).add("it", {"solutions/expected.toml": text})
    with pytest.raises(AuthorError, match=r"expected\.toml") as raised:
        read_expected(load_course(tmp_path).find("centre"))
    assert told in raised.value.problem.en
    assert told in raised.value.problem.zh or told == "line 2"


def test_needs_review_may_be_expected_of_a_cheat(tmp_path: Path) -> None:
    text = changed(EXPECTED, ('visible_answer = ["test_any_table"]', f'visible_answer = ["{NEEDS_REVIEW}"]'))
    SmallCourse(tmp_path).add("it", {"solutions/expected.toml": text})
    assert read_expected(load_course(tmp_path).find("centre")).cheats["visible_answer"] == (NEEDS_REVIEW,)


# ------------------------------------------------------------------------------------------------- faults of our own


class _NothingWorks:
    """A runner on a machine where no exam can be held."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []

    def start(self) -> None: ...

    def add(self, jobs: Iterable[Job]) -> None:
        self._jobs += jobs

    def done(self) -> Iterator[Done]:
        while self._jobs:
            yield Done(job=self._jobs.pop(), examination=None, error=GraderFault("no memory"), wall_s=0.0)

    def close(self) -> None: ...

    def __enter__(self) -> _NothingWorks:
        return self

    def __exit__(self, *failure: object) -> None: ...


def test_a_fault_of_our_own_proves_nothing_for_an_exercise_nor_against_it(tmp_path: Path) -> None:
    SmallCourse(tmp_path).add("it")
    course = load_course(tmp_path)
    (proof,) = verify(course.entries, course.root, Settings(seeds=(1, 2)), _NothingWorks())
    assert proof.verdict is Verdict.FAULT
    assert [fault.en for fault in proof.faults] == ["no memory"]
    assert not [one for one in proof.findings if one.severity is Severity.ERROR]
    assert not proof.edits
    assert exit_code((proof,)) == 3
