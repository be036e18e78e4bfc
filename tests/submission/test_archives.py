"""Zips and tars: the same file gives the same submission however it is packed, and no archive gains anything."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import sys
import tarfile
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from grader.errors import SubmissionError
from grader.exercise import read_exercise
from grader.records import Exercise, Fault, Language, Submission
from grader.submission import collect
from grader.submission.limits import MAX_ARCHIVE_BYTES, MAX_FILE_BYTES, MIB
from grader.submission.names import MAX_MEMBERS

CODE = "def softmax(logits, dim=-1):\n    return logits.softmax(dim)\n"
Members = Sequence[tuple[str, bytes]]
WHOLE = [("softmax.py", CODE.encode())]


@pytest.fixture
def exercise(course_files: Any) -> Exercise:
    return read_exercise(course_files.add(), solution_folder=None)


@pytest.fixture
def pair(course_files: Any) -> Exercise:
    """An exercise with two files."""
    return read_exercise(course_files.add("exercise05_cnn", files=("layers.py", "train.py")), solution_folder=None)


def zipped(members: Members, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members:
            info = zipfile.ZipInfo("x")
            info.filename = info.orig_filename = name  # as it is: the constructor cuts it at a NUL
            info.compress_type = method
            archive.writestr(info, content)
    return file.getvalue()


def tarred(members: Members, *, form: int = tarfile.PAX_FORMAT) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def special(kind: bytes, name: str = "softmax.py", **fields: Any) -> bytes:
    """Return a tar of one member that is no regular file."""
    info = tarfile.TarInfo(name)
    info.type = kind
    for field, value in fields.items():
        setattr(info, field, value)
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(1024)


def zstd(data: bytes) -> bytes:
    compression = pytest.importorskip("compression.zstd", reason="zstd came to the standard library with Python 3.14")
    return bytes(compression.compress(data))


PACKERS: dict[str, Callable[[Members], bytes]] = {
    "zip": zipped,
    "stored.zip": lambda members: zipped(members, method=zipfile.ZIP_STORED),
    "tar": tarred,
    "ustar.tar": lambda members: tarred(members, form=tarfile.USTAR_FORMAT),
    "gnu.tar": lambda members: tarred(members, form=tarfile.GNU_FORMAT),
    "tar.gz": lambda members: gzip.compress(tarred(members)),
    "tar.bz2": lambda members: bz2.compress(tarred(members)),
    "tar.xz": lambda members: lzma.compress(tarred(members)),
    "tar.zst": lambda members: zstd(tarred(members)),
}
PACKED = pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
BOTH = pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar"])


def written(folder: Path, content: bytes, name: str = "homework") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def taken(exercise: Exercise, folder: Path, content: bytes) -> Submission:
    return collect(exercise, written(folder, content))


def refused(exercise: Exercise, folder: Path, content: bytes, *, seconds: float = 2.0) -> str:
    """Return what the student is told, in a moment, in both languages, with the way out, and printable."""
    path = written(folder, content)
    began = time.monotonic()
    with pytest.raises(SubmissionError) as caught:
        collect(exercise, path)
    assert time.monotonic() - began < seconds
    assert caught.value.fault is Fault.STUDENT
    assert caught.value.remedy
    chinese = caught.value.text.within(Language.ZH)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert (str(caught.value) + chinese).isprintable()
    return str(caught.value)


# --------------------------------------------------------------------------------------------- the honest control


@PACKED
@pytest.mark.parametrize("folder", ["", "./", "alice-hw3/", "./作业 3/"])
def test_packed_file_is_the_same_submission_as_the_plain_one(
    exercise: Exercise, tmp_path: Path, pack: Callable[[Members], bytes], folder: str
) -> None:
    plain = collect(exercise, written(tmp_path, CODE.encode(), "softmax.py"))
    packed = taken(exercise, tmp_path, pack([(f"{folder}softmax.py", CODE.encode())]))
    assert (packed.files, packed.sha256, packed.untouched) == (plain.files, plain.sha256, plain.untouched)


@PACKED
def test_two_files_are_found_side_by_side(pair: Exercise, tmp_path: Path, pack: Callable[[Members], bytes]) -> None:
    submission = taken(pair, tmp_path, pack([("hw/train.py", b"b = 2\n"), ("hw/layers.py", b"a = 1\n")]))
    assert [(file.name, file.text) for file in submission.files] == [("layers.py", "a = 1\n"), ("train.py", "b = 2\n")]


@PACKED
def test_what_is_not_asked_for_is_counted_and_has_no_effect(
    exercise: Exercise, tmp_path: Path, pack: Callable[[Members], bytes]
) -> None:
    others = [
        *("conftest.py", "torch.py", "sitecustomize.py", "numpy/__init__.py", ".git/config", "__MACOSX/._softmax.py"),
        *("__pycache__/softmax.py", ".ipynb_checkpoints/softmax.py", "a/b/softmax.py", "softmax.pyc", "CON", "Icon\r"),
    ]
    submission = taken(exercise, tmp_path, pack([*((name, b"raise SystemExit") for name in others), *WHOLE]))
    assert [(file.name, file.text) for file in submission.files] == [("softmax.py", CODE)]
    assert submission.ignored == len(others)


def test_name_of_the_archive_does_not_matter(exercise: Exercise, tmp_path: Path) -> None:
    for name in ("homework.py", "homework.tar.gz", "homework"):
        assert collect(exercise, written(tmp_path, zipped(WHOLE), name)).files[0].text == CODE


def test_tar_of_before_posix_is_read(exercise: Exercise, tmp_path: Path) -> None:
    block = bytearray(special(tarfile.AREGTYPE, size=len(CODE))[:512])
    block[257:512] = bytes(255)
    block[148:156] = b"%06o\0 " % (256 + sum(block[:148]) + sum(block[156:]))
    old = written(tmp_path, bytes(block) + CODE.encode().ljust(512, b"\0") + bytes(1024), "homework.tar")
    assert collect(exercise, old).files[0].text == CODE


def test_long_folder_names_are_read(exercise: Exercise, tmp_path: Path) -> None:
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        packed = tarred([(f"{'long' * 50}/softmax.py", CODE.encode())], form=form)
        assert taken(exercise, tmp_path, packed).files[0].text == CODE


def test_tar_as_git_writes_it_is_read(exercise: Exercise, tmp_path: Path) -> None:
    """It begins with a header for the archive as a whole, which holds the commit."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "0" * 40}) as archive:
        info = tarfile.TarInfo("hw-main/softmax.py")
        info.size = len(CODE)
        archive.addfile(info, io.BytesIO(CODE.encode()))
    assert file.getvalue()[156:157] == tarfile.XGLTYPE
    assert taken(exercise, tmp_path, file.getvalue()).files[0].text == CODE


