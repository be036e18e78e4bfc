"""Reads exercise.toml and looks at the files beside it: a folder becomes an `Exercise`, or an error says why not."""

from __future__ import annotations

import functools
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.errors import AuthorError, joined
from grader.exercise.digest import digest
from grader.exercise.paths import is_file, is_folder, show_path
from grader.exercise.problems import schema_problems
from grader.exercise.rules import rule_problems
from grader.records import Device, Exercise, Limits, Reveal, Text

MANIFEST = "exercise.toml"
VISIBLE_TESTS = "test_visible.py"
HIDDEN_TESTS = "test_hidden.py"
STATEMENTS = ("README.md", "README.zh.md")
SCHEMA_FILE = Path(__file__).parent.parent / "schemas" / "exercise-1.schema.json"

MAX_MANIFEST_BYTES = 256 * 1024
MAX_SHOWN_CHARACTERS = 80
_TOML_POSITION = re.compile(r"\s*\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


def read_exercise(folder: Path, *, solution_folder: Path | None) -> Exercise:
    """Return the exercise whose manifest and files lie in `folder`, and its hidden half in `solution_folder`.

    `Exercise.sha256` covers manifest, stubs, both tests and reference: names and bytes, in no order.
    Raises: AuthorError with every problem found; first those of the manifest, then the files that are missing.
    """
    folder = folder.absolute()
    manifest_file = folder / MANIFEST
    manifest = _parsed(manifest_file)
    problems = schema_problems(manifest, _schema()) or rule_problems(manifest, folder.name)
    _refuse(manifest_file, problems)
    files: list[str] = manifest["files"]
    contents = _graded_files(folder, solution_folder, files)
    return _exercise(manifest, folder, solution_folder, sha256=digest(contents))


@functools.cache
def _schema() -> Mapping[str, Any]:
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return schema


def _parsed(file: Path) -> dict[str, Any]:
    if not is_file(file):
        raise AuthorError(
            Text(en=f"{show_path(file)}: no such file.", zh=f"{show_path(file)}：没有这个文件。"),
            remedy=Text(
                en=f"An exercise is a folder with {MANIFEST}: write one; an exercise of the course shows how.",
                zh=f"练习是含有 {MANIFEST} 的文件夹：请编写它；可参照课程中的练习。",
            ),
        )
    raw = _read(file, max_bytes=MAX_MANIFEST_BYTES)
    try:
        text = raw.decode("utf-8-sig")  # a byte order mark: editors on Windows write one
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise AuthorError(
            Text(
                en=f"{show_path(file)}: line {line}, byte {error.start}: not UTF-8.",
                zh=f"{show_path(file)}：第 {line} 行，第 {error.start} 字节：不是 UTF-8。",
            ),
            remedy=Text(en="Save the file as UTF-8.", zh="请把文件另存为 UTF-8。"),
        ) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(file, text, error) from None
    except RecursionError:
        raise AuthorError(
            Text(en=f"{show_path(file)}: nested too deeply.", zh=f"{show_path(file)}：嵌套过深。"),
            remedy=Text(en="No key of a manifest needs more than three levels.", zh="清单中的键最多三层。"),
        ) from None


def _syntax_error(file: Path, text: str, error: tomllib.TOMLDecodeError) -> AuthorError:
    # Python 3.14 has the position as attributes; before, it stands in the message only.
    found = _TOML_POSITION.search(str(error))
    lines = text.split("\n")
    at_end = found is None or found["line"] is None
    line = len(text.rstrip().split("\n")) if found is None or at_end else int(found["line"])
    column = len(lines[line - 1].rstrip()) + 1 if found is None or at_end else int(found["column"])
    reason, shown = _TOML_POSITION.sub("", str(error)), repr(lines[line - 1].strip()[:MAX_SHOWN_CHARACTERS])
    return AuthorError(
        Text(
            en=f"{show_path(file)}: line {line}, column {column}: {reason}.",
            zh=f"{show_path(file)}：第 {line} 行第 {column} 列：TOML 语法错误（{reason}）。",
        ),
        remedy=Text(
            en=f"The line is: {shown}. Text needs quotes, lists need brackets, keys need `=`.",
            zh=f"该行是：{shown}。文本要加引号，列表要加方括号，键后要有 `=`。",
        ),
    )


def _refuse(file: Path, problems: tuple[Text, ...]) -> None:
    if problems:
        named = (
            Text(en=f"{show_path(file)}: {problem.en}", zh=f"{show_path(file)}：{problem.zh}") for problem in problems
        )
        raise AuthorError(joined(named, separator="\n"))


def _graded_files(folder: Path, solution_folder: Path | None, files: list[str]) -> dict[str, bytes]:
    """Return the contents of all files that decide a grade; refuse when one that an exercise needs is missing."""
    graded = {MANIFEST: folder / MANIFEST, VISIBLE_TESTS: folder / VISIBLE_TESTS}
    graded |= {f"stub/{name}": folder / name for name in files}
    if solution_folder:
        graded[HIDDEN_TESTS] = solution_folder / HIDDEN_TESTS
        graded |= {f"reference/{name}": solution_folder / name for name in files}
    needed = (*graded.values(), *(folder / name for name in STATEMENTS))
    missing = tuple(_missing_file(file, files) for file in needed if not is_file(file))
    if missing:
        raise AuthorError(joined(missing, separator="\n"))
    return {role: _read(file) for role, file in graded.items()}


def _missing_file(file: Path, files: list[str]) -> Text:
    roles = {
        VISIBLE_TESTS: Text(en="the tests that students see", zh="学生可见的测试"),
        HIDDEN_TESTS: Text(en="the hidden tests", zh="隐藏测试"),
        STATEMENTS[0]: Text(en="the statement in English", zh="英文题面"),
        STATEMENTS[1]: Text(en="the statement in Simplified Chinese", zh="简体中文题面"),
    }
    twin = Text(en="a stub, or under solutions/ a reference, named in files", zh="files 所列文件的模板或参考解")
    role = twin if file.name in files else roles[file.name]
    what = Text(en="is a folder", zh="是文件夹") if is_folder(file) else Text(en="missing", zh="缺少")
    return Text(
        en=f"{show_path(file)}: {what.en}; expected a file: {role.en}. Write it.",
        zh=f"{show_path(file)}：{what.zh}；应为文件：{role.zh}。请补上。",
    )


def _read(file: Path, *, max_bytes: int | None = None) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read() if max_bytes is None else stream.read(max_bytes + 1)
    except OSError as error:
        raise AuthorError(
            Text(
                en=f"{show_path(file)}: cannot be read ({error.strerror}).",
                zh=f"{show_path(file)}：无法读取（{error.strerror}）。",
            ),
            remedy=Text(en="Check its permissions.", zh="请检查权限。"),
        ) from None
    if max_bytes is not None and len(content) > max_bytes:
        kib = max_bytes // 1024
        raise AuthorError(
            Text(en=f"{show_path(file)}: larger than {kib} KiB.", zh=f"{show_path(file)}：超过 {kib} KiB。"),
            remedy=Text(en="A manifest is a page of text: move the rest elsewhere.", zh="请移走多余内容。"),
        )
    return content


def _exercise(manifest: Mapping[str, Any], folder: Path, solution_folder: Path | None, *, sha256: str) -> Exercise:
    functions: Mapping[str, Any] = manifest.get("functions", {})
    return Exercise(
        id=manifest["id"],
        slug=manifest["slug"],
        title=Text(**manifest["title"]),
        topics=tuple(manifest.get("topics", ())),
        files=tuple(manifest["files"]),
        devices=tuple(Device(name) for name in manifest.get("devices", ("cpu",))),
        preload=tuple(manifest.get("preload", ())),
        limits=_limits(manifest.get("limits", {})),
        mutates={name: tuple(function["mutates"]) for name, function in functions.items()},
        forbid=tuple(manifest.get("rules", {}).get("forbid", ())),
        allow=tuple(manifest.get("rules", {}).get("allow", ())),
        reveal_hidden=Reveal(manifest.get("reveal", {}).get("hidden", "hint")),
        folder=str(folder),
        solution_folder=str(solution_folder.absolute()) if solution_folder else "",
        sha256=sha256,
    )


def _limits(given: Mapping[str, Any]) -> Limits:
    default = Limits()
    call_s, exam_s = float(given.get("call_s", default.call_s)), float(given.get("exam_s", default.exam_s))
    # Where only one of the two is given, the other default yields: a call never outlasts its exam.
    if "call_s" not in given:
        call_s = min(call_s, exam_s)
    if "exam_s" not in given:
        exam_s = max(call_s, exam_s)
    mib = {name: int(given.get(name, getattr(default, name))) for name in ("memory_mib", "gpu_memory_mib")}
    return Limits(call_s=call_s, exam_s=exam_s, **mib)
