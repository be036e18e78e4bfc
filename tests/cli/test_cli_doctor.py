"""`dlgrade doctor`: facts, and a real exam."""

from __future__ import annotations

import json
import os
from importlib import metadata
from pathlib import Path

from cli_runs import ROOT, dlgrade

from grader.records import Isolation


def test_doctor_proves_that_an_exam_works_and_tells_programs(workspace: Path) -> None:
    done = dlgrade("doctor", "--json", cwd=workspace)
    facts = json.loads(done.out)
    assert done.code == 0, done.out
    assert facts["trial"]["works"]
    assert 0 < facts["trial"]["warm_s"] < facts["trial"]["first_s"]
    assert facts["torch"] == metadata.version("torch")
    assert 1 <= facts["cores"] <= (os.cpu_count() or 1)
    assert facts["course"] == str(ROOT)
    assert facts["workspace"] == str(workspace)
    degrees = {degree["degree"]: degree for degree in facts["isolation"]}
    assert set(degrees) == {degree.value for degree in Isolation}
    assert degrees["process"]["available"]
    assert all(degree["available"] or degree["reason"] for degree in degrees.values())
    assert facts["gpu"]["available"] or (facts["gpu"]["reason"] and facts["gpu"]["remedy"])


def test_doctor_tells_people_and_a_missing_course_is_said(tmp_path: Path) -> None:
    done = dlgrade("doctor", "--course", tmp_path)
    assert done.code == 0, done.out
    assert "is no course" in done.out
    assert "trial exam" in done.out
    assert done.err == ""
