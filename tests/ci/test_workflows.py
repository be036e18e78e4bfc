"""The GitHub action, the workflows and the GitLab job: sound by their schemas, pinned, no hole for a text."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from grader.authoring.pack_texts import workflow
from grader.exercise import load_course

ROOT = Path(__file__).parent.parent.parent
ACTION = ROOT / ".github" / "actions" / "grade"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GITLAB = ROOT / ".gitlab" / "grade.yml"
PINNED = re.compile(r"(\./|[\w.-]+/[\w./-]+@[0-9a-f]{40}$)")


def read(file: Path) -> list[Any]:
    return list(YAML(typ="safe", pure=True).load_all(file.read_text(encoding="utf-8")))


def steps(document: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping in a document, so that no step is overlooked wherever it stands."""
    if isinstance(document, dict):
        yield document
        for value in document.values():
            yield from steps(value)
    elif isinstance(document, list):
        for value in document:
            yield from steps(value)


def conforms(schema: str, *files: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, files)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_action_and_the_workflows_keep_to_githubs_schemas() -> None:
    conforms("vendor.github-actions", ACTION / "action.yml")
    conforms("vendor.github-workflows", *WORKFLOWS)


def test_the_gitlab_job_keeps_to_gitlabs_schema(tmp_path: Path) -> None:
    job = tmp_path / "job.yml"
    YAML(typ="safe", pure=True).dump(gitlab_job(exercise="exercise03", dlgrade="dlgrade"), job)
    conforms("vendor.gitlab-ci", job)


def gitlab_job(**given: str) -> dict[str, Any]:
    """Return the job as GitLab makes it of the inputs: each stands where it is named, a list as a list."""
    spec, job = read(GITLAB)
    inputs = {name: given.get(name, one.get("default")) for name, one in spec["spec"]["inputs"].items()}

    def put_in(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: put_in(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [put_in(inner) for inner in value]
        if isinstance(value, str) and (whole := re.fullmatch(r"\$\[\[ inputs\.(\w+) \]\]", value)):
            return inputs[whole[1]]
        return value

    made: dict[str, Any] = put_in(job)
    assert "$[[" not in str(made), "an input stands inside a longer text: this test does not put it in there"
    return made


@pytest.mark.parametrize("file", [ACTION / "action.yml", *WORKFLOWS], ids=lambda file: file.stem)
def test_every_action_is_pinned_by_its_hash_and_says_its_version(file: Path) -> None:
    used = [step["uses"] for document in read(file) for step in steps(document) if "uses" in step]
    assert used, "this file uses no action: the test proves nothing of it"
    assert [one for one in used if not PINNED.match(one)] == []
    unnamed = [line for line in file.read_text(encoding="utf-8").splitlines() if re.search(r"uses: \S+@\S+$", line)]
    assert [line for line in unnamed if not line.startswith("#")] == []


def test_a_packed_workflow_is_pinned_too() -> None:
    course = load_course(ROOT)
    text = workflow([course.find("exercise03")], install="dlgrade", sealed=True)
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert [one for one in used if not PINNED.match(one)] == []


@pytest.mark.parametrize("file", [ACTION / "action.yml", *WORKFLOWS], ids=lambda file: file.stem)
def test_no_expression_is_pasted_into_a_script(file: Path) -> None:
    scripts = [step["run"] for document in read(file) for step in steps(document) if isinstance(step.get("run"), str)]
    assert scripts
    assert [script for script in scripts if "${{" in script] == []


def test_the_scripts_are_clean_to_shellcheck(tmp_path: Path) -> None:
    shellcheck = shutil.which("shellcheck")
    if shellcheck is None:
        if "shellcheck" in os.environ.get("DLGRADE_LINT_REQUIRE", "").split(","):
            pytest.fail("DLGRADE_LINT_REQUIRE names shellcheck, which is not installed")
        pytest.skip("shellcheck is not installed")
    files = [*sorted(ACTION.glob("*.sh")), ROOT / ".ci" / "run"]
    for file, shell in [(ACTION / "action.yml", "bash"), *((one, "bash") for one in WORKFLOWS)]:
        for number, step in enumerate(step for document in read(file) for step in steps(document)):
            if isinstance(step.get("run"), str):
                files.append(tmp_path / f"{file.stem}-{number}.sh")
                files[-1].write_text(f"# shellcheck shell={shell}\n{step['run']}\n", encoding="utf-8")
    for number, script in enumerate(read(GITLAB)[1]["dlgrade"]["script"]):
        files.append(tmp_path / f"gitlab-{number}.sh")
        files[-1].write_text(f"# shellcheck shell=sh\n{script}\n", encoding="utf-8")
    found = subprocess.run([shellcheck, *map(str, files)], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_the_page_names_every_input_and_output_of_the_action() -> None:
    page = (ROOT / "docs" / "github.md").read_text(encoding="utf-8")
    (action,) = read(ACTION / "action.yml")
    rows = dict(re.findall(r"^\| `([\w-]+)` \|.*\| (.*?) \|$", page, re.MULTILINE))
    assert rows.keys() == action["inputs"].keys()
    for name, one in action["inputs"].items():
        default = one.get("default", "")
        if default:
            assert f"`{default}`" in rows[name], f"docs/github.md gives {name} another default than {default}"
    told = re.search(r"^Outputs: (.*?)\. ", page, re.MULTILINE)
    assert told is not None
    assert set(re.findall(r"`([\w-]+)`", told[1])) == action["outputs"].keys()


def test_the_page_names_every_input_of_the_gitlab_job() -> None:
    page = (ROOT / "docs" / "gitlab.md").read_text(encoding="utf-8")
    spec, _job = read(GITLAB)
    assert set(re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE)) == spec["spec"]["inputs"].keys()


def test_the_workflow_hands_every_input_of_the_action_on() -> None:
    (action,) = read(ACTION / "action.yml")
    (document,) = read(ROOT / ".github" / "workflows" / "grade.yml")
    graded = next(step for step in steps(document) if step.get("id") == "grade")
    assert graded["with"].keys() == action["inputs"].keys()