def test_streams_that_follow_one_another_are_one(exercise: Exercise, tmp_path: Path) -> None:
    whole = tarred(WHOLE)
    for compress in (gzip.compress, bz2.compress, lzma.compress):
        parts = b"".join(compress(whole[at : at + 1000]) for at in range(0, len(whole), 1000))
        assert taken(exercise, tmp_path, parts + bytes(512)).files[0].text == CODE


def test_zip_behind_a_program_is_no_zip(exercise: Exercise, tmp_path: Path) -> None:
    """What is Python to one reader must not be a zip to another."""
    assert "not UTF-8" in refused(exercise, tmp_path, b"import os\n" + zipped(WHOLE))


# -------------------------------------------------------------------------------------------------------- names


@BOTH
@pytest.mark.parametrize(
    "name",
    [
        *("../softmax.py", "a/../softmax.py", "a/../../etc/passwd", "..", "/softmax.py", "/etc/cron.d/x", "//h/s.py"),
        *("C:softmax.py", "c:/softmax.py", "C:\\softmax.py", "..\\softmax.py", "\\softmax.py", "a\\..\\softmax.py"),
    ],
)
def test_path_that_leads_out_refuses_the_whole(exercise: Exercise, tmp_path: Path, pack: Any, name: str) -> None:
    message = refused(exercise, tmp_path, pack([(name, CODE.encode()), *WHOLE]))
    assert "the path leads out of the archive" in message


@BOTH
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("hw\\softmax.py", "backslashes"),
        ("CON/softmax.py", "the name of a device"),
        ("nul/softmax.py", "the name of a device"),
        ("aux.d/softmax.py", "the name of a device"),
        ("COM1/softmax.py", "the name of a device"),
        ("h\x1b[2Jw/softmax.py", "an invisible character"),
        ("h\nw/softmax.py", "an invisible character"),
        ("h\u202ew/softmax.py", "an invisible character"),
        ("h" * 1001 + "/softmax.py", "a name of 1,012 characters"),
    ],
)
def test_spelling_of_a_wanted_path_that_deceives_is_refused(
    exercise: Exercise, tmp_path: Path, pack: Any, name: str, why: str
) -> None:
    assert why in refused(exercise, tmp_path, pack([(name, CODE.encode())]))


