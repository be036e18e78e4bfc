"""Plugins: what other distributions add through entry points, found by name, and loaded when somebody asks for them.

Theory of operation. An installed distribution declares entry points in the groups of `Group`. They are looked up only
where a plugin can matter (an unknown format, a runner, the diagnoses of an exercise, `dlgrade doctor`), for the scan
costs milliseconds. A plugin runs with the rights of dlgrade itself, on the trusted side: formats and runners in the
controller, diagnoses in the examiner, never in a child or what a child is forked from. So where to look matters: not
in the current directory, nor in a relative entry of `sys.path`, for that may be a student's folder.

A plugin that fails is the fault of whoever wrote or installed it: `PluginError`, which names the distribution, its
version and the entry point. It never costs a student a point.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from grader.errors import EXIT_GRADER_FAULT, GraderError
from grader.records import Text

API = 1  # of the contracts that this dlgrade keeps: docs/plugins.md
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_MAX_REASON = 300


class Group(StrEnum):
    """What a plugin can be: the groups of entry points."""

    DIAGNOSES = "dlgrade.diagnoses"
    FORMATS = "dlgrade.formats"
    RUNNERS = "dlgrade.runners"


class PluginError(GraderError):
    """A plugin cannot be used. Its author's or its operator's to mend, never the student's fault."""

    exit_code = EXIT_GRADER_FAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """One entry point of an installed distribution, not loaded: plain data that may be told to another process."""

    group: Group
    name: str
    distribution: str
    version: str
    target: str  # "package.module" or "package.module:attribute"
    folder: str = ""  # that the distribution was found in

    @property
    def label(self) -> str:
        """How messages name it: `dlgrade-example 0.1.0 (dlgrade.formats: csv)`."""
        return f"{self.distribution} {self.version} ({self.group.value}: {self.name})"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a plugin must have, and how it is checked."""

    allowed: Text
    holds: Callable[[Any], bool]


CALLABLE = Part(Text(en="a function", zh="函数"), callable)


def found_plugins(group: Group) -> tuple[Plugin, ...]:
    """Return the plugins of one group, by name and distribution. Loads none of them."""
    return tuple(plugin for plugin in _scan(tuple(_places())) if plugin.group is group)


def find_plugin(group: Group, name: str) -> Plugin | None:
    """Return the plugin called `name`, or None. Raises: PluginError where several distributions offer one."""
    found = [plugin for plugin in found_plugins(group) if plugin.name == name]
    if len(found) > 1:
        others = ", ".join(f"{plugin.distribution} {plugin.version}" for plugin in found)
        raise PluginError(
            Text(
                en=f"{group.value}: {name!r} is offered by {others}.", zh=f"{group.value}：{others} 都提供 {name!r}。"
            ),
            remedy=Text(en="Uninstall all but one of them.", zh="请只保留其中一个。"),
        )
    return found[0] if found else None


def load(plugin: Plugin, parts: Mapping[str, Part], *, taken: Collection[str] = ()) -> Any:
    """Return the object that a plugin is, with all `parts` of its contract; `taken` are names of dlgrade's own.

    Raises: PluginError for one that cannot be imported, keeps no contract of ours, or is called like what is here.
    """
    from importlib.metadata import EntryPoint

    if not _NAME.fullmatch(plugin.name):
        allowed = Text(en="lower-case words joined by hyphens", zh="用连字符连接的小写单词")
        raise broken(plugin, Text(en=f"its name must be {allowed.en}", zh=f"名称应为{allowed.zh}"))
    if plugin.name in taken:
        raise broken(plugin, Text(en="dlgrade has one of that name itself", zh="dlgrade 自己已有这个名称"))
    try:
        found = EntryPoint(plugin.name, plugin.target, plugin.group.value).load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  a stranger's module may even raise SystemExit
        told = reason(error)
        raise broken(
            plugin, Text(en=f"{plugin.target} cannot be imported: {told}", zh=f"无法导入 {plugin.target}：{told}")
        ) from None
    _keeps_contract(plugin, found, parts)
    return found


def broken(plugin: Plugin, what: Text) -> PluginError:
    """Return the error that says what is wrong with `plugin`, and whose it is to mend."""
    return PluginError(
        Text(
            en=f"The plugin {plugin.label} cannot be used: {what.en}.", zh=f"插件 {plugin.label} 无法使用：{what.zh}。"
        ),
        remedy=Text(
            en=f"Tell its author, or `pip uninstall {plugin.distribution}`.",
            zh=f"请联系插件作者，或运行 `pip uninstall {plugin.distribution}`。",
        ),
    )


def reason(error: BaseException) -> str:
    """Return an exception in one line, as a message may quote it."""
    first = next(iter(str(error).splitlines()), "")
    told = f"{type(error).__name__}: {first}" if first else type(error).__name__
    return told if len(told) <= _MAX_REASON else f"{told[: _MAX_REASON - 1]}…"


def what_raised(function: str, error: BaseException) -> Text:
    """Return that a plugin's function raised, and where; not its words, which may quote a hidden test's input."""
    import traceback

    name, frames = type(error).__name__, traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
    return Text(en=f"{function} raised {name} at {place}", zh=f"{function} 在 {place} 处引发 {name}")


def _keeps_contract(plugin: Plugin, found: object, parts: Mapping[str, Part]) -> None:
    api = getattr(found, "api", None)
    if type(api) is not int:
        raise broken(
            plugin,
            Text(
                en=f"{plugin.target} must have `api = {API}`, the version of the contract that it keeps",
                zh=f"{plugin.target} 必须有 `api = {API}`，即它遵守的接口版本",
            ),
        )
    if api != API:
        fix = Text(en="upgrade dlgrade", zh="请升级 dlgrade")
        if api < API:
            fix = Text(en="upgrade the plugin", zh="请升级该插件")
        raise broken(
            plugin,
            Text(
                en=f"it keeps contract {api}, and this dlgrade has contract {API}: {fix.en}",
                zh=f"它遵守接口 {api}，而这个 dlgrade 的接口是 {API}：{fix.zh}",
            ),
        )
    for name, part in parts.items():
        if not hasattr(found, name) or not part.holds(getattr(found, name)):
            got = type(getattr(found, name)).__name__ if hasattr(found, name) else None
            raise broken(
                plugin,
                Text(
                    en=f"{plugin.target} must have `{name}`, {part.allowed.en}; got {got or 'none'}",
                    zh=f"{plugin.target} 必须有 `{name}`（{part.allowed.zh}）；实为 {got or '无'}",
                ),
            )


def _places() -> Iterator[str]:
    """Yield where distributions may be installed: never where somebody's submission may lie."""
    try:
        here: Path | None = Path.cwd().resolve()
    except OSError:  # it is gone
        here = None
    for entry in sys.path:
        path = Path(entry)
        if entry and path.is_absolute() and path.resolve() != here:
            yield entry


@functools.cache
def _scan(places: tuple[str, ...]) -> tuple[Plugin, ...]:
    from importlib.metadata import distributions

    groups = {group.value: group for group in Group}
    found: dict[tuple[str, str, str], Plugin] = {}
    for distribution in distributions(path=list(places)):
        declared = distribution.read_text("entry_points.txt") or ""
        if not any(group in declared for group in groups):  # to parse what every other one says takes much longer
            continue
        name = distribution.metadata["Name"]
        for point in distribution.entry_points:
            if point.group in groups:
                plugin = Plugin(
                    group=groups[point.group],
                    name=point.name,
                    distribution=name,
                    version=distribution.version,
                    target=point.value,
                    folder=str(distribution.locate_file("")),
                )
                # The first on the path is the one that is imported.
                found.setdefault((re.sub(r"[-_.]+", "-", name).lower(), point.group, point.name), plugin)
    return tuple(sorted(found.values(), key=lambda plugin: (plugin.group, plugin.name, plugin.distribution)))
