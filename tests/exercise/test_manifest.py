"""The manifest: what is read from it, and what its author is told about each mistake."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from grader.errors import AuthorError, GraderError
from grader.exercise import read_exercise
from grader.exercise.manifest import SCHEMA_FILE
from grader.exercise.problems import schema_problems
from grader.records import Device, Fault, Language, Limits, Reveal, Text

BASE = (
    'schema = "exercise/1"\nid = "exercise03"\nslug = "softmax"\n'
    'title = { en = "Softmax", zh = "归一化" }\nfiles = ["softmax.py"]\n'
)
FULL = """
topics = ["softmax", "numerical-stability"]
devices = ["cpu", "cuda"]
preload = ["torch.optim"]
[limits]
call_s = 1
exam_s = 12.5
memory_mib = 1024
gpu_memory_mib = 2048
[functions.sgd_step]
mutates = ["params", "state"]
[functions."SGD.step"]
mutates = ["self"]
[rules]
forbid = ["torch.softmax", "torch.nn.functional.*softmax"]
allow = ["torch.*", "math.*"]
[reveal]
hidden = "shape"
"""


SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
KEYS = st.sampled_from(
    [
        "schema",
        "id",
        "slug",
        "title",
        "topics",
        "files",
        "devices",
        "limits",
        "functions",
        "rules",
        "reveal",
        "en",
        "zh",
        "call_s",
        "memory_mib",
        "mutates",
        "forbid",
        "allow",
        "hidden",
        "softmax.py",
        "exercise03",
        "x",
    ]
)


def refused(course_files: Any, manifest: str, *, name: str = "exercise03_softmax") -> str:
    """Return what the author of `manifest` is told; it must also be said in Chinese, and blame the author."""
    folder = course_files.add(name, manifest=manifest)
    with pytest.raises(AuthorError) as caught:
        read_exercise(folder, solution_folder=course_files.hidden(name))
    assert caught.value.fault is Fault.AUTHOR
    assert caught.value.exit_code == 2
    assert isinstance(caught.value, GraderError)
    chinese = caught.value.text.within(Language.ZH)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert "exercise.toml" in chinese
    message = str(caught.value)
    assert str(folder / "exercise.toml") in message
    return message


def replaced(old: str, new: str) -> str:
    assert old in BASE
    return BASE.replace(old, new)


# -------------------------------------------------------------------------------------------------- what is read


def test_every_key_reaches_the_exercise(course_files: Any) -> None:
    folder = course_files.add(more=FULL)
    exercise = read_exercise(folder, solution_folder=course_files.hidden())
    assert exercise.name == "exercise03_softmax"
    assert exercise.title == Text(en="Title of softmax", zh="softmax 的标题")
    assert exercise.topics == ("softmax", "numerical-stability")
    assert exercise.files == ("softmax.py",)
    assert exercise.devices == (Device.CPU, Device.CUDA)
    assert exercise.preload == ("torch.optim",)
    assert exercise.limits == Limits(call_s=1.0, exam_s=12.5, memory_mib=1024, gpu_memory_mib=2048)
    assert exercise.mutates == {"sgd_step": ("params", "state"), "SGD.step": ("self",)}
    assert exercise.forbid == ("torch.softmax", "torch.nn.functional.*softmax")
    assert exercise.allow == ("torch.*", "math.*")
    assert exercise.reveal_hidden is Reveal.SHAPE
    assert exercise.folder == str(folder)
    assert exercise.solution_folder == str(course_files.hidden())


def test_five_keys_are_enough_and_the_rest_has_the_records_defaults(course_files: Any) -> None:
    exercise = read_exercise(course_files.add(manifest=BASE), solution_folder=None)
    assert exercise.limits == Limits()
    assert exercise.devices == (Device.CPU,)
    assert exercise.reveal_hidden is Reveal.HINT
    assert (exercise.topics, exercise.preload, exercise.forbid, exercise.mutates) == ((), (), (), {})
    assert exercise.allow == (), "nothing is kept to a list"
    assert exercise.solution_folder == ""


def test_schema_defaults_are_the_ones_applied(course_files: Any) -> None:
    properties = SCHEMA["properties"]
    limits = {name: schema["default"] for name, schema in properties["limits"]["properties"].items()}
    assert Limits(**limits) == Limits()
    exercise = read_exercise(course_files.add(manifest=BASE), solution_folder=None)
    assert list(exercise.devices) == properties["devices"]["default"]
    assert exercise.reveal_hidden == properties["reveal"]["properties"]["hidden"]["default"]


def test_default_exam_limit_never_undercuts_a_longer_call(course_files: Any) -> None:
    folder = course_files.add(more="[limits]\ncall_s = 60")
    assert read_exercise(folder, solution_folder=None).limits.exam_s == 60.0


def test_byte_order_mark_is_no_syntax_error(course_files: Any) -> None:
    folder = course_files.add(manifest="\ufeff" + BASE)
    assert read_exercise(folder, solution_folder=None).id == "exercise03"


def test_schema_is_valid_and_closed_and_describes_every_key() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    pending = [SCHEMA]
    while pending:
        current = pending.pop()
        assert current["title"] and current["description"]
        if current.get("type") == "object":
            assert "additionalProperties" in current
        pending += current.get("properties", {}).values()
        if "items" in current:
            pending.append(current["items"])
        if isinstance(current.get("additionalProperties"), dict):
            pending.append(current["additionalProperties"])


def test_schema_accepts_each_of_its_own_examples() -> None:
    for name, key in SCHEMA["properties"].items():
        for example in key["examples"]:
            assert list(Draft202012Validator(key).iter_errors(example)) == [], name


# ---------------------------------------------------------------------------------------- what its author is told


MISTAKES = {
    "number in quotes": (
        BASE + '[limits]\ncall_s = "10"',
        ('limits.call_s = "10"', "expected a number in (0, 120], got text", "Remove the quotes."),
    ),
    "text that is no number": (
        BASE + '[limits]\ncall_s = "slow"',
        ('limits.call_s = "slow"', "got text", "For example: call_s = 2.0"),
    ),
    "truth value for a number": (
        BASE + "[limits]\ncall_s = true",
        ("limits.call_s = true", "expected a number in (0, 120], got true or false"),
    ),
    "call limit of zero": (BASE + "[limits]\ncall_s = 0", ("limits.call_s = 0", "in (0, 120], got 0")),
    "call limit too long": (BASE + "[limits]\ncall_s = 121", ("limits.call_s = 121", "in (0, 120], got 121")),
    "call limit infinite": (BASE + "[limits]\ncall_s = inf", ("limits.call_s = inf", "in (0, 120], got inf")),
    "call limit not a number": (BASE + "[limits]\ncall_s = nan", ("limits.call_s = nan", "expected a number, got nan")),
    "exam limit too long": (BASE + "[limits]\nexam_s = 3601", ("limits.exam_s = 3601", "in (0, 3600]")),
    "call limit beyond the exam's": (
        BASE + "[limits]\ncall_s = 20\nexam_s = 10",
        ("limits.call_s = 20", "at most limits.exam_s = 10", "Lower it, or raise limits.exam_s."),
    ),
    "fractional memory": (
        BASE + "[limits]\nmemory_mib = 512.5",
        ("limits.memory_mib = 512.5", "a whole number in [64, 65536]", "got a number"),
    ),
    "memory too small": (BASE + "[limits]\nmemory_mib = 32", ("limits.memory_mib = 32", "in [64, 65536], got 32")),
    "misspelt key": (
        BASE + "[limits]\ncalls_s = 1",
        ("limits.calls_s: unknown key", "call_s, exam_s, memory_mib", "Did you mean call_s?"),
    ),
    "misspelt table": (BASE + "[limit]\ncall_s = 1", ("limit: unknown key", "Did you mean limits?")),
    "key of a table at the top": (BASE + "memory_mib = 64", ("memory_mib: unknown key", "It belongs under [limits].")),
    "top key swallowed by a table": (
        BASE + '[limits]\ncall_s = 1\npreload = ["torch.optim"]',
        ("limits.preload: unknown key", "preload belongs at the top: move it above the first [table]."),
    ),
    "key from nowhere": (BASE + "colour = 1", ("colour: unknown key", "Remove it.")),
    "method name without quotes": (
        BASE + '[functions.SGD.step]\nmutates = ["params"]',
        ("functions.SGD.step: unknown key", 'Quote a method\'s name: [functions."SGD.step"].'),
    ),
    "function name with a space": (
        BASE + '[functions."sgd step"]\nmutates = ["params"]',
        ('functions."sgd step"', "the name of a function", "For example: [functions.sgd_step]."),
    ),
    "function that mutates nothing": (
        BASE + "[functions.sgd_step]\nmutates = []",
        ("functions.sgd_step.mutates = []", "at least one item, got 0"),
    ),
    "function without mutates": (BASE + "[functions.sgd_step]", ("functions.sgd_step.mutates: missing", "Add to ")),
    "list forgotten": (
        replaced('["softmax.py"]', '"softmax.py"'),
        ('files = "softmax.py"', "expected a list, got text", 'Put it in brackets: ["softmax.py"].'),
    ),
    "text forgotten": (
        replaced('id = "exercise03"', "id = 3"),
        ("id = 3", 'expected "exercise" and at least two digits, got a whole number', 'Put it in quotes: "3".'),
    ),
    "date for a text": (
        replaced('slug = "softmax"', "slug = 2025-01-31"),
        ("slug = 2025-01-31", "got a date or time"),
    ),
    "one-language title": (
        replaced(', zh = "归一化"', ""),
        ("title.zh: missing", "Add to title, for example: zh ="),
    ),
    "title as text": (
        replaced('{ en = "Softmax", zh = "归一化" }', '"Softmax"'),
        ('title = "Softmax"', "expected a table, got text", "For example: title = { en ="),
    ),
    "blank title": (replaced('en = "Softmax"', 'en = " "'), ('title.en = " "', "one line of text")),
    "no files": (replaced('["softmax.py"]', "[]"), ("files = []", "at least one item, got 0")),
    "id missing": (replaced('id = "exercise03"\n', ""), ("id: missing", 'for example: id = "exercise03"')),
    "id with one digit": (
        replaced("exercise03", "exercise3"),
        ('id = "exercise3"', '"exercise" and at least two digits', 'For example: id = "exercise03"'),
    ),
    "id with foreign digits": (replaced("exercise03", "exercise٠٣"), ('id = "exercise٠٣"', "at least two digits")),
    "slug with capitals": (replaced('"softmax"', '"SoftMax"'), ('slug = "SoftMax"', "lower-case words")),
    "slug that leads elsewhere": (replaced('"softmax"', '"../x"'), ('slug = "../x"', "lower-case words")),
    "later format": (
        replaced("exercise/1", "exercise/2"),
        ('schema = "exercise/2"', '"exercise/1"', "upgrade dlgrade"),
    ),
    "other format": (replaced("exercise/1", "quiz/1"), ('schema = "quiz/1"', 'For example: schema = "exercise/1"')),
    "file in a folder": (
        replaced("softmax.py", "src/softmax.py"),
        ('files[0] = "src/softmax.py"', "without a directory", 'For example: files = ["softmax.py"]'),
    ),
    "file above the folder": (replaced("softmax.py", "../softmax.py"), ('files[0] = "../softmax.py"',)),
    "absolute file": (replaced("softmax.py", "/etc/softmax.py"), ('files[0] = "/etc/softmax.py"',)),
    "file that is no module": (replaced("softmax.py", "softmax.ipynb"), ('files[0] = "softmax.ipynb"',)),
    "file name ending in a line feed": (
        replaced("softmax.py", "softmax.py\\n"),
        ("files[0] =", "a line feed at its end"),
    ),
    "same file twice": (
        replaced('["softmax.py"]', '["softmax.py", "softmax.py"]'),
        ("each item once", '"softmax.py" more than once', "Remove the repetition."),
    ),
    "same file in capitals": (
        replaced('["softmax.py"]', '["softmax.py", "Softmax.py"]'),
        ('files[1] = "Softmax.py"', "differ in more than upper and lower case"),
    ),
    "keyword as a module": (replaced("softmax.py", "lambda.py"), ('files[0] = "lambda.py"', "imported by its name")),
    "package marker": (replaced("softmax.py", "__init__.py"), ('files[0] = "__init__.py"', "Python keeps for itself")),
    "visible tests as a file": (replaced("softmax.py", "test_visible.py"), ("not a test", "a test's name")),
    "unknown device": (BASE + 'devices = ["gpu"]', ('devices[0] = "gpu"', 'expected "cpu" or "cuda"')),
    "device in capitals": (BASE + 'devices = ["CUDA"]', ('devices[0] = "CUDA"', 'Did you mean "cuda"?')),
    "no device": (BASE + "devices = []", ("devices = []", "at least one item")),
    "preload of a third library": (
        BASE + 'preload = ["scipy.stats"]',
        ('preload[0] = "scipy.stats"', "a module of torch or numpy"),
    ),
    "preload of a look-alike": (BASE + 'preload = ["torchvision"]', ('preload[0] = "torchvision"',)),
    "preload of a path": (BASE + 'preload = ["torch/optim"]', ('preload[0] = "torch/optim"',)),
    "forbidding everything": (BASE + '[rules]\nforbid = ["*"]', ('rules.forbid[0] = "*"', "a dotted name")),
    "allowing nothing": (BASE + "[rules]\nallow = []", ("rules.allow = []", "at least one item")),
    "allowing a call": (BASE + '[rules]\nallow = ["torch.exp(x)"]', ('rules.allow[0] = "torch.exp(x)"',)),
    "allowing a whole module": (
        BASE + '[rules]\nallow = ["torch.exp", "torch"]',
        ('rules.allow[1] = "torch": `torch` names a whole module: write `torch.*`', "may be imported anyway"),
    ),
    "allowed, misspelt": (BASE + '[rules]\nallowed = ["torch"]', ("rules.allowed", "Did you mean allow?")),
    "forbidding a call": (BASE + '[rules]\nforbid = ["torch.exp()"]', ('rules.forbid[0] = "torch.exp()"',)),
    "unknown reveal": (
        BASE + '[reveal]\nhidden = "hints"',
        ('reveal.hidden = "hints"', '"none" or "hint" or "shape" or "full"', 'Did you mean "hint"?'),
    ),
    "reveal as a truth value": (BASE + "[reveal]\nhidden = false", ("reveal.hidden = false", "got false")),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_explained_with_key_value_and_fix(course_files: Any, mistake: str) -> None:
    manifest, parts = MISTAKES[mistake]
    message = refused(course_files, manifest)
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    "module", ["torch", "numpy", "pytest", "grader", "sitecustomize", "conftest", "random", "Torch"]
)
def test_file_may_not_hide_a_module(course_files: Any, module: str) -> None:
    message = refused(course_files, replaced("softmax.py", f"{module}.py"))
    assert f'files[0] = "{module}.py"' in message
    assert f"the name of the module {module}, which it would hide. Rename it, for example my_{module}.py." in message


def test_folder_must_bear_id_and_slug(course_files: Any) -> None:
    message = refused(course_files, BASE, name="exercise04_softmax")
    assert '"exercise03_softmax": expected the folder\'s name, got "exercise04_softmax"' in message
    assert "Rename the folder to exercise03_softmax" in message


def test_every_problem_is_told_at_once(course_files: Any) -> None:
    message = refused(course_files, replaced('slug = "softmax"\n', "") + '[limits]\ncall_s = "10"\nmemory_mib = 1')
    lines = message.splitlines()
    assert len(lines) == 3
    assert all(line.startswith(str(course_files.root)) for line in lines)


def test_syntax_error_points_at_line_and_column(course_files: Any) -> None:
    message = refused(course_files, replaced('slug = "softmax"', "slug = softmax"))
    assert "line 3, column 8" in message
    assert "The line is: 'slug = softmax'. Text needs quotes" in message


def test_syntax_error_at_the_end_points_at_the_last_line(course_files: Any) -> None:
    message = refused(course_files, BASE + "topics = [\n\n")
    assert "line 6, column 11" in message


def test_key_given_twice_is_a_syntax_error(course_files: Any) -> None:
    assert "line 6" in refused(course_files, BASE + 'id = "exercise04"\n')


def test_manifest_that_is_not_utf8_names_the_line(course_files: Any) -> None:
    folder = course_files.add()
    (folder / "exercise.toml").write_bytes(b'schema = "exercise/1"\ntitle = "\xce\xde"\n')
    with pytest.raises(AuthorError, match=r"line 2, byte 31: not UTF-8\. Save the file as UTF-8\."):
        read_exercise(folder, solution_folder=None)


def test_deeply_nested_manifest_is_refused(course_files: Any) -> None:
    assert "nested too deeply" in refused(course_files, BASE + "topics = " + "[" * 5000 + "]" * 5000)


@pytest.mark.parametrize("dots", [250, 5_000])
def test_a_key_of_thousands_of_dots_is_refused(course_files: Any, dots: int) -> None:
    assert "nested too deeply" in refused(course_files, BASE + "a." * dots + "b = 1\n")


def test_a_number_that_python_does_not_read_is_refused(course_files: Any) -> None:
    message = refused(course_files, BASE + f"[limits]\ncall_s = {'9' * 5_000}\n")
    assert "a value that cannot be read: Exceeds the limit" in message
    assert "sys." not in message


def test_nesting_that_still_parses_is_explained(course_files: Any) -> None:
    message = refused(course_files, BASE + "topics = " + "[" * 150 + "]" * 150)
    assert "topics[0] = [[[[[[[[[…]]]]]]]]]: expected lower-case words joined by hyphens, got a list" in message


@given(
    manifest=st.dictionaries(
        KEYS,
        st.recursive(
            st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates(), KEYS),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
            max_leaves=8,
        ),
        max_size=6,
    )
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_table_is_explained_without_an_error_of_our_own(manifest: dict[str, object]) -> None:
    problems = schema_problems(manifest, SCHEMA)
    assert problems
    assert all(problem.en and problem.zh for problem in problems)


def test_huge_manifest_is_refused(course_files: Any) -> None:
    assert "larger than 256 KiB" in refused(course_files, BASE + "# " + "x" * 300_000)


def test_unreadable_file_is_the_authors_to_fix(powerless: Path) -> None:
    folder = powerless / "exercise03_softmax"
    folder.mkdir()
    (folder / "exercise.toml").write_text(BASE, encoding="utf-8")
    (folder / "exercise.toml").chmod(0)
    with pytest.raises(AuthorError, match=r"exercise\.toml: cannot be read \(Permission denied\)\. Check its perm"):
        read_exercise(folder, solution_folder=None)


# ------------------------------------------------------------------------------------------------ files beside it


@pytest.mark.parametrize("name", ["softmax.py", "test_visible.py", "README.md", "README.zh.md"])
def test_missing_file_is_named(course_files: Any, name: str) -> None:
    folder = course_files.add()
    (folder / name).unlink()
    with pytest.raises(AuthorError) as caught:
        read_exercise(folder, solution_folder=None)
    assert f"{folder / name}: missing; expected a file" in str(caught.value)


@pytest.mark.parametrize("name", ["softmax.py", "test_hidden.py"])
def test_missing_half_of_a_solution_is_named(course_files: Any, name: str) -> None:
    folder = course_files.add()
    (course_files.hidden() / name).unlink()
    with pytest.raises(AuthorError) as caught:
        read_exercise(folder, solution_folder=course_files.hidden())
    assert f"{course_files.hidden() / name}: missing" in str(caught.value)


def test_all_missing_files_are_named_at_once(course_files: Any) -> None:
    folder = course_files.add()
    (folder / "README.md").unlink()
    (folder / "softmax.py").unlink()
    with pytest.raises(AuthorError) as caught:
        read_exercise(folder, solution_folder=None)
    assert len(str(caught.value).splitlines()) == 2


def test_folder_in_a_files_place_is_named(course_files: Any) -> None:
    folder = course_files.add()
    (folder / "softmax.py").unlink()
    (folder / "softmax.py").mkdir()
    with pytest.raises(AuthorError, match=r"softmax\.py: is a folder; expected a file: a stub"):
        read_exercise(folder, solution_folder=None)


def test_missing_manifest_points_at_the_exercises_that_exist(course_files: Any) -> None:
    folder = course_files.add()
    (folder / "exercise.toml").unlink()
    with pytest.raises(AuthorError, match=r"exercise\.toml: no such file\..*an exercise of the course"):
        read_exercise(folder, solution_folder=None)


# ---------------------------------------------------------------------------------------------------- fingerprint


@pytest.mark.parametrize(
    "changed",
    [
        "exercises/exercise03_softmax/exercise.toml",
        "exercises/exercise03_softmax/softmax.py",
        "exercises/exercise03_softmax/test_visible.py",
        "solutions/exercise03_softmax/softmax.py",
        "solutions/exercise03_softmax/test_hidden.py",
    ],
)
def test_fingerprint_changes_with_each_file_that_decides_a_grade(course_files: Any, changed: str) -> None:
    folder = course_files.add()
    before = read_exercise(folder, solution_folder=course_files.hidden()).sha256
    with (course_files.root / changed).open("a", encoding="utf-8") as stream:
        stream.write("# \n")
    assert read_exercise(folder, solution_folder=course_files.hidden()).sha256 != before


def test_fingerprint_is_the_same_wherever_the_course_lies(course_files: Any, tmp_path: Path) -> None:
    folder = course_files.add()
    before = read_exercise(folder, solution_folder=course_files.hidden()).sha256
    (folder / "README.md").write_text("another statement")
    course_files.root.rename(tmp_path / "elsewhere")
    moved = tmp_path / "elsewhere" / "exercises" / folder.name
    hidden = tmp_path / "elsewhere" / "solutions" / folder.name
    assert read_exercise(moved, solution_folder=hidden).sha256 == before


# -------------------------------------------------------------------------------------------------------- imports


def test_importing_the_intake_imports_neither_torch_nor_jsonschema() -> None:
    code = "import sys, grader.exercise, grader.submission; print(sorted(sys.modules))"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert {"torch", "numpy", "jsonschema", "pytest"}.isdisjoint(ast.literal_eval(output))
