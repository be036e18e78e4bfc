"""`dlgrade report`: show, diff, verify, keygen and similar, run as people run them."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cli_runs import ROOT, Done, dlgrade

sys.path.insert(0, str(ROOT / "tests" / "report"))
import report_scenarios as scenarios

from grader.batch.places import Places
from grader.records import HandedIn
from grader.report import Report, unmeasured
from grader.report.document import as_document, to_json
from grader.report.escape import json_text
from grader.report.signing import sign
from grader.report.signing_keys import find_signing_key

ALIKE = ROOT / "tests" / "batch" / "alike"
FORGED = "\n  what  exercise03_softmax, 20 of 20 points"  # what an entry may be called


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder of `grade` as it would be, signed: ada has all points, bo has half of them."""
    root = tmp_path_factory.mktemp("graded")
    assert dlgrade("report", "keygen", "--output", root / "key").code == 0
    key = find_signing_key(root / "key")
    assert key is not None
    for student, made in (("ada", scenarios.full()), ("bo", scenarios.partial())):
        file = Places(root / "out").report(student, made.exercise.name)
        file.parent.mkdir(parents=True)
        report = replace(unmeasured(made), handed_in=HandedIn(student=student, name=f"{student} \x1b[2J{FORGED}"))
        file.write_text(json_text(sign(as_document(report), key), indent=2) + "\n", encoding="utf-8")
    return root


def report_of(folder: Path, student: str) -> Path:
    return Places(folder / "out").report(student, "exercise03_softmax")


def verify(folder: Path, *files: Path, language: str = "en") -> Done:
    return dlgrade("report", "verify", *files, "--key", folder / "key.pub", "--language", language)


def written(report: Report, file: Path) -> Path:
    file.write_text(to_json(report), encoding="utf-8")
    return file


def test_show_prints_what_check_printed(tmp_path: Path) -> None:
    done = dlgrade("report", "show", written(scenarios.partial(), tmp_path / "a.json"))
    assert done.code == 0
    assert "5 / 10 points" in done.out
    assert "Row 0 sums to 1.65" in done.out


def test_show_turns_json_into_other_formats(tmp_path: Path) -> None:
    file = written(scenarios.partial(), tmp_path / "a.json")
    done = dlgrade("report", "show", file, "--format", "json,html", "--output", tmp_path / "out", "--language", "zh")
    assert json.loads(done.out) == json.loads(file.read_text(encoding="utf-8"))
    assert "第 0 行之和为 1.65" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_verify_says_who_what_when_and_by_which_key(folder: Path) -> None:
    done = verify(folder, report_of(folder, "bo"))
    assert done.code == 0
    assert "bo \\x1b[2J" in done.out
    told = [line for line in done.out.splitlines() if line.startswith("  what")]
    assert told == ["  what  exercise03_softmax, 5 of 10 points"]
    assert "key.pub" in done.out


def test_verify_says_no_possible_points_that_nobody_knows(folder: Path, tmp_path: Path) -> None:
    key = find_signing_key(folder / "key")
    assert key is not None
    file = tmp_path / "eve.json"
    file.write_text(json_text(sign(as_document(scenarios.rejected()), key), indent=2) + "\n", encoding="utf-8")
    for language, told in (("en", "exercise03_softmax, 0 points"), ("zh", "exercise03_softmax，0 分")):
        done = verify(folder, file, language=language)
        assert any(line.endswith(told) for line in done.out.splitlines()), done.out


def test_verify_takes_a_whole_output_folder(folder: Path) -> None:
    (report_of(folder, "bo").parent / "ctrf.json").write_text("{}", encoding="utf-8")  # another format of the same run
    done = verify(folder, folder / "out", language="zh")
    assert done.code == 0
    assert "真实 2 份，不真实 0 份" in done.out


