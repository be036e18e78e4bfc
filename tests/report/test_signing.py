"""Signed reports: a change of meaning is refused, a change of layout is not, and openssl agrees."""

from __future__ import annotations

import base64
import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import report_scenarios as scenarios
import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from report_scenarios import SCENARIOS

from grader.errors import UsageError
from grader.records import Award, HandedIn, Text
from grader.report import Report, unmeasured
from grader.report.document import as_document
from grader.report.escape import json_text
from grader.report.signing import NotGenuine, sign, verify
from grader.report.signing_keys import (
    VARIABLE,
    SigningKey,
    VerifyingKey,
    find_signing_key,
    read_verifying_key,
    write_new_keys,
)

WHO = HandedIn(student="ada", name="Ada", entry="ada.zip", at="2026-10-01T10:00:00+02:00", attempt=1)
OPENSSL = shutil.which("openssl")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two pairs of keys."""
    folder = tmp_path_factory.mktemp("keys")
    write_new_keys(folder / "ours")
    write_new_keys(folder / "theirs")
    return folder


@pytest.fixture(scope="module")
def key(keys: Path) -> SigningKey:
    found = find_signing_key(keys / "ours")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def public(keys: Path) -> VerifyingKey:
    return read_verifying_key(keys / "ours.pub")


def report() -> Report:
    """A report as `grade` makes it."""
    award = Award(points=4.5, kept=0.9, late_days=1, reason=Text(en="late", zh="迟交"))
    return replace(unmeasured(scenarios.partial()), handed_in=WHO, award=award)


def written(document: dict[str, Any], folder: Path) -> Path:
    file = folder / "ada.json"
    file.write_text(json_text(document, indent=2) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_report_can_be_signed_and_verified(
    scenario: str, key: SigningKey, public: VerifyingKey, tmp_path: Path
) -> None:
    made = SCENARIOS[scenario]()
    verified = verify(written(sign(as_document(made), key), tmp_path), [public])
    assert verified.report.score == made.score
    assert verified.key == public


def test_the_same_report_and_key_give_the_same_bytes(key: SigningKey) -> None:
    assert sign(as_document(report()), key) == sign(sign(as_document(report()), key), key)


def test_layout_and_order_may_change(key: SigningKey, public: VerifyingKey, tmp_path: Path) -> None:
    signed = sign(as_document(report()), key)
    turned = dict(reversed(list(signed.items())))
    file = tmp_path / "turned.json"
    file.write_text("\ufeff" + json.dumps(turned, indent=7, ensure_ascii=True), encoding="utf-8")
    assert verify(file, [public]).report == verify(written(signed, tmp_path), [public]).report


def leaves(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value that is no container."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else None
    if items is None:
        return [path]
    return [leaf for key, value in items for leaf in leaves(value, (*path, key))]


def changed(value: Any) -> Any:
    """Return a value of the same type that means something else, where there is one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return f"{value[:-1]}{'0' if value[-1:] != '0' else '1'}"
    return "0"


def test_a_change_of_any_single_value_is_refused(key: SigningKey, public: VerifyingKey, tmp_path: Path) -> None:
    text = json_text(sign(as_document(report()), key))
    places = leaves(json.loads(text))
    assert len(places) > 150
    for place in places:
        document = json.loads(text)
        node = document
        for step in place[:-1]:
            node = node[step]
        node[place[-1]] = changed(node[place[-1]])
        with pytest.raises(NotGenuine):
            verify(written(document, tmp_path), [public])


