"""Reports read back: from a file, or from the values of a JSON document, into the `Report` that it was written from.

The inverse of `grader.report.document`. The document is a stranger's: it is held against the published schema, then
decoded into records by their types, then asked whether it agrees with itself; what passes is drawn by every format.
It carries verdicts and makes none: whether they are genuine, `grader.report.signing` says.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import UsageError
from grader.exercise.paths import show_path
from grader.exercise.problems import key_path, toml_literal
from grader.pictures import PictureKind
from grader.records import Text
from grader.report.document import SCHEMA, load_schema
from grader.report.drawable import is_drawable
from grader.report.model import Report, exit_code
from grader.report.strict import Malformed, parse_strictly, read_bytes

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

# Keys that came into version 1 after its first documents were written: left out, they mean the same as null.
_LATER: Mapping[str, None] = {"handed_in": None, "award": None, "signature": None}
_UNAVAILABLE = "grader.SandboxUnavailable"  # the `cause_id` that `build_failure` gives such a report
_MANY = 50  # violations that are looked at to name the best one


def read_report(path: Path) -> Report:
    """Return the report in a file. Raises: UsageError, with the place in the file and the way out."""
    return report_of(read_document(path), shown=show_path(path))


def read_document(path: Path) -> dict[str, Any]:
    """Return the document in a file as it stands, held against the schema. Raises: UsageError."""
    shown = show_path(path)
    document = parse_strictly(read_bytes(path), shown=shown)
    checked(document, shown=shown)
    return dict(document)


def checked(document: object, *, shown: str) -> dict[str, Any]:
    """Return a document that obeys the schema, with the keys that earlier releases did not write. Raises: Malformed."""
    if not isinstance(document, Mapping) or "schema" not in document:
        raise _no_report(shown)
    if document["schema"] != SCHEMA:
        raise _other_version(shown, document["schema"])
    complete = _completed(document)
    if (violation := _violation(complete)) is not None:
        raise _violates(shown, violation)
    return complete


def _completed(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with null for what came later. It may have any form still: what does not fit is left."""
    complete = {**_LATER, **document, "problem": _with_later_lines(document.get("problem"))}
    if isinstance(tests := document.get("tests"), list):
        complete["tests"] = [
            {**test, "explanation": _with_later_lines(test["explanation"])}
            if isinstance(test, Mapping) and "explanation" in test
            else test
            for test in tests
        ]
    if isinstance(reviews := document.get("reviews"), list):
        complete["reviews"] = [_with_later_cell(review) for review in reviews]
    return complete if "problem" in document else {key: value for key, value in complete.items() if key != "problem"}


def _with_later_lines(explanation: Any) -> Any:
    lines = explanation.get("traceback") if isinstance(explanation, Mapping) else None
    if not isinstance(lines, list):
        return explanation
    return {**explanation, "traceback": [_with_later_cell(line) for line in lines]}


def _with_later_cell(place: Any) -> Any:
    """Return a line of code, or a place to look at, that says whether it came in a notebook's cell."""
    if not isinstance(place, Mapping):
        return place
    cell = place.get("cell")
    return {**place, "cell": {"executed": False, **cell} if isinstance(cell, Mapping) else cell}


def report_of(document: Mapping[str, Any], *, shown: str = "report") -> Report:
    """Return the report that the document was made of; `shown` is the document's name, for messages.

    `as_document(report_of(document)) == document`, but for a signature, which is no part of a report. Documents of
    earlier releases are read, too.
    Raises: Malformed, with the place in the document and the way out.
    """
    import msgspec

    document = checked(document, shown=shown)
    try:
        report = msgspec.convert(_fields(document), Report)
    except (msgspec.ValidationError, OverflowError) as error:
        raise _damaged(shown, str(error), str(error)) from None
    if exit_code(report) != document["exit_code"]:
        told, follows = document["exit_code"], exit_code(report)
        raise _damaged(
            shown,
            f"exit_code is {told}, but status and fault make it {follows}",
            f"exit_code 为 {told}，但按 status 与 fault 应为 {follows}",
        )
    for test in report.tests:
        pictures = () if test.explanation is None else test.explanation.pictures
        if not all(is_drawable(picture) for picture in pictures):
            place = f"{test.name[:80]!a}"
            raise _damaged(shown, f"a picture of {place} contradicts itself", f"{place} 的图自相矛盾")
    return report


# ------------------------------------------------------------------------------------------ from keys to fields


