"""docs/reference.md is complete: it is held against the schemas, the registries and the code, not against a list."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import grader.examination as examination
from grader import check
from grader.authoring.lints.table import LINTS
from grader.examination import property as properties
from grader.examination.bench import Bench
from grader.examination.examples import FIXTURE
from grader.examination.fixtures import Fixtures
from grader.examination.marks import _PYTESTS, _RULES
from grader.examination.property.strategies import LAYOUTS
from grader.examination.proxy import Handle, RemoteFunction
from grader.examination.rand import Rand
from grader.records import Outcome, Severity

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
SCHEMAS = ROOT / "grader" / "schemas"
CHECK_ID = re.compile(r"[a-z]+(\.[a-z-]+)?")
# How a table of the page writes what a handle can do; the methods are those of the class.
WRITTEN = {
    "__getattr__": "h.name",
    "__setattr__": "h.name = value",
    "__call__": "h(x)",
    "__getitem__": "h[key]",
    "__setitem__": "h[key] = value",
    "__len__": "len(h)",
    "__iter__": "for item in h",
    "__enter__": "with h:",
    "__exit__": "with h:",
    "__eq__": "h == other",
    "__lt__": "h < other",
    "__hash__": "hash(h)",
    "__bool__": "bool(h)",
}
ALIKE = {"__ne__", "__le__", "__gt__", "__ge__"}  # as __eq__ and __lt__
INNER = {"__init__", "__del__", "__repr__", "__module__", "__doc__", "__annotations__", "__dict__", "__weakref__"}
INNER |= {"__static_attributes__", "__firstlineno__"}  # of Python 3.13


def section(heading: str) -> str:
    found = re.search(rf"^(?P<level>##+) {re.escape(heading)}\n(?P<text>.*)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/reference.md has no section {heading}"
    return re.split(rf"^##{{1,{len(found['level']) - 1}}} ", found["text"], flags=re.MULTILINE)[0]


def rows(heading: str) -> dict[str, str]:
    """Return the rows of a section's tables by each name in backticks of their first cell."""
    found: dict[str, str] = {}
    for line in section(heading).splitlines():
        if line.startswith("| `"):
            for name in re.findall(r"`([^`]+)`", line.split(" | ")[0]):
                found[name] = line
    return found


# ------------------------------------------------------------------------------------------------- files and keys


