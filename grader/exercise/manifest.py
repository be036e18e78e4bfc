"""Reads exercise.toml and looks at the files beside it: a folder becomes an `Exercise`, or an error says why not."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.errors import AuthorError, joined
from grader.exercise.course_file import requiring, text_in
from grader.exercise.defaults import STANDARD, Defaults
from grader.exercise.digest import digest
from grader.exercise.paths import is_file, is_folder, show_path
from grader.exercise.problems import schema_problems
from grader.exercise.rules import rule_problems
from grader.exercise.solution import in_memory
from grader.exercise.text_file import MAX_SOURCE_BYTES
from grader.exercise.toml_file import parse_toml, read_bytes, read_toml, refuse
from grader.exercise.unlinked import read_unlinked
from grader.records import Exercise, Language, Text

MANIFEST = "exercise.toml"
VISIBLE_TESTS = "test_visible.py"
HIDDEN_TESTS = "test_hidden.py"
STATEMENT_IN = {Language.EN: "README.md", Language.ZH: "README.zh.md"}
STATEMENTS = tuple(STATEMENT_IN.values())
SCHEMA_FILE = Path(__file__).parent.parent / "schemas" / "exercise-1.schema.json"
_HOW_TO_BEGIN = Text(
    en=f"An exercise is a folder with {MANIFEST}: write one; an exercise of the course shows how.",
    zh=f"练习是含有 {MANIFEST} 的文件夹：请编写它；可参照课程中的练习。",
)


def read_exercise(
    folder: Path,
    *,
    solution_folder: Path | None,
    defaults: Defaults = STANDARD,
    sealed: Mapping[str, bytes] | None = None,
    public: Mapping[str, bytes] | None = None,
) -> Exercise:
    """Return the exercise whose manifest and files lie in `folder`, and its hidden half in `solution_folder`.

    Where the hidden half came `sealed`, it is in these files, and `solution_folder` only names them in messages; then
    `folder` may be a stranger's, and what of it decides grades is `public`, read and compared before.

    Where the manifest is silent, `defaults` hold: those of its course.
    `Exercise.sha256` covers manifest, stubs, both tests and reference: names and bytes, in no order; and what the
    course's defaults change of it.
    Raises: AuthorError with every problem found; first those of the manifest, then the files that are missing.
    """
    folder = folder.absolute()
    manifest_file = folder / MANIFEST
    if public is None:
        manifest = read_toml(manifest_file, missing=_HOW_TO_BEGIN)
    else:
        manifest = parse_toml(manifest_file, public[MANIFEST])
    problems = schema_problems(manifest, _schema(defaults.languages)) or rule_problems(manifest, folder.name)
    refuse(manifest_file, problems)
    files: list[str] = manifest["files"]
    contents = _graded_files(folder, solution_folder, files, languages=defaults.languages, sealed=sealed, public=public)
    given = {name: contents[name] for name in (MANIFEST, VISIBLE_TESTS)} if public is None else dict(public)
    merged = defaults.with_table(manifest)
    if merged.fingerprint() != STANDARD.with_table(manifest).fingerprint():
        contents["inherited"] = merged.fingerprint()
    exercise = _exercise(manifest, merged, folder, solution_folder, sha256=digest(contents), public=given)
    return exercise if sealed is None else in_memory(exercise, sealed)


@functools.cache
def _schema(languages: tuple[Language, ...]) -> Mapping[str, Any]:
    return requiring(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")), "title", languages)


def _graded_files(
    folder: Path,
    solution_folder: Path | None,
    files: list[str],
    *,
    languages: tuple[Language, ...],
    sealed: Mapping[str, bytes] | None,
    public: Mapping[str, bytes] | None,
) -> dict[str, bytes]:
    """Return the contents of all files that decide a grade; refuse when one that an exercise needs is missing."""
    graded = {MANIFEST: folder / MANIFEST, VISIBLE_TESTS: folder / VISIBLE_TESTS}
    graded |= {f"stub/{name}": folder / name for name in files}
    if solution_folder:
        graded[HIDDEN_TESTS] = solution_folder / HIDDEN_TESTS
        graded |= {f"reference/{name}": solution_folder / name for name in files}
    needed = (*graded.values(), *(folder / STATEMENT_IN[language] for language in languages))
    opened = {solution_folder / name: raw for name, raw in (sealed or {}).items()} if solution_folder else {}
    opened |= {folder / name: raw for name, raw in (public or {}).items()}

    def is_there(file: Path) -> bool:
        apart = sealed is not None and solution_folder is not None and file.is_relative_to(solution_folder)
        return file in opened if apart else file in opened or is_file(file)

    missing = tuple(_missing_file(file, files) for file in needed if not is_there(file))
    if missing:
        raise AuthorError(joined(missing, separator="\n"))
    read = read_bytes if public is None else functools.partial(read_unlinked, below=folder)
    return {
        role: opened[file] if file in opened else read(file, max_bytes=MAX_SOURCE_BYTES)
        for role, file in graded.items()
    }


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


def _exercise(
    manifest: Mapping[str, Any],
    merged: Defaults,
    folder: Path,
    solution_folder: Path | None,
    *,
    sha256: str,
    public: dict[str, bytes],
) -> Exercise:
    functions: Mapping[str, Any] = manifest.get("functions", {})
    return Exercise(
        id=manifest["id"],
        slug=manifest["slug"],
        title=text_in(manifest["title"]),
        topics=tuple(manifest.get("topics", ())),
        files=tuple(manifest["files"]),
        devices=merged.devices,
        preload=tuple(manifest.get("preload", ())),
        limits=merged.limits,
        mutates={name: tuple(function["mutates"]) for name, function in functions.items()},
        forbid=tuple(manifest.get("rules", {}).get("forbid", ())),
        allow=tuple(manifest.get("rules", {}).get("allow", ())),
        reveal_hidden=merged.reveal_hidden,
        folder=str(folder),
        solution_folder=str(solution_folder.absolute()) if solution_folder else "",
        sha256=sha256,
        public=public,
        languages=merged.languages,
    )
