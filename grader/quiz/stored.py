"""The two halves of a variant as JSON, to be stored apart, and back. What is stored is what is marked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from functools import cache
from typing import Any, get_type_hints

import msgspec

from grader.errors import GraderFault
from grader.quiz.model import (
    Answer,
    Body,
    Key,
    PartsBody,
    PartsKey,
    PublicQuestion,
    QuestionType,
    answer_type,
    body_type,
)
from grader.records import Text

_FORM = 1  # of both documents


def public_document(public: PublicQuestion) -> bytes:
    """Return the public half as JSON: the same bytes for the same question."""
    return _bytes(public)


def key_document(key: Key) -> bytes:
    """Return the key as JSON. It goes where no page, log or export reads."""
    return _bytes(key)


def read_public(document: bytes) -> PublicQuestion:
    """Return the public half that `document` is. Raises: GraderFault where it is none."""
    try:
        return _public(_loaded(document))
    except (KeyError, TypeError, ValueError, msgspec.MsgspecError) as error:
        raise _broken(error) from None


def read_key(document: bytes) -> Key:
    """Return the key that `document` is. Raises: GraderFault where it is none."""
    try:
        return _key(_loaded(document))
    except (KeyError, TypeError, ValueError, msgspec.MsgspecError) as error:
        raise _broken(error) from None


def _bytes(half: PublicQuestion | Key) -> bytes:
    return msgspec.json.encode({"form": _FORM, **msgspec.to_builtins(half)})


def _loaded(document: bytes) -> dict[str, Any]:
    plain = msgspec.json.decode(document)
    if not isinstance(plain, dict) or plain.pop("form", None) != _FORM:
        raise ValueError("another form")
    return plain


def _public(plain: dict[str, Any]) -> PublicQuestion:
    kind = QuestionType(plain["type"])
    body: Body
    if kind is QuestionType.MULTI_PART:
        body = PartsBody(parts=tuple(_public(part) for part in plain["body"]["parts"]))
    else:
        body = msgspec.convert(plain["body"], body_type(kind))
    return PublicQuestion(type=kind, body=body, **_others(PublicQuestion, plain, ("type", "body")))


def _key(plain: dict[str, Any]) -> Key:
    kind = QuestionType(plain["type"])
    answer: Answer
    if kind is QuestionType.MULTI_PART:
        answer = PartsKey(parts=tuple(_key(part) for part in plain["answer"]["parts"]))
    else:
        answer = msgspec.convert(plain["answer"], answer_type(kind))
    return Key(type=kind, answer=answer, params=plain["params"], **_others(Key, plain, ("type", "answer", "params")))


def _others(half: type[PublicQuestion | Key], plain: dict[str, Any], done: Collection[str]) -> dict[str, Any]:
    """Return the fields of a half but those that are `done`, each checked against its type."""
    hints = _hints()[half]
    return {
        field.name: msgspec.convert(plain[field.name], hints[field.name])
        for field in fields(half)
        if field.name not in done
    }


@cache
def _hints() -> dict[type, dict[str, Any]]:
    return {half: get_type_hints(half) for half in (PublicQuestion, Key)}


def _broken(error: Exception) -> GraderFault:
    return GraderFault(
        Text(en=f"A stored question cannot be read: {error}.", zh=f"无法读取已存储的题目：{error}。"),
        remedy=Text(
            en="It was stored by another dlgrade, or damaged. No answer to it is marked until it can be read.",
            zh="它可能由另一版本的 dlgrade 存储，或已损坏。修复之前不会对它评分。",
        ),
    )