LOOKALIKES = [
    "Softmax.py",
    "SOFTMAX.PY",
    "ſoftmax.py",
    "softmax.py.",
    "softmax.py ",
    "soft\u200bmax.py",
    "softmax.py\r",
]


@BOTH
@pytest.mark.parametrize("name", LOOKALIKES)
def test_names_that_some_filesystem_takes_for_one_are_both_named(
    exercise: Exercise, tmp_path: Path, pack: Any, name: str
) -> None:
    for members in ([*WHOLE, (name, b"other = 1\n")], [(name, b"other = 1\n"), *WHOLE]):
        message = refused(exercise, tmp_path, pack(members))
        assert "which one is it: softmax.py or " in message


@BOTH
@pytest.mark.parametrize("name", LOOKALIKES)
def test_name_that_is_only_nearly_right_is_not_taken(exercise: Exercise, tmp_path: Path, pack: Any, name: str) -> None:
    assert "softmax.py is missing" in refused(exercise, tmp_path, pack([(name, CODE.encode())]))


@pytest.mark.parametrize("cut", ["softmax.py\0.txt", "softmax.py\0"])
def test_name_that_ends_in_a_zero_byte_is_not_taken(exercise: Exercise, tmp_path: Path, cut: str) -> None:
    """zipfile would cut it, and find softmax.py."""
    assert "softmax.py is missing" in refused(exercise, tmp_path, zipped([(cut, CODE.encode())]))


@BOTH
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("softmax.py", "softmax.py"),
        ("softmax.py", "./softmax.py"),
        ("softmax.py", "hw//softmax.py"),
        ("softmax.py", "hw/softmax.py"),
        ("old/softmax.py", "new/softmax.py"),
        ("Hw/softmax.py", "hw/softmax.py"),
        ("softmax.py", "softmax.ipynb"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_candidates_are_both_named(exercise: Exercise, tmp_path: Path, pack: Any, first: str, second: str) -> None:
    for one, other in ((first, second), (second, first)):
        message = refused(exercise, tmp_path, pack([(one, CODE.encode()), (other, CODE.encode())]))
        assert f"which one is it: {one} or {other}? Hand in only one of them." in message


@BOTH
def test_files_in_different_folders_are_both_named(pair: Exercise, tmp_path: Path, pack: Any) -> None:
    message = refused(pair, tmp_path, pack([("a/layers.py", b"a = 1\n"), ("b/train.py", b"b = 2\n")]))
    assert "a/layers.py and b/train.py lie in different folders." in message


@BOTH
def test_missing_file_names_what_there_is(exercise: Exercise, tmp_path: Path, pack: Any) -> None:
    message = refused(exercise, tmp_path, pack([("hw/softmax (1).py", CODE.encode()), ("\x1b[2J.txt", b"")]))
    assert r"softmax.py is missing, which exercise03_softmax needs. There is: hw/softmax (1).py, '\x1b[2J.txt'." in (
        message
    )
    assert "Did you mean hw/softmax (1).py? Rename it to softmax.py." in message


# -------------------------------------------------------------------------------------------------- what is no file


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        (tarfile.SYMTYPE, {"linkname": "/etc/passwd"}, "a symbolic link to /etc/passwd"),
        (tarfile.LNKTYPE, {"linkname": "other.py"}, "a hard link to other.py"),
        (tarfile.CHRTYPE, {"devmajor": 1, "devminor": 5}, "a device"),
        (tarfile.BLKTYPE, {}, "a device"),
        (tarfile.FIFOTYPE, {}, "a named pipe"),
        (tarfile.CONTTYPE, {}, "no regular file"),
        (b"Z", {}, "no regular file"),
    ],
)
def test_member_of_a_tar_that_is_no_file_is_refused(
    exercise: Exercise, tmp_path: Path, kind: bytes, fields: dict[str, Any], said: str
) -> None:
    message = refused(exercise, tmp_path, special(kind, **fields))
    assert f"softmax.py: expected a regular file, got {said}." in message


