"""Diagnoses by plugins: asked about each wrong value, after the exercise's own mistakes and before what is built in.

Theory of operation. The controller finds the entry points and tells the examiner of them; the examiner, already apart
from the zygote that children are forked from, loads them once, before any exam. In an exam, which is a fork, each is
asked with a time limit. One that raises, takes too long or returns something else is left out for the rest of that
exam, and a note tells its operator; the verdicts are made by then, and the built-in diagnosis stands in. The note holds
no word of the exception's text: that may quote a hidden test's input, and students read notes, too.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol

from grader.diagnosis import explain
from grader.diagnosis.finding import Finding
from grader.diagnosis.generic import pair_of
from grader.diagnosis.pair import Pair
from grader.examination.evidence import Compared, Evidence
from grader.examination.watch import ending_at, interrupted_at
from grader.plugins import CALLABLE, Plugin, PluginError, broken, load, what_raised
from grader.records import Exercise, Explanation, Reveal, Text

LIMIT_S = 1.0  # of one diagnosis
PREFIX = "plugin."  # of the causes that plugins name: none can pass for one of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A result that differs from what a test expected: what a diagnosis is asked about.

    `compared` holds the measured mismatch, the call behind it and the calls before it.
    """

    exercise: str  # the folder's name: "exercise03_softmax"
    compared: Compared

    @property
    def pair(self) -> Pair | None:
        """The two arrays, with the question `fits`; None where a side has none, or is too large to look into."""
        return pair_of(self.compared)


class Diagnosis(Protocol):
    """The contract of a plugin in the group `dlgrade.diagnoses`: a module or an object with these two."""

    api: int

    def diagnose(self, failure: Failure) -> Finding | None:
        """Return why the result is wrong, or None. Changes nothing; the same failure gets the same answer."""


class _TooLate(BaseException):
    """A plugin did not answer in time. No `except Exception` of its own keeps it from ending."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    plugin: Plugin
    diagnosis: Diagnosis


class Diagnoses:
    """Explains failures, with plugins; what became of these is in `notes` and `versions`."""

    def __init__(self) -> None:
        self.notes: tuple[Text, ...] = ()
        self._exercise = ""
        self._loaded: tuple[_Loaded, ...] = ()

    def prepare(self, exercise: Exercise, plugins: Sequence[Plugin]) -> None:
        """Load the plugins; one that cannot be used is noted, and costs nobody an exam."""
        self._exercise = exercise.name
        loaded = []
        names = [plugin.name for plugin in plugins]
        for plugin in plugins:
            try:
                if names.count(plugin.name) > 1:
                    raise broken(
                        plugin, Text(en="another distribution offers that name", zh="另一个发行包也提供这个名称")
                    )
                loaded.append(_Loaded(plugin, _import(plugin)))
            except PluginError as error:
                self._note(error.text)
        self._loaded = tuple(loaded)

    @property
    def versions(self) -> Mapping[str, str]:
        """What decides an explanation besides dlgrade itself, for the report."""
        return {one.plugin.distribution: one.plugin.version for one in self._loaded}

    def __call__(self, evidence: Evidence, reveal: Reveal) -> Explanation:
        """Return why the test that left `evidence` failed, no more than `reveal` allows."""
        findings: tuple[Finding, ...] = ()
        if isinstance(evidence, Compared) and reveal is not Reveal.NONE:
            findings = self._ask(Failure(exercise=self._exercise, compared=evidence))
        return explain(evidence, reveal=reveal, findings=findings)

    def _ask(self, failure: Failure) -> tuple[Finding, ...]:
        for one in self._loaded:
            try:
                with interrupted_at(ending_at(time.monotonic() + LIMIT_S), _TooLate, overtime_s=0.0):
                    found = one.diagnosis.diagnose(failure)
                if found is None:
                    continue
                _check(one.plugin, found)
            except PluginError as error:
                self._leave_out(one, error.text)
            except (Exception, SystemExit, _TooLate) as error:  # noqa: BLE001  a stranger's code: the verdicts stand
                traceback.print_exc()  # into the file that the controller quotes from
                sys.stderr.flush()
                self._leave_out(one, broken(one.plugin, _what_happened(error)).text)
            else:
                return (replace(found, cause_id=f"{PREFIX}{one.plugin.name}.{found.cause_id}"),)
        return ()

    def _leave_out(self, one: _Loaded, note: Text) -> None:
        self._loaded = tuple(other for other in self._loaded if other is not one)
        self._note(note)

    def _note(self, text: Text) -> None:
        more = Text(en="No score is affected.", zh="成绩不受影响。")
        self.notes = (*self.notes, Text(en=f"{text.en} {more.en}", zh=f"{text.zh}{more.zh}"))


def _import(plugin: Plugin) -> Diagnosis:
    if plugin.folder and plugin.folder not in sys.path:
        sys.path.append(plugin.folder)  # last: what is found without it stays what it is
    threads = threading.active_count()
    found: Diagnosis = load(plugin, {"diagnose": CALLABLE})
    if threading.active_count() != threads:  # every exam is a fork of this process
        raise broken(plugin, Text(en="it starts threads when it is imported", zh="它在导入时启动线程"))
    return found


def _check(plugin: Plugin, found: object) -> None:
    if not isinstance(found, Finding):
        got = type(found).__name__
        raise broken(
            plugin,
            Text(
                en=f"diagnose returned {got}, not a Finding or None",
                zh=f"diagnose 返回了 {got}，而不是 Finding 或 None",
            ),
        )
    for field in fields(found):
        value = getattr(found, field.name)
        if field.name == "cause_id":
            right = isinstance(value, str) and value.isprintable() and value != ""
        else:
            right = isinstance(value, Text) or (value is None and field.name != "hint")
        if not right:
            raise broken(
                plugin,
                Text(
                    en=f"its Finding has a {field.name} of type {type(value).__name__}",
                    zh=f"它的 Finding 中 {field.name} 的类型是 {type(value).__name__}",
                ),
            )


def _what_happened(error: BaseException) -> Text:
    if isinstance(error, _TooLate):
        return Text(en=f"diagnose took longer than {LIMIT_S:g} s", zh=f"diagnose 超过 {LIMIT_S:g} 秒仍未返回")
    return what_raised("diagnose", error)
