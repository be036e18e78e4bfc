"""Reads one submitted file, regular and of bounded size, and makes text of it. Its path is hostile, and its bytes are.

A submission may lie in a folder that its author can still write to, or come out of an archive: a name can be a link
to the reference solution, a pipe that never ends, or a device. So links are never followed, the opened file is
looked at again, and no more is read than the limit allows.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SubmissionError
from grader.exercise.paths import show_name
from grader.records import NotebookCell, Text
from grader.submission.kinds import ARCHIVES, HEAD_BYTES, NAMED_ARCHIVE, Kind, kind_of
from grader.submission.limits import Limits

# What the system says where a file may be whole, and this account, machine or disk is in the way of reading it.
_OURS = frozenset(
    getattr(errno, name)
    for name in (
        *("EACCES", "EPERM", "EIO", "ESTALE", "EMFILE", "ENFILE", "ENOMEM", "EBUSY", "EAGAIN", "EINTR", "ENOLCK"),
        *("ETIMEDOUT", "ENOTCONN", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "EREMOTEIO", "EUCLEAN"),
    )
    if hasattr(errno, name)
)
_NEWLINE = re.compile(rb"\r\n|\r|\n")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS_UTF8 = Text(
    en="Save it as UTF-8: in VS Code click the encoding in the status bar, then “Save with Encoding”, “UTF-8”; "
    "in Notepad choose “Save as”, Encoding “UTF-8”.",
    zh="请另存为 UTF-8：在 VS Code 中点击状态栏的编码，选择“通过编码保存”→“UTF-8”；"
    "在记事本中选择“另存为”，编码选“UTF-8”。",
)
SAVE_AS_TEXT = Text(
    en="Copy the code out of it into an editor for code, and save it as plain text, such as softmax.py.",
    zh="请把其中的代码复制到代码编辑器，另存为纯文本，例如 softmax.py。",
)
_KINDS = (
    (stat.S_ISDIR, Text(en="a folder", zh="文件夹")),
    (stat.S_ISLNK, Text(en="a symbolic link", zh="符号链接")),
    (stat.S_ISFIFO, Text(en="a named pipe", zh="命名管道")),
    (stat.S_ISSOCK, Text(en="a socket", zh="套接字")),
    (stat.S_ISCHR, Text(en="a device", zh="设备文件")),
    (stat.S_ISBLK, Text(en="a device", zh="设备文件")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One submitted file: its bytes as they came, and its text with `\\n` as the only newline."""

    raw: bytes
    text: str
    cells: tuple[NotebookCell, ...] = ()  # where it was made of a notebook; `raw` are the text's bytes then


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFile:
    """The bytes of one submitted file, and what they seem to be."""

    raw: bytes
    kind: Kind


def source_of(raw: bytes, *, shown: str) -> Source:
    """Return the source code that a file's bytes are.

    A UTF-8 byte order mark is dropped. `shown` is how messages name the file.
    Raises: SubmissionError unless it is non-empty UTF-8 text.
    """
    _refuse_others(raw, shown)
    text = with_line_feeds(_decoded(raw, shown).removeprefix("\ufeff"))
    if not text.strip():
        raise SubmissionError(
            Text(en=f"{shown}: the file is empty.", zh=f"{shown}：文件是空的。"),
            remedy=Text(en="Save your work in the editor, then check again.", zh="请在编辑器中保存后再检查。"),
        )
    return Source(raw=raw, text=text)


