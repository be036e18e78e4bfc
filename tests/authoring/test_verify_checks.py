"""Every check of `dlgrade verify` has an exercise that fails it, and the sound one passes them all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from authoring.verify_courses import BARE, EXPECTED, HIDDEN, MISTAKE, REFERENCE, STUB, VISIBLE, SmallCourse, changed

from grader.authoring.findings import Finding
from grader.authoring.verify import Proof, Settings, Verdict, exit_code, verify
from grader.exercise import load_course
from grader.records import Severity
from grader.runners.local import LocalRunner

pytestmark = pytest.mark.usefixtures("shared_base")

SEEDS = (1, 2)
STRONGER = changed(MISTAKE, ("mean of each row: the", "mean of a row: the"))  # the same code, another sentence


def write_all(course: SmallCourse) -> None:
    """Write one exercise for each claim below."""
    course.add("sound")
    course.add(
        "stub passes",
        {
            **BARE,
            "exercises/centre.py": changed(
                STUB, ("raise NotImplementedError", "return x - x.mean(dim=0); raise NotImplementedError")
            ),
        },
    )
    course.add(
        "stub raises another", {**BARE, "exercises/centre.py": changed(STUB, ("NotImplementedError", "ValueError"))}
    )
    course.add("stub no python", {**BARE, "exercises/centre.py": "def centre(x:\n"})
    course.add("flaky", {**BARE, "solutions/test_hidden.py": HIDDEN + "    assert rand.integers(0, 2) == 0\n"})
    course.add(
        "always fails", {**BARE, "solutions/test_hidden.py": HIDDEN + "    assert student.centre(x)[0, 0] == 77\n"}
    )
    course.add(
        "no seed",
        {
            **BARE,
            "solutions/test_hidden.py": changed(
                HIDDEN,
                ("reference.centre(x),", "reference.centre(x) + 1e-6 * random.SystemRandom().random(),"),
                ("import pytest", "import random\n\nimport pytest"),
            ),
        },
    )
    course.add(
        "tight",
        {
            **BARE,
            "solutions/test_hidden.py": changed(
                HIDDEN, ("(rows, columns) + 2", "(rows, columns) + 5000"), ("atol=1e-5", "rtol=0.0, atol=2e-4")
            ),
        },
    )
    course.add(
        "loose",
        {
            **BARE,
            "exercises/test_visible.py": changed(VISIBLE, ("-3.0]]))", "-3.0]]), rtol=0.01)")),
            "solutions/test_hidden.py": changed(HIDDEN, ("atol=1e-5", "rtol=0.01, atol=0.01")),
        },
    )
    course.add(
        "hungry",
        {**BARE, "solutions/centre.py": changed(REFERENCE, ("    return", "    x.new_ones(50_000_000)\n    return"))},
        manifest="[limits]\nmemory_mib = 256\nexam_s = 3600",
    )
    course.add(
        "unnoticed",
        {
            "solutions/mistakes/none.py": changed(
                REFERENCE, ('"""Centring the columns of a table."""', '"""Nothing is wrong.\n\nzh: 没有错误。\n"""')
            )
        },
    )
    course.add("no chinese", {"solutions/mistakes/mean_of_rows.py": changed(MISTAKE, ("zh: ", ""))})
    course.add("mistake no python", {"solutions/mistakes/mean_of_rows.py": '"""A.\n\nzh: 错。\n"""\ndef centre(x:\n'})
    course.add("twins", {"solutions/mistakes/mean_of_row.py": STRONGER})
    course.add("cheat", {"solutions/cheats/visible_answer.py": changed(REFERENCE, ("Centring", "Copies"))})
    course.add(
        "other verdict",
        {
            "solutions/expected.toml": changed(
                EXPECTED, ('["test_two_rows", "test_any_table"]', '["test_two_rows", "test_gone: timeout"]')
            )
        },
    )
    course.add("unrecorded", {"solutions/expected.toml": None})
    sleepy = changed(
        REFERENCE, ("    return", "    time.sleep(0.2)\n    return"), ("def centre", "import time\n\n\ndef centre")
    )
    course.add("slow", {**BARE, "solutions/centre.py": sleepy}, manifest="[limits]\ncall_s = 0.1")
    by_torch = changed(REFERENCE, ("x.mean(", "torch.mean(x, "), ("def centre", "import torch\n\n\ndef centre"))
    course.add("forbidden", {**BARE, "solutions/centre.py": by_torch}, manifest='[rules]\nforbid = ["torch.mean"]')
    course.add("wrong manifest", BARE, manifest="[limits]\ncall_s = 0")
    course.add("wrong table", {"solutions/expected.toml": changed(EXPECTED, ('"test_two_rows", ', '"two rows", '))})
    course.add(
        "leak",
        {**BARE, "exercises/README.md": "# Centre\n\nTake away $\\mu_d$:\n\n    return x - x.mean(dim=0)\n"},
    )
    course.add("gpu", BARE, manifest='devices = ["cpu", "cuda"]')


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    """Every broken exercise, in one course."""
    found = SmallCourse(tmp_path_factory.mktemp("course"))
    write_all(found)
    return found


@pytest.fixture(scope="module")
def runner() -> Iterator[LocalRunner]:
    """One pool for all: what is warm stays warm."""
    with LocalRunner(2) as started:
        yield started


@pytest.fixture(scope="module")
def proofs(course: SmallCourse, runner: LocalRunner) -> dict[str, Proof]:
    """The proof of each exercise, by its label."""
    return prove(course, runner, tuple(course.names))


def prove(course: SmallCourse, runner: LocalRunner, labels: tuple[str, ...], *, mutants: int = 0) -> dict[str, Proof]:
    loaded = load_course(course.root)
    entries = [loaded.find_entry(course.names[label]) for label in labels]
    found = verify(entries, course.root, Settings(seeds=SEEDS, max_mutants=mutants), runner)
    return dict(zip(labels, found, strict=True))


def grave(proof: Proof) -> list[Finding]:
    """Return all but weak lints, which tests this small have, and notes of the mistakes that BARE leaves out."""
    usual = ("lint.", "mistakes.none", "cheats.none")
    return [f for f in proof.findings if f.severity is Severity.ERROR or not f.check.startswith(usual)]


def only(proof: Proof) -> Finding:
    found = grave(proof)
    assert len(found) == 1, [(one.check, one.problem.en, one.detail) for one in found]
    return found[0]


def test_a_sound_exercise_is_proven(proofs: dict[str, Proof]) -> None:
    proof = proofs["sound"]
    assert not grave(proof), [(one.check, one.problem.en, one.detail) for one in grave(proof)]
    assert proof.verdict is Verdict.PROVEN
    assert exit_code((proof,)) == 0
    figures = proof.figures
    assert figures.seeds == len(SEEDS) + 1  # and that of the verdicts
    assert (figures.tests, figures.points, figures.mistakes, figures.cheats) == (2, 3.0, 1, 1)
    assert figures.margin is not None and figures.margin > 5
    (row,) = proof.confusion
    assert row.diagnosis == "itself"


def test_a_stub_that_earns_points_is_named_with_its_test(proofs: dict[str, Proof]) -> None:
    findings = grave(proofs["stub passes"])
    passed = [one for one in findings if one.check == "stub.passes"]
    assert {Path(one.file).name for one in passed} == {"test_visible.py", "test_hidden.py"}
    assert all(one.line > 0 for one in passed)


def test_a_stub_must_fail_because_it_is_not_written(proofs: dict[str, Proof]) -> None:
    finding = only(proofs["stub raises another"])
    assert finding.check == "stub.other-reason"
    assert "ValueError" in finding.detail


def test_a_stub_that_does_not_load_is_an_error(proofs: dict[str, Proof]) -> None:
    assert "stub.broken" in {one.check for one in grave(proofs["stub no python"])}


def test_a_flaky_test_is_named_with_the_seeds_on_which_it_fails(proofs: dict[str, Proof]) -> None:
    finding = only(proofs["flaky"])
    assert finding.check == "reference.flaky"
    assert "test_any_table" in finding.problem.en
    seeds = finding.problem.en.rpartition("seeds: ")[2].rstrip(".").split(", ")
    assert 0 < len(seeds) < len(SEEDS)
    assert set(seeds) < set(map(str, SEEDS))


def test_a_test_that_the_reference_always_fails_is_called_so(proofs: dict[str, Proof]) -> None:
    finding = only(proofs["always fails"])
    assert finding.check == "reference.fails"
    assert finding.line == 11
    assert "with every seed" in finding.problem.en


def test_a_random_number_without_a_seed_is_found_by_repeating_an_exam(proofs: dict[str, Proof]) -> None:
    assert only(proofs["no seed"]).check == "reference.not-repeatable"


def test_a_tolerance_that_the_right_answer_only_just_keeps_is_found_at_its_line(proofs: dict[str, Proof]) -> None:
    finding = only(proofs["tight"])
    assert finding.check == "tolerance.tight"
    assert finding.file.endswith("test_hidden.py")
    assert finding.line == 17


def test_a_tolerance_that_hides_an_error_of_a_thousandth_is_found(proofs: dict[str, Proof]) -> None:
    finding = only(proofs["loose"])
    assert finding.check == "tolerance.loose"
    assert "centre" in finding.problem.en


def test_limits_are_held_against_what_the_reference_needs(proofs: dict[str, Proof]) -> None:
    tight, generous = grave(proofs["hungry"])
    assert (tight.check, tight.severity) == ("limits.tight", Severity.ERROR)
    assert "memory_mib = 256" in tight.problem.en
    assert (generous.check, generous.severity) == ("limits.generous", Severity.NOTE)
    assert "exam_s = 3600" in generous.problem.en
    assert generous.line > 0


def test_a_reference_that_exceeds_its_own_limit_is_one_finding(proofs: dict[str, Proof]) -> None:
    finding = only(proofs["slow"])
    assert finding.check == "limits.exceeded"
    assert "out of time in 2 tests: test_two_rows, test_any_table" in finding.problem.en


def test_a_mistake_that_gets_full_score_is_found(proofs: dict[str, Proof]) -> None:
    checks = {one.check: one for one in grave(proofs["unnoticed"])}
    assert set(checks) == {"mistake.unnoticed", "verdict.differs"}
    assert checks["mistake.unnoticed"].file.endswith("mistakes/none.py")


def test_a_mistake_is_feedback_in_both_languages(proofs: dict[str, Proof]) -> None:
    finding = only(proofs["no chinese"])
    assert finding.check == "mistake.docstring"
    assert "lacks zh" in finding.problem.en


def test_a_mistake_must_run(proofs: dict[str, Proof]) -> None:
    assert {one.check for one in grave(proofs["mistake no python"])} >= {"mistake.broken", "verdict.differs"}


def test_two_mistakes_that_no_test_tells_apart_are_found(proofs: dict[str, Proof]) -> None:
    confused = [one for one in grave(proofs["twins"]) if one.check == "mistake.confused"]
    assert {Path(one.file).stem for one in confused} == {"mean_of_row", "mean_of_rows"}
    assert "mean_of_row" in confused[0].problem.en


def test_a_cheat_with_full_score_is_found(proofs: dict[str, Proof]) -> None:
    assert {one.check for one in grave(proofs["cheat"])} == {"cheat.not-caught", "verdict.differs"}


def test_a_verdict_that_has_changed_is_shown_as_a_difference_and_can_be_recorded(proofs: dict[str, Proof]) -> None:
    finding = only(proofs["other verdict"])
    assert finding.check == "verdict.differs"
    assert finding.detail.splitlines() == ["- test_gone: timeout", "+ test_any_table"]
    assert finding.line == 6
    (edit,) = finding.edits
    assert edit.text == EXPECTED  # the comment, the seed and the other table stay


def test_verdicts_that_are_nowhere_recorded_are_one_finding(proofs: dict[str, Proof]) -> None:
    finding = only(proofs["unrecorded"])
    assert finding.check == "verdict.unrecorded"
    (edit,) = finding.edits
    assert 'mean_of_rows = ["test_two_rows", "test_any_table"]' in edit.text
    assert 'visible_answer = ["test_any_table"]' in edit.text


@pytest.mark.parametrize(
    ("label", "part"),
    [
        ("forbidden", "rules.forbid"),
        ("wrong manifest", "limits.call_s = 0"),
        ("wrong table", "mistakes.mean_of_rows"),
    ],
)
def test_an_exercise_that_cannot_be_examined_is_broken_and_hides_no_other(
    proofs: dict[str, Proof], label: str, part: str
) -> None:
    proof = proofs[label]
    assert proof.verdict is Verdict.BROKEN
    assert exit_code((proof, proofs["flaky"])) == 2
    assert part in only(proof).problem.en


def test_a_line_of_the_reference_in_the_statement_is_a_leak(proofs: dict[str, Proof]) -> None:
    assert any(one.check.startswith("leak") for one in grave(proofs["leak"]))


def test_a_device_that_is_not_here_is_a_note_and_no_error(proofs: dict[str, Proof]) -> None:
    proof = proofs["gpu"]
    assert proof.verdict is Verdict.PROVEN
    if "cuda" in proof.figures.devices:
        assert not grave(proof)
    else:
        assert (only(proof).check, only(proof).severity) == ("device.not-here", Severity.NOTE)


def test_mutants_that_survive_are_shown_with_their_diff(course: SmallCourse, runner: LocalRunner) -> None:
    found = prove(course, runner, ("sound",), mutants=40)
    sound = found["sound"].figures.mutation
    assert sound is not None and sound.killed >= 5 and sound.survived == 0
    assert not grave(found["sound"])


def test_a_survivor_is_an_error_below_the_least_score(tmp_path: Path, course: SmallCourse, runner: LocalRunner) -> None:
    weak = SmallCourse(tmp_path)
    square = changed(HIDDEN, ("((5, 3), (1, 4), (4, 4))", "((1, 1),)"))
    weak.add(
        "weak",
        {
            **BARE,
            "solutions/test_hidden.py": square,
            "exercises/test_visible.py": changed(
                VISIBLE,
                ("[[1.0, 2.0, 6.0], [3.0, 2.0, 0.0]]", "[[5.0]]"),
                ("[[-1.0, 0.0, 3.0], [1.0, 0.0, -3.0]]", "[[0.0]]"),
            ),
        },
    )
    (proof,) = prove(weak, runner, ("weak",), mutants=40).values()
    survivors = [one for one in proof.findings if one.check == "mutant.survived"]
    assert survivors and all(one.severity is Severity.ERROR for one in survivors)
    assert any("dim=1" in one.detail or "keepdim" in one.detail for one in survivors)
    assert "mutant.score" in {one.check for one in proof.findings}


def test_findings_do_not_depend_on_how_many_exams_are_held_at_once(
    course: SmallCourse, proofs: dict[str, Proof]
) -> None:
    labels = ("flaky", "twins")
    with LocalRunner(1) as alone:
        again = prove(course, alone, labels)
    for label in labels:
        assert again[label].findings == proofs[label].findings
        assert _timeless(again[label]) == _timeless(proofs[label])


def _timeless(proof: Proof) -> Proof:
    return replace(proof, figures=replace(proof.figures, exams_s=0.0))
