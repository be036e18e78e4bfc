"""Keys that sign reports and that check them: Ed25519, in PEM files that any tool reads.

The private key comes from a file or from a variable of the environment, never from the command line, which every
process of the machine may read. The variable is taken out of this process once it is read.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.exercise.paths import show_path
from grader.exercise.secret_variable import take_variable
from grader.records import Text
from grader.report.strict import read_bytes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

VARIABLE = "DLGRADE_SIGN_KEY"
PUBLIC_SUFFIX = ".pub"
SHOWN_DIGITS = 16  # of a key's id, for people
_MAX_BYTES = 8192


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SigningKey:
    """A private key; it has no repr, so no traceback shows it. `warning`: what to say of the place it came from."""

    private: Ed25519PrivateKey
    id: str  # of the public key that checks its signatures
    warning: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyingKey:
    """A public key, and where it came from."""

    public: Ed25519PublicKey
    id: str
    origin: str


def find_signing_key(file: Path | None) -> SigningKey | None:
    """Return the private key in `file`, else the one in DLGRADE_SIGN_KEY; None where there is neither.

    Raises: UsageError where the file cannot be read, or what is there is no such key. It never quotes what is there.
    """
    written = take_variable(VARIABLE)  # also where the file comes first: nobody needs it any longer
    if file is not None:
        shown = show_path(file)
        return _signing_key(read_bytes(file, max_bytes=_MAX_BYTES), shown, warning=_readable_by_others(file))
    return _signing_key(written.encode(errors="replace"), VARIABLE, warning=None) if written else None


def read_verifying_key(file: Path) -> VerifyingKey:
    """Return the public key in `file`. Raises: UsageError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    shown, content = show_path(file), read_bytes(file, max_bytes=_MAX_BYTES)
    if b"PRIVATE KEY" in content:
        raise _private_for_public(shown)
    try:
        public = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        raise _no_key(shown, "public", "公钥") from None
    if not isinstance(public, Ed25519PublicKey):
        raise _other_algorithm(shown)
    return VerifyingKey(public=public, id=_id(public), origin=shown)


def write_new_keys(file: Path) -> VerifyingKey:
    """Write a new private key into `file`, which only its owner may read, and its public key into `file`.pub.

    Raises: UsageError, also where one of the two is there: a key that is overwritten is lost.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    private = Ed25519PrivateKey.generate()
    public = private.public_key()
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    target = public_file(file)
    _write_new(target, public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), mode=0o644)
    try:
        _write_new(file, secret, mode=0o600)
    except UsageError:
        target.unlink(missing_ok=True)  # a public key without its private one is of no use
        raise
    return VerifyingKey(public=public, id=_id(public), origin=show_path(target))


def public_file(file: Path) -> Path:
    """Return where the public key of a new private key goes."""
    return file.with_name(file.name + PUBLIC_SUFFIX)


def short_id(key_id: str) -> str:
    """Return the beginning of a key's id, for people."""
    return key_id[:SHOWN_DIGITS]


def _signing_key(content: bytes, shown: str, *, warning: Text | None) -> SigningKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if b"PUBLIC KEY" in content:
        raise _public_for_private(shown)
    try:
        private = load_pem_private_key(content, password=None)
    except TypeError:  # it asks for a password
        raise _encrypted(shown) from None
    except (ValueError, UnsupportedAlgorithm):
        raise _no_key(shown, "private", "私钥") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise _other_algorithm(shown)
    return SigningKey(private=private, id=_id(private.public_key()), warning=warning)


def _id(public: Ed25519PublicKey) -> str:
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()


def _write_new(file: Path, content: bytes, *, mode: int) -> None:
    shown = show_path(file)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
    except FileExistsError:
        raise UsageError(
            Text(en=f"--output {shown}: it is there already.", zh=f"--output {shown}：它已存在。"),
            remedy=Text(
                en="Name another file: with a key that is overwritten, nothing can be signed alike any more.",
                zh="请另取文件名：密钥一旦被覆盖便无法找回。",
            ),
        ) from None
    except OSError as error:
        raise UsageError(
            Text(
                en=f"--output {shown}: cannot be written: {error.strerror}.",
                zh=f"--output {shown}：无法写入：{error.strerror}。",
            ),
            remedy=Text(en="Name a file in a folder that you may write to.", zh="请给出可写文件夹中的文件名。"),
        ) from None


def _readable_by_others(file: Path) -> Text | None:
    if os.name != "posix" or not file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return None
    shown = show_path(file)
    return Text(
        en=f"Warning: {shown}: other users of this machine may read the key. Run `chmod 600 {shown}`.",
        zh=f"警告：{shown}：本机其他用户可以读取密钥。请运行 `chmod 600 {shown}`。",
    )


_MAKE_ONE = Text(
    en="`dlgrade report keygen --output KEY` makes both; `openssl genpkey -algorithm ed25519` does, too.",
    zh="`dlgrade report keygen --output KEY` 可生成一对密钥；也可用 `openssl genpkey -algorithm ed25519`。",
)


def _no_key(shown: str, en: str, zh: str) -> UsageError:
    return UsageError(
        Text(en=f"{shown}: no {en} key in PEM form.", zh=f"{shown}：不是 PEM 格式的{zh}。"), remedy=_MAKE_ONE
    )


def _other_algorithm(shown: str) -> UsageError:
    return UsageError(
        Text(en=f"{shown}: a key, but not of Ed25519.", zh=f"{shown}：是密钥，但不是 Ed25519 密钥。"), remedy=_MAKE_ONE
    )


def _encrypted(shown: str) -> UsageError:
    return UsageError(
        Text(en=f"{shown}: the key is locked with a password.", zh=f"{shown}：该密钥有口令保护。"),
        remedy=Text(
            en="Unlock it first: `openssl pkey -in LOCKED -out KEY`, with `umask 077`.",
            zh="请先解锁：在 `umask 077` 下运行 `openssl pkey -in LOCKED -out KEY`。",
        ),
    )


def _private_for_public(shown: str) -> UsageError:
    return UsageError(
        Text(en=f"{shown}: a private key; checking takes the public one.", zh=f"{shown}：这是私钥；验证需要公钥。"),
        remedy=Text(
            en=f"Give {shown}{PUBLIC_SUFFIX}, and the private key to nobody. If it is lost: `openssl pkey -pubout`.",
            zh=f"请给出 {shown}{PUBLIC_SUFFIX}，不要把私钥交给任何人。若公钥遗失，可用 `openssl pkey -pubout` 取回。",
        ),
    )


def _public_for_private(shown: str) -> UsageError:
    return UsageError(
        Text(en=f"{shown}: a public key; signing takes the private one.", zh=f"{shown}：这是公钥；签名需要私钥。"),
        remedy=Text(en="Give the file without .pub.", zh="请给出不带 .pub 的文件。"),
    )