Edit = Callable[[str], str]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda text: text.replace('"points": 4.5', '"points": 4.5, "points": 9.5'), "given twice"),
        (lambda text: text.replace('"points": 4.5', '"points": NaN'), "NaN is no number"),
        (lambda text: text + '{"score": 10}', "Extra data"),
        (lambda text: text.replace('"report/1"', '"report/2"'), "report/2"),
        (lambda text: text.replace('"Ed25519"', '"none"'), "signature.algorithm"),
        (lambda text: text[: text.rindex('"signature"')].rstrip().rstrip(",") + "}", "carries no signature"),
        (lambda text: text[: text.rindex('"signature"')] + '"signature": null}', "carries no signature"),
        (lambda text: text.replace('"value": "', '"value": "A'), "signature.value"),
        (lambda text: text.replace('{"en"', '{"fr": "", "en"').replace('"en": "late"', '"fr": "", "en": "late"'), "fr"),
        (lambda text: text[:-20], "no JSON"),
    ],
    ids=["twice", "nan", "trailing", "kind", "algorithm", "stripped", "null", "length", "added", "cut"],
)
def test_a_file_that_was_tampered_with_is_refused(
    edit: Edit, told: str, key: SigningKey, public: VerifyingKey, tmp_path: Path
) -> None:
    file = written(sign(as_document(report()), key), tmp_path)
    before = file.read_text(encoding="utf-8")
    file.write_text(edit(before), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != before
    with pytest.raises(NotGenuine, match=told):
        verify(file, [public])


def test_another_way_to_write_the_same_signature_is_refused(
    key: SigningKey, public: VerifyingKey, tmp_path: Path
) -> None:
    document = sign(as_document(report()), key)
    value = document["signature"]["value"]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    twin = f"{value[:-3]}{alphabet[alphabet.index(value[-3]) ^ 1]}=="  # the last bits stand for nothing
    assert base64.b64decode(twin) == base64.b64decode(value)
    document["signature"]["value"] = twin
    with pytest.raises(NotGenuine):
        verify(written(document, tmp_path), [public])


def test_the_signature_of_another_report_is_refused(key: SigningKey, public: VerifyingKey, tmp_path: Path) -> None:
    good = sign(as_document(replace(unmeasured(scenarios.full()), handed_in=WHO)), key)
    bad = {**as_document(report()), "signature": good["signature"]}
    with pytest.raises(NotGenuine, match="does not fit"):
        verify(written(bad, tmp_path), [public])


def test_a_signature_over_something_else_than_a_report_fits_none(
    key: SigningKey, public: VerifyingKey, tmp_path: Path
) -> None:
    other = {"schema": "similar/1", "signature": {"algorithm": "Ed25519", "key": key.id}}
    value = base64.b64encode(key.private.sign(rfc8785.dumps(other))).decode()
    document = {**as_document(report()), "signature": {**other["signature"], "value": value}}  # type: ignore[dict-item]
    with pytest.raises(NotGenuine, match="does not fit"):
        verify(written(document, tmp_path), [public])
    with pytest.raises(NotGenuine, match="similar/1"):
        verify(written({**document, "schema": "similar/1"}, tmp_path), [public])


def test_a_signature_by_another_key_is_refused_and_both_are_named(
    keys: Path, key: SigningKey, public: VerifyingKey, tmp_path: Path
) -> None:
    theirs = read_verifying_key(keys / "theirs.pub")
    file = written(sign(as_document(report()), key), tmp_path)
    with pytest.raises(NotGenuine, match=f"{key.id[:16]}.*{theirs.id[:16]}"):
        verify(file, [theirs])
    assert verify(file, [theirs, public]).key == public


def test_claiming_the_right_key_does_not_make_another_ones_signature_fit(
    keys: Path, public: VerifyingKey, tmp_path: Path
) -> None:
    theirs = find_signing_key(keys / "theirs")
    assert theirs is not None
    forged = sign(as_document(report()), replace(theirs, id=public.id))
    with pytest.raises(NotGenuine, match="does not fit"):
        verify(written(forged, tmp_path), [public])


@pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")
def test_openssl_verifies_what_we_sign(keys: Path, key: SigningKey, tmp_path: Path) -> None:
    """A reader that is not ours: the document without the signature's value, in canonical form."""
    document = json.loads(json_text(sign(as_document(report()), key)))
    (tmp_path / "value").write_bytes(base64.b64decode(document["signature"].pop("value")))
    told = []
    for covered in (document, {**document, "status": "full"}):
        (tmp_path / "covered").write_bytes(rfc8785.dumps(covered))
        command = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", str(keys / "ours.pub")]
        files = ["-in", str(tmp_path / "covered"), "-sigfile", str(tmp_path / "value")]
        told.append(subprocess.run([OPENSSL, *command, *files], capture_output=True, check=False).returncode)  # type: ignore[list-item]
    assert told[0] == 0
    assert told[1] != 0


@pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")
def test_keys_of_openssl_are_taken(tmp_path: Path) -> None:
    private, public = tmp_path / "key", tmp_path / "key.pub"
    for arguments in (
        ["genpkey", "-algorithm", "ed25519", "-out", str(private)],
        ["pkey", "-in", str(private), "-pubout", "-out", str(public)],
    ):
        subprocess.run([OPENSSL, *arguments], check=True, capture_output=True)  # type: ignore[list-item]
    signing = find_signing_key(private)
    assert signing is not None
    file = written(sign(as_document(report()), signing), tmp_path)
    assert verify(file, [read_verifying_key(public)]).report.handed_in == WHO


# ------------------------------------------------------------------------------------------ keys


def test_only_its_owner_reads_a_new_key_and_nothing_is_overwritten(tmp_path: Path) -> None:
    write_new_keys(tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    before = (tmp_path / "key").read_bytes(), (tmp_path / "key.pub").read_bytes()
    with pytest.raises(UsageError, match="there already"):
        write_new_keys(tmp_path / "key")
    (tmp_path / "key.pub").rename(tmp_path / "moved.pub")
    with pytest.raises(UsageError, match="there already"):
        write_new_keys(tmp_path / "key")
    assert ((tmp_path / "key").read_bytes(), (tmp_path / "moved.pub").read_bytes()) == before
    assert not (tmp_path / "key.pub").exists()  # no public key whose private one is another


def test_the_key_in_the_environment_is_taken_and_wiped(
    keys: Path, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, (keys / "ours").read_text(encoding="ascii"))
    found = find_signing_key(None)
    assert found is not None
    assert found.id == key.id
    assert VARIABLE not in os.environ
    assert find_signing_key(None) is None


def test_a_key_that_others_may_read_is_used_with_a_warning(keys: Path, tmp_path: Path) -> None:
    file = tmp_path / "open"
    file.write_bytes((keys / "ours").read_bytes())
    file.chmod(0o644)
    found = find_signing_key(file)
    assert found is not None
    assert found.warning is not None
    assert "chmod 600" in found.warning.en


def test_no_key_shows_itself(key: SigningKey) -> None:
    assert "object at" in repr(key)


def other_key(tmp_path: Path, *, private: bool) -> Path:
    made = ec.generate_private_key(ec.SECP256R1())
    file = tmp_path / ("ec" if private else "ec.pub")
    file.write_bytes(
        made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        if private
        else made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return file


def test_what_is_no_such_key_is_refused_without_being_quoted(keys: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2-hunter2", encoding="ascii")
    for read, file, told in (
        (find_signing_key, secret, "no private key in PEM form"),
        (find_signing_key, keys / "ours.pub", "a public key; signing takes the private one"),
        (find_signing_key, other_key(tmp_path, private=True), "not of Ed25519"),
        (find_signing_key, tmp_path / "absent", "cannot be read"),
        (read_verifying_key, secret, "no public key in PEM form"),
        (read_verifying_key, keys / "ours", "a private key; checking takes the public one"),
        (read_verifying_key, other_key(tmp_path, private=False), "not of Ed25519"),
    ):
        with pytest.raises(UsageError, match=told) as caught:
            read(file)
        assert "hunter2" not in str(caught.value) + caught.value.text.zh
        assert caught.value.remedy is not None
