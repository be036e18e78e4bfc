"""What students get of an exercise, by allow-list: the files that it names, its statements, and what those link to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from grader.errors import AuthorError, joined
from grader.exercise.manifest import MANIFEST, STATEMENTS, VISIBLE_TESTS
from grader.exercise.paths import is_file, show_name, show_path
from grader.exercise.toml_file import read_bytes
from grader.records import Exercise, Text

# What a statement may show or offer. An archive could hold anything, and nobody would look into it.
ASSETS = frozenset(
    {".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".csv", ".tsv", ".txt", ".md", ".json", ".npy", ".ipynb"}
)
MAX_ASSET_BYTES = 16 * 1024 * 1024
_CODE = re.compile(r"^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_TARGET = re.compile(r"\]\(\s*<?(?P<link>[^)\s>]+)|<img[^>]*\bsrc\s*=\s*[\"']?(?P<image>[^\"'\s>]+)", re.IGNORECASE)


def bundle_files(exercise: Exercise) -> dict[str, bytes]:
    """Return what students get of `exercise`, by the name in its folder.

    Raises: AuthorError for a file that is not there, is a link, or that a statement may not offer.
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
                where = f"{show_path(folder / statement)}:{line}: {show_name(name)}"
                problems.append(Text(en=f"{where}: {problem.en}", zh=f"{where}：{problem.zh}"))
    for name in names:
        if (folder / name).is_symlink():
            told = Text(en="a link; put the file itself there.", zh="是链接；请放入文件本身。")
            shown = show_path(folder / name)
            problems.append(Text(en=f"{shown}: {told.en}", zh=f"{shown}：{told.zh}"))
    if problems:
        raise AuthorError(joined(problems, separator="\n"))
    return {name: read_bytes(folder / name) for name in dict.fromkeys(names)}


def _linked(statement: Path) -> Iterator[tuple[str, int]]:
    """Yield the files of the exercise's folder that a statement links to, with the line."""
    text = read_bytes(statement).decode("utf-8", errors="replace")
    text = _CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)  # the lines stay where they are
    for match in _TARGET.finditer(text):
        target = unquote((match["link"] or match["image"]).split("#")[0].split("?")[0])
        if not target or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|/", target):
            continue
        path = PurePosixPath(target)
        if ".." not in path.parts and path.parts:  # what lies elsewhere is no file of this exercise
            yield path.as_posix(), text.count("\n", 0, match.start()) + 1


def _asset_problem(folder: Path, name: str) -> Text | None:
    path = folder / name
    if name in STATEMENTS or path.suffix == ".py":  # a stub that the statement links to
        return None if is_file(path) else Text(en="there is no such file.", zh="没有这个文件。")
    if any(part.is_symlink() for part in (path, *path.parents) if part.is_relative_to(folder) and part != folder):
        return Text(en="a link; put the file itself there.", zh="是链接；请放入文件本身。")
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
    if path.stat().st_size > MAX_ASSET_BYTES:
        mib = MAX_ASSET_BYTES // 2**20
        return Text(en=f"larger than {mib} MiB.", zh=f"超过 {mib} MiB。")
    return None
