"""Reports read back: nothing is lost, and a damaged or hostile file is refused with its place and the way out."""

from __future__ import annotations

import json
import os
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import report_scenarios as scenarios
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from report_scenarios import SCENARIOS

from grader.errors import UsageError
from grader.records import Award, Fault, HandedIn, Language, NotebookCell, Outcome, SourceLine, TestResult, Text
from grader.report import FORMATS, Report, View, unmeasured
from grader.report.document import as_document, to_json
from grader.report.reading import read_report, report_of
from grader.report.strict import MAX_DEPTH, Malformed, parse_strictly

WHO = HandedIn(
    student="ada", name="Ada 洛", entry="ada.zip", at="2026-10-01T10:00:00+02:00", commit="ab" * 20, attempt=2
)
AWARD = Award(points=4.5, kept=0.9, late_days=1, reason=Text(en="1 day late", zh="迟交 1 天"))


def document_of(report: Report) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(to_json(report))
    return document


def refused(content: object, tmp_path: Path) -> str:
    """Return what is said of a file that is refused: in both languages, with its name and the way out."""
    file = tmp_path / "ada.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    with pytest.raises(UsageError) as caught:
        read_report(file)
    error = caught.value
    assert "ada.json" in error.problem.en
    assert "ada.json" in error.problem.zh
    assert error.remedy is not None
    return error.problem.en


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_document_of_a_report_read_back_is_the_same(scenario: str) -> None:
    report = SCENARIOS[scenario]()
    for one in (
        report,
        unmeasured(report),
        replace(report, handed_in=WHO),
        replace(report, handed_in=HandedIn(student="b")),
    ):
        document = as_document(one)
        assert as_document(report_of(document)) == document


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_report_read_back_looks_the_same_in_every_format(scenario: str, tmp_path: Path) -> None:
    report = SCENARIOS[scenario]()
    if scenario == "hostile":
        report = replace(report, tests=report.tests[:1], problem=None)  # half characters do not outlive a file
    file = tmp_path / "report.json"
    file.write_text(to_json(report), encoding="utf-8")
    read = read_report(file)
    for name in ("text", "html"):
        for language in Language:
            view = View(language=language, verbose=True)
            assert FORMATS[name].render(read, view) == FORMATS[name].render(report, view)


def test_who_and_award_are_read() -> None:
    read = report_of(as_document(replace(scenarios.partial(), handed_in=WHO, award=AWARD)))
    assert read.handed_in == WHO
    assert read.award == AWARD


def test_a_line_of_a_notebook_keeps_its_cell() -> None:
    line = SourceLine(
        file="softmax.py", line=9, function="softmax", source="x", column=1, cell=NotebookCell(number=3, line=7)
    )
    raised = scenarios.failed(scenarios.ONE_AXIS, replace(scenarios.RAISED, traceback=(line,)))
    read = report_of(as_document(scenarios.graded(raised)))
    assert read.tests[0].explanation is not None
    assert read.tests[0].explanation.traceback == (line,)


TEXTS = st.builds(Text, en=st.text(max_size=20), zh=st.text(max_size=20))


@st.composite
def results(draw: st.DrawFn) -> TestResult:
    """Draw a test of any outcome, with any text."""
    outcome = draw(st.sampled_from([one for one in Outcome if one is not Outcome.GRADER_FAULT]))
    points = draw(st.floats(0, 1e6))
    explanation = replace(
        draw(st.sampled_from((scenarios.AXIS, scenarios.RAISED, scenarios.SLOW))),
        problem=draw(TEXTS),
        call=draw(st.none() | st.text(max_size=30)),
        where=draw(st.none() | TEXTS),
    )
    return replace(
        draw(st.sampled_from(scenarios.ALL)),
        name=draw(st.text(min_size=1, max_size=8)),
        outcome=outcome,
        points=points,
        earned=points if outcome is Outcome.PASSED else 0.0,
        explanation=None if outcome is Outcome.PASSED else explanation,
        fault=None if outcome in (Outcome.PASSED, Outcome.BLOCKED) else Fault.STUDENT,
        blocked_by=draw(st.none() | st.text(min_size=1, max_size=8)),
        output=draw(st.text(max_size=40)),
        wall_s=draw(st.floats(0, 1e6)),
    )


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(results(), max_size=4, unique_by=lambda test: test.name), st.text(max_size=30), st.booleans())
def test_any_report_survives_the_way_through_a_document(tests: list[TestResult], output: str, measured: bool) -> None:
    report = scenarios.graded(*tests, output=output)
    document = as_document(report if measured else unmeasured(report))
    assert as_document(report_of(document)) == document


def test_a_document_of_an_earlier_release_is_read() -> None:
    document = document_of(scenarios.raised())
    for key in ("handed_in", "award", "signature"):
        del document[key]
    for test in document["tests"]:
        for line in test["explanation"]["traceback"] if test["explanation"] else ():
            del line["cell"]
    for review in document["reviews"]:
        del review["cell"]
    read = as_document(report_of(document))
    assert read == as_document(scenarios.raised())


