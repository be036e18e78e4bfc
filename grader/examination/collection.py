"""An exercise's tests, collected once: pytest, sealed off from everything around it."""

from __future__ import annotations

import inspect
import os
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.errors import AuthorError, GraderError, GraderFault
from grader.examination.broken import broken_tests, guess, import_problem, line_of, shown
from grader.examination.from_text import TextLoader, helpers_last, reference_first
from grader.examination.marks import doubled, own_fixtures, place, read_marks, unknown_mark, wrong_marks
from grader.exercise.docstrings import claim_in
from grader.exercise.manifest import HIDDEN_TESTS, VISIBLE_TESTS
from grader.exercise.paths import is_file
from grader.exercise.public import public_as_it_is, public_file
from grader.exercise.solution import has_solution, solution_file, solution_names
from grader.records import Device, Exercise, SourceFile, Text

_INI = Path(__file__).with_name("pytest.ini")
_UNUSED = (
    *("terminal", "cacheprovider", "stepwise", "doctest", "junitxml", "pastebin", "faulthandler", "logging"),
    *("debugging", "setuponly", "setupplan", "unraisableexception", "threadexception", "capture", "warnings"),
)
_FIXTURES = ("student", "reference", "rand", "remote", "bench", "device")  # those of grader.examination.fixtures
_REFERENCE = Text(en="the reference cannot be imported:", zh="参考答案无法导入：")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One collected test, with what its marks and docstring say."""

    item: pytest.Function
    name: str  # "test_rows_sum_to_one", "test_any_axis[1]"
    function: str  # without parameters: what `needs` refers to
    claim: Text
    points: float
    hint: Text | None
    needs: tuple[str, ...]
    visible: bool
    limit_s: float | None
    fresh: bool


def collect(exercise: Exercise, device: Device, examine: Callable[[list[Case]], None], *, fixtures: object) -> None:
    """Collect the exercise's tests and hand them to `examine`, inside the pytest session.

    `fixtures` is a plugin with the fixtures that tests use. Raises AuthorError when a test file is broken.
    """
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    files = _test_files(exercise)
    loop = _Loop(exercise, device, examine, files)
    unused = [part for name in _UNUSED for part in ("-p", f"no:{name}")]
    with helpers_last(exercise):
        status = pytest.main(
            [
                *("-c", str(_INI), "--rootdir", exercise.folder, "--noconftest"),
                *("--import-mode=importlib", "--strict-markers", *unused, exercise.folder),
            ],
            plugins=[loop, fixtures],
        )
    paths = [file.path for file in files]
    if loop.surfaced is not None:
        _surface(loop.surfaced, [] if loop.ran else paths)
    if loop.problems:
        raise broken_tests(loop.problems)
    if not loop.ran:
        raise _nothing_ran(", ".join(map(shown, paths)), int(status), gpu_only=loop.gpu_only)


@dataclass(frozen=True, slots=True)
class _TestFile:
    """A file of tests, and its text."""

    path: Path
    text: str


def _test_files(exercise: Exercise) -> list[_TestFile]:
    """Return the visible tests, and the hidden ones where they are at hand. Raises AuthorError."""
    visible = Path(exercise.folder) / VISIBLE_TESTS
    missing = [] if VISIBLE_TESTS in exercise.public or is_file(visible) else [_missing(visible)]
    if has_solution(exercise) and HIDDEN_TESTS not in solution_names(exercise):
        missing.append(_missing(Path(exercise.solution_folder) / HIDDEN_TESTS))
    if missing:
        raise broken_tests(missing)
    found = [_TestFile(visible, public_file(exercise, VISIBLE_TESTS).text)]
    if has_solution(exercise):
        hidden = solution_file(exercise, HIDDEN_TESTS)
        found.append(_TestFile(Path(exercise.solution_folder) / hidden.name, hidden.text))
    return found


class _TextModule(pytest.Module):
    """A file of tests that is made from text, not imported from a disk."""

    def __init__(self, *, exercise: Exercise, text: str, **rest: Any) -> None:
        super().__init__(**rest)
        self._exercise = exercise
        self._text = text

    def _getobj(self) -> types.ModuleType:
        return TextLoader(self._exercise, self.path, self._text, rewritten_for=self.config).module(self.path.stem)


def _missing(file: Path) -> Text:
    return Text(en=f"{shown(file)}: the test file is missing.", zh=f"{shown(file)}：缺少这个测试文件。")


def _nothing_ran(names: str, status: int, *, gpu_only: bool) -> GraderError:
    if gpu_only:
        return AuthorError(
            Text(en=f"{names}: every test is marked `gpu`.", zh=f"{names}：所有测试都标记了 `gpu`。"),
            remedy=Text(en="Grade with `--device cuda`.", zh="请用 `--device cuda` 评分。"),
        )
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        ended = f"pytest ended with status {status} and no reason."
        return GraderFault(Text(en=f"{names}: {ended}", zh=f"{names}：pytest 以状态 {status} 结束，未给出原因。"))
    return broken_tests(
        [
            Text(
                en=f"{names}: there is no test in them: a test is a function whose name begins with `test_`.",
                zh=f"{names}：其中没有测试：测试是名字以 `test_` 开头的函数。",
            )
        ]
    )


def _surface(error: BaseException, files: list[Path]) -> None:
    """Raise what ended pytest: the author's where a line of `files` led to it, and else as it is."""
    if file := next((file for file in files if line_of(error, file)), None):
        raise broken_tests([import_problem(error, file)]) from error
    raise error


