"""Whatever bytes are handed in: a submission, or the student's own error; never another exception, never long."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import string
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_archives import CODE, tarred, zipped
from test_notebooks import code, notebook, prose

from grader.errors import SubmissionError
from grader.exercise import read_exercise
from grader.records import Exercise, Submission
from grader.submission import collect
from grader.submission.magics import without_magics


def fuzz(examples: int) -> settings:
    return settings(
        max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )


@pytest.fixture
def exercise(course_files: Any) -> Exercise:
    return read_exercise(course_files.add(), solution_folder=None)


def take(exercise: Exercise, folder: Path, content: bytes, name: str = "handed-in") -> Submission | None:
    """Take it in as anything else would be; None where it is refused."""
    (folder / name).write_bytes(content)
    began = time.monotonic()
    try:
        submission = collect(exercise, folder / name)
    except SubmissionError as error:
        assert error.remedy
        assert str(error).isprintable()
        return None
    finally:
        assert time.monotonic() - began < 2.0
    assert [file.name for file in submission.files] == ["softmax.py"]
    assert len(submission.files[0].text.encode()) <= 1024 * 1024
    return submission


MEMBERS = [("hw/README.md", b"# hi\n"), ("hw/softmax.py", CODE.encode()), ("hw/.git/config", b"[core]\n" * 50)]
ARCHIVES = {
    "zip": zipped(MEMBERS),
    "tar": tarred(MEMBERS),
    "gz": gzip.compress(tarred(MEMBERS)),
    "bz2": bz2.compress(tarred(MEMBERS)),
    "xz": lzma.compress(tarred(MEMBERS)),
    "ipynb": notebook(prose(), code(CODE), code("%time\nx = 1", "draft")),
}
MAGICS = [b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"BZh91AY&SY", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b'{"cells"']


@fuzz(200)
@given(st.sampled_from([b"", *MAGICS]), st.binary(max_size=600))
@example(b"PK\x05\x06", bytes(18))
@example(b"\x1f\x8b\x08", bytes(7) + b"\x03\x00" + bytes(8))
def test_any_bytes_are_taken_or_refused(exercise: Exercise, tmp_path: Path, magic: bytes, rest: bytes) -> None:
    take(exercise, tmp_path, magic + rest)


@st.composite
def mutated(draw: st.DrawFn, whole: bytes) -> bytes:
    """Change, insert, repeat or drop some bytes; mostly where something is, not in the padding of a tar."""
    data = bytearray(whole)
    telling = [at for at, byte in enumerate(whole) if byte]
    for _ in range(draw(st.integers(1, 5))):
        at = min(draw(st.sampled_from(telling) | st.integers(0, len(whole) - 1)), max(len(data) - 1, 0))
        match draw(st.sampled_from(["change", "change", "number", "insert", "drop", "repeat", "cut"])):
            case "change" if data:
                data[at] = draw(st.integers(0, 255))
            case "number":
                data[at : at + 4] = draw(st.sampled_from([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\x80", b"7777"]))
            case "insert":
                data[at:at] = draw(st.binary(min_size=1, max_size=8))
            case "drop":
                del data[at : at + draw(st.integers(1, 8))]
            case "repeat":
                data[at:at] = data[at : at + 64]
            case "cut":
                del data[at:]
    return bytes(data)


@pytest.mark.parametrize("kind", ARCHIVES)
@fuzz(120)
@given(data=st.data())
def test_mutated_archive_is_taken_or_refused(
    exercise: Exercise, tmp_path: Path, kind: str, data: st.DataObject
) -> None:
    take(exercise, tmp_path, data.draw(mutated(ARCHIVES[kind])), f"hw.{kind}")


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
@fuzz(60)
@given(data=st.data())
def test_mutated_tar_in_a_whole_stream_is_taken_or_refused(
    exercise: Exercise, tmp_path: Path, compress: Any, data: st.DataObject
) -> None:
    take(exercise, tmp_path, compress(data.draw(mutated(ARCHIVES["tar"]))))


HEADER = st.fixed_dictionaries(
    {
        "name": st.text(st.sampled_from("softmax.py/\\.C:\0\u202eß é"), max_size=120) | st.just("softmax.py"),
        "type": st.sampled_from([b"0", b"\0", b"1", b"2", b"3", b"5", b"6", b"7", b"x", b"g", b"L", b"K", b"X", b"V"]),
        "size": st.integers(-600, 1200) | st.sampled_from([-(2**62), 2**33, 2**62]),
        "linkname": st.text(max_size=20),
    }
)
BODY = st.binary(max_size=600) | st.sampled_from([b"19 path=softmax.py\n", b"16 size=1000000\n", b"softmax.py\0"])


@fuzz(200)
@given(st.lists(st.tuples(HEADER, BODY), max_size=6))
def test_tar_of_any_headers_is_taken_or_refused(exercise: Exercise, tmp_path: Path, members: Any) -> None:
    """The checksums are right, so that what is behind them is reached."""
    packed = b""
    for fields, body in members:
        info = tarfile.TarInfo("x")
        for field, value in fields.items():
            setattr(info, field, value)
        packed += info.tobuf(tarfile.GNU_FORMAT, errors="replace") + body + bytes(-len(body) % 512)
    take(exercise, tmp_path, packed + bytes(1024), "hw.tar")


SIGNS = st.text(st.sampled_from("%!?=()[]{}'\"\\#\n \tax\r\x0c\0\ud800é:"), max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(string.printable, max_size=5) | SIGNS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["tags", "a"]), inner, max_size=2),
    max_leaves=8,
)
CELL = JSON | st.dictionaries(st.sampled_from(["cell_type", "source", "metadata", "outputs", "id"]), JSON, max_size=5)
CODE_CELL = st.builds(lambda source, tags: {**code(source), "metadata": {"tags": tags}}, SIGNS, JSON)


@fuzz(250)
@given(st.lists(CELL | CODE_CELL | st.builds(code, SIGNS), max_size=4), st.sampled_from([4, 4, 4, 3, None, 4.0]), JSON)
def test_any_notebook_is_taken_or_refused(
    exercise: Exercise, tmp_path: Path, cells: list[Any], form: Any, metadata: Any
) -> None:
    whole = {"cells": cells, "metadata": metadata, "nbformat": form, "nbformat_minor": metadata}
    take(exercise, tmp_path, json.dumps(whole).encode(), "hw.ipynb")


@fuzz(300)
@given(SIGNS)
def test_leaving_out_magics_keeps_the_number_of_lines(text: str) -> None:
    assert without_magics(text).count("\n") == text.count("\n")
