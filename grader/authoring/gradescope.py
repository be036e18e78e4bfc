"""The zip of an autograder for Gradescope: two scripts, the exercises with their solutions, and what pip installs.

Solutions lie in it in plain text, for it is the instructor's: on Gradescope only root may read them, and submissions
run confined. `grader.cli.gradescope` is what the scripts run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import PurePosixPath

from grader.authoring.bundle import bundle_files
from grader.authoring.seal import hidden_half, sealed_file
from grader.errors import AuthorError, UsageError
from grader.exercise.course import Course
from grader.exercise.course_file import COURSE_FILE
from grader.exercise.entries import below
from grader.exercise.paths import is_file, is_folder
from grader.exercise.seal_key import SealKey
from grader.exercise.sealed import read_sealed
from grader.exercise.sealed_course import open_sealed
from grader.exercise.solution import has_solution
from grader.exercise.toml_file import read_bytes
from grader.records import Device, Exercise, Isolation, Language, Text

SCRIPTS = ("setup.sh", "run_autograder")  # at the top of the zip, by Gradescope's rules
COURSE = "course"
SETTINGS = "dlgrade.json"
_REQUIREMENTS = "requirements.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How submissions are graded on Gradescope."""

    exercises: tuple[str, ...]
    language: Language = Language.EN
    isolation: Isolation | None = None  # None: the strongest that the container proves, and never below `landlock`


@dataclass(frozen=True, slots=True, kw_only=True)
class Autograder:
    """All files of the zip, by their names with forward slashes."""

    files: Mapping[str, bytes]
    exercises: tuple[str, ...]
    notes: tuple[Text, ...] = ()


def make_autograder(
    course: Course,
    names: Sequence[str],
    *,
    install: str,
    index: str = "",
    isolation: Isolation | None = None,
    language: Language = Language.EN,
    key: SealKey | None = None,
) -> Autograder:
    """Return the zip of these exercises, of all where none is named.

    `install` is what pip gets, `index` an index beside pip's own, such as that of torch's builds for the CPU.
    Raises: UsageError where there is nothing to pack, or the solutions are not at hand; AuthorError for a broken
        exercise.
    """
    hidden = _hidden(course, key)
    is_open = is_folder(below(course.root, course.file.solutions))
    exercises = _chosen(course if is_open else open_sealed(course, key), names)
    given, kept = _place(course.file.exercises, "exercises"), _place(course.file.solutions, "solutions")
    files = {name: _script(name) for name in SCRIPTS}
    files[_REQUIREMENTS] = _requirements(install, index).encode()
    settings = Settings(exercises=tuple(one.name for one in exercises), language=language, isolation=isolation)
    files[SETTINGS] = (json.dumps(asdict(settings), indent=2) + "\n").encode()
    for one in exercises:
        files |= {f"{COURSE}/{given}{one.name}/{name}": raw for name, raw in bundle_files(one).items()}
        files |= {f"{COURSE}/{kept}{name}": raw for name, raw in hidden.items() if name.startswith(f"{one.name}/")}
    if is_file(course.root / COURSE_FILE):
        files[f"{COURSE}/{COURSE_FILE}"] = read_bytes(course.root / COURSE_FILE)
    return Autograder(files=dict(sorted(files.items())), exercises=settings.exercises, notes=_notes(settings, index))