def with_line_feeds(text: str) -> str:
    """Return `text` with `\\n` as the only newline."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def kind_text(mode: int) -> Text:
    """Name what a file is that is not a regular one."""
    return next((kind for is_kind, kind in _KINDS if is_kind(mode)), Text(en="no regular file", zh="非普通文件"))


def refuse_kind(mode: int, shown: str, *, link: str = "") -> SubmissionError:
    """Return the error for something that is not a regular file, and why it is not taken."""
    kind = kind_text(mode)
    wrong = Text(
        en=f"{shown}: expected a regular file, got {kind.en}{f' to {show_name(link)}' if link else ''}.",
        zh=f"{shown}：应为普通文件，实为{kind.zh}{f'（指向 {show_name(link)}）' if link else ''}。",
    )
    if stat.S_ISLNK(mode):
        remedy = Text(
            en="Links are not followed: one could lead to files that are not yours. Put the file itself there.",
            zh="不会跟随链接：它可能指向不属于你的文件。请放入文件本身。",
        )
    elif stat.S_ISDIR(mode):
        remedy = Text(en="Put your code into a file of that name.", zh="请把代码写入这个名称的文件。")
    else:
        remedy = Text(en="Only files with text are taken.", zh="只接受文本文件。")
    return SubmissionError(wrong, remedy=remedy)


# Flags that Windows has not got.
_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)


def read_file(path: Path, *, dir_fd: int | None = None, shown: str, limits: Limits) -> RawFile:
    """Return the bytes of `path`, which lies in the open folder `dir_fd` if given.

    Raises: SubmissionError unless it is a regular, readable file that is no larger than its kind may be;
        FileNotFoundError when there is no such file.
    """
    try:
        mode = os.stat(path, dir_fd=dir_fd, follow_symlinks=False).st_mode
        if not stat.S_ISREG(mode):
            link = os.readlink(path, dir_fd=dir_fd) if stat.S_ISLNK(mode) else ""
            raise refuse_kind(mode, shown, link=link)
        # Between the look and the opening the file may have been exchanged: a link is still not followed, a pipe
        # still not waited for, and what was opened is looked at again.
        with open(os.open(path, _FLAGS, dir_fd=dir_fd), "rb") as stream:  # noqa: PTH123  # a descriptor, not a path
            opened = os.fstat(stream.fileno())
            if not stat.S_ISREG(opened.st_mode):
                raise refuse_kind(opened.st_mode, shown)
            _refuse_anothers(opened, path.parent.stat() if dir_fd is None else os.fstat(dir_fd), shown)
            head = stream.read(HEAD_BYTES)
            kind = kind_of(head, path.name)
            if kind in (Kind.FOREIGN, Kind.DOCUMENT):
                raise _other_kind(kind, shown)  # whatever its size: smaller it would not be taken either
            if kind is Kind.SOURCE and (suffix := NAMED_ARCHIVE.search(path.name)):
                raise _no_archive(suffix[0], shown)
            limit = limits.of_kind(kind)
            raw = head + stream.read(max(limit + 1 - len(head), 0))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unreadable(error, shown) from None
    if len(raw) > limit:
        raise too_large(max(opened.st_size, len(raw)), shown, limit, archive=kind in ARCHIVES)
    return RawFile(raw=raw, kind=kind)


def _refuse_anothers(file: os.stat_result, folder: os.stat_result, shown: str) -> None:
    """Refuse a hard link to a file of somebody else, which the grader may be able to read and the student not.

    Other hard links are harmless, and common: some installers make nothing else.
    """
    if file.st_nlink > 1 and file.st_uid != folder.st_uid:
        raise SubmissionError(
            Text(
                en=f"{shown}: expected a regular file of your own, got a hard link to a file of another user.",
                zh=f"{shown}：应为你自己的普通文件，实为指向其他用户文件的硬链接。",
            ),
            remedy=Text(en="Put your own file there.", zh="请放入你自己的文件。"),
        )


class WrongKind(SubmissionError):
    """Whatever its name says, the file is no code and no archive: it cannot be the work."""


class Unreadable(SubmissionError):
    """The system does not let this process read the file: of somebody's own work theirs to mend, and nobody's zero."""


def unreadable(error: OSError, shown: str) -> SubmissionError:
    """Return the error for a file or folder that cannot be read; `Unreadable`, where the system is to blame."""
    denied = isinstance(error, PermissionError)
    kind = Unreadable if error.errno in _OURS else SubmissionError
    return kind(
        Text(en=f"{shown}: cannot be read: {error.strerror}.", zh=f"{shown}：无法读取：{error.strerror}。"),
        remedy=Text(
            en=f"Allow it: chmod u+rX {shown}" if denied else "Copy it to another place and try again.",
            zh=f"请开放权限：chmod u+rX {shown}" if denied else "请把它复制到别处再试。",
        ),
    )


def too_large(size: int, shown: str, limit: int, *, archive: bool = False) -> SubmissionError:
    """Return the error for a file of `size` bytes, where at most `limit` are read."""
    if archive:
        remedy = Text(
            en="Put in the exercise's files only; leave out data, .git, and installed packages.",
            zh="请只放入练习的文件；不要放入数据、.git 和已安装的软件包。",
        )
    else:
        remedy = Text(
            en="Source code is far smaller: take data and printed output out of it.",
            zh="源代码远小于此：请从中移除数据和输出内容。",
        )
    return SubmissionError(
        Text(
            en=f"{shown}: {size:,} bytes; at most {limit:,} are taken.",
            zh=f"{shown}：{size:,} 字节；最多接受 {limit:,} 字节。",
        ),
        remedy=remedy,
    )


_NAMES = {
    Kind.NOTEBOOK: Text(en="a Jupyter notebook", zh="Jupyter 笔记本"),
    Kind.ZIP: Text(en="a zip archive", zh="zip 压缩包"),
    Kind.FOREIGN: Text(en="a RAR or 7z archive", zh="RAR 或 7z 压缩包"),
    Kind.DOCUMENT: Text(en="a document of a word processor, or a PDF", zh="文字处理软件的文档或 PDF"),
}


def _refuse_others(raw: bytes, shown: str) -> None:
    """Refuse what is not even meant to be a Python file, with a better word than that it is not UTF-8."""
    kind = kind_of(raw[:HEAD_BYTES], shown)
    if kind is not Kind.SOURCE:
        raise _other_kind(kind, shown)


def _other_kind(kind: Kind, shown: str) -> SubmissionError:
    name = _NAMES.get(kind, Text(en="an archive", zh="压缩包"))
    if kind is Kind.FOREIGN:
        remedy = Text(en="Pack the files as a zip or a tar (.tar.gz) instead.", zh="请改用 zip 或 tar（.tar.gz）打包。")
    elif kind is Kind.DOCUMENT:
        remedy = SAVE_AS_TEXT
    else:
        remedy = Text(
            en="Hand in the archive or notebook itself, under its own name.",
            zh="请直接提交压缩包或笔记本，使用原来的扩展名。",
        )
    error = WrongKind if kind is Kind.DOCUMENT else SubmissionError
    return error(
        Text(
            en=f"{shown}: this is {name.en}; expected the source code of a Python module.",
            zh=f"{shown}：这是{name.zh}；应为 Python 模块的源代码。",
        ),
        remedy=remedy,
    )


def _no_archive(suffix: str, shown: str) -> WrongKind:
    """Return the error for a file that only its name makes an archive: as code it would be told as broken code."""
    kind = suffix.lstrip(".").lower()
    return WrongKind(
        Text(
            en=f"{shown}: this is no {kind} archive; it only has the name of one.",
            zh=f"{shown}：这不是 {kind} 压缩包，只是名称像。",
        ),
        remedy=Text(
            en="Pack the exercise's files again, as a zip or a tar (.tar.gz). If it is code: its name ends with .py.",
            zh="请重新打包练习的文件，用 zip 或 tar（.tar.gz）。若它是代码，文件名应以 .py 结尾。",
        ),
    )


def _decoded(raw: bytes, shown: str) -> str:
    nul = raw.find(b"\0")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(raw, error.start, shown) from None
    if nul >= 0:
        raise SubmissionError(
            Text(
                en=f"{shown}: line {_line_of(raw, nul)}, byte {nul}: a NUL byte, which no Python source may hold.",
                zh=f"{shown}：第 {_line_of(raw, nul)} 行，第 {nul} 字节：NUL 字节，Python 源代码中不允许。",
            ),
            remedy=Text(
                en=f"The file is binary, damaged, or saved as UTF-16. {_SAVE_AS_UTF8.en}",
                zh=f"文件是二进制、已损坏或保存成了 UTF-16。{_SAVE_AS_UTF8.zh}",
            ),
        )
    return text


def _not_utf8(raw: bytes, offset: int, shown: str) -> SubmissionError:
    line = _line_of(raw, offset)
    guess = Text(en="it is UTF-16", zh="它是 UTF-16") if raw.startswith(_UTF16_MARKS) else _legacy_guess(raw)
    return SubmissionError(
        Text(
            en=f"{shown}: line {line}, byte {offset} (0x{raw[offset]:02x}): not UTF-8; {guess.en}.",
            zh=f"{shown}：第 {line} 行，第 {offset} 字节（0x{raw[offset]:02x}）：不是 UTF-8；{guess.zh}。",
        ),
        remedy=_SAVE_AS_UTF8,
    )


def _legacy_guess(raw: bytes) -> Text:
    try:
        raw.decode("gbk")
    except UnicodeDecodeError:
        return Text(en="expected the source code of a Python module", zh="应为 Python 模块的源代码")
    return Text(en="it may be GBK, or another encoding of an older editor", zh="可能是 GBK 或旧编辑器的其他编码")


def _line_of(raw: bytes, offset: int) -> int:
    """Return the line, from 1, that the byte at `offset` stands in."""
    return len(_NEWLINE.findall(raw, 0, offset)) + 1