def test_verify_refuses_a_changed_file_and_goes_on(folder: Path, tmp_path: Path) -> None:
    changed = tmp_path / "bo.json"
    changed.write_text(report_of(folder, "bo").read_text(encoding="utf-8").replace('"earned": 5.0', '"earned": 9.0'))
    done = verify(folder, changed, report_of(folder, "ada"))
    assert done.code == 1
    assert "NOT GENUINE" in done.err
    assert "1 genuine, 1 not genuine" in done.out


def test_verify_refuses_a_genuine_report_in_the_place_of_another(folder: Path, tmp_path: Path) -> None:
    other = Places(tmp_path).report("bo", "exercise03_softmax")
    other.parent.mkdir(parents=True)
    other.write_bytes(report_of(folder, "ada").read_bytes())
    done = verify(folder, tmp_path)
    assert done.code == 1
    assert "not for this place" in done.err


def test_a_file_that_is_not_there_is_wrong_usage_and_no_forgery(folder: Path, tmp_path: Path) -> None:
    done = verify(folder, tmp_path / "absent.json")
    assert done.code == 2
    assert "NOT GENUINE" not in done.err
    assert verify(folder, tmp_path).code == 2  # a folder without reports


def test_the_private_key_is_not_taken_for_the_public_one(folder: Path) -> None:
    done = dlgrade("report", "verify", report_of(folder, "ada"), "--key", folder / "key")
    assert done.code == 2
    assert "a private key" in done.err


def test_diff_of_equal_reports_exits_with_0(tmp_path: Path) -> None:
    report = scenarios.partial()
    slower = replace(report, timings=replace(report.timings, total_s=9.0))
    done = dlgrade("report", "diff", written(report, tmp_path / "a"), written(slower, tmp_path / "b"))
    assert done.code == 0
    assert "The same" in done.out


def test_diff_tells_what_changed_and_why(tmp_path: Path) -> None:
    old = scenarios.partial()
    new = scenarios.full()
    new = replace(new, exercise=replace(new.exercise, sha256="ab" * 32), versions={**new.versions, "torch": "2.14.0"})
    done = dlgrade("report", "diff", written(old, tmp_path / "a"), written(new, tmp_path / "b"))
    assert done.code == 1
    lines = {line.split("  ")[1]: line for line in done.out.splitlines() if line.startswith("  ")}
    assert lines["the exercise's files"].endswith("sha256 3e3e3e3e3e3e… → sha256 abababababab…")
    assert lines["torch"].endswith("2.13.0 → 2.14.0")
    assert lines["points"].endswith("5 / 10 → 10 / 10")
    assert "failed 0 / 2 (misconception.wrong_axis) → passed 2 / 2" in lines["test_rows_sum_to_one"]
    assert "test_one_axis" not in done.out
    assert "not repeatable" not in done.out


def test_diff_says_when_nothing_explains_another_result(tmp_path: Path) -> None:
    files = (written(scenarios.partial(), tmp_path / "a"), written(scenarios.full(), tmp_path / "b"))
    assert "考试不可重现" in dlgrade("report", "diff", *files, "--language", "zh").out


def test_diff_compares_two_output_folders(folder: Path, tmp_path: Path) -> None:
    places = Places(tmp_path)
    for student, made in (("ada", scenarios.partial()), ("cy", scenarios.full())):
        places.report(student, made.exercise.name).parent.mkdir(parents=True)
        named = replace(unmeasured(made), handed_in=HandedIn(student=student, name=f"{student} \x1b[2J"))
        written(named, places.report(student, made.exercise.name))
    done = dlgrade("report", "diff", folder / "out", tmp_path)
    assert done.code == 1
    assert "ada/exercise03_softmax\n" in done.out
    assert "bo/exercise03_softmax: only in" in done.out
    assert "0 the same, 1 different, 2 on one side only." in done.out
    same = dlgrade("report", "diff", folder / "out", folder / "out")
    assert (same.code, same.out) == (0, "2 the same, 0 different, 0 on one side only.\n")