class _Loop:
    """The pytest plugin that takes the place of pytest's own run loop."""

    def __init__(
        self,
        exercise: Exercise,
        device: Device,
        examine: Callable[[list[Case]], None],
        files: list[_TestFile],
    ) -> None:
        self._exercise = exercise
        self._files = files
        self._device = device
        self._examine = examine
        self.problems: list[Text] = []
        self.surfaced: BaseException | None = None  # what pytest calls an internal error, or an interruption
        self.ran = False
        self.gpu_only = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        """Take these files, and look for no others."""
        session.items = []
        for file in self._files:
            module = _TextModule.from_parent(session, path=file.path, exercise=self._exercise, text=file.text)
            session.items.extend(session.genitems(module))
        session.testscollected = len(session.items)
        return True

    def pytest_exception_interact(
        self,
        node: pytest.Item | pytest.Collector,
        call: pytest.CallInfo[Any],
        report: pytest.CollectReport | pytest.TestReport,
    ) -> None:
        if isinstance(report, pytest.CollectReport) and call.excinfo is not None:
            self.problems.append(_collect_problem(call.excinfo.value, node.path))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped and isinstance(report.longrepr, tuple):
            path, line, reason = report.longrepr
            where = f"{shown(Path(path))}:{line}: {reason}"
            told = Text(en=f"{where}: a test file cannot skip itself.", zh=f"{where}：测试文件不能跳过自己。")
            self.problems.append(told)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        self.surfaced = excinfo.value
        return True  # told by us: pytest need not print it

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.surfaced = excinfo.value

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = [item for item in session.items if isinstance(item, pytest.Function)]
        if not self.problems:
            self.problems = self._problems(items)
        if self.problems:
            return True
        cases = [_case(item) for item in items if self._device is Device.CUDA or not read_marks(item).gpu]
        self.gpu_only = bool(items) and not cases
        # Visible tests first: what a student's code prints in them is shown, so it must not have seen hidden inputs.
        cases.sort(key=lambda case: not case.visible)
        self.problems = _wrong_needs(cases)
        if cases and not self.problems:
            self.ran = True
            for case in cases:
                _ = case.item.location  # looked up here, where it is kept: each exam's fork would do it anew
            self._examine(cases)
        return True

    def _problems(self, items: list[pytest.Function]) -> list[Text]:
        """Say all that is wrong with the tests themselves, each parametrised one once."""
        found: list[Text] = []
        for file in dict.fromkeys(item.path for item in items):
            found += doubled(file)
        found += _same_names(items)
        for item in items:
            found += wrong_marks(item, exam_s=self._exercise.limits.exam_s)
            found += _unknown_fixtures(item)
            found += _fixtures_of_hidden_tests(item)
        return list(dict.fromkeys(found))


def _collect_problem(error: BaseException, file: Path) -> Text:
    """Say what kept a test file from being collected; pytest wraps some exceptions, and draws them."""
    while isinstance(error, pytest.Collector.CollectError) and error.__cause__ is not None:
        error = error.__cause__
    return unknown_mark(error, file) or import_problem(error, file)


def _case(item: pytest.Function) -> Case:
    marks = read_marks(item)
    return Case(
        item=item,
        name=item.name,
        function=item.originalname,
        claim=_claim(item),
        points=marks.points,
        hint=marks.hint,
        needs=marks.needs,
        visible=marks.visible or item.path.name != HIDDEN_TESTS,
        limit_s=marks.limit_s,
        fresh=marks.fresh,
    )


