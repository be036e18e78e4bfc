"""Every place of a notebook that a report shows is named as its student counts: by cell, and by line in it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import report_scenarios as scenarios

from grader.records import Device, Language, NotebookCell, Review, SourceFile, SourceLine, Text
from grader.report import Report, build_report, render
from grader.report.document import as_document
from grader.report.notebook import to_embedded_html, to_mimebundle
from grader.report.reading import report_of

CELLS = (NotebookCell(number=2, line=1), NotebookCell(number=5, line=11))


def report(*, executed: bool) -> Report:
    """Return the report of a notebook that is shown at two of its places, and one that a person should look at."""
    cells = tuple(replace(cell, executed=executed) for cell in CELLS)
    notebook = replace(scenarios.SUBMISSION, files=(SourceFile(name="softmax.py", text="", cells=cells),))
    lines = tuple(SourceLine(file="softmax.py", line=line, function="f", source="x") for line in (10, 13))
    both = Text(en="SyntaxError: bad (softmax.py, line 12)", zh="SyntaxError：bad (softmax.py, line 12)")
    failed = scenarios.failed(scenarios.ROWS, replace(scenarios.RAISED, traceback=lines, problem=both))
    review = Review(file="softmax.py", line=14, column=1, code="name", text=Text(en="Look.", zh="请看。"))
    found = replace(scenarios.examination(failed), reviews=(review,))
    return build_report(scenarios.EXERCISE, notebook, found, device=Device.CPU, total_s=0.0)


PLACES = {
    (False, Language.EN): ("cell 2 of the notebook, line 10", "cell 5 of the notebook, line 3",
                           "bad (cell 5 of the notebook, line 2)", "cell 5 of the notebook, line 4"),
    (True, Language.ZH): ("In [2] 第 10 行", "In [5] 第 3 行", "bad (In [5] 第 2 行)", "In [5] 第 4 行"),
    (True, Language.EN): ("In [2], line 10", "In [5], line 3", "bad (In [5], line 2)", "In [5], line 4"),
}  # fmt: skip


@pytest.mark.parametrize(("executed", "language"), PLACES)
def test_tracebacks_syntax_errors_and_reviews_name_cell_and_line(executed: bool, language: Language) -> None:
    bundle = to_mimebundle(report(executed=executed), language=language)
    for shown in (" ".join(bundle["text/plain"].split()), bundle["text/html"]):
        for place in PLACES[executed, language]:
            assert place in shown
        assert "softmax.py:1" not in shown


def test_a_frame_holds_the_page_and_nothing_else() -> None:
    frame = to_embedded_html(report(executed=True))
    assert frame.count("<") == 2
    assert frame.startswith('<iframe title="dlgrade: ')
    assert frame.endswith('"></iframe>')


def test_a_document_says_whether_a_kernel_ran_the_cell_and_is_read_back() -> None:
    for executed in (False, True):
        made = report(executed=executed)
        document: dict[str, Any] = json.loads(render(made, format_name="json"))
        assert document["reviews"][0]["cell"] == {"number": 5, "line": 11, "executed": executed}
        assert as_document(report_of(document)) == document
        for line in document["tests"][0]["explanation"]["traceback"]:
            del line["cell"]["executed"]  # as earlier releases wrote it
        assert as_document(report_of(document))["tests"][0]["explanation"]["traceback"][0]["cell"]["executed"] is False