def read_settings(text: str) -> Settings:
    """Return the settings of an unpacked zip. Raises: AuthorError for a file that somebody has changed wrongly."""
    try:
        found = json.loads(text)
        isolation = found["isolation"]
        settings = Settings(
            exercises=tuple(map(str, found["exercises"])),
            language=Language(found["language"]),
            isolation=None if isolation is None else Isolation(isolation),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _broken_settings(error) from None
    if not settings.exercises:
        raise _broken_settings(ValueError("no exercises"))
    return settings


def _chosen(course: Course, names: Sequence[str]) -> list[Exercise]:
    wanted = {course.find(name).name for name in names}
    exercises = [entry.read() for entry in course.entries if not wanted or entry.name in wanted]
    if not exercises:
        raise UsageError(Text(en="This course has no exercises to pack.", zh="这门课程没有可打包的练习。"))
    if closed := [one.name for one in exercises if not has_solution(one)]:
        raise _no_solutions(", ".join(closed))
    if unfit := [one.name for one in exercises if Device.CPU not in one.devices]:
        raise _needs_a_gpu(", ".join(unfit))
    return exercises


def _hidden(course: Course, key: SealKey | None) -> Mapping[str, bytes]:
    if is_folder(below(course.root, course.file.solutions)):
        return hidden_half(course)
    if key is None:
        raise _no_solutions(course.file.solutions)
    return read_sealed(sealed_file(course), key).files


def _place(folder: str, key: str) -> str:
    """Return where a part of the course lies in the zip's copy of it: where `dlgrade.toml` says. Raises: UsageError."""
    path = PurePosixPath(folder)
    if path.is_absolute() or ".." in path.parts:
        raise UsageError(
            Text(
                en=f"{COURSE_FILE}: {key} = {folder!r} leads out of the course.",
                zh=f"{COURSE_FILE}：{key} = {folder!r} 在课程文件夹之外。",
            ),
            remedy=Text(en="Pack a course that holds both halves.", zh="请打包包含两部分的课程。"),
        )
    return "" if path == PurePosixPath(".") else f"{path}/"


def _script(name: str) -> bytes:
    return (resources.files("grader") / "authoring" / "gradescope_zip" / name).read_bytes()


def _requirements(install: str, index: str) -> str:
    return "".join(f"{line}\n" for line in (f"--extra-index-url {index}" if index else "", install) if line)


def _notes(settings: Settings, index: str) -> tuple[Text, ...]:
    notes = []
    if not index:
        notes.append(
            Text(
                en="Without --index, pip takes the build of torch for GPUs, several GB that Gradescope has no use for: "
                "give the index of PyTorch's builds for the CPU.",
                zh="未给出 --index 时，pip 会安装数 GB 的 GPU 版 torch，而 Gradescope 用不上："
                "请给出 PyTorch 的 CPU 版索引。",
            )
        )
    if settings.isolation is Isolation.PROCESS:
        notes.append(
            Text(
                en="--isolation process: a submission can read the solutions and rewrite files in its container.",
                zh="--isolation process：提交的代码可以读取参考解，也可以改写容器中的文件。",
            )
        )
    return tuple(notes)


def _no_solutions(names: str) -> UsageError:
    return UsageError(
        Text(
            en=f"{names}: the solutions are not at hand, so there are no hidden tests to pack.",
            zh=f"{names}：没有 solutions，因此没有可打包的隐藏测试。",
        ),
        remedy=Text(
            en="Pack the instructor's course (--course DIR), or open the sealed one with --key-file FILE.",
            zh="请打包教师的课程（--course DIR），或用 --key-file FILE 打开封存的 solutions。",
        ),
    )


def _needs_a_gpu(names: str) -> UsageError:
    return UsageError(
        Text(
            en=f"{names}: made for GPUs only, and Gradescope's containers have none.",
            zh=f"{names}：只能在 GPU 上评分，而 Gradescope 的容器没有 GPU。",
        ),
        remedy=Text(en='Add "cpu" to devices in exercise.toml.', zh='请在 exercise.toml 的 devices 中加入 "cpu"。'),
    )


def _broken_settings(error: Exception) -> AuthorError:
    what = f"{type(error).__name__}: {error}"
    return AuthorError(
        Text(en=f"{SETTINGS}: not as it was packed ({what}).", zh=f"{SETTINGS}：与打包时不同（{what}）。"),
        remedy=Text(
            en="Pack the autograder again with `dlgrade pack --gradescope`, and upload that.",
            zh="请用 `dlgrade pack --gradescope` 重新打包并上传。",
        ),
    )
