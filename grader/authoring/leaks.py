"""Whether what students get holds anything of the hidden half, however it is laid out.

Both sides become rows of tokens (authoring/tokens.py). A leak is a run of RUN tokens of the hidden half, or a whole
statement of at least SHORTEST, that stands in a public file too and says something: DISTINCT different names and
numbers. What the stub gives on purpose, its code that can run, is none, and of cheats, what the visible tests say:
a cheat knows them. Imports, marks, docstrings and other sentences of the hidden half are not looked for, since
reports show most of them. Renamed variables hide a leak: this finds what was copied by accident.
"""

from __future__ import annotations

import json
import keyword
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.bundle import bundle_files
from grader.authoring.findings import Finding, Severity, place_in_course
from grader.authoring.markers import has_markers
from grader.authoring.tokens import BARRIER, Token, code_tokens, statement_runs, text_tokens
from grader.errors import AuthorError
from grader.exercise.manifest import VISIBLE_TESTS
from grader.exercise.solution import CHEATS, MISTAKES, has_solution, solution_files
from grader.records import Exercise, Text

RUN = 10
SHORTEST = 6
DISTINCT = 3
_DISTINCT_IN_PROSE = 6
_COMMON = frozenset(keyword.kwlist) | {"self", "torch", "np", "numpy", "range", "len", "zip", "enumerate"}
_SHOWN = 100
Run = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A file of the hidden half; `may_say` are public texts that it repeats by its nature."""

    name: str  # from the course's root: "solutions/exercise03_softmax/softmax.py"
    text: str
    may_say: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a run begins in a public file."""

    file: str
    token: int
    line: int


def leaks(exercise: Exercise, root: Path | None = None) -> list[Finding]:
    """Return what students would see of the hidden half of one exercise; none where it is not at hand.

    Where students cannot be given what the exercise offers them, that is what is found. `root` is the course's folder,
    from which files are named.
    """
    if not has_solution(exercise):
        return []
    folder = place_in_course(exercise.folder, "", root)
    try:
        files = bundle_files(exercise)
    except AuthorError as error:
        return [_unpackable(folder, exercise.name, error)]
    public = {f"{folder}/{name}": content for name, content in files.items()}
    return find_leaks(public, secrets_of(exercise, files), exercise=exercise.name)


def secrets_of(exercise: Exercise, files: Mapping[str, bytes]) -> list[Secret]:
    """Return the hidden half of an exercise, `files` being what students get of it."""
    stubs = tuple(_decoded(files[name]) for name in exercise.files)
    visible = _decoded(files[VISIBLE_TESTS])
    above = Path(exercise.solution_folder).parent.name
    found = []
    for folder in ("", MISTAKES, CHEATS):
        given = (*stubs, visible) if folder == CHEATS else stubs
        for file in solution_files(exercise, folder):
            found.append(Secret(name=f"{above}/{exercise.name}/{file.name}", text=file.text, may_say=given))
    return found


def find_leaks(public: Mapping[str, bytes], secrets: Iterable[Secret], *, exercise: str = "") -> list[Finding]:
    """Return every place at which a public file repeats a secret one; names are from the course's root."""
    pieces = [piece for name, content in public.items() for piece in _pieces(name, content)]
    index = _index(pieces)
    found = [_with_markers(piece, exercise) for piece in pieces if has_markers(piece.text)]
    told: set[tuple[str, int]] = set()  # a mistake repeats most of its reference: a place is told once
    for secret in secrets:
        for leak in _leaks_of(secret, index):
            if (leak.place.file, leak.place.line) not in told:
                told.add((leak.place.file, leak.place.line))
                found.append(_finding(leak, secret, pieces, exercise))
    return found


# ------------------------------------------------------------------------------------------------- what is public


@dataclass(frozen=True, slots=True)
class _Piece:
    """A public file, or a cell of one."""

    name: str
    text: str


def _pieces(name: str, content: bytes) -> Iterator[_Piece]:
    text = _decoded(content)
    if Path(name).suffix != ".ipynb":
        yield _Piece(name, text)
        return
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError, RecursionError):
        yield _Piece(name, text)
        return
    for number, cell in enumerate(cells, 1):
        yield _Piece(f"{name}#{number}", "\n".join(_strings(cell)))