def test_links_that_are_not_asked_for_have_no_effect(exercise: Exercise, tmp_path: Path) -> None:
    """An archive of a folder with an environment in it is full of them."""
    link = special(tarfile.SYMTYPE, ".venv/bin/python", linkname="/usr/bin/python3")[:512]
    assert taken(exercise, tmp_path, link + tarred(WHOLE)).ignored == 1


@pytest.mark.parametrize(
    ("mode", "said"),
    [(0o120777, "a symbolic link"), (0o010644, "a named pipe"), (0o020644, "a device"), (0o140644, "a socket")],
)
@pytest.mark.parametrize("system", [0, 3], ids=["made on Windows", "made on Unix"])
def test_member_of_a_zip_that_is_no_file_is_refused(
    exercise: Exercise, tmp_path: Path, mode: int, said: str, system: int
) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        info = zipfile.ZipInfo("softmax.py")
        info.create_system, info.external_attr = system, mode << 16
        archive.writestr(info, "/etc/passwd")
    assert f"softmax.py: expected a regular file, got {said}." in refused(exercise, tmp_path, file.getvalue())


def test_folder_in_the_files_place_is_no_file(exercise: Exercise, tmp_path: Path) -> None:
    for packed in (zipped([("softmax.py/", b"")]), special(tarfile.DIRTYPE)):
        assert "softmax.py is missing" in refused(exercise, tmp_path, packed)


def test_sparse_file_is_refused(exercise: Exercise, tmp_path: Path) -> None:
    assert "got a sparse file" in refused(exercise, tmp_path, special(tarfile.GNUTYPE_SPARSE))
    fields = b"31 GNU.sparse.realsize=1000000\n"
    header = special(tarfile.XHDTYPE, "x", size=len(fields))[:512] + fields.ljust(512, b"\0")
    assert "expected a regular file" in refused(exercise, tmp_path, header + special(tarfile.REGTYPE))


def test_encrypted_zip_is_told_to_have_no_password(exercise: Exercise, tmp_path: Path) -> None:
    packed = bytearray(zipped(WHOLE))
    directory = packed.index(b"PK\x01\x02")
    packed[6] |= 1
    packed[directory + 8] |= 1
    assert "softmax.py: it is encrypted. Pack it again without a password." in refused(exercise, tmp_path, packed)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_rare_methods_of_zip_are_not_taken(exercise: Exercise, tmp_path: Path, method: int) -> None:
    assert f"softmax.py: packed by method {method};" in refused(exercise, tmp_path, zipped(WHOLE, method=method))


# --------------------------------------------------------------------------------------------------------- bombs


def peak_of(exercise: Exercise, folder: Path, content: bytes) -> tuple[str, int]:
    """Return what is told, and the most memory that was held meanwhile beyond the archive itself."""
    tracemalloc.start()
    try:
        message = refused(exercise, folder, content, seconds=5.0)  # being watched takes several times as long
        return message, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def bomb(compress: Callable[[bytes], bytes], unpacked: int = 100 * MIB) -> bytes:
    """Return a compressed tar whose one member, not even asked for, goes on and on."""
    header = tarfile.TarInfo("data.bin")
    header.size = 7 << 30
    return compress(header.tobuf(tarfile.GNU_FORMAT) + bytes(unpacked))


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lambda data: lzma.compress(data, preset=0)])
def test_stream_that_does_not_end_is_left_at_the_cap(exercise: Exercise, tmp_path: Path, compress: Any) -> None:
    message, peak = peak_of(exercise, tmp_path, bomb(compress))
    assert "it unpacks to more than" in message
    assert peak < 2.5 * MAX_ARCHIVE_BYTES


def test_much_for_little_is_left_sooner(exercise: Exercise, tmp_path: Path) -> None:
    assert "it unpacks to more than 4 MiB" in refused(exercise, tmp_path, bomb(bz2.compress, 10 * MIB))


def test_zip_bomb_is_left_at_the_size_of_a_source(exercise: Exercise, tmp_path: Path) -> None:
    message, peak = peak_of(exercise, tmp_path, zipped([("softmax.py", bytes(100 * MIB))]))
    assert "softmax.py: 104,857,600 bytes; at most 1,048,576 are taken." in message
    assert peak < 2.5 * MAX_ARCHIVE_BYTES


def test_zip_bomb_that_is_not_asked_for_is_not_unpacked(exercise: Exercise, tmp_path: Path) -> None:
    assert taken(exercise, tmp_path, zipped([("zeros", bytes(100 * MIB)), *WHOLE])).files[0].text == CODE


