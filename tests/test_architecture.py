"""The rules of the layers, held by reading the imports of every module."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

GRADER = Path(__file__).parent.parent / "grader"
MODULES = sorted(GRADER.rglob("*.py"))

# A stage imports itself and earlier ones; those on one line do not know each other.
ORDER = (
    {"texts", "plaintext"},
    {"pictures"},
    {"records"},
    {"errors"},
    {"plugins"},
    {"pages"},
    {"exercise"},
    {"submission"},
    {"sandbox"},
    {"quiz"},
    {"store"},
    {"taking"},
    {"examination"},
    {"diagnosis"},
    {"report"},
    {"pipeline"},
    {"runners"},
    {"batch"},
    {"jupyter"},
    {"authoring"},
    {"cli"},
)
RANK = {stage: rank for rank, stages in enumerate(ORDER) for stage in stages}
MAX_LINES = 400


def stage_of(module: Path) -> str:
    return module.relative_to(GRADER).with_suffix("").parts[0]


def shown(module: Path) -> str:
    return module.relative_to(GRADER.parent).as_posix()


def own_imports(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted names of ours that a module imports, at its top or in a function, but not for types only."""
    skipped = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "grader")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "grader":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@functools.cache
def parsed(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"), filename=str(module))


def called(node: ast.Call) -> str:
    """Return the last part of what a call names; nothing for a call of anything but a name."""
    return getattr(node.func, "attr", "") or getattr(node.func, "id", "")


@pytest.mark.parametrize("module", MODULES, ids=shown)
def test_a_stage_imports_earlier_stages_only(module: Path) -> None:
    stage = stage_of(module)
    if stage in ("__init__", "__main__"):
        return  # the public API and `python -m grader` stand above all stages
    assert stage in RANK, f"{shown(module)}: give the stage {stage} its place in ORDER"
    for name in own_imports(parsed(module)):
        imported = [*name.split("."), ""][1]
        if imported in ("", "__version__"):
            continue  # the package itself: what it offers is loaded on first use
        assert imported == stage or RANK[imported] < RANK[stage], f"{shown(module)} imports {name}"


def test_records_and_errors_import_nothing_later_than_each_other() -> None:
    allowed = {"texts": set(), "pictures": {"texts"}, "records": {"texts", "pictures"}}
    for name, earlier in allowed.items():
        assert {imported.split(".")[1] for imported in own_imports(parsed(GRADER / f"{name}.py"))} <= earlier
    assert {name.split(".")[1] for name in own_imports(parsed(GRADER / "errors.py"))} <= {"records", "texts"}


def test_what_runs_in_the_child_knows_the_sandbox_records_and_errors_only() -> None:
    waiting, seen = [GRADER / "sandbox" / "child.py"], set()
    while waiting:
        module = waiting.pop()
        seen.add(module)
        for name in own_imports(parsed(module)):
            parts = name.split(".")
            if len(parts) == 1:
                continue
            known = ("sandbox", "records", "errors", "texts", "pictures")  # records are made of the last two
            assert parts[1] in known, f"{shown(module)}, loaded in the child, imports {name}"
            for depth in (2, 3):
                file = GRADER.parent.joinpath(*parts[:depth]).with_suffix(".py")
                if file.is_file() and file not in seen:
                    waiting.append(file)
    assert len(seen) > 1


@pytest.mark.parametrize("module", MODULES, ids=shown)
def test_verdicts_are_made_in_the_examination_only(module: Path) -> None:
    if stage_of(module) == "examination":
        return
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.Call) and called(node) == "TestResult":
            raise AssertionError(f"{shown(module)}:{node.lineno} makes a TestResult")
        if isinstance(node, ast.Call) and called(node) == "replace":
            changed = {keyword.arg for keyword in node.keywords}
            assert not changed & {"outcome", "earned"}, f"{shown(module)}:{node.lineno} changes a verdict"


@pytest.mark.parametrize("module", MODULES, ids=shown)
def test_sql_is_in_the_store_only(module: Path) -> None:
    if stage_of(module) == "store":
        return
    for node in ast.walk(parsed(module)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        databases = {"sqlalchemy", "alembic", "sqlite3"} & {name.split(".")[0] for name in names}
        assert not databases, f"{shown(module)}:{getattr(node, 'lineno', 0)} imports {databases}"


@pytest.mark.parametrize("module", MODULES, ids=shown)
def test_a_module_is_one_noun_long(module: Path) -> None:
    if "wording" in module.parts:
        return  # a table of sentences, which nobody reads from end to end
    lines = len(module.read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES, f"{shown(module)} has {lines} lines: split it by what it is about"


@pytest.mark.parametrize("module", MODULES, ids=shown)
def test_a_module_opens_with_what_it_is(module: Path) -> None:
    assert ast.get_docstring(parsed(module)), f"{shown(module)} has no docstring"


def test_hostile_bytes_are_never_unpickled_or_evaluated() -> None:
    for stage in ("sandbox", "examination", "diagnosis", "submission", "report"):
        for module in sorted((GRADER / stage).rglob("*.py")):
            for node in ast.walk(parsed(module)):
                names = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom):
                    names = [node.module or ""]
                elif isinstance(node, ast.Call):
                    names = [ast.unparse(node.func)]
                forbidden = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "eval", "torch.load", "pickle.loads"}
                assert not forbidden & set(names), f"{shown(module)}:{getattr(node, 'lineno', 0)}: {names}"


def test_a_class_of_quizzes_has_a_name_of_its_own() -> None:
    """Who reads that a `Leaf` or a `Place` is taken should not have to ask which: the parts meet in one sentence."""
    found: dict[str, list[Path]] = {}
    for module in MODULES:
        if stage_of(module) in ("quiz", "store", "taking") or module.is_relative_to(GRADER / "cli" / "quiz"):
            for node in parsed(module).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found.setdefault(node.name, []).append(module)
    assert len(found) > 100
    for name, modules in found.items():
        stages = [stage_of(module) for module in modules if stage_of(module) != "taking"]
        assert len(modules) == 1 or not stages, f"rename all {name} but one: {', '.join(map(shown, modules))}"


def test_what_renders_a_question_knows_no_type_of_the_key() -> None:
    """So no mistake in it can show an answer; what teachers see is made in `quiz/preview`."""
    secret = {"Key", "Variant", "Wrong", "Answer", "authored", "drawing", "preview", "model_answer", "generators"}
    modules = sorted((GRADER / "quiz" / "rendering").glob("*.py"))
    assert len(modules) > 5
    for module in modules:
        for name in own_imports(parsed(module)):
            words = name.split(".")[2:]
            known = [word for word in words if word in secret or word.endswith("Key") or word.startswith("Wrong")]
            assert not known, f"{shown(module)} imports {name}"


def loaded_after(statement: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after `statement`."""
    script = f"{statement}\nimport sys\nprint(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_help_and_the_library_load_nothing_heavy() -> None:
    heavy = {"torch", "numpy", "rich", "jsonschema", "hypothesis", "pytest", "msgspec", "sqlalchemy", "alembic"}
    run_help = "import sys; from grader.cli.app import run; assert run(['--help']) == 0"
    assert not loaded_after(run_help) & heavy
    assert not loaded_after("import grader") & heavy


def test_the_command_line_never_loads_torch_itself() -> None:
    statement = "import sys; from grader.cli.app import run; assert run(['list']) == 0; import grader.pipeline"
    assert "torch" not in loaded_after(statement)
