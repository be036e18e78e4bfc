"""What is wrong with an exercise's own rules, for its author: a name that nothing has, a module taken for a name.

A rule with a slip in it forbids nothing, or allows nothing, and nobody notices. So the examiner, where torch is loaded
anyway, looks up every name of torch, NumPy, math and the builtins that has no wildcard; modules on the way to it are
imported, as the submission itself could. Of other libraries a name is only a name. And whoever keeps to no rule of
their own cannot ask it of students: a reference or a stub with a breach is a broken exercise.
"""

from __future__ import annotations

import builtins
import importlib
import platform
import types
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.errors import AuthorError, both, joined
from grader.examination.broken import MAX_PROBLEMS, shown
from grader.examination.rules import Rules, rule_of
from grader.examination.rules.names import PUBLIC, is_pattern
from grader.exercise.problems import closest, problem
from grader.exercise.rules import whole_module
from grader.records import Exercise, SourceFile, Text

_CHECKED = ("torch", "numpy", "math", "builtins")


def check_names(exercise: Exercise) -> None:
    """Look up the names in an exercise's rules, and import the modules they lie in. Raises AuthorError."""
    found = [*_problems(exercise.forbid, "forbid"), *_problems(exercise.allow, "allow")][:MAX_PROBLEMS]
    if found:
        where = shown(Path(exercise.folder) / "exercise.toml")
        raise AuthorError(
            joined((Text(en=f"{where}: {one.en}", zh=f"{where}：{one.zh}") for one in found), separator="\n")
        )


def own_breach(
    exercise: Exercise, rules: Rules, files: Sequence[SourceFile], *, stub: bool = False
) -> AuthorError | None:
    """Return the error that the reference, or the stub, uses what its own exercise keeps from students; or None."""
    found = rules.look(files).forbidden
    if found is None:
        return None
    (line,) = found.traceback
    where = f"{shown(Path(exercise.folder if stub else exercise.solution_folder) / line.file)}:{line.line}:"
    who = Text(en="the stub", zh="模板") if stub else Text(en="the reference", zh="参考答案")
    key = "forbid" if rule_of(found.detail, exercise.forbid) else "allow"
    return AuthorError(
        Text(
            en=f"{where} {who.en} breaks the exercise's own rules.{key}: `{found.detail}` may not be used, "
            f"in `{line.source.strip()}`.",
            zh=f"{where} {who.zh}违反了本题自己的 rules.{key}：不得使用 `{found.detail}`，见 `{line.source.strip()}`。",
        ),
        remedy=Text(
            en="Change the rule in exercise.toml, or this line; no submission can be graded before.",
            zh="请修改 exercise.toml 中的规则或这一行，在此之前无法评分。",
        ),
    )


def _problems(names: Sequence[str], key: str) -> Iterator[Text]:
    for index, name in enumerate(names):
        if is_pattern(name):
            continue
        path = ("rules", key, index)
        if name.partition(".")[0] in _CHECKED:
            there = _Lookup(name)
            if there.missing:
                yield _missing(path, there)
            elif key == "allow" and isinstance(there.found, types.ModuleType):
                yield whole_module(path, name)
        elif key == "forbid" and hasattr(builtins, name):
            yield problem(
                path,
                name,
                expected=Text(en="a dotted name", zh="带点的名称"),
                got=Text(en="a builtin without its module", zh="缺少模块名的内置函数"),
                fix=Text(en=f"Did you mean builtins.{name}?", zh=f"是不是想写 builtins.{name}？"),
            )


class _Lookup:
    """What a dotted name leads to. `missing` is the part that its owner lacks, "" where all is there."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.missing = ""
        self.owner, *parts = name.split(".")
        self.found: object = importlib.import_module(self.owner)
        for at, part in enumerate(parts):
            try:
                self.found = _part_of(self.found, self.owner, part)
            except AttributeError:
                self.missing, self.rest = part, parts[at + 1 :]  # and the rest behind it
                return
            except Exception:  # noqa: BLE001  it is there, but wants what is not installed: nothing can be said of it
                self.found = None
                return
            self.owner = f"{self.owner}.{part}"


def _part_of(found: object, owner: str, part: str) -> object:
    """Return what a module or class has under a name; a module of it is imported. Raises AttributeError."""
    try:
        return getattr(found, part)
    except AttributeError:
        if not isinstance(found, types.ModuleType) or not hasattr(found, "__path__"):
            raise
    module = f"{owner}.{part}"
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise AttributeError(part) from None


def _missing(path: tuple[str | int, ...], there: _Lookup) -> Text:
    root = there.name.partition(".")[0]
    version = getattr(importlib.import_module(root), "__version__", None)
    library = f"{root} {version}" if version else f"Python {platform.python_version()}"
    meant = _meant(there)
    near = Text(en=f"Did you mean {meant}?", zh=f"是不是想写 {meant}？") if meant else both("")
    other = Text(
        en=f"If another version has it, write it as a pattern: {there.name}*.",
        zh=f"若其他版本中有它，请写成模式：{there.name}*。",
    )
    return problem(
        path,
        there.name,
        expected=Text(en=f"a name that {library} has", zh=f"{library} 中的名称"),
        got=Text(en=f"no {there.missing} in {there.owner}", zh=f"{there.owner} 中没有 {there.missing}"),
        fix=joined((near, other)) if meant else other,
    )


def _meant(there: _Lookup) -> str | None:
    """Return the name that was probably meant: the same word elsewhere in the library, or a like word here."""
    last = there.name.rpartition(".")[2]
    for owner in PUBLIC if there.name.startswith("torch.") and not there.rest else ():
        if not _Lookup(f"{owner}.{last}").missing:
            return f"{owner}.{last}"
    private = there.missing.startswith("_")
    near = closest(there.missing, (name for name in dir(there.found) if private or not name.startswith("_")))
    if near is None:
        return None
    full = ".".join((there.owner, near, *there.rest))
    return f"{there.owner}.{near}" if _Lookup(full).missing else full
