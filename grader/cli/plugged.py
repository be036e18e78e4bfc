"""What `doctor` says of plugins: each one that is installed, and whether it can be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.plugins import Group, Plugin, PluginError, find_plugin, found_plugins
from grader.records import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginState:
    """One plugin. `works` is None where it could not be tried."""

    plugin: Plugin
    works: bool | None
    problem: Text | None = None


def plugin_states(trial_notes: Sequence[Text] | None) -> tuple[PluginState, ...]:
    """Return every plugin that is installed, tried where it is used.

    Formats and runners are loaded here. Diagnoses were loaded by the trial exam, apart from this process: its notes
    name those that could not be; None: there was no such exam.
    """
    return (
        *(_diagnosis(plugin, trial_notes) for plugin in found_plugins(Group.DIAGNOSES)),
        *(_loaded(plugin, _load_format) for plugin in found_plugins(Group.FORMATS)),
        *(_loaded(plugin, _load_runner) for plugin in found_plugins(Group.RUNNERS)),
    )


def _diagnosis(plugin: Plugin, notes: Sequence[Text] | None) -> PluginState:
    if notes is None:
        return PluginState(plugin=plugin, works=None)
    problem = next((note for note in notes if plugin.label in note.en), None)
    return PluginState(plugin=plugin, works=problem is None, problem=problem)


def _loaded(plugin: Plugin, load: Callable[[Plugin], object]) -> PluginState:
    try:
        load(plugin)
        find_plugin(plugin.group, plugin.name)  # whether it is the only one of its name
    except PluginError as error:
        return PluginState(plugin=plugin, works=False, problem=error.text)
    return PluginState(plugin=plugin, works=True)


def _load_format(plugin: Plugin) -> object:
    from grader.report import FORMATS
    from grader.report.plugged import load_format

    return load_format(plugin, FORMATS)


def _load_runner(plugin: Plugin) -> object:
    from grader.runners.find import load_runner

    return load_runner(plugin)
