"""The marks of a test: what each may hold, what they say, and what is wrong with them."""

from __future__ import annotations

import ast
import functools
import inspect
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.examination.broken import guess, line_of, shown, source_of
from grader.examination.from_text import source_lines
from grader.records import Text

MAX_POINTS = 1000
_PYTESTS = ("parametrize", "usefixtures")  # those of pytest's own marks that mean something in an exam
_UNKNOWN = re.compile(r"mark\.(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What a test's marks say, with the defaults of those it has not."""

    points: float
    hint: Text | None
    needs: tuple[str, ...]
    visible: bool
    limit_s: float | None
    fresh: bool
    gpu: bool


def read_marks(item: pytest.Function) -> Marks:
    """Return what the marks say; they have been checked with `wrong_marks`."""
    points, limit = item.get_closest_marker("points"), item.get_closest_marker("timeout")
    hint, needs = item.get_closest_marker("hint"), item.get_closest_marker("needs")
    return Marks(
        points=float(points.args[0]) if points else 1.0,
        hint=Text(en=hint.args[0], zh=hint.kwargs.get("zh", hint.args[0])) if hint else None,
        needs=tuple(needs.args) if needs else (),
        visible=item.get_closest_marker("visible") is not None,
        limit_s=float(limit.args[0]) if limit else None,
        fresh=item.get_closest_marker("fresh") is not None,
        gpu=item.get_closest_marker("gpu") is not None,
    )


def wrong_marks(item: pytest.Function, *, exam_s: float) -> list[Text]:
    """Say what is wrong with each mark of a test: where, the mark as it is written, and what is allowed."""
    problems = []
    for mark in item.iter_markers():
        rule = _RULES.get(mark.name)
        if mark.name in _PYTESTS or (rule is not None and rule.holds(_Given(mark, exam_s))):
            continue
        where = place(item, mark.name)
        if rule is None:
            problems.append(_unknown(where, mark.name))
        else:
            en, zh = (text.format(exam_s=exam_s) for text in (rule.allowed.en, rule.allowed.zh))
            told = f"{where}: {_written(mark)}"
            problems.append(Text(en=f"{told}: expected {en}.", zh=f"{told}：应为{zh}。"))
    return problems


def unknown_mark(error: BaseException, file: Path) -> Text | None:
    """Say which unknown mark kept pytest from importing `file`; None where another cause did."""
    line = line_of(error, file)
    found = [name for name in _UNKNOWN.findall(source_of(file, line)) if name not in (*_RULES, *_PYTESTS)]
    if not found or not isinstance(error, pytest.fail.Exception):
        return None
    return _unknown(f"{shown(file)}:{line}", found[0])


def place(item: pytest.Function, mark: str = "") -> str:
    """Return where a test stands, or the line of its decorator for `mark`: `solutions/…/test_hidden.py:12: test_it`."""
    definitions = [node for node in _functions(item.path) if node.name == item.originalname]
    first = inspect.unwrap(item.function).__code__.co_firstlineno  # a property test is wrapped
    node = next((node for node in definitions if first in _lines(node)), None)
    line = first
    if node is not None:
        line = next((part.lineno for part in node.decorator_list if _names(part, mark)), node.lineno)
    return f"{shown(item.path)}:{line}: {item.originalname}"


def doubled(file: Path) -> list[Text]:
    """Say which tests of a file hide an earlier one of the same name: Python keeps the last."""
    problems, seen = [], dict[str, int]()
    for node in _tree(file).body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("test_"):
            continue
        if node.name in seen:
            where = f"{shown(file)}:{node.lineno}: {node.name}"
            problems.append(
                Text(
                    en=f"{where}: hides the test of the same name on line {seen[node.name]}. Rename one of them.",
                    zh=f"{where}：覆盖了第 {seen[node.name]} 行的同名测试。请给其中一个改名。",
                )
            )
        seen[node.name] = node.lineno
    return problems


def own_fixtures(file: Path) -> set[str]:
    """Return the names of the fixtures that a test file defines."""
    return {node.name for node in _functions(file) if any(_names(part, "fixture") for part in node.decorator_list)}


# ---------------------------------------------------------------------------------------------- what each may hold


@dataclass(frozen=True, slots=True)
class _Given:
    mark: pytest.Mark
    exam_s: float

    @property
    def number(self) -> float:
        """The mark's only argument, or NaN, which is within no bounds."""
        value = self.mark.args[0] if len(self.mark.args) == 1 and not self.mark.kwargs else None
        return value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


@dataclass(frozen=True, slots=True)
class _Rule:
    allowed: Text
    holds: Callable[[_Given], bool]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_hint(given: _Given) -> bool:
    args, kwargs = given.mark.args, given.mark.kwargs
    return len(args) == 1 and set(kwargs) <= {"zh"} and all(map(_is_text, (*args, *kwargs.values())))


def _is_needs(given: _Given) -> bool:
    return bool(given.mark.args) and not given.mark.kwargs and all(map(_is_text, given.mark.args))


def _is_bare(given: _Given) -> bool:
    return not given.mark.args and not given.mark.kwargs


_BARE = _Rule(Text(en="no arguments", zh="不带参数"), _is_bare)
_RULES = {
    "points": _Rule(
        Text(en=f"a number from 0 to {MAX_POINTS}", zh=f" 0 到 {MAX_POINTS} 之间的一个数"),
        lambda given: 0 <= given.number <= MAX_POINTS,
    ),
    "timeout": _Rule(
        Text(
            en="a number of seconds above 0 and at most {exam_s:g}, the exam's limit",
            zh="大于 0、不超过整场考试限时 {exam_s:g} 的秒数",
        ),
        lambda given: 0 < given.number <= given.exam_s,
    ),
    "hint": _Rule(
        Text(
            en='one text in English and one in Chinese, hint("English", zh="中文")',
            zh='一条英文和一条中文文字，hint("English", zh="中文")',
        ),
        _is_hint,
    ),
    "needs": _Rule(
        Text(
            en='names of tests that stand before this one, needs("test_a", "test_b")',
            zh='位于此测试之前的测试名，needs("test_a", "test_b")',
        ),
        _is_needs,
    ),
    "visible": _BARE,
    "fresh": _BARE,
    "gpu": _BARE,
}


def _unknown(where: str, name: str) -> Text:
    known = sorted((*_RULES, *_PYTESTS))
    near, allowed = guess(name, known), ", ".join(known)
    return Text(
        en=f"{where}: unknown mark `{name}`. {near.en}Allowed: {allowed}.",
        zh=f"{where}：未知的标记 `{name}`。{near.zh}可用的有：{allowed}。",
    )


def _written(mark: pytest.Mark) -> str:
    arguments = [*map(repr, mark.args), *(f"{name}={value!r}" for name, value in mark.kwargs.items())]
    return f"{mark.name}({', '.join(arguments)})"


# ---------------------------------------------------------------------------------------------- where they stand


@functools.cache
def _tree(file: Path) -> ast.Module:
    return ast.parse("".join(source_lines(file)), filename=str(file))


@functools.cache
def _functions(file: Path) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]:
    return tuple(node for node in ast.walk(_tree(file)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> range:
    """Return the lines on which Python may say that a function begins: its first decorator's to its own."""
    return range(min([node.lineno, *(part.lineno for part in node.decorator_list)]), node.lineno + 1)


def _names(decorator: ast.expr, name: str) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", None)) == name
