"""The bank's packages, converted and played by software that is not ours: every answer gets the same points there.

The converter and the player are packages of npm, which dlgrade needs for nothing else. To run this, install them into
a folder (`npm install @citolab/qti-convert @citolab/qti-components`), and name it in DLGRADE_QTI_PLAYER.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from exchange_bank import QUIZZES, booklet

from grader.quiz.exchange import qti
from grader.quiz.exchange.qti import rules
from grader.quiz.exchange.qti.interpreting import Declared, Interpreter, Value
from grader.quiz.exchange.qti.parsing import parsed
from grader.records import Language

PLAYER = Path(os.environ.get("DLGRADE_QTI_PLAYER", "/nonexistent"))
CONVERT = PLAYER / "node_modules" / ".bin" / "qti-convert-pkg"
COMPONENTS = PLAYER / "node_modules" / "@citolab" / "qti-components" / "cdn" / "index.global.js"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(
    not (CONVERT.exists() and COMPONENTS.exists() and CHROMIUM and shutil.which("node")),
    reason="DLGRADE_QTI_PLAYER names no folder with qti-convert and qti-components, or there is no node or Chromium",
)

PAGE = """<!doctype html><meta charset="utf-8"><script src="%s"></script><div id="host"></div><pre id="out"></pre>
<script>
const items = %s;
const pause = () => new Promise(done => setTimeout(done, 0));
(async () => {
  const found = [];
  for (const one of items) {
    const host = document.getElementById("host");
    host.innerHTML = "";
    const page = await QtiComponents.qtiTransformItem().parse(one.xml).htmlDoc();
    host.appendChild(page.cloneNode(true));
    await pause();
    const item = host.querySelector("qti-assessment-item");
    await item.updateComplete;
    for (const given of one.given) {
      item.variables = item.variables.map(v => v.type === "response"
        ? {...v, value: given[v.identifier] === undefined ? null : given[v.identifier]} : {...v});
      let failed = "";
      try { item.processResponse(); } catch (error) { failed = String(error); }
      const after = Object.fromEntries(item.variables.map(v => [v.identifier, v.value]));
      const said = Object.entries(after).filter(([name]) => name.startsWith("FEEDBACK")).map(([, value]) => value);
      found.push({name: one.name, given, score: parseFloat(after.SCORE), failed,
                  said: said.filter(value => /^(W|RIGHT)/.test(String(value))).map(String).sort()});
    }
  }
  document.getElementById("out").textContent = JSON.stringify(found);
})();
</script>"""


def answers(tree: Element, run: Interpreter) -> Iterator[dict[str, Value]]:
    """Answers worth trying: none, the right one, each option and pair, each number and text that a rule looks for."""
    yield {}
    yield {name: one.correct for name, one in run.responses.items()}
    for name, declared in run.responses.items():
        yield from ({name: value} for value in _values(tree, run, declared))


def _values(tree: Element, run: Interpreter, declared: Declared) -> Iterator[Value]:
    yield declared.correct
    for one in tree.iter():
        if one.get("responseIdentifier") != declared.name:
            continue
        options = [str(option.get("identifier")) for option in one.iter("simpleChoice")]
        if one.tag == "choiceInteraction":
            yield from ((option,) for option in options)
            yield from ((tuple(options), tuple(options[:2])) if declared.cardinality == "multiple" else ())
        elif one.tag == "orderInteraction":
            yield from (tuple(options), tuple(reversed(options)))
        sides = [[str(option.get("identifier")) for option in side] for side in one.findall("simpleMatchSet")]
        if len(sides) == 2:
            yield from ((f"{row} {option}",) for row in sides[0] for option in sides[1])
    for condition in rules.conditions(run.processing):
        for near in rules.nearness(condition, declared.name, run):
            for factor in (Fraction(9, 10), Fraction(11, 10)):
                yield (near.value + near.distance * factor,)
            yield (near.value * Fraction(10007, 10000),)
        yield from ((text,) for text in rules.texts_in(condition, declared.name)[:3])


def _plain(value: Value, declared: Declared) -> Any:
    texts = [repr(float(one)) if isinstance(one, Fraction) else str(one) for one in value or ()]
    return texts if declared.cardinality != "single" else texts[0]


@pytest.mark.parametrize("name", QUIZZES)
def test_another_player_gives_the_same_points_and_feedback(name: str, tmp_path: Path) -> None:
    package = tmp_path / "quiz.zip"
    package.write_bytes(qti.write(qti.fit(booklet(name, Language.EN))))
    subprocess.run(["node", CONVERT, package], check=True, capture_output=True, timeout=120)
    expected, items = [], []
    with zipfile.ZipFile(package) as ours, zipfile.ZipFile(tmp_path / "quiz-qti3.zip") as theirs:
        for file in sorted(entry for entry in ours.namelist() if entry.startswith("items/")):
            tree = parsed(ours.read(file), file)
            run = Interpreter(tree)
            tried = []
            for one in answers(tree, run):
                given = {key: value for key, value in one.items() if value}
                plain = {key: _plain(value, run.responses[key]) for key, value in given.items()}
                typed = {
                    key: (Fraction(plain[key]),) if isinstance((value or ("",))[0], Fraction) else value
                    for key, value in given.items()
                }
                ran = run.run(typed)
                said = sorted(
                    str(text) for value in ran.outcomes.values() for text in value or ()
                    if isinstance(text, str) and text != "NONE"
                )  # fmt: skip
                expected.append((file, plain, round(float(ran.score), 2), "", said))
                tried.append(plain)
            items.append({"name": file, "xml": theirs.read(file).decode(), "given": tried})
    found = play(items, tmp_path)
    assert len(found) == len(expected) > 100
    got = [(one["name"], one["given"], round(one["score"], 2), one["failed"], one["said"]) for one in found]
    assert got == expected


@pytest.mark.parametrize("name", QUIZZES[3:])
def test_a_package_that_another_tool_has_made_qti_3_of_reads_the_same(name: str, tmp_path: Path) -> None:
    whole = qti.write(qti.fit(booklet(name, Language.EN)))
    package = tmp_path / "quiz.zip"
    package.write_bytes(whole)
    subprocess.run(["node", CONVERT, package], check=True, capture_output=True, timeout=120)
    converted = qti.read((tmp_path / "quiz-qti3.zip").read_bytes(), origin="quiz-qti3.zip", language=Language.EN)
    assert converted == qti.read(whole, origin="quiz.zip", language=Language.EN)


def play(items: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """Return what the player made of every answer."""
    page = folder / "page.html"
    page.write_text(PAGE % (COMPONENTS.as_uri(), json.dumps(items).replace("</", "<\\/")), encoding="utf-8")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--allow-file-access-from-files", "--dump-dom",
               "--virtual-time-budget=60000", page.as_uri()]  # fmt: skip
    shown = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    match = re.search(r'<pre id="out">(.+?)</pre>', shown, re.DOTALL)
    assert match, shown[-2000:]
    found: list[dict[str, Any]] = json.loads(html.unescape(match[1]))
    return found
