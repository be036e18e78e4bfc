"""The sealed form of solutions/: one file, encrypted and authenticated, that is opened in memory only.

Layout, numbers little-endian: MAGIC, version (2 bytes), length of what follows the header (8), salt (32), commitment
(32), nonce (12), check (8, of SHA-256 over all before it); then ChaCha20-Poly1305 of the padded contents, with the
whole header as associated data. HKDF-SHA256 makes of key and salt the cipher's key and the commitment, so that each
file has a cipher key of its own, and a wrong key is told from a damaged file. docs/design/seal.md says why.

The contents: length (8), zlib of a msgpack `Contents`, zeros up to the next step of `_STEP` bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from grader.errors import AuthorError, GraderFault, UsageError
from grader.exercise.paths import show_path
from grader.exercise.seal_key import SealKey
from grader.records import Text

if TYPE_CHECKING:  # loaded only where something is sealed or opened
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

SEALED = "solutions.sealed"
MAGIC = b"dlgrade sealed solutions\n"
VERSION = 1
MAX_FILES = 10_000
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
_HEADER = struct.Struct(f"<{len(MAGIC)}sHQ32s32s12s8s")
_VERSION = struct.Struct("<H")
_LENGTH = struct.Struct("<Q")
_CHECK_BYTES = 8
_TAG_BYTES = 16
_STEP = 16 * 1024  # the file's size tells the size of the contents no more precisely
MAX_SEALED_BYTES = MAX_UNPACKED_BYTES + MAX_UNPACKED_BYTES // 64 + 2 * _STEP
_INFO = b"dlgrade sealed solutions 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a sealed file holds; names with forward slashes."""

    files: dict[str, bytes]  # below solutions/
    public: dict[str, str] = field(default_factory=dict)  # below the course: SHA-256 of what must be as it was sealed


def seal_contents(contents: Contents, key: SealKey) -> bytes:
    """Return the sealed file; another one each time. Raises: UsageError where there is too much to seal."""
    import msgspec

    check_size(len(contents.files), sum(map(len, contents.files.values())))
    ordered = Contents(files=dict(sorted(contents.files.items())), public=dict(sorted(contents.public.items())))
    packed = zlib.compress(msgspec.msgpack.encode(ordered), 9)
    plain = _LENGTH.pack(len(packed)) + packed
    plain += bytes(-len(plain) % _STEP)
    salt, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
    derived = _derive(key, salt)
    fields = (MAGIC, VERSION, len(plain) + _TAG_BYTES, salt, derived.commitment, nonce)
    unchecked = _HEADER.pack(*fields, b"")[:-_CHECK_BYTES]
    header = unchecked + hashlib.sha256(unchecked).digest()[:_CHECK_BYTES]
    return header + _cipher(derived.key).encrypt(nonce, plain, header)


def open_contents(raw: bytes, key: SealKey, *, file: Path) -> Contents:
    """Return what a sealed file holds; `file` is its name in messages.

    Raises: UsageError for another key or a newer dlgrade's file, AuthorError for one that is damaged or no sealed file.
    """
    header, body = raw[: _HEADER.size], raw[_HEADER.size :]
    _check_kind(header, file)
    if len(header) < _HEADER.size:
        raise _cut_short(file, len(raw), None)
    _, _, length, salt, commitment, nonce, check = _HEADER.unpack(header)
    if check != hashlib.sha256(header[:-_CHECK_BYTES]).digest()[:_CHECK_BYTES]:
        raise _damaged(file)
    if len(body) != length:
        raise _cut_short(file, len(raw), _HEADER.size + length) if len(body) < length else _damaged(file)
    derived = _derive(key, salt)
    if not hmac.compare_digest(derived.commitment, commitment):
        raise _other_key(file, key)
    from cryptography.exceptions import InvalidTag

    try:
        plain = _cipher(derived.key).decrypt(nonce, body, header)
    except InvalidTag:
        raise _damaged(file) from None
    return _unpacked(plain, file)


