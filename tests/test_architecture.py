"""The rules of the layers, held by reading the imports of every module."""

from __future__ import annotations

import ast
import functools
import gc
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

GRADER = Path(__file__).parent.parent / "grader"
MODULES = sorted(GRADER.rglob("*.py"))
# The public API and `python -m grader` stand above all stages.
BELOW = [module for module in MODULES if module.parent != GRADER or module.stem not in ("__init__", "__main__")]

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


def named(expression: ast.expr) -> set[str]:
    """Return the names in an expression, the last parts of dotted ones too."""
    nodes = list(ast.walk(expression))
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.attr for node in nodes if isinstance(node, ast.Attribute)
    }


def own_imports(module: Path) -> Iterator[str]:
    """Yield the dotted names of ours that a module imports, at its top or in a function, but not for types only."""
    skipped = {
        inner
        for node in walked(module)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in named(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in walked(module):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "grader")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "grader":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@functools.cache
def parsed(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"), filename=str(module))


@functools.cache
def walked(module: Path) -> tuple[ast.AST, ...]:
    """Return every node of a module: several rules look at all of them."""
    return tuple(ast.walk(parsed(module)))


@pytest.fixture(autouse=True, scope="module")
def trees_in_peace() -> Iterator[None]:
    """Keep the collector from going through 700,000 nodes, again and again, and drop them in the end."""
    gc.disable()
    yield
    parsed.cache_clear()
    walked.cache_clear()
    gc.enable()


def holds(found: Iterable[str]) -> None:
    """Fail with all that breaks a rule, in whichever modules, and not with the first of it only."""
    told = list(found)
    assert not told, "\n".join(told)


def called(node: ast.Call) -> str:
    """Return the last part of what a call names; nothing for a call of anything but a name."""
    return getattr(node.func, "attr", "") or getattr(node.func, "id", "")


def test_every_stage_has_its_place() -> None:
    holds(f"{shown(module)}: give the stage its place in ORDER" for module in BELOW if stage_of(module) not in RANK)


def test_a_stage_imports_earlier_stages_only() -> None:
    holds(f"{shown(module)} imports {name}" for module in BELOW for name in too_early(module))


def too_early(module: Path) -> Iterator[str]:
    """Yield the imports of what is no earlier stage than the module's own."""
    stage = stage_of(module)
    for name in own_imports(module):
        imported = [*name.split("."), ""][1]
        if imported in ("", "__version__"):
            continue  # the package itself: what it offers is loaded on first use
        if imported != stage and not RANK[imported] < RANK[stage]:
            yield name


def test_records_and_errors_import_nothing_later_than_each_other() -> None:
    allowed = {"texts": set(), "pictures": {"texts"}, "records": {"texts", "pictures"}}
    for name, earlier in allowed.items():
        assert {imported.split(".")[1] for imported in own_imports(GRADER / f"{name}.py")} <= earlier
    assert {name.split(".")[1] for name in own_imports(GRADER / "errors.py")} <= {"records", "texts"}


def test_what_runs_in_the_child_knows_the_sandbox_records_and_errors_only() -> None:
    waiting, seen = [GRADER / "sandbox" / "child.py"], set()
    while waiting:
        module = waiting.pop()
        seen.add(module)
        for name in own_imports(module):
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


def test_verdicts_are_made_in_the_examination_only() -> None:
    holds(found for module in MODULES if stage_of(module) != "examination" for found in verdicts(module))


def verdicts(module: Path) -> Iterator[str]:
    """Say where a module makes a test's result, or changes one."""
    for node in walked(module):
        if isinstance(node, ast.Call) and called(node) == "TestResult":
            yield f"{shown(module)}:{node.lineno} makes a TestResult"
        if isinstance(node, ast.Call) and called(node) == "replace":
            changed = {keyword.arg for keyword in node.keywords}
            if changed & {"outcome", "earned"}:
                yield f"{shown(module)}:{node.lineno} changes a verdict"


def test_sql_is_in_the_store_only() -> None:
    holds(found for module in MODULES if stage_of(module) != "store" for found in databases(module))


def databases(module: Path) -> Iterator[str]:
    """Say where a module imports what speaks to a database."""
    for node in walked(module):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if found := {"sqlalchemy", "alembic", "sqlite3"} & {name.split(".")[0] for name in names}:
            yield f"{shown(module)}:{getattr(node, 'lineno', 0)} imports {found}"


def test_a_module_is_one_noun_long() -> None:
    # A table of sentences is read by nobody from end to end.
    read = [module for module in MODULES if "wording" not in module.parts]
    lines = {module: len(module.read_text(encoding="utf-8").splitlines()) for module in read}
    holds(
        f"{shown(module)} has {count} lines: split it by what it is about"
        for module, count in lines.items()
        if count > MAX_LINES
    )


def test_a_module_opens_with_what_it_is() -> None:
    holds(f"{shown(module)} has no docstring" for module in MODULES if not ast.get_docstring(parsed(module)))


def test_hostile_bytes_are_never_unpickled_or_evaluated() -> None:
    for stage in ("sandbox", "examination", "diagnosis", "submission", "report"):
        for module in sorted((GRADER / stage).rglob("*.py")):
            for node in walked(module):
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
        for name in own_imports(module):
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