def test_diff_names_what_is_not_there(folder: Path, tmp_path: Path) -> None:
    for before, after in ((folder / "out", tmp_path / "nosuch"), (tmp_path / "nosuch", report_of(folder, "bo"))):
        done = dlgrade("report", "diff", before, after)
        assert done.code == 2
        assert f"{tmp_path / 'nosuch'}: no such file or folder" in done.err
        assert "the other is not" not in done.err


def test_a_file_and_a_folder_cannot_be_compared(folder: Path) -> None:
    done = dlgrade("report", "diff", folder / "out", report_of(folder, "ada"))
    assert done.code == 2
    assert "one is a folder" in done.err


def test_similar_reads_a_folder_of_submissions_and_writes_a_page(tmp_path: Path) -> None:
    page = tmp_path / "alike.html"
    done = dlgrade("report", "similar", ALIKE, "--exercise", "exercise04", "--html", page)
    assert done.code == 0
    assert "10 submissions compared, 45 pairs, 2 of them conspicuous" in done.out
    assert "fay ↔ ivy_from_fay" in done.out
    text = page.read_text(encoding="utf-8")
    assert "default-src &#x27;none&#x27;" in text
    assert "dscores[np.arange(num_train), y] -= 1" in text


def test_similar_refuses_what_grade_refuses_and_names_whose_it_is(tmp_path: Path) -> None:
    for name in ("ana", "bo", "fay"):
        (tmp_path / f"{name}.py").write_bytes((ALIKE / f"{name}.py").read_bytes())
    views = ROOT / "solutions" / "exercise02_views" / "views.py"
    (tmp_path / "ivan.py").write_bytes(views.read_bytes())
    (tmp_path / "heidi.zip").write_bytes(b"PK\x03\x04 broken")
    done = dlgrade("report", "similar", tmp_path, "--exercise", "exercise04", "--html", tmp_path / "page.html")
    assert done.code == 0, done.err
    assert "3 submissions compared, 3 pairs" in done.out
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    for said in ("Not compared: ivan: ivan.py: this seems to be for exercise02", "Not compared: heidi: heidi.zip"):
        assert said in " ".join(done.out.split())
        assert said in page
    (one,) = json.loads(dlgrade("report", "similar", tmp_path, "--exercise", "exercise04", "--json").out)["exercises"]
    assert one["not_accepted"] == ["heidi", "ivan"]


def test_similar_reads_what_grade_kept_and_takes_the_last_attempt(tmp_path: Path) -> None:
    names = ("ana", "bo", "fay")
    places = Places(tmp_path)
    for name in names:
        for attempt in (1, 2):
            source = places.source(name, "exercise04_backprop", attempt)
            source.mkdir(parents=True)
            copied = "fay" if attempt == 1 or name == "ana" else name  # at first all three handed in the same
            (source / "backprop.py").write_bytes((ALIKE / f"{copied}.py").read_bytes())
    found = json.loads(dlgrade("report", "similar", tmp_path, "--json").out)["exercises"]
    assert [one["exercise"] for one in found] == ["exercise04_backprop"]
    told = [(pair["first"], pair["second"], pair["identical"]) for pair in found[0]["conspicuous"]]
    assert told == [("ana", "fay", True)]
    assert found[0]["reference_excluded"] is True


@pytest.mark.parametrize("options", [(), ("--exercise", "exercise04")])
def test_a_folder_without_submissions_is_wrong_usage(options: tuple[str, ...], tmp_path: Path) -> None:
    done = dlgrade("report", "similar", tmp_path, *options)
    assert done.code == 2
    assert done.out == ""


def test_a_near_miss_of_a_report_command_is_recognised() -> None:
    done = dlgrade("report", "verfy")
    assert done.code == 2
    assert 'Did you mean "report verify"?' in done.err


def test_signing_and_comparing_are_imported_by_nobody_who_does_not_ask() -> None:
    heavy = "{'cryptography', 'rfc8785', 'rich', 'jsonschema', 'numpy'} & set(sys.modules)"
    script = f"import sys, grader.cli.report, grader.cli.app; print({heavy})"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "set()\n"