def read_sealed(file: Path, key: SealKey) -> Contents:
    """Return what the sealed file holds. Raises: as `open_contents`; AuthorError where it cannot be read."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_SEALED_BYTES + 1)
    except OSError as error:
        raise AuthorError(
            Text(
                en=f"{show_path(file)}: cannot be read: {error.strerror}.",
                zh=f"{show_path(file)}：无法读取：{error.strerror}。",
            )
        ) from None
    return open_contents(raw, key, file=file)


def is_plain_name(name: str) -> bool:
    """Say whether a name stays below its folder, on every system."""
    parts = name.split("/")
    return name.isprintable() and not set("\\:") & set(name) and not {"", ".", ".."} & set(parts)


# ------------------------------------------------------------------------------------------------------ the cipher


@dataclass(frozen=True, slots=True, repr=False)
class _Derived:
    key: bytes
    commitment: bytes  # says which key it was, and nothing about the key


def _derive(key: SealKey, salt: bytes) -> _Derived:
    _check_library()
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    both = HKDF(algorithm=SHA256(), length=64, salt=salt, info=_INFO).derive(key.secret)
    return _Derived(both[:32], both[32:])


def _cipher(key: bytes) -> ChaCha20Poly1305:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    return ChaCha20Poly1305(key)


def _check_library() -> None:
    try:
        import cryptography.hazmat.primitives.ciphers.aead  # noqa: F401
    except ImportError as error:
        raise GraderFault(
            Text(
                en=f"Sealed solutions need the library cryptography, which cannot be imported: {error}.",
                zh=f"封存的 solutions 需要 cryptography 库，但它无法导入：{error}。",
            ),
            remedy=Text(en="Run `pip install cryptography`.", zh="请运行 `pip install cryptography`。"),
        ) from None


def _unpacked(plain: bytes, file: Path) -> Contents:
    """Return the contents; they are authentic, so whatever is wrong was sealed like that."""
    import msgspec

    try:
        (length,) = _LENGTH.unpack_from(plain)
        unpacking = zlib.decompressobj()
        encoded = unpacking.decompress(plain[_LENGTH.size : _LENGTH.size + length], MAX_UNPACKED_BYTES + (1 << 20))
        if not unpacking.eof:
            raise ValueError("larger than allowed")
        contents = msgspec.msgpack.decode(encoded, type=Contents)
        check_size(len(contents.files), sum(map(len, contents.files.values())))
        if not all(map(is_plain_name, (*contents.files, *contents.public))):
            raise ValueError("a name that leads elsewhere")
    except (struct.error, zlib.error, ValueError, msgspec.DecodeError, UsageError) as error:
        raise AuthorError(
            Text(
                en=f"{show_path(file)}: it opens, but holds no solutions: {error}.",
                zh=f"{show_path(file)}：可以解密，但其中不是 solutions：{error}。",
            ),
            remedy=Text(en="Seal again with `dlgrade seal`.", zh="请用 `dlgrade seal` 重新封存。"),
        ) from None
    return contents


def check_size(count: int, size: int) -> None:
    """Return where so many files of so many bytes together can be sealed. Raises: UsageError."""
    if size > MAX_UNPACKED_BYTES or count > MAX_FILES:
        mib, most = size / 2**20, MAX_UNPACKED_BYTES // 2**20
        raise UsageError(
            Text(
                en=f"{count} files, {mib:.1f} MiB: at most {MAX_FILES} and {most} MiB can be sealed.",
                zh=f"{count} 个文件，共 {mib:.1f} MiB：最多可封存 {MAX_FILES} 个文件、{most} MiB。",
            ),
            remedy=Text(en="Make large data in the tests, from the seed.", zh="较大的数据请在测试中由随机种子生成。"),
        )


# --------------------------------------------------------------------------------------------------- what is wrong


def _check_kind(header: bytes, file: Path) -> None:
    shown = show_path(file)
    if not header.startswith(MAGIC):
        raise AuthorError(
            Text(en=f"{shown}: no sealed solutions of dlgrade.", zh=f"{shown}：不是 dlgrade 封存的 solutions。"),
            remedy=Text(
                en="It is another file, or its beginning is damaged: fetch it again, or seal again.",
                zh="它是别的文件，或开头已损坏：请重新获取，或重新封存。",
            ),
        )
    version = _VERSION.unpack_from(header.ljust(_HEADER.size, b"\0"), len(MAGIC))[0]
    if version != VERSION and len(header) >= len(MAGIC) + _VERSION.size:
        raise UsageError(
            Text(
                en=f"{shown}: format {version}; this dlgrade reads format {VERSION}.",
                zh=f"{shown}：格式为 {version}；这个 dlgrade 只能读取格式 {VERSION}。",
            ),
            remedy=Text(
                en="Upgrade dlgrade; if it is the newest, the file is damaged: fetch it again, or seal again.",
                zh="请升级 dlgrade；若已是最新版，则文件已损坏：请重新获取，或重新封存。",
            ),
        )


def _cut_short(file: Path, size: int, whole: int | None) -> AuthorError:
    of = (f" of {whole}", f"，应为 {whole} 字节") if whole else ("", "")
    return AuthorError(
        Text(
            en=f"{show_path(file)}: cut short: {size}{of[0]} bytes.",
            zh=f"{show_path(file)}：文件不完整：只有 {size} 字节{of[1]}。",
        ),
        remedy=Text(en="Fetch it again, or seal again.", zh="请重新获取，或重新封存。"),
    )


def _damaged(file: Path) -> AuthorError:
    return AuthorError(
        Text(
            en=f"{show_path(file)}: damaged or changed since it was sealed; nothing in it can be trusted.",
            zh=f"{show_path(file)}：封存后已损坏或被改动，其内容均不可信。",
        ),
        remedy=Text(en="Fetch it again, or seal again.", zh="请重新获取，或重新封存。"),
    )


def _other_key(file: Path, key: SealKey) -> UsageError:
    return UsageError(
        Text(
            en=f"{show_path(file)}: sealed with another key than that of {key.origin}.",
            zh=f"{show_path(file)}：封存所用的密钥与 {key.origin} 中的不同。",
        ),
        remedy=Text(
            en="Give the key that it was sealed with, or seal again with this one.",
            zh="请给出封存时所用的密钥，或用现在这个重新封存。",
        ),
    )


def digest_of(content: bytes) -> str:
    """Return the SHA-256 that `Contents.public` keeps of a file."""
    return hashlib.sha256(content).hexdigest()


def below_folder(files: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    """Return the files below one folder, by their names there."""
    prefix = f"{PurePosixPath(folder)}/"
    return {name.removeprefix(prefix): content for name, content in files.items() if name.startswith(prefix)}
