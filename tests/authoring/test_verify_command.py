"""`dlgrade verify` as instructors and CI run it: exit codes, formats, repairs."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from authoring.verify_courses import BARE, CHEAT, EXPECTED, HIDDEN, REFERENCE, SmallCourse, changed
from sandbox.living import assert_gone, descendants, linux_only, wait_for

import grader
from grader.authoring.findings import Edit, Finding
from grader.authoring.verify.mending import mend
from grader.authoring.verify.pages import ProofLook, to_github, to_text
from grader.authoring.verify.proof import Figures, Proof
from grader.cli.app import run
from grader.errors import UsageError
from grader.records import Language, Severity, Text

pytestmark = pytest.mark.usefixtures("shared_base")

SCHEMA = json.loads((Path(grader.__file__).parent / "schemas" / "verify-1.schema.json").read_text(encoding="utf-8"))
QUICK = ("--seeds", "1", "--mutants", "0", "--jobs", "1")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLGRADE_LANG", "en")


def test_a_repair_is_written_shown_and_proven_again(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    course = SmallCourse(tmp_path)
    stale = changed(EXPECTED, ('["test_two_rows", "test_any_table"]', '["test_gone"]'))
    course.add("stale", {"solutions/expected.toml": stale})
    command = ["verify", "centre", "--course", str(tmp_path), *QUICK]

    assert run(command) == 1
    assert "verdict.differs" in capfd.readouterr().out

    assert run([*command, "--fix"]) == 0
    told = capfd.readouterr()
    assert "exercise01 centre  proven" in told.out
    assert '+mean_of_rows = ["test_two_rows", "test_any_table"]' in told.err
    assert course.file("stale", "solutions/expected.toml").read_text(encoding="utf-8") == EXPECTED


@pytest.mark.parametrize("stub", ["import torch\n", None], ids=["old", "missing"])
def test_a_stub_that_keeps_the_exercise_from_being_read_is_made_of_the_markers(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], stub: str | None
) -> None:
    course = SmallCourse(tmp_path)
    body = "    return x - x.mean(dim=0)\n"
    marked = changed(REFERENCE, (body, f"    # BEGIN SOLUTION\n{body}    # END SOLUTION\n"))
    files = {"exercises/centre.py": stub, "solutions/centre.py": marked, "solutions/expected.toml": None}
    course.add("ported", files, manifest='[rules]\nallow = ["numpy.*"]')
    changed_cheat = changed(CHEAT, ("import torch\n", ""), ("torch.tensor", "list"))
    course.file("ported", "solutions/cheats/visible_answer.py").write_text(changed_cheat, encoding="utf-8")
    command = ["verify", "centre", "--course", str(tmp_path), *QUICK]

    assert run(command) == 2
    assert "can be made anew from the markers" in " ".join(capfd.readouterr().out.split())
    assert run([*command, "--fix"]) == 0
    told = capfd.readouterr()
    assert "Written: exercises/exercise01_centre/centre.py" in told.err
    assert "Written: solutions/exercise01_centre/expected.toml" in told.err  # which only a proof can tell
    assert "nothing that --fix" not in told.err
    assert "is not written yet" in course.file("ported", "exercises/centre.py").read_text(encoding="utf-8")


def test_an_exercise_without_mistakes_or_cheats_gets_a_note_of_each(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    SmallCourse(tmp_path).add("bare", BARE)
    assert run(["verify", "--course", str(tmp_path), *QUICK, "--format", "json"]) == 0
    (proof,) = json.loads(capfd.readouterr().out)["exercises"]
    noted = [(one["check"], one["severity"]) for one in proof["findings"]]
    assert noted == [("mistakes.none", "note"), ("cheats.none", "note")]


def test_json_keeps_to_its_schema_and_all_formats_are_written(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    course = SmallCourse(tmp_path / "course")
    course.add("fails", {**BARE, "solutions/test_hidden.py": HIDDEN + "    assert student.centre(x)[0, 0] == 77\n"})
    course.add("wrong", BARE, manifest="[limits]\ncall_s = 0")
    out = tmp_path / "out"
    command = ["verify", "--course", str(course.root), *QUICK, "--format", "json,github,text", "--output", str(out)]

    assert run(command) == 2
    document = json.loads(capfd.readouterr().out)
    jsonschema.validate(document, SCHEMA)
    assert [one["verdict"] for one in document["exercises"]] == ["unproven", "broken"]
    assert document["exit_code"] == 2
    assert json.loads((out / "verify.json").read_text(encoding="utf-8")) == document
    annotations = (out / "verify.github.txt").read_text(encoding="utf-8").splitlines()
    assert annotations[0].startswith("::error file=solutions/exercise01_centre/test_hidden.py,line=11,title=")
    assert "0 of 2 exercises proven" in (out / "verify.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing_like_it"], "No exercise is called"),
        (["--format", "yaml"], "text, json, github"),
        (["--format", "text,json"], "--output"),
        (["--seeds", "0"], "--seeds"),
        (["--course", "{empty}"], "is no course"),
    ],
)
def test_wrong_usage_says_what_is_allowed_and_leaves_with_2(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run(["verify", *(part.replace("{empty}", str(tmp_path)) for part in arguments)]) == 2
    told = capfd.readouterr()
    assert said in told.err
    assert not told.out


@linux_only
@pytest.mark.parametrize(
    ("redirection", "why"), [(">&-", "stdout is closed"), (">/dev/full", "No space left on device")]
)
def test_a_stdout_that_takes_nothing_loses_no_proof(tmp_path: Path, redirection: str, why: str) -> None:
    course = SmallCourse(tmp_path / "course")
    course.add("sound", BARE)
    out = tmp_path / "out"
    arguments = ["verify", "--course", str(course.root), *QUICK, "--output", str(out), "--format", "json,text"]
    shell = ["/bin/sh", "-c", f'exec "$0" -m grader "$@" {redirection}', sys.executable, *arguments]
    done = subprocess.run(shell, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert f"The output could not be written: {why}" in done.stderr
    assert f"The report is in {out}" in done.stderr
    assert "1 of 1 exercises proven" in (out / "verify.txt").read_text(encoding="utf-8")
    assert sorted(path.name for path in out.iterdir()) == ["verify.json", "verify.txt"]


def test_a_link_in_the_place_of_a_report_is_replaced_and_not_followed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    course = SmallCourse(tmp_path / "course")
    course.add("broken", BARE, manifest="[limits]\ncall_s = 0")
    mine, out = tmp_path / "mine.txt", tmp_path / "out"
    mine.write_text("mine", encoding="utf-8")
    out.mkdir()
    (out / "verify.txt").symlink_to(mine)
    assert run(["verify", "--course", str(course.root), *QUICK, "--output", str(out)]) == 2
    assert "0 of 1 exercises proven" in capfd.readouterr().out
    assert mine.read_text(encoding="utf-8") == "mine"
    assert not (out / "verify.txt").is_symlink()


def test_a_folder_that_cannot_be_written_to_is_told_before_an_exam_is_held(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out" / "verify.txt").mkdir(parents=True)
    assert run(["verify", "nothing_like_it", "--output", str(tmp_path / "out")]) == 2
    assert "verify.txt cannot be written to: Is a directory" in capfd.readouterr().err


def _finding(**more: object) -> Finding:
    return Finding(
        check="mutant.survived",
        severity=Severity.ERROR,
        exercise="exercise01_centre",
        file="solutions/exercise01_centre/centre.py",
        line=3,
        problem=Text(en="50% of it, a::b", zh="其中的 50%"),
        remedy=Text(en="Add a test.", zh="请增加测试。"),
        detail="@@ -1 +1 @@\n-x\n+y\x1b[31m",
        **more,  # type: ignore[arg-type]
    )


def _proof(*findings: Finding) -> Proof:
    return Proof(
        exercise="exercise01_centre",
        title=Text(en="Centre", zh="中心化"),
        findings=findings,
        figures=Figures(seeds=25, tests=2, mistakes=1, cheats=1, exams=40),
    )


def test_annotations_are_commands_that_github_decodes_to_the_same_text() -> None:
    (line,) = to_github([_proof(_finding())], Language.EN).splitlines()
    head, _, message = line.partition("::50")
    assert head == (
        "::error file=solutions/exercise01_centre/centre.py,line=3,title=exercise01_centre%3A mutant.survived"
    )
    assert message.startswith("%25 of it, a::b%0AAdd a test.%0A@@ -1 +1 @@%0A-x%0A+y")
    assert "\x1b" not in line


@pytest.mark.parametrize("width", [40, 100])
@pytest.mark.parametrize("language", list(Language))
def test_text_keeps_to_its_width_and_steers_no_terminal(width: int, language: Language) -> None:
    from rich.cells import cell_len

    proofs = [_proof(_finding()), _proof()]
    text = to_text(proofs, ProofLook(language=language, width=width))
    assert all(cell_len(line) <= width for line in text.splitlines()), text
    assert "\x1b" not in text
    assert ("not proven" if language is Language.EN else "未通过验证") in text
    assert to_text(proofs, ProofLook(width=width, ascii_only=True)).isascii()


def test_a_repair_that_cannot_be_written_says_why_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match=r"--fix: .*folder"):
        mend(tmp_path, [Edit(file="folder", text="x")])
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@linux_only
def test_ctrl_c_ends_it_at_once_and_leaves_no_process(tmp_path: Path) -> None:
    course = SmallCourse(tmp_path)
    course.add("sound")
    command = [sys.executable, "-m", "grader", "verify", "--course", str(tmp_path), "--seeds", "5000", "--jobs", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        # A base, its zygote, an examiner, and a fork of that: an exam is held.
        wait_for(lambda: len(descendants(process.pid)) >= 4, within=60.0)
        ours = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=30.0)
    assert process.returncode == 130, error.decode()
    assert not out
    assert error.decode().strip().endswith("Stopped.")
    assert_gone(ours)
