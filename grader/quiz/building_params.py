"""The parameters of a question as its author wrote them, and the functions of quiz.py that are named."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from grader.errors import both
from grader.exercise.problems import key_path
from grader.quiz.authored import Computed, FloatRange, IntRange, OneOf, Param, Where
from grader.quiz.problems import problem, unknown
from grader.quiz.yaml_file import KeyPath, LinedText, Tree, walk
from grader.records import Text

MAX_STEPS = 1_000_000  # of a range of decimal numbers
_SOURCES = ("int", "float", "choice", "code")


class ParamBuilder:
    """Builds parameters out of a tree."""

    def __init__(self, tree: Tree, problems: list[LinedText], functions: Mapping[str, int]) -> None:
        self._tree = tree
        self._problems = problems
        self._functions = functions

    def params(self, path: KeyPath, *, taken: Collection[str]) -> tuple[Param, ...]:
        """Return the parameters of the question at `path`; `taken` are names that the whole of it has."""
        found = []
        for name, entry in self._at(path).get("params", {}).items():
            here: KeyPath = (*path, "params", name)
            if name in taken:
                self._say(
                    here,
                    Text(en="another name: the whole question has this parameter", zh="另一个名称：整题已有这个参数"),
                )
            source = self._source(here, entry)
            if source is not None:
                where = Where(line=self._tree.line(here), path=key_path(here))
                found.append(Param(name=name, source=source, where=where))
        return tuple(found)

    def computed(self, path: KeyPath, name: str) -> Computed:
        """Return the function that is named at `path`, noting a problem where quiz.py has none of that name."""
        if name not in self._functions:
            what = Text(en="the name of a function at the top of quiz.py", zh="quiz.py 顶层的函数名")
            said = unknown(name, self._functions, key=key_path(path), what=what)
            self._problems.append(LinedText(self._tree.line(path), said))
        return Computed(name=name, where=Where(line=self._tree.line(path), path=key_path(path)))

    def _source(self, path: KeyPath, entry: Mapping[str, Any]) -> IntRange | FloatRange | OneOf | Computed | None:
        named = [name for name in _SOURCES if name in entry]
        if len(named) != 1 or ("step" in entry and named[0] not in ("int", "float")):
            self._say(
                path, Text(en="exactly one of int, float, choice and code", zh="int、float、choice、code 恰好一个")
            )
            return None
        if named == ["int"]:
            return self._int_range(path, entry)
        if named == ["float"]:
            return self._float_range(path, entry)
        if named == ["choice"]:
            return self._one_of(path, entry)
        return self.computed((*path, "code"), entry["code"])

    def _int_range(self, path: KeyPath, entry: Mapping[str, Any]) -> IntRange:
        low, high, step = int(entry["int"][0]), int(entry["int"][1]), entry.get("step", 1)
        if low > high:
            self._say((*path, "int"), _SMALLER_FIRST)
        if int(step) != step:
            self._say((*path, "step"), Text(en="a whole number", zh="整数"))
        return IntRange(low=low, high=high, step=max(int(step), 1))

    def _float_range(self, path: KeyPath, entry: Mapping[str, Any]) -> FloatRange | None:
        (low, high), step = entry["float"], entry.get("step")
        if step is None:
            self._say(path, Text(en="a `step`, so that the values have few digits", zh="step，使取值的位数不多"))
            return None
        if low > high:
            self._say((*path, "float"), _SMALLER_FIRST)
        if (high - low) / step > MAX_STEPS:
            self._say((*path, "step"), Text(en=f"at most {MAX_STEPS:,} values", zh=f"最多 {MAX_STEPS:,} 个取值"))
        written = self._tree.written
        return FloatRange(
            low=written((*path, "float", 0)).replace("_", ""),
            high=written((*path, "float", 1)).replace("_", ""),
            step=written((*path, "step")).replace("_", ""),
        )

    def _one_of(self, path: KeyPath, entry: Mapping[str, Any]) -> OneOf:
        for where, value in walk(entry["choice"], (*path, "choice")):
            if value is None or isinstance(value, dict):
                self._say(
                    where,
                    Text(
                        en="a number, text, true or false, or a list of these",
                        zh="数、文本、true 或 false，或由它们组成的列表",
                    ),
                )
        return OneOf(values=tuple(entry["choice"]))

    def _at(self, path: KeyPath) -> Any:
        value: Any = self._tree.value
        for step in path:
            value = value[step]
        return value

    def _say(self, path: KeyPath, expected: Text) -> None:
        value = self._at(path)
        said = problem(path, value, expected=expected, got=_as_written(value), fix=both(""))
        self._problems.append(LinedText(self._tree.line(path), said))


def _as_written(value: object) -> Text:
    if isinstance(value, dict):
        return both(", ".join(value))
    return both(str(value)[:60])


_SMALLER_FIRST = Text(en="the smaller number first", zh="较小的数在前")