def test_zip_that_tells_a_smaller_size_gains_nothing(exercise: Exercise, tmp_path: Path) -> None:
    packed = bytearray(zipped([("softmax.py", b"#" * 5 * MIB)]))
    directory = packed.index(b"PK\x01\x02")
    for place in (22, directory + 24):
        packed[place : place + 4] = struct.pack("<I", 100)
    assert "the archive is damaged: Bad CRC-32" in refused(exercise, tmp_path, bytes(packed))


def test_tar_that_tells_a_larger_size_is_refused_by_it(exercise: Exercise, tmp_path: Path) -> None:
    message = refused(exercise, tmp_path, special(tarfile.REGTYPE, size=1 << 40))
    assert "softmax.py: 1,099,511,627,776 bytes; at most 1,048,576 are taken." in message


@PACKED
def test_large_source_is_refused_in_an_archive_too(
    exercise: Exercise, tmp_path: Path, pack: Callable[[Members], bytes]
) -> None:
    content = os.urandom(MAX_FILE_BYTES // 2).hex().encode() + b"#"
    assert "1,048,577 bytes; at most 1,048,576 are taken" in refused(
        exercise, tmp_path, pack([("softmax.py", content)])
    )


def test_archive_that_holds_itself_is_opened_once(exercise: Exercise, tmp_path: Path) -> None:
    packed = zipped(WHOLE)
    for _ in range(50):
        packed = zipped([("softmax.zip", packed)], method=zipfile.ZIP_STORED)
    assert "softmax.py is missing" in refused(exercise, tmp_path, packed)


def test_members_that_share_bytes_are_both_named(exercise: Exercise, tmp_path: Path) -> None:
    """Ten thousand names for one kernel of zeros are a small archive that unpacks to any size."""
    packed = zipped([("kernel", bytes(1000)), *WHOLE])
    start = packed.index(b"PK\x01\x02")
    end = packed.index(b"PK\x01\x02", start + 4)
    tail = bytearray(packed[-22:])
    entry = packed[start:end]
    directory = entry * 100 + packed[end:-22]
    tail[8:20] = struct.pack("<HHII", 101, 101, len(directory), start)
    message = refused(exercise, tmp_path, packed[:start] + directory + tail)
    assert "kernel and kernel share bytes of the archive." in message


@pytest.mark.parametrize(
    "pack", [zipped, tarred, lambda members: gzip.compress(tarred(members), 1)], ids=["zip", "tar", "tar.gz"]
)
def test_more_members_than_the_cap_are_not_counted_to_the_end(exercise: Exercise, tmp_path: Path, pack: Any) -> None:
    members = [(f"{number}", b"") for number in range(2 * MAX_MEMBERS)]
    assert "more than 10,000 entries" in refused(exercise, tmp_path, pack(members))


def test_a_hundred_thousand_members_take_no_longer(exercise: Exercise, tmp_path: Path) -> None:
    header = special(tarfile.REGTYPE, "x")[:512]
    assert "more than 10,000 entries" in refused(exercise, tmp_path, gzip.compress(header * 100_000, 1))


def test_a_million_empty_streams_are_not_waited_for(exercise: Exercise, tmp_path: Path) -> None:
    assert "more than 1,000 streams" in refused(exercise, tmp_path, gzip.compress(b"") * 500_000)


def test_archive_beyond_the_limit_is_refused_by_its_size(exercise: Exercise, tmp_path: Path) -> None:
    path = written(tmp_path, zipped(WHOLE))
    with path.open("r+b") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(SubmissionError, match="1,099,511,627,776 bytes; at most 16,777,216 are taken"):
        collect(exercise, path)


@pytest.mark.parametrize(
    "extended",
    [b"9" * MIB, b"1" * 500_000 + b" path=x\n", b"0 path=x\n", b"3 a", b"5 a=\n" * 2 + b"-1 a=b\n", b"", b" " * 1000],
    ids=["digits", "long number", "no length", "no end", "negative", "nothing", "spaces"],
)
def test_extended_header_of_nonsense_takes_no_time(exercise: Exercise, tmp_path: Path, extended: bytes) -> None:
    """The standard library of some versions takes quadratic time for the first of these."""
    header = special(tarfile.XHDTYPE, "x", size=len(extended))[:512]
    body = extended + bytes(-len(extended) % 512)
    refused(exercise, tmp_path, header + body + special(tarfile.REGTYPE, "other"))


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.DIRTYPE])
def test_negative_size_does_not_go_back(exercise: Exercise, tmp_path: Path, kind: bytes) -> None:
    """The standard library of some versions goes round and round."""
    message = refused(exercise, tmp_path, special(kind, size=-512))
    assert "the archive is damaged: a member of negative size" in message


