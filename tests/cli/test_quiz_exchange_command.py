"""`dlgrade quiz export` and `import`, run for real."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cli_runs import Done, dlgrade

SAMPLE = Path(__file__).parent.parent / "quiz" / "exchange_moodle.xml"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Path]:
    file = tmp_path_factory.mktemp("export") / "quiz04.xml"
    return dlgrade("quiz", "export", "quiz04", "--output", file, "--lossy", "--variants", "2"), file


def test_what_a_format_cannot_hold_is_refused_and_listed(tmp_path: Path) -> None:
    done = dlgrade("quiz", "export", "4", "--output", tmp_path / "quiz04.xml", env={"DLGRADE_LANG": "zh"})
    assert done.code == 2
    assert "丢失：整道题" in done.err
    assert "tanh-slope" in done.err
    assert "--lossy" in done.err
    assert list(tmp_path.iterdir()) == []


def test_an_export_says_what_is_lost_and_that_it_holds_answers(exported: tuple[Done, Path]) -> None:
    done, file = exported
    assert done.code == 0
    assert "Lost: the whole question" in done.err
    assert "(tanh-slope)" in done.err
    assert "holds the answers" in done.err
    assert "quiz04 as Moodle XML" in done.out
    assert "tanh-slope: the whole question" in file.read_text(encoding="utf-8")


def test_only_its_owner_may_read_an_export(exported: tuple[Done, Path]) -> None:
    assert stat.S_IMODE(exported[1].stat().st_mode) == 0o600


def test_an_export_replaces_a_file_only_when_it_is_told_to(exported: tuple[Done, Path], tmp_path: Path) -> None:
    file = tmp_path / "mine.gift"
    file.write_text("mine")
    command = ("quiz", "export", "quiz04", "--output", file, "--lossy", "--variants", "1")
    refused = dlgrade(*command)
    assert refused.code == 2
    assert "--force" in refused.err
    assert file.read_text() == "mine"
    assert dlgrade(*command, "--force").code == 0
    assert file.read_text(encoding="utf-8").startswith("// ")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_export_is_imported_as_a_quiz_that_lints(exported: tuple[Done, Path], tmp_path: Path) -> None:
    folder = tmp_path / "quiz06_moodle"
    done = dlgrade("quiz", "import", exported[1], "--output", folder)
    assert done.code == 0
    assert [file.name for file in folder.iterdir()] == ["quiz.yaml"]
    assert "0 errors" in dlgrade("quiz", "lint", folder, "--seeds", "1", "--jobs", "1").out
    again = dlgrade("quiz", "import", exported[1], "--output", folder)
    assert again.code == 2
    assert "there already" in again.err


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_folder_that_is_not_there_is_named_before_anything_is_read(language: str, tmp_path: Path) -> None:
    parent = tmp_path / "no such" / "folder"
    imported = dlgrade(
        "quiz", "import", SAMPLE, "--output", parent / "quiz06_x", env={"DLGRADE_LANG": language, "COLUMNS": "400"}
    )
    exported = dlgrade(
        "quiz", "export", "quiz04", "--output", parent / "a.xml", "--lossy", "--variants", "1",
        env={"DLGRADE_LANG": language, "COLUMNS": "400"},
    )  # fmt: skip
    for done in (imported, exported):
        assert done.code == 2
        assert {"en": "there is no folder", "zh": "没有文件夹"}[language] in done.err
        assert f"mkdir -p '{parent}'" in done.err
    assert "Discuss" not in imported.err
    assert list(tmp_path.iterdir()) == []


def test_an_import_names_what_was_left_out(tmp_path: Path) -> None:
    done = dlgrade("quiz", "import", SAMPLE, "--output", tmp_path / "quiz06_x", env={"DLGRADE_LANG": "zh"})
    assert done.code == 0
    assert "Discuss：已略过" in done.err
    assert "6 道题" in done.out


@pytest.mark.parametrize(
    ("output", "content", "said"),
    [
        ("quiz06_x", b"<!DOCTYPE q [<!ENTITY a 'b'>]><quiz>&a;</quiz>", "document type"),
        ("quiz06_x", b"<quiz></quiz>", "no question that can be kept"),
        ("my quiz", b"<quiz></quiz>", "expected a folder called quiz"),
        ("quiz06_x", b"hello", "its name tells no format"),
    ],
)
def test_a_file_that_makes_no_quiz_leaves_nothing(output: str, content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    done = dlgrade("quiz", "import", file, "--output", tmp_path / output)
    assert done.code == 2
    assert said in done.err
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
