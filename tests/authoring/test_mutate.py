"""Mutants: what each operator makes, what is left alone, and how they are named, chosen and scored."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from grader.authoring.mutate import OPERATORS, Mutant, Tried, Where, kill_score, mutant_findings, mutants, sample
from grader.records import Severity

ROOT = Path(__file__).parent.parent.parent
REFERENCES = sorted(
    file for folder in (ROOT / "solutions").iterdir() for file in folder.glob("[!t]*.py") if file.name != "quiz.py"
)
WHERE = Where(
    exercise="exercise01_made",
    folder="solutions/exercise01_made",
    declarations="solutions/exercise01_made/expected.toml",
)


def changed_lines(mutant: Mutant) -> str:
    """Return the lines that a mutant has instead of the original's; "-" stands before one that is lost."""
    lines = mutant.diff.splitlines()[1:]
    added = [line[1:].strip() for line in lines if line.startswith("+")]
    return "; ".join(added) if added else "; ".join("- " + line[1:].strip() for line in lines if line.startswith("-"))


def of(operator: str, source: str) -> list[str]:
    return [changed_lines(mutant) for mutant in mutants(source) if mutant.operator == operator]


def in_function(line: str) -> str:
    return f"def f(x, y, n, dim, p):\n    {line}\n"


# operator, a line of a function, and every line that the operator makes of it, in order
ONE_LINE = [
    ("arithmetic", "return x + y", ["return x - y"]),
    ("arithmetic", "return x / n", ["return x * n"]),
    ("arithmetic", "return x @ y", ["return x * y"]),
    ("arithmetic", "return x // n", ["return x / n"]),
    ("arithmetic", "return x ** 2", ["return x * 2"]),
    ("arithmetic", "return 'a' + y", []),
    ("sign", "return -x", ["return x"]),
    ("sign", "return -(x + y)", ["return (x + y)"]),
    ("sign", "return not x", ["return x"]),
    ("augmented", "x += y", ["x -= y", "x = y"]),
    ("comparison", "return x > 0", ["return x >= 0", "return x < 0"]),
    ("comparison", "return x == y", ["return x != y"]),
    ("comparison", "return torch.rand(n) < p", ["return torch.rand(n) > p"]),
    ("comparison", "return x is None", ["return x is not None"]),
    ("boolean", "return x and y", ["return (x or y)", "return y", "return x"]),
    ("condition", "return x if p else y", ["return x if True else y", "return x if False else y"]),
    ("condition", "return [i for i in x if i]", ["return [i for i in x if True]"]),
    ("constant", "return x + 2.5", ["return x + 5.0", "return x + -2.5"]),
    ("constant", "return x + 1e-8", ["return x + 1e-05", "return x + 0.0"]),
    ("constant", "return x + 3", ["return x + 4"]),
    ("constant", "return x[1]", ["return x[2]", "return x[0]"]),
    ("constant", "return x.sum(keepdim=True)", ["return x.sum(keepdim=False)"]),
    ("axis", "return x.sum(0)", ["return x.sum(1)"]),
    ("axis", "return x.sum(dim=-1)", ["return x.sum(dim=0)", "return x.sum(dim=-2)"]),
    ("axis", "return x.amax(dim=dim)", ["return x.amax(dim=-1)", "return x.amax(dim=0)"]),
    ("axis", "return x.sum(dim=(0, 1))", ["return x.sum(dim=(1, 1))", "return x.sum(dim=(0, 0))"]),
    ("bound", "return x[y:n]", ["return x[:n]", "return x[y:]"]),
    ("bound", "return range(n)", ["return range(1, n)", "return range(n - 1)"]),
    ("bound", "return range(x, n, y)", ["return range(x + 1, n, y)", "return range(x, n - 1, y)"]),
    ("term", "return x + y", ["return x", "return y"]),
    ("term", "return x - y", ["return x"]),
    ("term", "return x / n", ["return x"]),
    ("term", "return x * (y + n)", ["return x", "return (y + n)", "return x * (y)", "return x * (n)"]),
    ("term", "return x @ y", []),
    ("swap", "return x - y", ["return y - x"]),
    ("swap", "return x - (y - n)", ["return (y - n) - x", "return x - (n - y)"]),
    ("swap", "return x @ y", ["return y @ x"]),
    ("swap", "return g(x, y, n)", ["return g(y, x, n)", "return g(x, n, y)"]),
    ("swap", "return max(x, y)", []),
    ("swap", "return x, y", ["return y, x"]),
    ("swap", "yield x, y", ["yield y, x"]),
    ("unwrap", "return x.exp()", ["return x"]),
    ("unwrap", "return np.exp(x + y)", ["return (x + y)"]),
    ("unwrap", "return x.T @ y", ["return x @ y"]),
    ("unwrap", "return x.detach()", ["return x"]),
    ("unwrap", "return np.maximum(x, 0)", ["return x"]),
    ("unwrap", "return x.transpose(1, 2).reshape(n, -1)", ["return x.transpose(1, 2)", "return x.reshape(n, -1)"]),
    ("unwrap", "return x[:, None]", ["return x"]),
    ("exchange", "return x.sum()", ["return x.mean()"]),
    ("exchange", "return torch.max(x)", ["return torch.min(x)"]),
    ("exchange", "return x.reshape(n)", ["return x.view(n)"]),
    ("exchange", "return torch.randperm(n)", ["return torch.arange(n)"]),
    ("exchange", 'return loss(x, reduction="mean")', ['return loss(x, reduction="sum")']),
    ("argument", "return x.sum(dim=1, keepdim=True)", ["return x.sum(keepdim=True)", "return x.sum(dim=1)"]),
    ("argument", "return x.to(p, dtype=n)", ["return x.to(p)"]),
    ("argument", "return x.sum(dim=1)", ["return x.sum()"]),
    ("argument", "return zip(x, y, strict=True)", []),
    ("unwrap", "return float('inf')", []),
    ("in-place", "x -= y", ["x = x - y"]),
    ("in-place", "x *= y + n", ["x = x * (y + n)"]),
    ("in-place", "x = x - y", ["x -= y"]),
    ("in-place", "x[0] -= y", []),
    ("statement", "x -= y", ["pass"]),
    ("statement", "return x", []),
    ("statement", "z = y", []),  # losing it would only leave a name unknown
]


