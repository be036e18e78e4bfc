"""What students get of a course, as one bundle: by allow-list, and proven to hold nothing of the hidden half."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from grader.authoring.bundle import MAX_TEXT_BYTES, bundle_files
from grader.authoring.findings import Finding, place_in_course
from grader.authoring.leaks import Secret, find_leaks, secrets_of
from grader.authoring.pack_texts import ATTRIBUTES, IGNORED, WORKFLOW, readmes, workflow
from grader.authoring.seal import difference, hidden_half, sealed_file
from grader.errors import AuthorError, UsageError, both, joined
from grader.exercise.course import Course
from grader.exercise.course_file import COURSE_FILE
from grader.exercise.entries import below
from grader.exercise.paths import is_file, is_folder, show_path
from grader.exercise.seal_key import SealKey
from grader.exercise.sealed import MAX_SEALED_BYTES, SEALED, read_sealed
from grader.exercise.sealed_course import open_sealed
from grader.exercise.solution import has_solution
from grader.exercise.toml_file import read_bytes
from grader.records import Exercise, Text

_MAX_LEAKS = 10
MAX_BYTES = 256 * 1024 * 1024  # of a bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be packed besides the exercises."""

    install: str  # what `pip install` gets: "dlgrade==0.1.0"
    workflow: bool = False
    sealed: bool = False  # the course's solutions.sealed, and the workflow with its key


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """All files of a bundle, by their names with forward slashes."""

    files: Mapping[str, bytes]
    exercises: tuple[str, ...]
    notes: tuple[Text, ...] = ()  # what was not proven


def make_bundle(course: Course, names: Sequence[str], wish: Wish, key: SealKey | None = None) -> Bundle:
    """Return the bundle of these exercises, of all where none is named.

    Raises: UsageError where nothing can be packed as asked, or the hidden half is not at hand to compare with;
        AuthorError for a broken exercise, and for anything of the hidden half in the bundle.
    """
    if not is_folder(below(course.root, course.file.solutions)):
        course = open_sealed(course, key)
    everything = [entry.read() for entry in course.entries]
    chosen = [course.find(name).name for name in names] or [one.name for one in everything]
    exercises = [one for one in everything if one.name in chosen]
    if not exercises:
        raise UsageError(Text(en="This course has no exercises to pack.", zh="这门课程没有可打包的练习。"))
    if closed := [one.name for one in exercises if not has_solution(one)]:
        raise _nothing_to_compare(closed)
    folder = _folder(course)
    parts = {one.name: bundle_files(one) for one in exercises}
    _refuse_too_much(parts)
    files = {f"{folder}{name}/{file}": raw for name, part in parts.items() for file, raw in part.items()}
    files |= _of_the_course(course, exercises, wish, folder)
    _refuse_leaks(course, everything, parts, files, key)
    if wish.sealed:
        files[SEALED] = _sealed(course, key)
    notes = (_not_compared(course),) if wish.sealed and key is None else ()
    return Bundle(files=dict(sorted(files.items())), exercises=tuple(one.name for one in exercises), notes=notes)


def _refuse_too_much(parts: Mapping[str, Mapping[str, bytes]]) -> None:
    sizes = {name: sum(map(len, files.values())) for name, files in parts.items()}
    if sum(sizes.values()) <= MAX_BYTES:
        return
    mib, most = f"{sum(sizes.values()) / 2**20:.1f} MiB", f"{MAX_BYTES // 2**20} MiB"
    largest = max(sizes, key=lambda name: sizes[name])
    raise UsageError(
        Text(
            en=f"{mib} for students; at most {most} are packed. The most is of {largest}.",
            zh=f"给学生的文件共 {mib}；最多可打包 {most}。其中 {largest} 最大。",
        ),
        remedy=Text(en="Pack some exercises at a time.", zh="请分几次打包。"),
    )


def _folder(course: Course) -> str:
    """Return where the exercises lie in the bundle: where they lie in the course. Raises: UsageError."""
    path = PurePosixPath(os.path.relpath(course.exercises_folder, course.root).replace(os.sep, "/"))
    if ".." in path.parts:
        raise UsageError(
            Text(
                en=f"{COURSE_FILE}: exercises = {course.file.exercises!r} leads out of the course.",
                zh=f"{COURSE_FILE}：exercises = {course.file.exercises!r} 在课程文件夹之外。",
            ),
            remedy=Text(en="Pack a course that holds its exercises.", zh="请打包包含练习的课程。"),
        )
    return "" if path == PurePosixPath(".") else f"{path}/"


def _of_the_course(course: Course, exercises: Sequence[Exercise], wish: Wish, folder: str) -> dict[str, bytes]:
    texts = readmes(course.file.name, exercises, folder=folder, install=wish.install)
    texts |= {".gitignore": IGNORED, ".gitattributes": ATTRIBUTES}
    if wish.workflow:
        texts[WORKFLOW] = workflow(exercises, install=wish.install, sealed=wish.sealed)
    files = {name: text.encode() for name, text in texts.items()}
    if is_file(course.root / COURSE_FILE):
        files[COURSE_FILE] = read_bytes(course.root / COURSE_FILE)
    return files


