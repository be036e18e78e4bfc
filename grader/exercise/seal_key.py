"""The key of sealed solutions: 32 random bytes, written so that a slip of the pen shows, and where it is read from.

A key comes from a file or from an environment variable, never from the command line, which every process of the machine
may read. The variable is taken out of this process once it is read, out of the memory that /proc shows too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError
from grader.exercise.paths import show_path
from grader.exercise.secret_variable import take_variable
from grader.records import Text

VARIABLE = "DLGRADE_SEAL_KEY"
PREFIX = "dlgseal1_"
KEY_BYTES = 32
_CHECK_BYTES = 4
_MAX_FILE_BYTES = 4096
_WRITTEN = re.compile(re.escape(PREFIX) + r"[A-Za-z0-9_-]{48}")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SealKey:
    """A key, and what to say about the place that it came from; it has no repr, so no traceback shows it."""

    secret: bytes
    origin: str  # for messages: the file's path, or the variable's name
    warning: Text | None = None


def new_key() -> str:
    """Return a new key, as it is written into a file or a CI's secret."""
    secret = secrets.token_bytes(KEY_BYTES)
    return PREFIX + base64.urlsafe_b64encode(secret + _check(secret)).decode("ascii")


def find_key(file: Path | None) -> SealKey | None:
    """Return the key in `file`, else the one in DLGRADE_SEAL_KEY; None where there is neither.

    Raises: UsageError where the file cannot be read, or what is there is no key.
    """
    written = take_variable(VARIABLE)  # also where the file comes first: nobody needs it any longer
    if file is not None:
        return read_key_file(file)
    return SealKey(secret=_parsed(_only_line(written, VARIABLE), VARIABLE), origin=VARIABLE) if written else None


def read_key_file(file: Path) -> SealKey:
    """Return the key in `file`: one line; lines that begin with # are comments. Raises: UsageError."""
    shown = show_path(file)
    try:
        with file.open("rb") as stream:
            mode, raw = os.fstat(stream.fileno()).st_mode, stream.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(
            Text(
                en=f"{shown}: the key cannot be read: {error.strerror}.",
                zh=f"{shown}：无法读取密钥：{error.strerror}。",
            ),
            remedy=Text(
                en="`dlgrade seal --generate-key FILE` makes a new one.",
                zh="`dlgrade seal --generate-key FILE` 可生成新密钥。",
            ),
        ) from None
    secret = _parsed(_only_line(raw.decode("utf-8-sig", errors="replace"), shown), shown)
    return SealKey(secret=secret, origin=shown, warning=_readable_by_others(shown, mode))


def _only_line(written: str, origin: str) -> str:
    """Return the line of a key file that is no comment; a CI's secret may hold all of it. Raises: UsageError."""
    lines = [line.strip() for line in written.splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    if len(keys) > 1 or len(written.encode(errors="replace")) > _MAX_FILE_BYTES:
        raise UsageError(
            Text(en=f"{origin}: expected one line, the key.", zh=f"{origin}：应只有一行，即密钥。"),
            remedy=Text(en="Give what holds the key alone.", zh="请给出只含密钥的内容。"),
        )
    return keys[0] if keys else ""


def write_new_key(file: Path) -> None:
    """Write a new key into a new file that only its owner may read. Raises: UsageError, also where a file is there."""
    shown = show_path(file)
    text = f"# Opens sealed solutions of dlgrade. Keep it secret.\n{new_key()}\n"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise UsageError(
            Text(en=f"--generate-key {shown}: it is there already.", zh=f"--generate-key {shown}：它已存在。"),
            remedy=Text(
                en="Use it with --key-file, or name another file: a key that is overwritten is lost.",
                zh="请用 --key-file 使用它，或另取文件名：密钥一旦被覆盖便无法找回。",
            ),
        ) from None
    except OSError as error:
        raise UsageError(
            Text(
                en=f"--generate-key {shown}: cannot be written: {error.strerror}.",
                zh=f"--generate-key {shown}：无法写入：{error.strerror}。",
            )
        ) from None


def _parsed(written: str, origin: str) -> bytes:
    """Return the secret in a written key. Raises: UsageError, which never quotes what was written."""
    remedy = Text(
        en="Copy the whole line again from where the key is kept.",
        zh="请从保存密钥处重新完整复制这一行。",
    )
    if not written.startswith(PREFIX):
        raise UsageError(
            Text(
                en=f"{origin}: no key: a key begins with {PREFIX}. A passphrase cannot be used.",
                zh=f"{origin}：不是密钥：密钥以 {PREFIX} 开头。不能使用口令。",
            ),
            remedy=Text(
                en="`dlgrade seal --generate-key FILE` makes a key.",
                zh="`dlgrade seal --generate-key FILE` 可生成密钥。",
            ),
        )
    mistyped = UsageError(
        Text(
            en=f"{origin}: the key is mistyped or cut short: expected {PREFIX} and 48 characters whose checksum fits.",
            zh=f"{origin}：密钥有误或不完整：应为 {PREFIX} 加 48 个字符，且校验和正确。",
        ),
        remedy=remedy,
    )
    if not _WRITTEN.fullmatch(written):
        raise mistyped
    try:
        raw = base64.urlsafe_b64decode(written.removeprefix(PREFIX))
    except binascii.Error:
        raise mistyped from None
    secret, check = raw[:KEY_BYTES], raw[KEY_BYTES:]
    if check != _check(secret):
        raise mistyped
    return secret


def _check(secret: bytes) -> bytes:
    return hashlib.sha256(b"dlgrade seal key\0" + secret).digest()[:_CHECK_BYTES]


def _readable_by_others(shown: str, mode: int) -> Text | None:
    if os.name != "posix" or not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return None
    return Text(
        en=f"Warning: {shown}: other users of this machine may read the key. Run `chmod 600 {shown}`.",
        zh=f"警告：{shown}：本机其他用户可以读取密钥。请运行 `chmod 600 {shown}`。",
    )