def _fields(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document by the names and forms of `Report`'s fields."""
    measured = document["timings"] is not None
    handed_in = document["handed_in"]
    problem = document["problem"]
    return {
        **document,
        "seed": None if document["seed"] is None else int(document["seed"]),
        "attempts": document["attempts"] or 1,
        "problem": _explanation(problem),
        "unavailable": problem is not None and problem["cause_id"] == _UNAVAILABLE,
        "tests": [_test(test) for test in document["tests"]],
        "withheld": [test["name"] for test in document["tests"] if test["output_withheld"]],
        "resources": _resources(document),
        "timings": document["timings"] if measured else {},
        "handed_in": None if handed_in is None else _without_nulls(handed_in),
        "measured": measured,
    }


def _resources(document: Mapping[str, Any]) -> dict[str, Any]:
    resources = document["resources"]
    return {
        "children": resources["children"],
        "visible_calls": resources["calls"],
        "peak_memory_mib": resources["peak_memory_mib"] or 0.0,
    }


def _test(test: Mapping[str, Any]) -> dict[str, Any]:
    return {**test, "wall_s": test["wall_s"] or 0.0, "explanation": _explanation(test["explanation"])}


def _explanation(explanation: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if explanation is None:
        return None
    return {
        **explanation,
        "traceback": [_without_nulls(line) for line in explanation["traceback"]],
        "pictures": [_picture(picture) for picture in explanation["pictures"]],
    }


def _picture(picture: Mapping[str, Any]) -> dict[str, Any]:
    kind = PictureKind(picture["kind"])
    return {
        "kind": picture["kind"],
        "title": picture["title"],
        "alt": picture["alt"],
        kind.name.lower(): picture["data"],
    }


def _without_nulls(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys that hold something: the fields of the others keep what stands for "not known" in a record."""
    return {key: value for key, value in record.items() if value is not None}


# ------------------------------------------------------------------------------------------ what is wrong


@functools.cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(load_schema())


def _violation(document: Mapping[str, Any]) -> ValidationError | None:
    """Return the most telling violation of the schema; None: there is none."""
    from jsonschema.exceptions import best_match

    found: ValidationError | None = best_match(islice(_validator().iter_errors(document), _MANY))
    return found


def _violates(shown: str, violation: ValidationError) -> Malformed:
    place = key_path(violation.absolute_path) or "report"
    instance: Any = violation.instance
    asked: Any = violation.validator_value
    schema: Any = violation.schema
    if violation.validator == "required":
        missing = [name for name in asked if name not in instance]
        names = ", ".join(missing[:5])
        return _damaged(shown, f"{place}: missing: {names}", f"{place}：缺少 {names}")
    if violation.validator == "additionalProperties":
        unknown = [name for name in instance if name not in schema["properties"]]
        names = ", ".join(ascii(name[:40]) for name in unknown[:5])
        return _damaged(shown, f"{place}: unknown: {names}", f"{place}：未知的键 {names}")
    got, rule, value = toml_literal(instance, limit=60), str(violation.validator), toml_literal(asked)
    return _damaged(
        shown,
        f"{place} = {got}: the schema of reports asks for {rule} {value}",
        f"{place} = {got}：报告的模式要求 {rule} {value}",
    )


def _damaged(shown: str, en: str, zh: str) -> Malformed:
    return Malformed(
        Text(en=f"{shown}: {en}.", zh=f"{shown}：{zh}。"),
        remedy=Text(
            en="The file is damaged or was written by hand. Take the one that dlgrade wrote.",
            zh="该文件已损坏或经手工改动。请使用 dlgrade 写出的原文件。",
        ),
    )


def _no_report(shown: str) -> UsageError:
    return Malformed(
        Text(en=f"{shown}: JSON, but no report of dlgrade.", zh=f"{shown}：是 JSON，但不是 dlgrade 的报告。"),
        remedy=Text(
            en=f'A report begins with "schema": "{SCHEMA}". `--format json` writes one.',
            zh=f'报告以 "schema": "{SCHEMA}" 开头；`--format json` 可写出报告。',
        ),
    )


def _other_version(shown: str, schema: object) -> UsageError:
    told = toml_literal(schema, limit=60)
    return Malformed(
        Text(
            en=f'{shown}: schema = {told}: this dlgrade reads "{SCHEMA}".',
            zh=f'{shown}：schema = {told}：此版本的 dlgrade 只读取 "{SCHEMA}"。',
        ),
        remedy=Text(
            en="If it is a report of a newer dlgrade, read it with that; other documents are not reports.",
            zh="若是更新版本的 dlgrade 写出的报告，请用该版本读取；其他文档不是报告。",
        ),
    )
