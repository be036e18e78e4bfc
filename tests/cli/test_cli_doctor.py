"""`dlgrade doctor`: facts, and a real exam."""

from __future__ import annotations

import json
import os
from importlib import metadata
from pathlib import Path

import pytest
from cli_runs import ROOT, dlgrade
from rich.cells import cell_len

from grader.cli import machine
from grader.cli.layers import layer_states
from grader.errors import GraderFault
from grader.pipeline import ALL_DEGREES, Grader
from grader.records import Isolation
from grader.sandbox.jail.layers import Layer
from grader.sandbox.jail.proofs import Proof


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


def test_doctor_wraps_tells_a_remedy_once_and_chinese_has_its_own_colons(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 100) / ("b" * 100)
    deep.mkdir(parents=True)
    done = dlgrade("doctor", "--course", deep, "--language", "zh")
    lines = done.out.splitlines()
    assert max(map(cell_len, lines)) <= 100
    assert any(line.startswith(" " * 12) and "b" in line for line in lines)
    degrees = done.out[done.out.index("隔离  ") : done.out.index("隔离层")]
    assert all(f" {degree.value}：" in degrees for degree in Isolation)
    assert "请" not in degrees


def test_every_layer_is_told_of_where_nothing_could_be_tried() -> None:
    why = "the kernel has none"
    proofs = [Proof(isolation=one, missing=Layer.LANDLOCK, why=why) for one in (Isolation.STRONG, Isolation.LANDLOCK)]
    states = {state.layer: state for state in layer_states(proofs)}
    assert set(states) == set(Layer)
    assert states[Layer.LANDLOCK].held is False
    assert why in states[Layer.LANDLOCK].detail.zh
    assert "landlock 层" in states[Layer.LANDLOCK].detail.zh
    assert states[Layer.ROOT].held is None


@pytest.mark.usefixtures("shared_base")
def test_a_trial_that_fails_still_proves_every_degree_and_one_fault_hides_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = Grader.proofs

    def proofs(grader: Grader, degrees: tuple[Isolation, ...] = ALL_DEGREES) -> list[Proof]:
        if Isolation.LANDLOCK in degrees:
            raise GraderFault("The base is gone.")
        return real(grader, degrees)

    monkeypatch.setattr(machine, "ANSWER", "def double(x):\n    return x\n")
    monkeypatch.setattr(Grader, "proofs", proofs)
    trial = machine.try_exam()
    found = {proof.isolation: proof for proof in trial.proofs}
    assert not trial.works
    assert trial.problem is not None
    assert set(found) == set(Isolation)
    assert found[Isolation.PROCESS].holds
    assert found[Isolation.LANDLOCK].problem().en == "The base is gone"