@pytest.mark.parametrize(("operator", "line", "made"), ONE_LINE, ids=lambda part: part if isinstance(part, str) else "")
def test_an_operator_makes_these_mutants_of_a_line(operator: str, line: str, made: list[str]) -> None:
    assert sorted(of(operator, in_function(line))) == sorted(made)


# operator, a whole source, and every change that the operator makes
MORE_LINES = [
    (
        "statement",
        "def f(x):\n    y = x + 1\n    y = y * 2\n    x.clear()  # why\n    return y\n",
        ["- y = y * 2", "- x.clear()  # why"],
    ),
    ("statement", "def f(x):\n    if x:\n        g()\n    return x\n", ["- if x:; - g()", "pass"]),
    ("order", "def f(o, l):\n    l.backward()\n    o.step()\n", ["o.step(); l.backward()"]),
    ("order", "def f(o, l):\n    y = l.sum()\n    o.step()\n", []),
    ("order", "def f(o, l):\n    l.append(o.loss)\n    o.step()\n", []),
    ("in-place", "class A:\n    def f(self):\n        self.t = 0\n        self.t += 1\n", []),
    ("in-place", "class A:\n    def f(self, g):\n        self.w -= g\n", ["self.w = self.w - g"]),
    ("in-place", "def f(n: int):\n    n += 1\n    return n\n", []),
    ("unwrap", "class A:\n    def f(self):\n        self.data = self.data + 1\n", []),
    ("context", "def f(x):\n    with torch.no_grad():\n        x.add_(1)\n", ["if True:"]),
    ("context", "@torch.no_grad()\ndef f(x):\n    return x\n", ["- @torch.no_grad()"]),
    ("context", "class A:\n    @property\n    def f(self):\n        return self.x\n", []),
    ("loop", "def f(x):\n    for i in x:\n        g(i)\n", ["break"]),
    ("loop", "def f(x):\n    for i in x:\n        if i:\n            continue\n        g(i)\n", ["break", "break"]),
    ("condition", "def f(x):\n    if x:\n        return 1\n    else:\n        return 2\n", ["if True:", "if False:"]),
    ("constant", "EPS = 1e-8\n", ["EPS = 1e-05", "EPS = 0.0"]),
    ("constant", "def f(x, lr=0.1):\n    return x\n", ["def f(x, lr=0.2):", "def f(x, lr=-0.1):"]),
    ("graph", "def f(x) -> torch.Tensor:\n    return x + 1\n", ["return (x + 1).detach()"]),
    ("graph", "def f(x) -> float:\n    return x + 1\n", []),
    ("precision", "def f(x) -> Tensor:\n    return x.exp()\n", ["return x.exp().float()"]),
    ("copy", "def f(x) -> Tensor:\n    return x.permute(1, 0)\n", ["return x.permute(1, 0).clone()"]),
    ("copy", "def f(x) -> Tensor:\n    return x.exp()\n", []),
    (
        "in-place",  # `z` is made here: nobody else holds it, so in place or not is the same
        "def f(x):\n    z = x.exp()\n    z -= 1.5\n    return z\n",
        [],
    ),
    (
        "in-place",
        "def f(params):\n    for p in params:\n        p -= p.grad\n",
        ["p = p - p.grad"],
    ),
]


