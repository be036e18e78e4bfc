"""What is taken of a submission, and what each kind of bad input is told."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from grader.errors import AuthorError, GraderError, SubmissionError, UsageError
from grader.exercise import read_exercise
from grader.records import Exercise, Fault, Language, Submission
from grader.submission import MAX_FILE_BYTES, collect

CODE = "def softmax(logits, dim=-1):\n    return logits.softmax(dim)\n"


@pytest.fixture
def exercise(course_files: Any) -> Exercise:
    return read_exercise(course_files.add(), solution_folder=None)


@pytest.fixture
def pair(course_files: Any) -> Exercise:
    """An exercise with two files."""
    return read_exercise(course_files.add("exercise05_cnn", files=("layers.py", "train.py")), solution_folder=None)


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    folder = tmp_path / "handed-in"
    folder.mkdir()
    return folder


def refused(exercise: Exercise, path: Path, error_type: type[Exception] = SubmissionError) -> str:
    """Return what the student is told; it must also be said in Chinese, and name a way out."""
    with pytest.raises(error_type) as caught:
        collect(exercise, path)
    assert isinstance(caught.value, GraderError)
    assert caught.value.fault is Fault.STUDENT
    assert caught.value.remedy
    assert any("\u4e00" <= letter <= "\u9fff" for letter in caught.value.text.within(Language.ZH))
    return str(caught.value)


def written(folder: Path, content: bytes, name: str = "softmax.py") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def text_of(submission: Submission) -> str:
    return submission.files[0].text


# --------------------------------------------------------------------------------------------------- what is taken


def test_folder_gives_the_exercises_files_only(pair: Exercise, handed_in: Path) -> None:
    for name in ("layers.py", "train.py", "extra.py", "conftest.py", "test_visible.py"):
        written(handed_in, f"# {name}\n".encode(), name)
    submission = collect(pair, handed_in)
    assert [file.name for file in submission.files] == ["layers.py", "train.py"]
    assert [file.text for file in submission.files] == ["# layers.py\n", "# train.py\n"]
    assert submission.origin == str(handed_in)


@pytest.mark.parametrize("name", ["softmax.py", "alice_softmax.py", "softmax (1).py", "答案.py", "answer.txt"])
def test_single_file_may_have_any_name(exercise: Exercise, handed_in: Path, name: str) -> None:
    submission = collect(exercise, written(handed_in, CODE.encode(), name))
    assert [(file.name, file.text) for file in submission.files] == [("softmax.py", CODE)]


def test_byte_order_mark_is_dropped(exercise: Exercise, handed_in: Path) -> None:
    assert text_of(collect(exercise, written(handed_in, b"\xef\xbb\xbf" + CODE.encode()))) == CODE


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n"])
def test_newlines_become_line_feeds(exercise: Exercise, handed_in: Path, newline: str) -> None:
    path = written(handed_in, CODE.replace("\n", newline).encode())
    assert text_of(collect(exercise, path)) == CODE


def test_other_separators_stay_as_they_are(exercise: Exercise, handed_in: Path) -> None:
    code = "a = '\x0c\u2028\x85'\n"
    assert text_of(collect(exercise, written(handed_in, code.encode()))) == code


def test_file_of_exactly_the_limit_is_taken(exercise: Exercise, handed_in: Path) -> None:
    content = b"x = 1\n".ljust(MAX_FILE_BYTES, b"#")
    assert len(text_of(collect(exercise, written(handed_in, content)))) == MAX_FILE_BYTES


def test_folder_reached_through_a_linked_parent_is_taken(exercise: Exercise, handed_in: Path, tmp_path: Path) -> None:
    written(handed_in, CODE.encode())
    (tmp_path / "link").symlink_to(tmp_path)
    assert text_of(collect(exercise, tmp_path / "link" / "handed-in")) == CODE


# ------------------------------------------------------------------------------------------ fingerprint, untouched


def test_fingerprint_covers_names_and_raw_bytes(exercise: Exercise, handed_in: Path) -> None:
    raw = CODE.replace("\n", "\r\n").encode()
    expected = hashlib.sha256()
    for part in (b"softmax.py", raw):
        expected.update(len(part).to_bytes(8, "big") + part)
    assert collect(exercise, written(handed_in, raw)).sha256 == expected.hexdigest()
    assert collect(exercise, written(handed_in, CODE.encode())).sha256 != expected.hexdigest()


def test_fingerprint_is_of_the_exercises_name_not_the_students(exercise: Exercise, handed_in: Path) -> None:
    one = collect(exercise, written(handed_in, CODE.encode()))
    other = collect(exercise, written(handed_in, CODE.encode(), "alice.py"))
    assert one.sha256 == other.sha256


@pytest.mark.parametrize(
    "change",
    [lambda s: s, lambda s: s.replace("\n", "\r\n"), lambda s: s + "\n\n  \n", lambda s: s.replace("\n", "  \n")],
    ids=["as it was", "CRLF", "blank lines at the end", "spaces at line ends"],
)
def test_stub_is_untouched(exercise: Exercise, handed_in: Path, change: Any) -> None:
    stub = Path(exercise.folder, "softmax.py").read_text(encoding="utf-8")
    assert collect(exercise, written(handed_in, change(stub).encode())).untouched


@pytest.mark.parametrize("change", [lambda s: s + "pass\n", lambda s: "\n" + s, lambda s: s.replace("    ", "  ")])
def test_changed_stub_is_touched(exercise: Exercise, handed_in: Path, change: Any) -> None:
    stub = Path(exercise.folder, "softmax.py").read_text(encoding="utf-8")
    assert not collect(exercise, written(handed_in, change(stub).encode())).untouched


def test_one_changed_file_of_two_is_touched(pair: Exercise, handed_in: Path) -> None:
    written(handed_in, Path(pair.folder, "layers.py").read_bytes(), "layers.py")
    written(handed_in, CODE.encode(), "train.py")
    assert not collect(pair, handed_in).untouched


def test_broken_stub_is_the_authors_fault(exercise: Exercise, handed_in: Path) -> None:
    Path(exercise.folder, "softmax.py").write_bytes(b"\xff")
    with pytest.raises(AuthorError, match=r"softmax\.py: the stub cannot be read"):
        collect(exercise, written(handed_in, CODE.encode()))


# ------------------------------------------------------------------------------------------------- what is not text


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n", b"\xef\xbb\xbf"])
def test_empty_file_asks_to_save(exercise: Exercise, handed_in: Path, content: bytes) -> None:
    message = refused(exercise, written(handed_in, content))
    assert "softmax.py: the file is empty. Save your work" in message


def test_gbk_file_names_line_and_byte_and_how_to_save(exercise: Exercise, handed_in: Path) -> None:
    content = "x = 1\r\n# 归一化\r\n".encode("gbk")
    message = refused(exercise, written(handed_in, content))
    assert "line 2, byte 9 (0xb9): not UTF-8; it may be GBK" in message
    assert "Save with Encoding" in message


def test_utf16_file_is_recognised(exercise: Exercise, handed_in: Path) -> None:
    message = refused(exercise, written(handed_in, CODE.encode("utf-16")))
    assert "line 1, byte 0 (0xff): not UTF-8; it is UTF-16" in message


def test_lone_surrogate_is_not_utf8(exercise: Exercise, handed_in: Path) -> None:
    assert "line 1, byte 5" in refused(exercise, written(handed_in, b"x = '\xed\xa0\x80'\n"))


def test_nul_byte_names_its_line(exercise: Exercise, handed_in: Path) -> None:
    message = refused(exercise, written(handed_in, b"x = 1\rprint(\0)\n"))
    assert "line 2, byte 12: a NUL byte" in message


def test_file_beyond_the_limit_is_refused_by_its_size(exercise: Exercise, handed_in: Path) -> None:
    message = refused(exercise, written(handed_in, b"#" * (MAX_FILE_BYTES + 1)))
    assert "1,048,577 bytes; at most 1,048,576 are taken" in message


def test_huge_file_is_refused_without_reading_it(exercise: Exercise, handed_in: Path) -> None:
    path = handed_in / "softmax.py"
    with path.open("wb") as stream:
        stream.truncate(1 << 40)  # a hole: reading it would take minutes and a terabyte
    assert "1,099,511,627,776 bytes" in refused(exercise, path)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"PK\x03\x04" + bytes(40), "a zip archive"), (b'{"cells": [], "nbformat": 4}', "a Jupyter notebook")],
)
def test_archive_or_notebook_under_a_modules_name_is_told(
    exercise: Exercise, handed_in: Path, content: bytes, kind: str
) -> None:
    written(handed_in, content)
    message = refused(exercise, handed_in)
    assert f"softmax.py: this is {kind}; expected the source code of a Python module." in message
    assert "Hand in the archive or notebook itself" in message


@pytest.mark.parametrize("content", [b"Rar!\x1a\x07\x01\0" + bytes(99), b"7z\xbc\xaf\x27\x1c" + bytes(99)])
def test_other_kinds_of_archive_are_named(exercise: Exercise, handed_in: Path, content: bytes) -> None:
    for size in (len(content), 2 << 20):
        message = refused(exercise, written(handed_in, content.ljust(size, b"\0"), "softmax.rar"))
        assert "softmax.rar: this is a RAR or 7z archive" in message
        assert message.endswith("Pack the files as a zip or a tar (.tar.gz) instead.")


# ---------------------------------------------------------------------------------------------- what is not a file


def test_symbolic_link_is_never_followed(exercise: Exercise, handed_in: Path) -> None:
    (handed_in / "softmax.py").symlink_to("/etc/passwd")
    for path in (handed_in, handed_in / "softmax.py"):
        message = refused(exercise, path)
        assert "expected a regular file, got a symbolic link to /etc/passwd" in message
        assert "Links are not followed" in message


def test_link_to_a_folder_is_not_followed(exercise: Exercise, handed_in: Path, tmp_path: Path) -> None:
    written(handed_in, CODE.encode())
    (tmp_path / "link").symlink_to(handed_in)
    assert "got a symbolic link to" in refused(exercise, tmp_path / "link")


def test_link_for_a_folder_of_two_files_is_not_followed(pair: Exercise, handed_in: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(handed_in)
    assert "got a symbolic link to" in refused(pair, tmp_path / "link")


def test_broken_link_is_called_a_link(exercise: Exercise, handed_in: Path) -> None:
    (handed_in / "softmax.py").symlink_to("nowhere")
    assert "a symbolic link to nowhere" in refused(exercise, handed_in)


def test_named_pipe_is_not_waited_for(exercise: Exercise, handed_in: Path) -> None:
    os.mkfifo(handed_in / "softmax.py")
    for path in (handed_in, handed_in / "softmax.py"):
        assert "got a named pipe. Only files with text are taken." in refused(exercise, path)


@pytest.mark.parametrize("exchange", [lambda path: path.symlink_to("/etc/passwd"), os.mkfifo], ids=["link", "pipe"])
def test_file_exchanged_after_it_was_looked_at_is_refused(
    exercise: Exercise, handed_in: Path, monkeypatch: pytest.MonkeyPatch, exchange: Any
) -> None:
    path = written(handed_in, CODE.encode())
    look = os.stat

    def look_and_exchange(*args: Any, **kwargs: Any) -> os.stat_result:
        seen = look(*args, **kwargs)
        if kwargs.get("dir_fd") is not None:
            path.unlink()
            exchange(path)
        return seen

    monkeypatch.setattr(os, "stat", look_and_exchange)
    assert "softmax.py: " in refused(exercise, handed_in)


def test_subfolder_exchanged_after_it_was_looked_at_is_not_followed(
    exercise: Exercise, handed_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "others").mkdir()
    written(tmp_path / "others", CODE.encode())
    (handed_in / "mine").mkdir()
    look, exchanged = os.stat, []

    def look_and_exchange(path: Any, **kwargs: Any) -> os.stat_result:
        seen = look(path, **kwargs)
        if str(path) == "mine" and not exchanged:
            exchanged.append(path)
            (handed_in / "mine").rmdir()
            (handed_in / "mine").symlink_to(tmp_path / "others")
        return seen

    monkeypatch.setattr(os, "stat", look_and_exchange)
    assert "softmax.py is missing" in refused(exercise, handed_in)
    assert exchanged


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can make files of another user")
def test_hard_link_to_a_file_of_another_is_refused(exercise: Exercise, handed_in: Path, tmp_path: Path) -> None:
    (handed_in / "softmax.py").hardlink_to(written(tmp_path, CODE.encode()))
    assert text_of(collect(exercise, handed_in)) == CODE, "a hard link among one's own files is harmless"
    os.chown(handed_in, 65534, 65534)
    for path in (handed_in, handed_in / "softmax.py"):
        assert "got a hard link to a file of another user" in refused(exercise, path)


def test_device_is_refused(exercise: Exercise) -> None:
    assert "got a device" in refused(exercise, Path("/dev/zero"))


def test_socket_is_refused(exercise: Exercise, handed_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(handed_in)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("softmax.py")
        assert "got a socket" in refused(exercise, handed_in)


def test_folder_in_the_files_place_is_told(exercise: Exercise, handed_in: Path) -> None:
    (handed_in / "softmax.py").mkdir()
    message = refused(exercise, handed_in)
    assert "softmax.py: expected a regular file, got a folder. Put your code into a file of that name." in message


def test_file_in_the_folders_place_is_told(pair: Exercise, handed_in: Path) -> None:
    message = refused(pair, written(handed_in, CODE.encode(), "layers.py"))
    assert (
        "layers.py is one file; exercise05_cnn has 2: layers.py, train.py. Give the folder that holds them" in message
    )


def test_file_without_read_permission_is_told(exercise: Exercise, powerless: Path) -> None:
    path = written(powerless, CODE.encode())
    path.chmod(0)
    message = refused(exercise, path)
    assert "softmax.py: cannot be read: Permission denied. Allow it: chmod u+rX softmax.py" in message


def test_folder_without_read_permission_is_told(exercise: Exercise, powerless: Path) -> None:
    (powerless / "mine").mkdir(mode=0)
    assert "mine: cannot be read: Permission denied" in refused(exercise, powerless / "mine")


def test_file_that_fails_while_it_is_read_is_told(exercise: Exercise) -> None:
    message = refused(exercise, Path("/proc/self/mem"))  # a regular file, whose first page is never mapped
    assert "cannot be read" in message


# -------------------------------------------------------------------------------------------------- what is missing


def test_missing_path_is_wrong_usage(exercise: Exercise, handed_in: Path) -> None:
    written(handed_in, CODE.encode())
    message = refused(exercise, handed_in / "sofmax.py", UsageError)
    assert "sofmax.py: no such file or folder. Did you mean" in message
    assert message.endswith("softmax.py?")


@pytest.mark.parametrize("path", ["nowhere/softmax.py", "a\0b", "/dev/null/softmax.py"])
def test_path_that_cannot_exist_is_wrong_usage(exercise: Exercise, path: str) -> None:
    message = refused(exercise, Path(path), UsageError)
    assert "no such file or folder. Name your file, or the folder that holds it." in message
    assert "\0" not in message


def test_missing_file_names_what_there_is(pair: Exercise, handed_in: Path) -> None:
    for name in ("layers.py", "notes.txt"):
        written(handed_in, CODE.encode(), name)
    message = refused(pair, handed_in)
    assert "train.py is missing; exercise05_cnn needs layers.py, train.py. There is: layers.py, notes.txt." in message
    assert "Start from the course's own train.py" in message


def test_empty_folder_is_called_empty(exercise: Exercise, handed_in: Path) -> None:
    assert "softmax.py is missing, which exercise03_softmax needs. It is empty." in refused(exercise, handed_in)


@pytest.mark.parametrize(
    "name", ["sofmax.py", "Softmax.PY", "softmax (1).py", "softmax.py.txt", "softmax - Copy.py", "softmax - 副本.py"]
)
def test_near_miss_is_named(exercise: Exercise, handed_in: Path, name: str) -> None:
    written(handed_in, CODE.encode(), name)
    if (handed_in / "softmax.py").exists():
        pytest.skip("this filesystem does not tell upper from lower case")
    assert f"Did you mean {name}? Rename it to softmax.py." in refused(exercise, handed_in)


def test_file_one_folder_down_is_taken(exercise: Exercise, handed_in: Path) -> None:
    (handed_in / "alice-hw3").mkdir()
    written(handed_in / "alice-hw3", CODE.encode())
    assert text_of(collect(exercise, handed_in)) == CODE


def test_two_folders_with_the_file_are_both_named(exercise: Exercise, handed_in: Path) -> None:
    for name in ("new", "old"):
        (handed_in / name).mkdir()
        written(handed_in / name, CODE.encode())
    assert "which one is it: new/ or old/? Hand in only one of them." in refused(exercise, handed_in)


def test_copies_below_the_file_are_left_alone(exercise: Exercise, handed_in: Path) -> None:
    """A folder is where one works: what lies at its top is meant."""
    (handed_in / "backup").mkdir()
    written(handed_in / "backup", b"old = 1\n")
    assert text_of(collect(exercise, written(handed_in, CODE.encode()).parent)) == CODE


@pytest.mark.parametrize("name", [".git", "__pycache__", ".ipynb_checkpoints", "__MACOSX"])
def test_folders_of_programs_are_not_looked_into(exercise: Exercise, handed_in: Path, name: str) -> None:
    (handed_in / name).mkdir()
    written(handed_in / name, CODE.encode())
    assert "softmax.py is missing" in refused(exercise, handed_in)


def test_linked_folder_is_not_looked_into(exercise: Exercise, handed_in: Path, tmp_path: Path) -> None:
    (tmp_path / "others").mkdir()
    written(tmp_path / "others", CODE.encode())
    (handed_in / "mine").symlink_to(tmp_path / "others")
    assert "softmax.py is missing" in refused(exercise, handed_in)


def test_what_else_a_folder_holds_is_counted(exercise: Exercise, handed_in: Path) -> None:
    for name in ("conftest.py", "torch.py", "sitecustomize.py"):
        written(handed_in, b"raise SystemExit\n", name)
    submission = collect(exercise, written(handed_in, CODE.encode()).parent)
    assert [file.name for file in submission.files] == ["softmax.py"]
    assert submission.ignored == 3


def test_archive_beside_nothing_else_is_named(exercise: Exercise, handed_in: Path) -> None:
    written(handed_in, b"PK", "homework.zip")
    assert f"Did you mean {handed_in / 'homework.zip'}?" in refused(exercise, handed_in)


def test_long_listing_is_cut(exercise: Exercise, handed_in: Path) -> None:
    for number in range(20):
        written(handed_in, b"", f"data{number:02}.csv")
    assert "data07.csv … (+12)." in refused(exercise, handed_in)


def test_escape_sequences_in_names_are_not_printed(exercise: Exercise, handed_in: Path) -> None:
    written(handed_in, b"", "\x1b[2Jsoftmax.py")
    message = refused(exercise, handed_in)
    assert "\x1b" not in message
    assert r"'\x1b[2Jsoftmax.py'" in message


def test_undecodable_name_is_shown_escaped(exercise: Exercise, handed_in: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(handed_in) + b"/\xff.py"))
    try:
        path.write_text(CODE)
    except OSError:
        pytest.skip("this filesystem takes UTF-8 names only")
    refused(exercise, handed_in).encode("utf-8")
    assert text_of(collect(exercise, path)) == CODE
