"""Which runner holds exams: this machine's own, or one that a plugin offers."""

from __future__ import annotations

from typing import Protocol

from grader.errors import GraderError, UsageError
from grader.exercise.problems import closest
from grader.plugins import CALLABLE, Group, Plugin, broken, find_plugin, found_plugins, load, reason
from grader.records import Isolation, Text
from grader.runners.local import LocalRunner
from grader.runners.runner import Runner

LOCAL = "local"
_METHODS = ("start", "add", "done", "close", "__enter__", "__exit__")


class RunnerPlugin(Protocol):
    """The contract of a plugin in the group `dlgrade.runners`: a module or an object with these two."""

    api: int

    def make(self, *, workers: int | None, isolation: Isolation | None, others: bool) -> Runner:
        """Return a runner that is not started: what the arguments mean, `LocalRunner` says."""


def runner_names() -> tuple[str, ...]:
    """Return what `make_runner` takes, loading nothing."""
    return tuple(dict.fromkeys((LOCAL, *(plugin.name for plugin in found_plugins(Group.RUNNERS)))))


def make_runner(
    name: str = LOCAL, *, workers: int | None = None, isolation: Isolation | None = None, others: bool = False
) -> Runner:
    """Return the runner called `name`; entering and leaving it is the caller's.

    Raises: UsageError for a name that there is none of; PluginError for a plugin that cannot be used.
    """
    if name == LOCAL:
        return LocalRunner(workers, isolation=isolation, others=others)
    plugin = find_plugin(Group.RUNNERS, name)
    if plugin is None:
        raise _no_such_runner(name)
    try:
        made = load_runner(plugin).make(workers=workers, isolation=isolation, others=others)
    except GraderError:  # it says itself whose fault it is
        raise
    except Exception as error:  # a stranger's code
        told = reason(error)
        raise broken(plugin, Text(en=f"make raised {told}", zh=f"make 引发 {told}")) from error
    missing = next((method for method in _METHODS if not callable(getattr(made, method, None))), None)
    if missing is not None:
        got = type(made).__name__
        raise broken(
            plugin,
            Text(en=f"make returned {got}, which has no {missing}", zh=f"make 返回的 {got} 没有 {missing}"),
        )
    return made


def load_runner(plugin: Plugin) -> RunnerPlugin:
    """Return what makes a plugin's runners. Raises: PluginError."""
    found: RunnerPlugin = load(plugin, {"make": CALLABLE}, taken=(LOCAL,))
    return found


def _no_such_runner(name: str) -> UsageError:
    names = runner_names()
    near = closest(name, names)
    known = ", ".join(names)
    return UsageError(
        Text(en=f"--runner: there is no runner {name!r}.", zh=f"--runner：没有名为 {name!r} 的运行器。"),
        remedy=Text(
            en=(f"Did you mean {near}? " if near else "") + f"Available: {known}.",
            zh=(f"是不是 {near}？" if near else "") + f"可用：{known}。",
        ),
    )