# ------------------------------------------------------------------------------------------------- the hidden half


def _refuse_leaks(
    course: Course,
    everything: Sequence[Exercise],
    parts: Mapping[str, Mapping[str, bytes]],
    files: Mapping[str, bytes],
    key: SealKey | None,
) -> None:
    """Raise AuthorError where the bundle holds anything of any exercise's hidden half, or of a quiz's."""
    stubs = [parts[one.name][name] for one in everything if one.name in parts for name in one.files]
    given = tuple(stub.decode("utf-8", errors="replace") for stub in stubs)
    secrets: list[Secret] = []
    for one in everything:
        own = secrets_of(one, parts.get(one.name) or bundle_files(one), course.root)
        secrets += [replace(secret, may_say=(*secret.may_say, *given)) for secret in own]
    known = {secret.name for secret in secrets}
    for name, content in _hidden(course, key).items():
        shown = place_in_course(below(course.root, course.file.solutions), name, course.root)
        if shown not in known and b"\0" not in content:
            if len(content) > MAX_TEXT_BYTES:
                raise _too_large(shown, len(content))
            secrets.append(Secret(name=shown, text=content.decode("utf-8", errors="replace")))
    if found := find_leaks(files, secrets):
        raise _leaking(found)


def _hidden(course: Course, key: SealKey | None) -> Mapping[str, bytes]:
    if is_folder(below(course.root, course.file.solutions)):
        return hidden_half(course)
    return read_sealed(sealed_file(course), key).files if key is not None else {}


def _too_large(name: str, size: int) -> AuthorError:
    mib, most = f"{size / 2**20:.1f} MiB", f"{MAX_TEXT_BYTES // 2**20} MiB"
    return AuthorError(
        Text(
            en=f"{name}: {mib} of text; at most {most} can be compared with what students get.",
            zh=f"{name}：文本共 {mib}；最多能将 {most} 与发给学生的内容比较。",
        ),
        remedy=Text(
            en="Save a large table as .npy or .npz, or make it in the tests, from the seed.",
            zh="较大的表请保存为 .npy 或 .npz，或在测试中由随机种子生成。",
        ),
    )


def _leaking(found: Sequence[Finding]) -> AuthorError:
    lines = [joined((both(f"{leak.file}:{leak.line}:"), leak.problem)) for leak in found[:_MAX_LEAKS]]
    if len(found) > _MAX_LEAKS:
        more = len(found) - _MAX_LEAKS
        lines.append(Text(en=f"… and {more} more.", zh=f"……还有 {more} 处。"))
    head = Text(en="The hidden half would reach students:", zh="隐藏部分会泄露给学生：")
    return AuthorError(joined((head, *lines), separator="\n"), remedy=found[0].remedy)


def _nothing_to_compare(names: Sequence[str]) -> UsageError:
    listed = ", ".join(names)
    return UsageError(
        Text(
            en=f"{listed}: the solutions are not at hand, so nothing proves that the bundle holds none of them.",
            zh=f"{listed}：没有 solutions，无法证明包中不含其内容。",
        ),
        remedy=Text(
            en="Pack the instructor's course (--course DIR), or open the sealed one with --key-file FILE.",
            zh="请打包教师的课程（--course DIR），或用 --key-file FILE 打开封存的 solutions。",
        ),
    )


def _not_compared(course: Course) -> Text:
    file = show_path(sealed_file(course))
    return Text(
        en=f"{file} was packed without a look into it: without its key nothing tells whether it is up to date. "
        "Give --key-file FILE to have it compared.",
        zh=f"{file} 未经核对就打包了：没有密钥，无法得知它是否最新。给出 --key-file FILE 即可核对。",
    )


def _sealed(course: Course, key: SealKey | None) -> bytes:
    """Return the sealed solutions; with the key, only where they are up to date. Raises: UsageError."""
    file = sealed_file(course)
    if not is_file(file):
        raise UsageError(
            Text(en=f"--sealed: {show_path(file)}: no such file.", zh=f"--sealed：{show_path(file)}：没有这个文件。"),
            remedy=Text(en="`dlgrade seal` makes it.", zh="可用 `dlgrade seal` 生成。"),
        )
    has_folder = is_folder(below(course.root, course.file.solutions))
    if key is not None and has_folder and not difference(course, key).is_none:
        raise UsageError(
            Text(en=f"--sealed: {show_path(file)} is out of date.", zh=f"--sealed：{show_path(file)} 已过时。"),
            remedy=Text(en="Run `dlgrade seal` first.", zh="请先运行 `dlgrade seal`。"),
        )
    return read_bytes(file, max_bytes=MAX_SEALED_BYTES)
