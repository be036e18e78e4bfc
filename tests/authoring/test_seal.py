"""`dlgrade seal`: what is sealed opens with its key alone, whole or not at all."""

from __future__ import annotations

import os
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from courses import CourseFiles

from grader.authoring.seal import contents_of, difference, seal
from grader.cli.app import run
from grader.errors import AuthorError, GraderError, UsageError
from grader.exercise import load_course
from grader.exercise.seal_key import VARIABLE, SealKey, new_key
from grader.exercise.sealed import MAGIC, Contents, open_contents, read_sealed, seal_contents

KEY = SealKey(secret=bytes(range(32)), origin="key")
OTHER = SealKey(secret=bytes(32), origin="other.key")
FILE = Path("solutions.sealed")
SMALL = Contents(files={"exercise01_a/test_hidden.py": b"x = 1\n", "quiz01/quiz.yaml": "答案: 3\n".encode()})


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLGRADE_LANG", "en")
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A course of two exercises and a quiz."""
    course = CourseFiles(tmp_path / "course")
    course.add()
    course.add("exercise04_attention")
    (course.root / "solutions" / "quiz01_tensors").mkdir()
    (course.root / "solutions" / "quiz01_tensors" / "quiz.yaml").write_text("answer: 3\n", encoding="utf-8")
    (course.hidden() / "__pycache__").mkdir()
    (course.hidden() / "__pycache__" / "softmax.pyc").write_bytes(b"\0")
    (course.hidden() / ".DS_Store").write_bytes(b"\0")
    (course.hidden() / "table.npy").write_bytes(bytes(range(256)))
    return course.root


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_text(new_key() + "\n", encoding="ascii")
    file.chmod(0o600)
    return file


# --------------------------------------------------------------------------------------------------------- the format


def test_what_is_sealed_comes_back_whole() -> None:
    assert open_contents(seal_contents(SMALL, KEY), KEY, file=FILE) == SMALL


def test_sealing_twice_gives_other_bytes_that_show_no_name_and_no_exact_size() -> None:
    one, two = seal_contents(SMALL, KEY), seal_contents(SMALL, KEY)
    longer = seal_contents(replace(SMALL, files={**SMALL.files, "more.py": os.urandom(500)}), KEY)
    assert one != two
    assert len(one) == len(two) == len(longer)
    assert not any(word in one for word in (b"test_hidden", b"quiz", b"exercise"))


def test_every_flipped_bit_is_refused() -> None:
    sealed = seal_contents(SMALL, KEY)
    header = len(MAGIC) + struct.calcsize("<HQ32s32s12s8s")
    for at in [*range(header), *range(header, len(sealed), 331), len(sealed) - 1]:
        changed = bytearray(sealed)
        changed[at] ^= 1 << at % 8
        with pytest.raises(GraderError) as caught:
            open_contents(bytes(changed), KEY, file=FILE)
        assert caught.value.exit_code == 2, f"byte {at}"
        assert caught.value.remedy is not None, f"byte {at}"
        assert "another key" not in str(caught.value), f"byte {at}"


@pytest.mark.parametrize("left", [0, 5, 25, 26, 27, 100, 119, 120, 5000, -1])
def test_a_truncated_file_is_refused(left: int) -> None:
    with pytest.raises(AuthorError, match=r"cut short|no sealed solutions"):
        open_contents(seal_contents(SMALL, KEY)[:left], KEY, file=FILE)


def test_bytes_behind_the_end_are_refused() -> None:
    with pytest.raises(AuthorError, match="damaged"):
        open_contents(seal_contents(SMALL, KEY) + b"\0", KEY, file=FILE)


def test_another_key_is_told_from_a_damaged_file() -> None:
    with pytest.raises(UsageError, match=r"sealed with another key than that of other\.key"):
        open_contents(seal_contents(SMALL, KEY), OTHER, file=FILE)


def test_a_newer_format_asks_for_a_newer_dlgrade() -> None:
    sealed = bytearray(seal_contents(SMALL, KEY))
    sealed[len(MAGIC)] = 2
    with pytest.raises(UsageError, match=r"format 2; this dlgrade reads format 1\. Upgrade dlgrade"):
        open_contents(bytes(sealed), KEY, file=FILE)


def test_another_file_is_no_sealed_one() -> None:
    with pytest.raises(AuthorError, match="no sealed solutions"):
        open_contents(b"PK\x03\x04" + bytes(500), KEY, file=FILE)


@pytest.mark.parametrize("name", ["../out.py", "/etc/passwd", "a/../../b", "a\\b", "C:x", "", "a//b", "a\nb"])
def test_a_name_that_leads_elsewhere_is_refused_though_it_is_authentic(name: str) -> None:
    sealed = seal_contents(Contents(files={name: b"x"}), KEY)
    with pytest.raises(AuthorError, match="holds no solutions"):
        open_contents(sealed, KEY, file=FILE)


def test_unpacking_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = seal_contents(Contents(files={"zeros": bytes(4 << 20)}), KEY)
    assert len(bomb) < 100_000
    monkeypatch.setattr("grader.exercise.sealed.MAX_UNPACKED_BYTES", 1 << 20)
    with pytest.raises(AuthorError, match="holds no solutions"):
        open_contents(bomb, KEY, file=FILE)


# -------------------------------------------------------------------------------------------------------- a course


def test_all_of_solutions_is_sealed_but_for_what_the_system_leaves_there(root: Path) -> None:
    course = load_course(root)
    sealed = read_sealed(seal(course, KEY), KEY)
    assert set(sealed.files) == {
        *("exercise03_softmax/softmax.py", "exercise03_softmax/test_hidden.py", "exercise03_softmax/table.npy"),
        *("exercise04_attention/softmax.py", "exercise04_attention/test_hidden.py", "quiz01_tensors/quiz.yaml"),
    }
    assert sealed.files["exercise03_softmax/table.npy"] == bytes(range(256))
    assert {"exercise03_softmax/exercise.toml", "exercise03_softmax/test_visible.py"} <= set(sealed.public)


@pytest.mark.parametrize("leads", ["to a file", "nowhere"])
def test_a_link_is_not_sealed(root: Path, leads: str) -> None:
    target = root / "README" if leads == "nowhere" else root / "exercises" / "exercise03_softmax" / "softmax.py"
    (root / "solutions" / "exercise03_softmax" / "link.py").symlink_to(target)
    with pytest.raises(UsageError, match=r"link\.py: a link"):
        contents_of(load_course(root))


def test_a_large_file_is_not_sealed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.authoring.seal.MAX_DATA_BYTES", 100)
    with pytest.raises(UsageError, match=r"table\.npy: larger than"):
        contents_of(load_course(root))


def test_nothing_is_left_of_a_file_that_could_not_be_written(root: Path) -> None:
    (root / "solutions.sealed").mkdir()
    before = sorted(root.iterdir())
    with pytest.raises(UsageError, match="cannot be written"):
        seal(load_course(root), KEY)
    assert sorted(root.iterdir()) == before


def test_what_changed_since_sealing_is_named(root: Path) -> None:
    course = load_course(root)
    seal(course, KEY)
    assert difference(course, KEY).is_none
    hidden = root / "solutions" / "exercise03_softmax"
    (hidden / "test_hidden.py").write_text("def test_other(student): ...\n", encoding="utf-8")
    (hidden / "table.npy").unlink()
    (hidden / "new.py").write_text("", encoding="utf-8")
    (root / "exercises" / "exercise03_softmax" / "test_visible.py").write_text("# mine\n", encoding="utf-8")
    found = difference(course, KEY)
    assert found.changed == (
        "exercises/exercise03_softmax/test_visible.py",
        "solutions/exercise03_softmax/test_hidden.py",
    )
    assert (found.added, found.removed) == (
        ("solutions/exercise03_softmax/new.py",),
        ("solutions/exercise03_softmax/table.npy",),
    )


# -------------------------------------------------------------------------------------------------------- the command


def test_the_command_makes_a_key_seals_and_says_whether_it_is_up_to_date(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new.key"
    assert run(["seal", "--course", str(root), "--generate-key", str(new)]) == 0
    assert "may be published" in capsys.readouterr().out
    check = ["seal", "--course", str(root), "--key-file", str(new), "--check"]
    assert run(check) == 0
    (root / "solutions" / "quiz01_tensors" / "quiz.yaml").write_text("answer: 4\n", encoding="utf-8")
    before = (root / "solutions.sealed").read_bytes()
    assert run([*check, "--language", "zh"]) == 1
    assert "已过时" in (out := capsys.readouterr().out)
    assert "quiz.yaml" in out
    assert (root / "solutions.sealed").read_bytes() == before


def test_the_key_may_come_from_the_environment(root: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, key_file.read_text(encoding="ascii"))
    written = ["seal", "--course", str(root), "--output", str(root / "other")]
    assert run(written) == 0
    assert run([*written, "--key-file", str(key_file), "--check"]) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "There is no key to seal with"),
        (["--key-file", "nowhere"], "nowhere: the key cannot be read"),
        (["--generate-key", "a", "--check"], "seals with a new key"),
    ],
)
def test_wrong_usage_is_told_and_leaves_nothing(
    root: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(root)
    before = sorted(root.iterdir())
    assert run(["seal", *arguments]) == 2
    assert says in capsys.readouterr().err
    assert sorted(root.iterdir()) == before


def test_a_course_without_solutions_gets_no_key(tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "solutions").rename(tmp_path / "elsewhere")
    assert run(["seal", "--course", str(root), "--generate-key", str(tmp_path / "k")]) == 2
    assert "there are no solutions to seal" in capsys.readouterr().err
    assert not (tmp_path / "k").exists()


def test_a_key_that_others_may_read_is_warned_of(
    root: Path, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key_file.chmod(0o644)
    assert run(["seal", "--course", str(root), "--key-file", str(key_file)]) == 0
    assert "other users of this machine may read the key" in capsys.readouterr().err