@pytest.mark.parametrize(("operator", "source", "made"), MORE_LINES)
def test_an_operator_makes_these_mutants_of_a_source(operator: str, source: str, made: list[str]) -> None:
    assert sorted(of(operator, source)) == sorted(made)


def test_every_operator_is_shown_by_an_example() -> None:
    assert {operator for operator, _, made in (*ONE_LINE, *MORE_LINES) if made} == set(OPERATORS)


@pytest.mark.parametrize(
    "source",
    [
        '"""Numbers 1 and 2."""\n',
        'def f(x: "list[2 + 1]") -> "tuple[1]":\n    """Return x + 1."""\n    return x\n',
        "def f(x):\n    assert x.ndim == 2, 1 + 2\n    raise ValueError(f'{x + 1}')\n",
        "Array = np.ndarray[int, 2]\nNAMES = ['a', 'b']\n",
        "import os\n",
        "",
    ],
)
def test_what_computes_nothing_is_left_alone(source: str) -> None:
    assert {mutant.operator for mutant in mutants(source)} <= {"statement"}


def test_trivial_equals_are_no_mutants() -> None:
    assert of("swap", in_function("return (x - y) ** 2")) == ["return 2 ** (x - y)"]
    assert of("swap", in_function("return (x - y).abs()")) == []
    assert of("constant", in_function("return range(0, n)")) == ["return range(1, n)"]
    assert of("bound", in_function("return x[0:n]")) == ["return x[0:]"]
    sources = [mutant.source for mutant in mutants(in_function("return x * 1 + 0"))]
    assert in_function("return x * 1") not in sources  # still x