def test_extended_header_that_is_huge_is_not_read(exercise: Exercise, tmp_path: Path) -> None:
    message = refused(exercise, tmp_path, special(tarfile.GNUTYPE_LONGNAME, size=1 << 33))
    assert "an extended header of 8,589,934,592 bytes" in message


def test_member_of_two_sizes_is_refused(exercise: Exercise, tmp_path: Path) -> None:
    fields = b"12 size=100\n"
    header = special(tarfile.XHDTYPE, "x", size=len(fields))[:512] + fields.ljust(512, b"\0")
    message = refused(exercise, tmp_path, header + special(tarfile.REGTYPE, size=5)[:512] + bytes(1024))
    assert "a member with two sizes" in message


# ------------------------------------------------------------------------------------------------------- damaged


@PACKED
def test_archive_cut_off_in_the_middle_is_damaged(
    exercise: Exercise, tmp_path: Path, pack: Callable[[Members], bytes]
) -> None:
    packed = pack([("other", os.urandom(3000)), ("softmax.py", CODE.encode() * 100)])
    assert "damaged" in refused(exercise, tmp_path, packed[: len(packed) * 4 // 10])


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_file_that_is_no_tar_is_told(exercise: Exercise, tmp_path: Path, compress: Any) -> None:
    assert "it holds no tar archive" in refused(exercise, tmp_path, compress(CODE.encode() * 50))


def test_xz_that_needs_more_memory_than_the_cap_is_refused(exercise: Exercise, tmp_path: Path) -> None:
    packed = bytearray(lzma.compress(tarred(WHOLE)))
    length = (packed[12] + 1) * 4  # of the block's header, which ends in a checksum
    packed[packed.index(b"\x21\x01", 12) + 2] = 40  # the size of the dictionary: 4 GiB
    packed[12 + length - 4 : 12 + length] = struct.pack("<I", zlib.crc32(packed[12 : 12 + length - 4]))
    assert "Memory usage limit exceeded" in refused(exercise, tmp_path, bytes(packed))


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="this Python unpacks zstd")
def test_zstd_without_a_library_is_told(exercise: Exercise, tmp_path: Path) -> None:
    message = refused(exercise, tmp_path, b"\x28\xb5\x2f\xfd" + bytes(40))
    assert "a zstd archive, which this Python" in message
    assert "Pack it with zip" in message


def test_empty_zip_is_called_empty(exercise: Exercise, tmp_path: Path) -> None:
    assert "softmax.py is missing, which exercise03_softmax needs. It is empty." in refused(
        exercise, tmp_path, zipped([])
    )


def test_nothing_but_zeros_is_no_tar(exercise: Exercise, tmp_path: Path) -> None:
    assert "it holds no tar archive" in refused(exercise, tmp_path, gzip.compress(tarred([])))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hw.zip", "this is no zip archive"),
        ("hw.ZIP", "this is no zip archive"),
        ("hw.tar.gz", "this is no tar.gz archive"),
        ("hw.tar", "this is no tar archive"),
        ("hw.tbz2", "this is no tbz2 archive"),
        ("hw.gz", "this is no gz archive"),
        ("hw.rar", "this is no rar archive"),
        ("hw.7z", "this is no 7z archive"),
    ],
)
@pytest.mark.parametrize(
    "content", [b"hello\n", CODE.encode(), b"", b"\xff\x01 no text"], ids=["text", "code", "0", "x"]
)
def test_what_is_called_an_archive_and_is_none_is_told_as_such(
    exercise: Exercise, tmp_path: Path, name: str, said: str, content: bytes
) -> None:
    with pytest.raises(SubmissionError) as error:
        collect(exercise, written(tmp_path, content, name))
    assert said in error.value.problem.en
    assert name in error.value.problem.en
    assert name in error.value.problem.zh
    assert ".py" in error.value.remedy.en


def test_a_notebook_that_is_no_json_is_told_as_no_notebook(exercise: Exercise, tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match=r"no valid Jupyter notebook"):
        collect(exercise, written(tmp_path, CODE.encode(), "hw.ipynb"))