# ------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("tests", 1, "points"), "two", "tests[1].points"),
        (("tests", 1, "outcome"), "perfect", "tests[1].outcome"),
        (("score", "earned"), -1, "score.earned"),
        (("score", "earned"), 1e300, "score.earned"),
        (("tests", 0, "wall_s"), 1e300, "tests[0].wall_s"),
        (("exercise", "sha256"), "no", "exercise.sha256"),
        (("seed",), 7, "seed"),
        (("fault",), None, "fault"),
        (("exit_code",), 0, "exit_code"),
        (("extra",), 1, "'extra'"),
        (("schema",), "report/2", "report/2"),
        (("schema",), "results/1", "results/1"),
        (("tests",), {}, "tests"),
        (("problem",), [], "problem"),
        (("tests", 0), None, "tests[0]"),
        (("versions",), {"torch": 2}, "versions"),
    ],
)
def test_a_violation_is_named_with_its_place(path: tuple[Any, ...], value: Any, place: str, tmp_path: Path) -> None:
    document = document_of(scenarios.partial())
    node: Any = document
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    assert place in refused(document, tmp_path)


@pytest.mark.parametrize("key", ["tests", "status", "problem", "exercise"])
def test_a_missing_key_is_named(key: str, tmp_path: Path) -> None:
    document = document_of(scenarios.partial())
    del document[key]
    assert key in refused(document, tmp_path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe{}", "no UTF-8 at byte 0"),
        (b"[]", "no report"),
        (b"null", "no report"),
        (b"{}", "no report"),
        (b'{"schema": "report/1"} {}', "Extra data"),
        (b'{"schema": "report/1", "schema": "report/1"}', "'schema' is given twice"),
        (b'{"schema": NaN}', "NaN is no number"),
        (b'{"schema": -Infinity}', "-Infinity is no number"),
        (b'{"schema": 1e999}', "too large"),
        (b'{"schema": 19.99999999999999999}', "more than a double holds"),
        (b'{"schema": 1.' + b"1" * 5000 + b"}", "more than a double holds"),
        (b'{"schema": 9007199254740993}', "beyond 2^53"),
        (b'{"schema": ' + b"9" * 5000 + b"}", "beyond 2^53"),
        (b'{"schema": "\\ud800"}', "half a character"),
        (b'{"schema": [["\\udc00"]]}', "half a character"),
        (b'{"schema": "report/1", "tests": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", f"deeper than {MAX_DEPTH}"),
        (b"[" * 1_000_000, f"deeper than {MAX_DEPTH}"),
    ],
)
def test_content_that_readers_would_disagree_on_is_refused(content: bytes, told: str, tmp_path: Path) -> None:
    assert told in refused(content, tmp_path)


def test_brackets_in_a_text_are_no_depth() -> None:
    assert parse_strictly(b'["[[[[\\"[[[' + b"[" * 1000 + b'"]', shown="x") == ['[[[["[[[' + "[" * 1000]


def test_a_file_larger_than_any_report_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as stream:
        stream.truncate(65 * 1024 * 1024)  # of nothing: a sparse file
    with pytest.raises(Malformed, match="larger than 65536 KiB"):
        read_report(file)


@pytest.mark.parametrize("name", ["folder", "absent", "pipe", "nul\0"])
def test_what_is_no_file_is_refused_at_once(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="cannot be read") as caught:
        read_report(tmp_path / name)
    assert not isinstance(caught.value, Malformed)


def pictures_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the data of each picture of a document, by kind."""
    explained = [test["explanation"] for test in document["tests"] if test["explanation"]]
    return {picture["kind"]: picture["data"] for one in explained for picture in one["pictures"]}


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("error-map", "cells", []),
        ("error-map", "cells", [[], []]),
        ("error-map", "cells", [[1.0], [1.0, 2.0]]),
        ("error-map", "cells", [[-1.0]]),
        ("histogram", "got", []),
        ("histogram", "edges", [0.0]),
        ("curves", "x", [1.0]),
        ("curves", "got", []),
        ("boundary", "got", [[1]]),
        ("boundary", "expected", []),
        ("memory", "cells", 10**15),
    ],
)
def test_a_picture_that_cannot_be_drawn_is_refused(kind: str, key: str, value: Any, tmp_path: Path) -> None:
    document = document_of(scenarios.pictures())
    pictures_of(document)[kind][key] = value
    assert "contradicts itself" in refused(document, tmp_path)


def test_numbers_of_any_size_in_a_picture_are_drawn() -> None:
    document = document_of(scenarios.pictures())
    data = pictures_of(document)
    data["histogram"]["edges"][0], data["histogram"]["edges"][-1] = -1.7e308, 1.7e308
    data["curves"]["got"][0], data["curves"]["expected"][1] = -1.7e308, 1.7e308
    data["boundary"]["x_range"] = [1.7e308, -1.7e308]
    data["error-map"]["cells"][0][0] = 1.7e308
    data["memory"]["got"][0] = -5
    report = report_of(document)
    for name in ("text", "html"):
        assert FORMATS[name].render(report, View(verbose=True))


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value of a document, containers too."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, value in items for place in places(value, (*path, key)))]


def test_whatever_is_read_is_drawn_and_all_else_is_a_usage_error() -> None:
    """Every value of a report in the place of every other one."""
    chance = random.Random(3)
    text = to_json(scenarios.pictures())
    ways = places(json.loads(text))[1:]
    values = [None, True, 0, -1, 1.5, 1e308, 2**53 - 1, "", "x\x1b[2J", [], {}, [[]], ["a"], {"en": "a", "zh": "b"}]
    drawn = refusals = 0
    for way in chance.sample(ways, 150):
        document = node = json.loads(text)
        for key in way[:-1]:
            node = node[key]
        node[way[-1]] = chance.choice(values)
        try:
            report = report_of(document)
        except UsageError:
            refusals += 1
            continue
        drawn += 1
        for name in ("text", "json", "html", "junit", "markdown"):
            assert FORMATS[name].render(report, View(verbose=True))
    assert drawn > 5
    assert refusals > 50