@pytest.mark.parametrize("file", REFERENCES, ids=lambda file: file.stem)
def test_the_mutants_of_a_reference_are_python_differ_and_have_names_of_their_own(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    made = mutants(text, file=file.name)
    assert len(made) >= 20
    for mutant in made:
        compile(mutant.source, "<mutant>", "exec")
        assert mutant.diff.count("\n@@") == 0, "one hunk"
        assert mutant.file == file.name
    assert len({ast.dump(ast.parse(mutant.source)) for mutant in made} | {ast.dump(ast.parse(text))}) == len(made) + 1
    assert len({mutant.id for mutant in made}) == len(made)
    assert made == mutants(text, file=file.name)


def test_a_mutants_name_outlives_other_edits_and_another_layout() -> None:
    before = "def f(x, n):\n    return x / n\n\n\nclass A:\n    def g(self, x):\n        return x - 1\n"
    moved = "class A:\n    def g(self, x):\n        return x-1  # one less\n"
    after = f'"""New."""\nK = "k"\n\n\n{moved}\n\ndef f(x, n):\n    return (x /\n            n)\n'
    assert {mutant.id for mutant in mutants(before)} == {mutant.id for mutant in mutants(after)}
    assert "A.g: return x + 1" in {mutant.id for mutant in mutants(before)}


def test_equal_lines_in_two_places_keep_names_apart() -> None:
    names = [mutant.id for mutant in mutants("def f(x):\n    x += 1\n    g()\n    x += 1\n    return x\n")]
    assert len(names) == len(set(names))


def test_text_in_other_alphabets_does_not_shift_an_edit() -> None:
    source = 'def f(x):\n    y = {"误差": x - 1, "é": x}; return y["误差"] + y["é"]\n'
    assert 'y = {"误差": x - 1, "é": x}; return y["误差"] - y["é"]' in of("arithmetic", source)


def test_line_and_column_say_where_the_fault_is() -> None:
    (mutant,) = (m for m in mutants("def f(x):\n    return x @ x.T\n", file="a.py") if m.operator == "arithmetic")
    assert (mutant.file, mutant.function, mutant.line, mutant.column) == ("a.py", "f", 2, 14)


def test_a_sample_is_fair_to_rare_operators_and_says_what_it_left_out() -> None:
    body = "".join(f"    x = x + y{at}\n" for at in range(30))
    parameters = ", ".join(f"y{at}" for at in range(30))
    made = mutants(f"def f(x, {parameters}):\n{body}    return -x\n")
    assert Counter(mutant.operator for mutant in made)["sign"] == 1
    chosen = sample(made, limit=20)
    assert len(chosen.chosen) == 20
    assert chosen.left_out == len(made) - 20
    assert Counter(mutant.operator for mutant in chosen.chosen)["sign"] == 1
    lines = [mutant.line for mutant in chosen.chosen if mutant.operator == "arithmetic"]
    assert min(lines) < 8 and max(lines) > 24, "spread over the text"
    assert chosen == sample(made, limit=20)
    assert sample(made, limit=10_000).chosen == made


def tried(killed: int, survived: int) -> tuple[list[Tried], tuple[Mutant, ...]]:
    made = mutants("def f(x):\n" + "".join(f"    x = x * {at}.5\n" for at in range(2, 30)) + "    return x\n")
    made = made[: killed + survived]
    return [Tried(mutant=m, killed_by="test_a" if at < killed else "") for at, m in enumerate(made)], made


def test_a_score_of_95_percent_leaves_warnings_and_a_lower_one_errors() -> None:
    results, made = tried(95, 5)
    found = list(mutant_findings(results, {}, made, WHERE))
    assert [finding.check for finding in found] == ["mutant.survived"] * 5
    assert {finding.severity for finding in found} == {Severity.WARNING}
    assert found[0].detail.startswith("@@")
    assert found[0].line == made[95].line
    results, made = tried(94, 6)
    found = list(mutant_findings(results, {}, made, WHERE))
    assert {finding.severity for finding in found} == {Severity.ERROR}
    assert "94 / 100 = 94.0%" in found[-1].problem.en
    assert found[-1].check == "mutant.score"


def test_a_declared_survivor_does_not_count() -> None:
    results, made = tried(9, 1)
    declared = {made[9].id: "It is the same for every input."}
    score = kill_score(results, declared, left_out=3)
    assert (score.killed, len(score.survived), len(score.declared), score.share, score.left_out) == (9, 0, 1, 1.0, 3)
    assert list(mutant_findings(results, declared, made, WHERE)) == []


def test_a_declaration_that_does_not_hold_is_told() -> None:
    results, made = tried(9, 1)
    declared = {made[9].id: "  ", made[0].id: "No test can see it.", "f: return y": "It was so once."}
    found = {finding.check: finding for finding in mutant_findings(results, declared, made, WHERE)}
    assert set(found) == {
        "mutant.declared-without-reason",
        "mutant.declared-killed",
        "mutant.declared-unknown",
    }
    assert "test_a fails on it" in found["mutant.declared-killed"].problem.en
    assert all(finding.file == WHERE.declarations for finding in found.values())
