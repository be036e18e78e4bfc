"""What students get of an exercise, by allow-list: the files that it names, its statements, and what those link to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from grader.errors import AuthorError, joined
from grader.exercise.manifest import MANIFEST, STATEMENTS, VISIBLE_TESTS
from grader.exercise.paths import is_file, show_name, show_path
from grader.exercise.text_file import MAX_SOURCE_BYTES, decoded_anyhow
from grader.exercise.toml_file import read_bytes
from grader.exercise.unlinked import is_link
from grader.records import Exercise, Text

# What a statement may show or offer. An archive could hold anything, and nobody would look into it.
ASSETS = frozenset(
    {".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".csv", ".tsv", ".txt", ".md", ".json", ".npy", ".ipynb"}
)
_TEXTS = frozenset({".svg", ".csv", ".tsv", ".txt", ".md", ".json", ".ipynb"})  # of these
MAX_ASSET_BYTES = 16 * 1024 * 1024
MAX_TEXT_BYTES = 4 * 1024 * 1024  # of an asset that is text: every run of its words is compared
MAX_BYTES = 64 * 1024 * 1024  # of an exercise
MAX_FILES = 500
_MAX_SHOWN = 100  # characters of a link
# Counted, so that no page takes long to read.
_CODE = re.compile(r"^(?P<fence>`{3,40}|~{3,40}).*?^(?P=fence)|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_TARGET = re.compile(
    r"\]\(\s*<?(?P<link>[^)\s>]+)|<img[^>]{0,500}?\bsrc\s*=\s*[\"']?(?P<image>[^\"'\s>]+)", re.IGNORECASE
)


def bundle_files(exercise: Exercise) -> dict[str, bytes]:
    """Return what students get of `exercise`, by the name in its folder.

    Raises: AuthorError for a file that is not there, is a link or too large, or that a statement may not offer.
    """
    folder = Path(exercise.folder)
    statements = [name for name in STATEMENTS if is_file(folder / name)]
    names = [*exercise.files, *statements, MANIFEST, VISIBLE_TESTS]
    problems: list[Text] = []
    for statement in statements:
        for name, line in _linked(folder / statement):
            problem = _asset_problem(folder, name)
            if problem is None:
                names.append(name)
            else:
                where = f"{show_path(folder / statement)}:{line}: {show_name(name[:_MAX_SHOWN])}"
                problems.append(Text(en=f"{where}: {problem.en}", zh=f"{where}：{problem.zh}"))
    for name in names:
        if is_link(folder / name):
            told = Text(en="a link; put the file itself there.", zh="是链接；请放入文件本身。")
            shown = show_path(folder / name)
            problems.append(Text(en=f"{shown}: {told.en}", zh=f"{shown}：{told.zh}"))
    names = list(dict.fromkeys(names))
    problems += () if problems else _too_much(folder, names)
    if problems:
        raise AuthorError(joined(problems, separator="\n"))
    files = {name: read_bytes(folder / name, max_bytes=_most_bytes(name)) for name in names}
    if problems := [_no_utf8(folder / name) for name, content in files.items() if is_text(name) and b"\0" in content]:
        raise AuthorError(joined(problems, separator="\n"))
    return files


def _no_utf8(file: Path) -> Text:
    """Say why a text is refused: in UTF-16 and UTF-32 every letter of code comes with NUL bytes."""
    return Text(
        en=f"{show_path(file)}: holds NUL bytes, so it is no UTF-8 text (UTF-16, perhaps) and cannot be looked into. "
        "Save it as UTF-8.",
        zh=f"{show_path(file)}：含有 NUL 字节，不是 UTF-8 文本（可能是 UTF-16），无法检查。请另存为 UTF-8。",
    )


def _too_much(folder: Path, names: list[str]) -> Iterator[Text]:
    """Say where an exercise is too much to be looked into, before any of it is read."""
    size, shown = sum((folder / name).stat().st_size for name in names), show_path(folder)
    if len(names) > MAX_FILES:
        yield Text(
            en=f"{shown}: {len(names)} files for students; at most {MAX_FILES}.",
            zh=f"{shown}：给学生的文件有 {len(names)} 个；最多 {MAX_FILES} 个。",
        )
    if size > MAX_BYTES:
        mib, most = f"{size / 2**20:.1f} MiB", f"{MAX_BYTES // 2**20} MiB"
        yield Text(
            en=f"{shown}: {mib} for students; at most {most}.", zh=f"{shown}：给学生的文件共 {mib}；最多 {most}。"
        )


def is_text(name: str) -> bool:
    """Return whether a file of a bundle is text by its name; else it is a picture or an array."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix in _TEXTS or suffix not in ASSETS


def _most_bytes(name: str) -> int:
    if PurePosixPath(name).suffix.lower() not in ASSETS or name in STATEMENTS:
        return MAX_SOURCE_BYTES  # the manifest and Python, too
    return MAX_TEXT_BYTES if is_text(name) else MAX_ASSET_BYTES


def _linked(statement: Path) -> Iterator[tuple[str, int]]:
    """Yield the files of the exercise's folder that a statement links to, with the line."""
    text = decoded_anyhow(read_bytes(statement, max_bytes=MAX_SOURCE_BYTES))
    text = _CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)  # the lines stay where they are
    line, counted = 1, 0
    told = set[str]()
    for match in _TARGET.finditer(text):
        line, counted = line + text.count("\n", counted, match.start()), match.start()
        target = unquote((match["link"] or match["image"]).split("#")[0].split("?")[0])
        if not target or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|/", target):
            continue
        path = PurePosixPath(target)
        if ".." in path.parts or not path.parts or target in told:
            continue  # what lies elsewhere is no file of this exercise
        told.add(target)
        yield path.as_posix(), line


def _asset_problem(folder: Path, name: str) -> Text | None:
    path = folder / name
    if any(is_link(part) for part in (path, *path.parents) if part.is_relative_to(folder) and part != folder):
        return Text(en="a link; put the file itself there.", zh="是链接；请放入文件本身。")
    if name in STATEMENTS or path.suffix == ".py":  # a stub that the statement links to
        return None if is_file(path) else Text(en="there is no such file.", zh="没有这个文件。")
    if not is_file(path):
        return Text(
            en="there is no such file; write it, or take the link out.", zh="没有这个文件；请补上，或去掉该链接。"
        )
    if path.suffix.lower() not in ASSETS:
        allowed = " ".join(sorted(ASSETS))
        return Text(
            en=f"students get no file of this kind, for it cannot be looked into. Allowed: {allowed}.",
            zh=f"此类文件无法检查，不会发给学生。允许：{allowed}。",
        )
    if path.stat().st_size > _most_bytes(name):
        mib = _most_bytes(name) // 2**20
        return Text(en=f"larger than {mib} MiB.", zh=f"超过 {mib} MiB。")
    return None