def schema_of(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((SCHEMAS / f"{name}-1.schema.json").read_text(encoding="utf-8"))
    return schema


def leaves(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each key that holds a value, with its part of the schema; a key of the author's choice is NAME."""
    parts = dict(schema.get("properties", {}))
    others = schema.get("additionalProperties")
    if isinstance(others, dict) and "properties" in others:
        parts["NAME"] = others
    if not parts:
        yield path, schema
    for name, part in parts.items():
        yield from leaves(part, f"{path}.{name}" if path else name)


@pytest.mark.parametrize(
    ("schema", "heading"), [("exercise", "exercise.toml"), ("course", "dlgrade.toml"), ("expected", "expected.toml")]
)
def test_every_key_of_a_file_is_documented_and_no_other(schema: str, heading: str) -> None:
    keys = dict(leaves(schema_of(schema)))
    found = rows(heading)
    assert set(found) == set(keys)
    for key, part in keys.items():
        row = found[key]
        for value in part.get("enum", part.get("items", {}).get("enum", ())):
            assert f'"{value}"' in row, f"{heading}: {key} may be {value}, which the page does not say"
        if "const" in part:
            assert f'"{part["const"]}"' in row
        default = part.get("default")
        if default not in (None, {}):
            assert f"`{json.dumps(default)}`" in row, f"{heading}: the default of {key} is {default!r}"


def test_the_file_table_names_every_schema_that_authors_write() -> None:
    written = {"exercise", "course", "expected", "quiz"}  # the last one is described in quizzes.md
    made = {"report", "statistics", "verify"}
    assert {file.name.partition("-")[0] for file in SCHEMAS.glob("*.json")} - made == written


# ------------------------------------------------------------------------------------------------- tests


def test_every_mark_is_documented_and_no_other() -> None:
    assert {name.partition("(")[0] for name in rows("Marks")} == {*_RULES, *_PYTESTS}


def test_every_fixture_is_documented_and_no_other() -> None:
    offered = {name for name, value in vars(Fixtures).items() if "Fixture" in type(value).__name__}
    assert FIXTURE not in offered and "examples" in offered  # it is asked for by `for_all` alone
    assert set(rows("Fixtures")) == offered - {"examples"}


def assert_documented(row: str, function: Callable[..., object]) -> None:
    """Fail unless the row names each parameter, and its default where that is a number or a text."""
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "self" or parameter.kind is parameter.VAR_KEYWORD:
            continue
        assert re.search(rf"\b{name}\b", row), f"the parameter {name} is not in: {row}"
        if isinstance(parameter.default, int | float | str) and not isinstance(parameter.default, bool):
            shown = json.dumps(parameter.default)
            assert f"{name}={shown}" in row, f"{name} is {shown} by default, which is not in: {row}"


def methods(kind: type) -> dict[str, Any]:
    return {name: value for name, value in vars(kind).items() if callable(value) and not name.startswith("_")}


@pytest.mark.parametrize(("kind", "fixture"), [(Rand, "rand"), (Bench, "bench")])
def test_every_method_of_a_fixture_is_documented(kind: type, fixture: str) -> None:
    found = {name.partition("(")[0]: row for name, row in rows(fixture).items()}
    attributes = {"rand": {"rand.torch", "rand.numpy"}, "bench": set[str]()}[fixture]
    assert set(found) - attributes == {f"{fixture}.{name}" for name in methods(kind)}
    for name, method in methods(kind).items():
        assert_documented(found[f"{fixture}.{name}"], method)


def test_what_rand_offers_beside_methods_is_documented() -> None:
    public = {name for name in vars(Rand(1)) if not name.startswith("_")}
    assert {f"rand.{name}" for name in public} <= set(rows("rand"))


def test_every_method_of_a_students_function_is_documented() -> None:
    found = {name: row for name, row in rows("student").items() if name.startswith("student.f.")}
    assert {name.partition("(")[0].removeprefix("student.f.") for name in found} == set(methods(RemoteFunction))
    for row in found.values():
        assert_documented(row, RemoteFunction.grad)


def test_every_operation_on_a_handle_is_documented() -> None:
    operations = {name for name in vars(Handle) if name.startswith("__")} - INNER - ALIKE
    assert operations == set(WRITTEN)
    assert set(WRITTEN.values()) <= set(rows("Handles"))


def test_every_helper_is_documented_with_its_parameters() -> None:
    found = {name.partition("(")[0]: row for name, row in reversed(rows("Helpers of grader.examination").items())}
    assert set(found) == set(examination.__all__)
    for name in examination.__all__:
        helper = getattr(examination, name)
        if inspect.isfunction(helper):
            assert_documented(found[name], helper)


def test_every_strategy_is_documented_with_its_parameters() -> None:
    found = {name.partition("(")[0]: row for name, row in rows("Property tests").items()}
    assert set(found) == set(properties.__all__)
    for name in properties.__all__:
        strategy = getattr(properties, name)
        if strategy.__module__.startswith("grader."):
            assert_documented(found[name], strategy)
    assert all(f'`"{layout}"`' in found["tensors"] for layout in (*LAYOUTS, "any"))


# ------------------------------------------------------------------------------------------------- verify


def findings_in_the_code() -> dict[str, set[str]]:
    """Return every check's name that the code of `verify` gives a finding, with the weights given beside it.

    A name that is put together, `f"{what}.broken"`, stands for all that end so.
    """
    found: dict[str, set[str]] = {}
    for file in (ROOT / "grader" / "authoring").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                weights = {part.attr.lower() for part in ast.walk(node) if is_severity(part)}
                for name in names_of(node):
                    found.setdefault(name, set()).update(weights)
    return found


def names_of(call: ast.Call) -> Iterator[str]:
    function = getattr(call.func, "attr", getattr(call.func, "id", ""))
    given = [keyword.value for keyword in call.keywords if keyword.arg == "check"]
    if function in ("finding", "at_test", "_of_declaration"):
        given += call.args[:1]
    for value in given:
        for part in [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value
            elif isinstance(part, ast.JoinedStr) and isinstance(part.values[0], ast.FormattedValue):
                yield "*" + "".join(str(rest.value) for rest in part.values[1:] if isinstance(rest, ast.Constant))


def is_severity(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "Severity"


def test_every_check_of_verify_is_documented_with_its_weight() -> None:
    found = {name: row for name, row in rows("Checks of verify").items() if name not in LINTS}
    known = findings_in_the_code()
    assert len(known) > 30 and all(map(CHECK_ID.fullmatch, (name.lstrip("*.") for name in known)))
    for name, weights in known.items():
        meant = [shown for shown in found if shown == name or (name[0] == "*" and shown.endswith(name[1:]))]
        assert meant, f"docs/reference.md does not say what the check {name} finds"
        for row in (found[shown] for shown in meant):
            cell = row.split(" | ")[1]
            assert cell in {" or ".join(sorted(weights)), cell if not weights else ""}, f"{name}: {weights}, not {cell}"
    told = {name for name in found if name not in known and not any(name.endswith(n[1:]) for n in known if n[0] == "*")}
    assert told <= set(), f"no check of verify is called so: {told}"


def test_the_weights_are_those_that_findings_have() -> None:
    cells = {row.split(" | ")[1] for name, row in rows("Checks of verify").items() if name not in LINTS}
    assert {word for cell in cells for word in cell.split(" or ")} == {severity.value for severity in Severity}


def test_notes_among_the_lints_are_called_so() -> None:
    found = rows("Lints")
    assert {name for name, row in found.items() if "(a note)" in row} == {
        name for name, lint in LINTS.items() if lint.severity is Severity.NOTE
    }


# ------------------------------------------------------------------------------------------------- the page's own code


def test_python_on_the_page_is_python() -> None:
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        ast.parse(block)


EXAMPLES = {
    "exercises/exercise01_page/exercise.toml": 'schema = "exercise/1"\nid = "exercise01"\nslug = "page"\n'
    'title = { en = "The page", zh = "文档" }\nfiles = ["page.py"]\n',
    "exercises/exercise01_page/page.py": "",
    "exercises/exercise01_page/README.md": "",
    "exercises/exercise01_page/README.zh.md": "",
    "exercises/exercise01_page/test_visible.py": "def test_rows_sum_to_one(student):\n    assert student.RATE == 0.1\n",
    "solutions/exercise01_page/page.py": """\
import torch

RATE = 0.1
softmax, cross_entropy = torch.softmax, torch.nn.functional.cross_entropy


def predict(x):
    return (x.sum(dim=1) > 0).long()


def train(x, other):
    if isinstance(other, torch.Tensor):
        return [1.0, 0.5, 0.25]
    other.zero_grad()
    other.step()


class Adam:
    def __init__(self, params, lr):
        self.params, self.lr = params, lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                p -= self.lr * p.grad.sign()
""",
}


def test_the_examples_of_tests_on_the_page_run_in_an_exam(tmp_path: Path) -> None:
    tests = [block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "def test_" in block]
    files = EXAMPLES | {"solutions/exercise01_page/test_hidden.py": "\n\n".join(tests)}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    report = check("exercise01", tmp_path / "solutions" / "exercise01_page", course=tmp_path)
    assert {test.name: test.outcome for test in report.tests if test.outcome is not Outcome.PASSED} == {}
    assert len(report.tests) == 1 + len(re.findall(r"^def test_", "\n".join(tests), re.MULTILINE)) > 6


def test_links_within_the_pages_of_authors_lead_to_headings() -> None:
    pages = {page.name: page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md")}
    anchors = {name: {anchor(heading) for heading in headings(text)} for name, text in pages.items()}
    for name, text in pages.items():
        for target, fragment in re.findall(r"\]\(([a-z-]*\.md)?#([^)\s]+)\)", text):
            assert fragment in anchors[target or name], f"docs/{name} links to {target}#{fragment}, which is no heading"


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)


def anchor(heading: str) -> str:
    """Return the fragment that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
