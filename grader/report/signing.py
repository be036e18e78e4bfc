"""Signatures on reports: `sign` puts one into a document, `verify` says whether a file is what its signer wrote.

Theory of operation. What is signed is the document itself in the canonical form of RFC 8785 (JCS): keys sorted, numbers
and texts written in one way. So indentation and the order of keys may change on the way, and nothing else may. The
signature lies in the document, under the key `signature`; what it covers is the document with that object but for its
`value`, so the algorithm and the key's id are covered too, and so is `schema`: a signature of another kind of document
fits no report. A reader that is not ours needs a JSON parser, JCS and Ed25519; `docs/design/signatures.md` shows one.

A file is parsed strictly first. Two readers could read different things in a key that is given twice, and a signature
over the one would vouch for the other.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import EXIT_NOT_FULL, GraderError, both, joined
from grader.exercise.paths import show_path
from grader.records import Fault, Text
from grader.report.escape import json_text
from grader.report.model import Report
from grader.report.reading import checked, report_of
from grader.report.signing_keys import SigningKey, VerifyingKey, short_id
from grader.report.strict import Malformed, parse_strictly, read_bytes

_ALGORITHM = "Ed25519"


class NotGenuine(GraderError):
    """A file is not what the holder of the key wrote."""

    fault = Fault.STUDENT
    exit_code = EXIT_NOT_FULL


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A report that is as its signer wrote it, and the key that says so."""

    report: Report
    key: VerifyingKey


def sign(document: Mapping[str, Any], key: SigningKey) -> dict[str, Any]:
    """Return the document with the key's signature in it, as it is to be written; an older one is replaced.

    Its values are those that a reader of the written file gets: half characters, which no strict reader takes, became
    U+FFFD. The same document and key give the same signature. Raises: Malformed for a document that is no report.
    """
    unsigned = {**document, "signature": {"algorithm": _ALGORITHM, "key": key.id}}
    written = parse_strictly(json_text(unsigned).encode("utf-8"), shown="report")
    value = base64.b64encode(key.private.sign(_canonical(written, shown="report"))).decode("ascii")
    signed = {**written, "signature": {**written["signature"], "value": value}}
    checked(signed, shown="report")
    return signed


def verify(path: Path, keys: Sequence[VerifyingKey]) -> Verified:
    """Return the report in a file that one of `keys` signed.

    Raises: NotGenuine, saying why not; UsageError where the file cannot be read at all.
    """
    shown = show_path(path)
    try:
        return verify_content(read_bytes(path), keys, shown=shown)
    except Malformed as error:  # a genuine report is well formed
        raise NotGenuine(error.problem) from None


def verify_content(content: bytes, keys: Sequence[VerifyingKey], *, shown: str) -> Verified:
    """Return the report in a file's content. Raises: NotGenuine; Malformed for what is no report."""
    document = parse_strictly(content, shown=shown)
    signature = checked(document, shown=shown)["signature"]
    if signature is None:
        raise _not_signed(shown)
    key = next((key for key in keys if key.id == signature["key"]), None)
    if key is None:
        raise _other_key(shown, signature["key"], keys)
    if not _fits(document, signature, key, shown=shown):
        raise _changed(shown, key)
    return Verified(report=report_of(document, shown=shown), key=key)


def _fits(document: Mapping[str, Any], signature: Mapping[str, str], key: VerifyingKey, *, shown: str) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        value = base64.b64decode(signature["value"], validate=True)
    except binascii.Error:
        return False
    if base64.b64encode(value).decode("ascii") != signature["value"]:  # two ways to write one signature
        return False
    covered = {name: part for name, part in signature.items() if name != "value"}
    try:
        key.public.verify(value, _canonical({**document, "signature": covered}, shown=shown))
    except InvalidSignature:
        return False
    return True


def _canonical(document: Mapping[str, Any], *, shown: str) -> bytes:
    import rfc8785

    try:
        return rfc8785.dumps(dict(document))
    except rfc8785.CanonicalizationError as error:  # strict parsing lets nothing through that this could be
        raise Malformed(both(f"{shown}: {error}")) from None


def _not_signed(shown: str) -> NotGenuine:
    return NotGenuine(
        Text(en=f"{shown}: carries no signature.", zh=f"{shown}：没有签名。"),
        remedy=Text(
            en="Whoever handed it to you may have taken it out: ask for the file that `dlgrade grade --sign` wrote.",
            zh="签名可能被去掉了：请索取 `dlgrade grade --sign` 写出的原文件。",
        ),
    )


def _other_key(shown: str, key_id: str, keys: Sequence[VerifyingKey]) -> NotGenuine:
    given = joined([both(f"{key.origin} ({short_id(key.id)}…)") for key in keys], separator=", ")
    return NotGenuine(
        Text(
            en=f"{shown}: signed with the key {short_id(key_id)}…, not with {given.en}.",
            zh=f"{shown}：由密钥 {short_id(key_id)}… 签名，而不是 {given.zh}。",
        ),
        remedy=Text(
            en="Anyone can make a key: trust another one only if the person who graded says that it is theirs.",
            zh="任何人都能生成密钥：只有评分者本人确认的密钥才可信任。",
        ),
    )


def _changed(shown: str, key: VerifyingKey) -> NotGenuine:
    return NotGenuine(
        Text(
            en=f"{shown}: the signature does not fit: changed after {key.origin} signed it, or never signed by it.",
            zh=f"{shown}：签名不符。文件在 {key.origin} 签名后被改动，或从未由它签名。",
        ),
        remedy=Text(en="Nothing in it can be relied on.", zh="其中的任何内容都不可信。"),
    )
