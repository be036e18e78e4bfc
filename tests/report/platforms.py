"""What the tests of the formats of platforms share: the setting of a platform, and documents read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
from report_scenarios import SCENARIOS

from grader.records import Language
from grader.report import FORMATS, Report, Setting, View

SCHEMAS = Path(__file__).resolve().parent / "schemas"
VARIABLES = {
    "CLASSROOM": "deep-learning",
    "ASSIGNMENT": "softmax",
    "USERNAME": "ada",
    "SUBMISSION_TAG": "submit/2026-09-01T11-58-00Z-a1b2c3d",
    "COMMIT_URL": "https://git.example/ada/softmax/commit/a1b2c3d",
    "RELEASE_URL": "https://git.example/ada/softmax/releases/tag/submit",
    "REVIEW_URL": "https://git.example/ada/softmax/compare/0000000...a1b2c3d",
}
SETTING = Setting(variables=VARIABLES, now=datetime(2026, 9, 1, 12, 0, tzinfo=UTC))
UNSCORED = ("author_fault", "grader_fault", "sandbox_unavailable", "broken_manifest", "grader_broke")
SCORED = tuple(name for name in SCENARIOS if name not in UNSCORED)


def text_of(format_name: str, *reports: Report | str, language: Language = Language.EN) -> str:
    """Return the document of reports, or of scenarios by their names, in a format."""
    together = FORMATS[format_name].together
    assert together is not None
    found = [SCENARIOS[report]() if isinstance(report, str) else report for report in reports]
    return together(found, View(language=language, setting=SETTING))


def read(format_name: str, *reports: Report | str, language: Language = Language.EN) -> dict[str, Any]:
    """Return the document as a strict reader of JSON sees it."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    document: dict[str, Any] = json.loads(
        text_of(format_name, *reports, language=language), parse_constant=refuse, object_pairs_hook=once
    )
    return document


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose keys are all different."""
    assert len(dict(pairs)) == len(pairs), "a key stands twice"
    return dict(pairs)


def validator(schema: Mapping[str, Any]) -> jsonschema.Draft202012Validator:
    """Return a reader by a schema, which is itself looked at first."""
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def load_schema(name: str) -> dict[str, Any]:
    """Return a schema of this folder."""
    schema: dict[str, Any] = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return schema


def texts_in(value: Any) -> list[str]:
    """Return every text of a document, keys too."""
    if isinstance(value, dict):
        return [text for key, one in value.items() for text in (key, *texts_in(one))]
    if isinstance(value, list):
        return [text for one in value for text in texts_in(one)]
    return [value] if isinstance(value, str) else []
