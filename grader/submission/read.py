"""Reads one submitted file: a regular file, of bounded size, that is text. Its path is hostile until shown otherwise.

A submission may lie in a folder that its author can still write to, or come out of an archive: a name can be a link
to the reference solution, a pipe that never ends, or a device. So links are never followed, the opened file is
looked at again, and no more is read than the limit allows.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SubmissionError
from grader.exercise.paths import show_name
from grader.records import Text

MAX_FILE_BYTES = 1024 * 1024
_NEWLINE = re.compile(rb"\r\n|\r|\n")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS_UTF8 = Text(
    en="Save it as UTF-8: in VS Code click the encoding in the status bar, then “Save with Encoding”, “UTF-8”; "
    "in Notepad choose “Save as”, Encoding “UTF-8”.",
    zh="请另存为 UTF-8：在 VS Code 中点击状态栏的编码，选择“通过编码保存”→“UTF-8”；"
    "在记事本中选择“另存为”，编码选“UTF-8”。",
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


def read_source(path: Path, *, dir_fd: int | None = None, shown: str, max_bytes: int = MAX_FILE_BYTES) -> Source:
    """Return the source code in `path`, which lies in the open folder `dir_fd` if given.

    A UTF-8 byte order mark is dropped. `shown` is how messages name the file.
    Raises: SubmissionError unless it is a regular, readable, non-empty UTF-8 file of at most `max_bytes`;
        FileNotFoundError when there is no such file.
    """
    raw = _read_capped(path, dir_fd=dir_fd, shown=shown, max_bytes=max_bytes)
    _refuse_archives(raw, shown)
    text = _decoded(raw, shown).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise SubmissionError(
            Text(en=f"{shown}: the file is empty.", zh=f"{shown}：文件是空的。"),
            remedy=Text(en="Save your work in the editor, then check again.", zh="请在编辑器中保存后再检查。"),
        )
    return Source(raw=raw, text=text)


def kind_of(mode: int) -> Text:
    """Name what a file is that is not a regular one."""
    return next((kind for is_kind, kind in _KINDS if is_kind(mode)), Text(en="no regular file", zh="非普通文件"))


def refuse_kind(mode: int, shown: str, *, link: str = "") -> SubmissionError:
    """Return the error for something that is not a regular file, and why it is not taken."""
    kind = kind_of(mode)
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


def _read_capped(path: Path, *, dir_fd: int | None, shown: str, max_bytes: int) -> bytes:
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
            raw = stream.read(max_bytes + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unreadable(error, shown) from None
    if len(raw) > max_bytes:
        raise _too_large(max(opened.st_size, len(raw)), shown, max_bytes)
    return raw


def unreadable(error: OSError, shown: str) -> SubmissionError:
    """Return the error for a file or folder that the system does not let us read."""
    denied = isinstance(error, PermissionError)
    return SubmissionError(
        Text(en=f"{shown}: cannot be read: {error.strerror}.", zh=f"{shown}：无法读取：{error.strerror}。"),
        remedy=Text(
            en=f"Allow it: chmod u+rX {shown}" if denied else "Copy it to another place and try again.",
            zh=f"请开放权限：chmod u+rX {shown}" if denied else "请把它复制到别处再试。",
        ),
    )


def _too_large(size: int, shown: str, max_bytes: int) -> SubmissionError:
    return SubmissionError(
        Text(
            en=f"{shown}: {size:,} bytes; at most {max_bytes:,} are taken.",
            zh=f"{shown}：{size:,} 字节；最多接受 {max_bytes:,} 字节。",
        ),
        remedy=Text(
            en="Source code is far smaller: take data and printed output out of it.",
            zh="源代码远小于此：请从中移除数据和输出内容。",
        ),
    )


def _refuse_archives(raw: bytes, shown: str) -> None:
    looks_like_notebook = raw.lstrip()[:1] == b"{" and b'"nbformat"' in raw
    if raw.startswith(b"PK\x03\x04"):
        kind = Text(en="a zip archive", zh="zip 压缩包")
    elif looks_like_notebook or shown.endswith(".ipynb"):
        kind = Text(en="a Jupyter notebook", zh="Jupyter 笔记本")
    else:
        return
    raise SubmissionError(
        Text(
            en=f"{shown}: this is {kind.en}; accepted are a Python file, and a folder with the exercise's files.",
            zh=f"{shown}：这是{kind.zh}；可接受 Python 文件，或含有练习文件的文件夹。",
        ),
        remedy=Text(
            en="Zip archives and notebooks are not taken yet: unpack it, or export it as a .py file.",
            zh="目前还不接受压缩包和笔记本：请先解压，或导出为 .py 文件。",
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
