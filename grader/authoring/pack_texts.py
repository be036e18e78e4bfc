"""The files of a student bundle that are no exercise's: a README in each language, what git ignores, the workflow."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence

from grader.exercise.manifest import STATEMENT_IN
from grader.exercise.seal_key import VARIABLE
from grader.records import Exercise, Language, Text

README, README_ZH = STATEMENT_IN[Language.EN], STATEMENT_IN[Language.ZH]
WORKFLOW = ".github/workflows/check.yml"
# Line ends as they are: a converted test file would differ from the one that was sealed.
ATTRIBUTES = "* -text\n*.sealed binary\n"
IGNORED = ".dlgrade/\n.venv/\n__pycache__/\n*.py[cod]\n.ipynb_checkpoints/\n*.key\n"


def readmes(name: Text | None, exercises: Sequence[Exercise], *, folder: str, install: str) -> dict[str, str]:
    """Return the README for students in each language of the course; `folder` is where the exercises lie."""
    title = name or Text(en="Exercises", zh="练习")
    rows = [(f"{folder}{one.name}", one) for one in exercises]
    files = ", ".join(f"`{path}/{one.files[0]}`" for path, one in rows[:1])
    pip = f"pip install {shlex.quote(install)}"
    english = f"""\
# {title.en}

{_listed(rows, "README.md", zh=False)}

## How to work

    {pip}
    dlgrade list                    # the exercises, and how far you are
    dlgrade watch {exercises[0].id}        # check again whenever you save
    dlgrade hint {exercises[0].id}         # one more hint

Read an exercise's `README.md`, then write your solution into its Python file, such as {files}. Leave `exercise.toml`
and `test_visible.py` as they are: they are no part of what you hand in.
"""
    chinese = f"""\
# {title.zh}

{_listed(rows, "README.zh.md", zh=True)}

## 如何作答

    {pip}
    dlgrade list                    # 所有练习和你的进度
    dlgrade watch {exercises[0].id}        # 每次保存后自动检查
    dlgrade hint {exercises[0].id}         # 再给一条提示

先读练习的 `README.zh.md`，再把答案写入它的 Python 文件，例如 {files}。请勿改动 `exercise.toml` 和
`test_visible.py`：它们不属于你提交的内容。
"""
    texts = {README: english, README_ZH: chinese}
    return {STATEMENT_IN[one]: texts[STATEMENT_IN[one]] for one in exercises[0].languages}  # the course's


def _listed(rows: Sequence[tuple[str, Exercise]], statement: str, *, zh: bool) -> str:
    return "\n".join(
        f"- [{one.name}]({path}/{statement}): {one.title.zh if zh else one.title.en}" for path, one in rows
    )


def workflow(exercises: Sequence[Exercise], *, install: str, sealed: bool) -> str:
    """Return the GitHub workflow that checks every exercise on each push; `sealed`: with the key, from a secret."""
    steps = "".join(_step(one.name, sealed=sealed) for one in exercises)
    return f"""\
# Made by `dlgrade pack`.{_WARNING if sealed else ""}
name: check

on:
  push:
  pull_request:

permissions:
  contents: read

concurrency:
  group: check-${{{{ github.ref }}}}
  cancel-in-progress: true

jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
        with:
          persist-credentials: false
      - uses: actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0
        with:
          python-version: "3.12"
      - id: install
        run: {json.dumps(f"pip install {shlex.quote(install)}", ensure_ascii=False)}
{steps}"""


_WARNING = f"""
# {VARIABLE} opens solutions.sealed. Whoever may change this file, or run code in this job by other means, can
# read it: keep students from pushing to .github/, or grade where they cannot push at all."""


def _step(name: str, *, sealed: bool) -> str:
    key = f"        env:\n          {VARIABLE}: ${{{{ secrets.{VARIABLE} }}}}\n" if sealed else ""
    return f"""\
      - name: {name}
        if: ${{{{ !cancelled() && steps.install.outcome == 'success' }}}}
        run: dlgrade check {name} --verbose
{key}"""
