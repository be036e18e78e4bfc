"""What a manifest must hold to and a JSON Schema cannot say: names that shadow, limits that contradict."""

from __future__ import annotations

import keyword
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grader.errors import both
from grader.exercise.problems import key_path, problem, toml_literal
from grader.records import Text

# Besides the standard library: what an exam imports itself, or torch imports lazily. A student's module of the
# same name would be found in its place.
SHADOWED_MODULES = frozenset(
    (
        *("torch", "functorch", "torchgen", "numpy", "sympy", "mpmath", "networkx", "jinja2", "scipy"),
        *("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "hypothesis", "msgspec", "typing_extensions"),
        *("grader", "dlgrade", "conftest", "sitecustomize", "usercustomize"),
    )
)
COURSE_FILES = frozenset({"test_visible.py", "test_hidden.py"})


def rule_problems(manifest: Mapping[str, Any], folder_name: str) -> tuple[Text, ...]:
    """Return what is wrong with a manifest that its JSON Schema accepts."""
    return (
        *_name_problems(manifest, folder_name),
        *_file_problems(manifest["files"]),
        *limit_problems(manifest.get("limits", {})),
        *_allow_problems(manifest.get("rules", {}).get("allow", ())),
        *line_end_problems(manifest),
    )


def _name_problems(manifest: Mapping[str, Any], folder_name: str) -> Iterator[Text]:
    name = f"{manifest['id']}_{manifest['slug']}"
    if name != folder_name:
        yield Text(
            en=f"id and slug make {toml_literal(name)}: expected the folder's name, got {toml_literal(folder_name)}. "
            f"Rename the folder to {name}, or change id or slug.",
            zh=f"id 和 slug 组成 {toml_literal(name)}：应与文件夹名相同，实为 {toml_literal(folder_name)}。"
            f"请把文件夹改名为 {name}，或修改 id 或 slug。",
        )


def _file_problems(files: list[str]) -> Iterator[Text]:
    for index, name in enumerate(files):
        module, path = name.removesuffix(".py"), ("files", index)
        fix = Text(en=f"Rename it, for example my_{name}.", zh=f"请改名，例如 my_{name}。")
        if name in COURSE_FILES or module.startswith("test_"):
            expected = Text(en="a module that students write, not a test", zh="学生编写的模块，而不是测试")
            yield problem(path, name, expected=expected, got=Text(en="a test's name", zh="测试的文件名"), fix=fix)
        elif module.lower() in SHADOWED_MODULES or module in sys.stdlib_module_names:
            expected = Text(en="a name that no other module has", zh="不与其他模块重名的文件名")
            got = Text(en=f"the name of the module {module}, which it would hide", zh=f"会遮住模块 {module} 的名称")
            yield problem(path, name, expected=expected, got=got, fix=fix)
        elif keyword.iskeyword(module) or (module.startswith("__") and module.endswith("__")):
            expected = Text(en="a module that can be imported by its name", zh="可以按名称导入的模块")
            got = Text(en="a word that Python keeps for itself", zh="Python 的保留名称")
            yield problem(path, name, expected=expected, got=got, fix=fix)
        elif name.lower() in (earlier.lower() for earlier in files[:index]):
            expected = Text(en="names that differ in more than upper and lower case", zh="不只是大小写不同的文件名")
            yield problem(path, name, expected=expected, got=Text(en="the same name twice", zh="相同的名称"), fix=fix)


def _allow_problems(allow: Sequence[str]) -> Iterator[Text]:
    for index, name in enumerate(allow):  # a module with a dot in its name is found by the examiner, which has torch
        if "." not in name and not any(sign in name for sign in "*?["):
            yield whole_module(("rules", "allow", index), name)


def whole_module(path: tuple[str | int, ...], name: str) -> Text:
    """Say that an allowed name is a module's: it would allow nothing, or everything, and neither may be meant."""
    key = f"{key_path(path)} = {toml_literal(name)}"
    return Text(
        en=f"{key}: `{name}` names a whole module: write `{name}.*` to allow all of it, or leave it out; "
        "the modules that allowed names lie in may be imported anyway.",
        zh=f"{key}：`{name}` 是整个模块的名称：若要允许其中全部内容，请写 `{name}.*`；"
        "否则请删去，所允许名称所在的模块本来就可以导入。",
    )


def limit_problems(limits: Mapping[str, Any], path: tuple[str, ...] = ("limits",)) -> Iterator[Text]:
    """Return what is wrong with a table of limits, which stands at `path`, beyond its schema."""
    for key in ("call_s", "exam_s"):
        if key in limits and math.isnan(limits[key]):  # no comparison of the schema's is true of nan
            expected = Text(en="a number", zh="数")
            fix = Text(en=f"For example: {key} = 2.0", zh=f"例如：{key} = 2.0")
            yield problem((*path, key), limits[key], expected=expected, got=both("nan"), fix=fix)
    if "call_s" in limits and "exam_s" in limits and limits["call_s"] > limits["exam_s"]:
        call_s, exam = limits["call_s"], f"{key_path((*path, 'exam_s'))}"
        exam_s = f"{exam} = {limits['exam_s']}"
        yield problem(
            (*path, "call_s"),
            call_s,
            expected=Text(en=f"at most {exam_s}", zh=f"不超过 {exam_s}"),
            got=both(str(call_s)),
            fix=Text(en=f"Lower it, or raise {exam}.", zh=f"请调低它，或调高 {exam}。"),
        )


def line_end_problems(value: object, path: tuple[str | int, ...] = ()) -> Iterator[Text]:
    """Return every text of a table that ends with a line feed: each of ours is one line."""
    # A pattern's $ also matches before a last line feed, so the schema lets "softmax.py\n" through.
    if isinstance(value, str) and value.endswith("\n"):
        expected, got = Text(en="one line", zh="一行"), Text(en="a line feed at its end", zh="末尾有换行符")
        fix = Text(en=r"Remove the \n.", zh=r"请删去 \n。")
        yield problem(path, value, expected=expected, got=got, fix=fix)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from line_end_problems(key, (*path, key))
            yield from line_end_problems(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from line_end_problems(item, (*path, index))