def _strings(value: object) -> Iterator[str]:
    """Yield every text in a notebook's cell, outputs included; a list of lines is one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        yield "".join(value)
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def _index(pieces: Sequence[_Piece]) -> dict[Run, _Place]:
    found: dict[Run, _Place] = {}
    for piece in pieces:
        tokens = text_tokens(piece.text)
        for at in range(len(tokens)):
            for length in range(SHORTEST, min(RUN, len(tokens) - at) + 1):
                run = tokens[at : at + length]
                key = tuple(token.text for token in run)
                if key not in found:
                    found[key] = _Place(piece.name, at, _line(run))
    return found


# ------------------------------------------------------------------------------------------------- what is secret


@dataclass(frozen=True, slots=True)
class _Leak:
    place: _Place
    line: int  # of the secret file


def _leaks_of(secret: Secret, index: Mapping[Run, _Place]) -> Iterator[_Leak]:
    is_code = Path(secret.name).suffix == ".py"
    tokens = code_tokens(secret.text) if is_code else text_tokens(secret.text)
    given = _runs_of(secret.may_say)
    least = DISTINCT if is_code else _DISTINCT_IN_PROSE
    units = [tokens[at : at + RUN] for at in range(len(tokens) - RUN + 1)]
    units += [unit for unit in statement_runs(secret.text) if SHORTEST <= len(unit) < RUN] if is_code else []
    last: _Place | None = None
    for unit in units:
        run = tuple(token.text for token in unit)
        place = index.get(run)
        if place is None or run in given or BARRIER in run or _distinct(run) < least:
            last = None
            continue
        goes_on = last is not None and place.file == last.file and place.token == last.token + 1
        if not goes_on:
            yield _Leak(place, _line(unit))
        last = place


def _runs_of(texts: Sequence[str]) -> set[Run]:
    """Return the runs in the code that can run of some sources."""
    found: set[Run] = set()
    for text in texts:
        tokens = [token.text for token in code_tokens(text, live_only=True)]
        for length in range(SHORTEST, RUN + 1):
            found |= {tuple(tokens[at : at + length]) for at in range(len(tokens) - length + 1)}
    return found


def _line(run: Sequence[Token]) -> int:
    """Return the line of the first word: a sign before it may end the line above."""
    return next((token.line for token in run if _is_word(token.text)), run[0].line)


def _is_word(token: str) -> bool:
    return token[0].isalnum() or token[0] == "_"


def _distinct(run: Run) -> int:
    return len({token for token in run if _is_word(token) and token not in _COMMON})


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")


# ---------------------------------------------------------------------------------------------------- what to say


def _finding(leak: _Leak, secret: Secret, pieces: Sequence[_Piece], exercise: str) -> Finding:
    text = next(piece.text for piece in pieces if piece.name == leak.place.file)
    line = text.split("\n")[leak.place.line - 1].strip()[:_SHOWN]
    return Finding(
        check="leak",
        severity=Severity.ERROR,
        exercise=exercise,
        file=leak.place.file,
        line=leak.place.line,
        problem=Text(
            en=f"students would see line {leak.line} of {secret.name}: `{line}`",
            zh=f"学生会看到 {secret.name} 第 {leak.line} 行的内容：`{line}`",
        ),
        remedy=Text(
            en="Take it out, or say it in other words; what students are meant to have belongs into the stub.",
            zh="请删去或换一种说法；要给学生的代码应写在模板中。",
        ),
    )


def _unpackable(folder: str, exercise: str, error: AuthorError) -> Finding:
    return Finding(
        check="bundle",
        severity=Severity.ERROR,
        exercise=exercise,
        file=folder,
        problem=error.problem,
        remedy=Text(
            en="Students could not be given it: mend the file or the link to it.",
            zh="无法发给学生：请改好该文件或指向它的链接。",
        ),
    )


def _with_markers(piece: _Piece, exercise: str) -> Finding:
    return Finding(
        check="leak.markers",
        severity=Severity.ERROR,
        exercise=exercise,
        file=piece.name,
        problem=Text(
            en="it has solution markers (BEGIN SOLUTION), so it may be a reference, not a stub.",
            zh="含有解答标记（BEGIN SOLUTION），可能是参考解而不是模板。",
        ),
        remedy=Text(
            en="Put there what the markers leave: `dlgrade verify --fix` makes it.",
            zh="请放入去掉解答后的模板：可用 `dlgrade verify --fix` 生成。",
        ),
    )