def _same_names(items: list[pytest.Function]) -> list[Text]:
    """Say which tests share a name: reports, hints and `needs` go by the name."""
    problems, first = [], dict[str, pytest.Function]()
    for item in items:
        other = first.setdefault(item.name, item)
        if other is not item:
            here, there = place(item), place(other).rpartition(":")[0]
            problems.append(
                Text(
                    en=f"{here}: a test of this name stands at {there} too, and reports go by it. Rename one of them.",
                    zh=f"{here}：{there} 处已有同名测试，而报告以名字区分测试。请给其中一个改名。",
                )
            )
    return problems


def _unknown_fixtures(item: pytest.Function) -> list[Text]:
    """Say which fixtures of a test do not exist; pytest itself finds out only when the test runs."""
    defined = item._fixtureinfo.name2fixturedefs
    missing = [name for name in item.fixturenames if name not in defined and name != "request"]
    if not missing:
        return []
    known = sorted({*_FIXTURES, *own_fixtures(item.path)})
    return [_unknown_fixture(place(item), name, known) for name in missing]


def _fixtures_of_hidden_tests(item: pytest.Function) -> list[Text]:
    """Say which fixtures of a visible test need the solution, which students do not have."""
    if item.path.name != VISIBLE_TESTS:
        return []
    return [
        Text(
            en=f"{place(item)}: a visible test cannot use `{name}`: students have no reference. "
            "Write the expected values out, or move the test to test_hidden.py.",
            zh=f"{place(item)}：可见测试不能使用 `{name}`：学生没有参考答案。"
            "请写出期望的值，或把测试移到 test_hidden.py。",
        )
        for name in ("reference", "bench")
        if name in item.fixturenames
    ]


def _unknown_fixture(where: str, name: str, known: list[str]) -> Text:
    near, there = guess(name, known), ", ".join(known)
    return Text(
        en=f"{where}: there is no fixture `{name}`. {near.en}There are: {there}.",
        zh=f"{where}：没有名为 `{name}` 的 fixture。{near.zh}可用的有：{there}。",
    )


def _claim(item: pytest.Function) -> Text:
    """Return the line that the student sees; a language that the docstring does not speak has the other's."""
    said = claim_in(inspect.getdoc(item.function) or "")
    english = said.en or item.originalname.removeprefix("test_").replace("_", " ")
    parameters = item.name.removeprefix(item.originalname)
    return Text(en=english + parameters, zh=(said.zh or english) + parameters)


def _wrong_needs(cases: list[Case]) -> list[Text]:
    """Say what is wrong with `needs` marks; a test may need tests that stand before it."""
    problems: list[Text] = []
    before: set[str] = set()
    for case in cases:
        for name in case.needs:
            if name not in before:
                problems.append(_wrong_need(case, name, before))
        before.add(case.function)
    return list(dict.fromkeys(problems))


def _wrong_need(case: Case, name: str, before: set[str]) -> Text:
    told = f"{place(case.item, 'needs')}: needs({name!r})"
    near, there = guess(name, before), ", ".join(sorted(before))
    return Text(
        en=f"{told}: no test of that name stands before this one. {near.en}Before it stand: {there or 'none'}.",
        zh=f"{told}：在此之前没有叫这个名字的测试。{near.zh}在它之前的有：{there or '无'}。",
    )


def read_reference(exercise: Exercise) -> tuple[SourceFile, ...]:
    """Return the reference's source, to run in the student's place; empty where there is none."""
    return tuple(solution_file(exercise, name) for name in exercise.files) if has_solution(exercise) else ()


def read_stub(exercise: Exercise) -> tuple[SourceFile, ...]:
    """Return the stub's source, as it is now."""
    return tuple(public_as_it_is(exercise, name) for name in exercise.files)


def load_reference(exercise: Exercise) -> types.ModuleType | None:
    """Import the reference solution under a name of its own; None where there is none. Raises AuthorError."""
    if not has_solution(exercise):
        return None
    path = Path(exercise.solution_folder) / exercise.files[0]
    loader = TextLoader(exercise, path, solution_file(exercise, exercise.files[0]).text)
    try:
        with reference_first(exercise):
            return loader.module(f"reference_of_{exercise.id}")
    except (Exception, SystemExit) as error:
        raise AuthorError(import_problem(error, path, what=_REFERENCE)) from error
