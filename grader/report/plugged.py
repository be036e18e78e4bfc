"""Report formats by plugins: looked for only when a name is none of ours, and when formats are listed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from grader.plugins import CALLABLE, Group, Part, Plugin, broken, find_plugin, found_plugins, load, what_raised
from grader.records import Text

if TYPE_CHECKING:
    from grader.report import Format, Report, View

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class ReportFormat(Protocol):
    """The contract of a plugin in the group `dlgrade.formats`: a module or an object with these three."""

    api: int
    file_name: str  # in the folder of `--output`: no folder in it, and none of dlgrade's own

    def render(self, report: Report, view: View) -> str:
        """Return the report as text; the same for the same report and view."""


def plugged_names() -> tuple[str, ...]:
    """Return the names of formats that plugins offer, loading none."""
    return tuple(dict.fromkeys(plugin.name for plugin in found_plugins(Group.FORMATS)))


def plugged_format(name: str, own: Mapping[str, Format]) -> Format | None:
    """Return the format that a plugin offers as `name`, None where none does. Raises: PluginError."""
    plugin = find_plugin(Group.FORMATS, name)
    return None if plugin is None else load_format(plugin, own)


def load_format(plugin: Plugin, own: Mapping[str, Format]) -> Format:
    """Return a plugin's format, beside dlgrade's `own`. Raises: PluginError."""
    from grader.report import Format

    found: ReportFormat = load(plugin, _parts(one.file_name for one in own.values()), taken=own)

    def render(report: Report, view: View) -> str:
        try:
            text = found.render(report, view)
        except Exception as error:  # a stranger's code: the exam was held, and other formats can show it
            raise broken(plugin, _and_the_way_out(what_raised("render", error))) from error
        if not isinstance(text, str):
            got = type(text).__name__
            returned = Text(en=f"render returned {got}, not text", zh=f"render 返回了 {got}，而不是文本")
            raise broken(plugin, _and_the_way_out(returned))
        return text

    return Format(render=render, file_name=found.file_name)


def _parts(taken: Iterable[str]) -> dict[str, Part]:
    others = frozenset(name.lower() for name in taken)
    allowed = Text(
        en="a plain file name that no other format has, such as grades.csv",
        zh="其他格式未用的普通文件名，例如 grades.csv",
    )
    return {
        "render": CALLABLE,
        "file_name": Part(
            allowed,
            lambda name: isinstance(name, str) and bool(_FILE_NAME.fullmatch(name)) and name.lower() not in others,
        ),
    }


def _and_the_way_out(what: Text) -> Text:
    return Text(
        en=f"{what.en} (the exam was held: `--format text` shows its report)",
        zh=f"{what.zh}（考试已完成：`--format text` 可显示报告）",
    )
