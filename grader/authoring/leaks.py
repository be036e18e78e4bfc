"""Whether what students get holds anything of the hidden half, however it is laid out.

Both sides become rows of tokens (authoring/tokens.py). A leak is a run of RUN tokens of the hidden half, or a whole
statement of at least SHORTEST, that stands in a public file too and says something: DISTINCT different names and
numbers. What the stub gives on purpose, its code that can run, is none, and of cheats, what the visible tests say:
a cheat knows them. Imports, marks, docstrings and other sentences of the hidden half are not looked for, since
reports show most of them. Renamed variables hide a leak: this finds what was copied by accident.
"""

from __future__ import annotations

import functools
import html
import json
import keyword
import re
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.bundle import bundle_files, is_text
from grader.authoring.expected import EXPECTED
from grader.authoring.findings import Finding, place_in_course
from grader.authoring.markers import has_markers
from grader.authoring.tokens import BARRIER, Token, code_tokens, statement_runs, text_tokens, tokens_in
from grader.errors import AuthorError
from grader.exercise.manifest import VISIBLE_TESTS
from grader.exercise.solution import CHEATS, MISTAKES, has_solution, solution_files
from grader.records import Exercise, Severity, Text

RUN = 10
SHORTEST = 6
DISTINCT = 3
_DISTINCT_IN_PROSE = 6
_COMMON = frozenset(keyword.kwlist) | {"self", "torch", "np", "numpy", "range", "len", "zip", "enumerate"}
_SHOWN = 100
_PRINTABLE = re.compile(rb"[\t\n\r\x20-\x7e]{16,}")  # what a picture or an array may hold of a text
_MARKED_UP = frozenset({".svg", ".md"})
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>")
_ENTITY = re.compile(r"&#?[A-Za-z0-9]{1,32};")
_SURVIVE = "[mutants.survive]"
_KEY = re.compile(r"""\s*(?:"(?:[^"\\]|\\.)*"|'[^']*')\s*=""")
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
    return find_leaks(public, secrets_of(exercise, files, root), exercise=exercise.name)


def secrets_of(exercise: Exercise, files: Mapping[str, bytes], root: Path | None = None) -> list[Secret]:
    """Return the hidden half of an exercise, `files` being what students get of it; named from `root` as in `leaks`."""
    stubs = tuple(_decoded(files[name]) for name in exercise.files)
    visible = _decoded(files[VISIBLE_TESTS])
    found = []
    for folder in ("", MISTAKES, CHEATS):
        given = (*stubs, visible) if folder == CHEATS else stubs
        for file in solution_files(exercise, folder):
            name = place_in_course(exercise.solution_folder, file.name, root)
            found.append(Secret(name=name, text=file.text, may_say=given))
    return found


def find_leaks(public: Mapping[str, bytes], secrets: Iterable[Secret], *, exercise: str = "") -> list[Finding]:
    """Return every place at which a public file repeats a secret one; names are from the course's root."""
    hidden = tuple(secrets)
    pieces = [piece for name, content in public.items() for piece in _pieces(name, content)]
    index = _index(pieces, _fingerprints(hidden))
    found = [_with_markers(piece, exercise) for piece in pieces if has_markers(piece.text)]
    told: set[tuple[str, int]] = set()  # a mistake repeats most of its reference: a place is told once
    for secret in hidden:
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
    if not is_text(name):
        yield _Piece(f"{name}#text", "\n".join(part.decode("ascii") for part in _PRINTABLE.findall(content)))
        return
    text = _decoded(content)
    if Path(name).suffix != ".ipynb":
        yield _Piece(name, text)
        if Path(name).suffix.lower() in _MARKED_UP:
            yield _Piece(name, _without_markup(text))
        return
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError, RecursionError):
        yield _Piece(name, text)
        return
    for number, cell in enumerate(cells, 1):
        text = _visible("\n".join(_strings(cell)))
        yield from (_Piece(f"{name}#{number}", one) for one in (text, _without_markup(text)))


def _strings(value: object) -> Iterator[str]:
    """Yield every text in a notebook's cell, outputs included; a list of lines is one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        yield "".join(value)
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def _index(pieces: Sequence[_Piece], wanted: Set[int]) -> dict[Run, _Place]:
    """Return where each run first stands, of those with a fingerprint that is `wanted`: a table has millions."""
    found: dict[Run, _Place] = {}
    for piece in pieces:
        last: deque[Token] = deque(maxlen=RUN)
        for end, token in enumerate(tokens_in(piece.text), 1):
            last.append(token)
            texts = tuple(one.text for one in last)
            for length in range(SHORTEST, len(texts) + 1):
                key = texts[-length:]
                if hash(key) in wanted and key not in found:
                    found[key] = _Place(piece.name, end - length, _line(list(last)[-length:]))
    return found


# ------------------------------------------------------------------------------------------------- what is secret


@dataclass(frozen=True, slots=True)
class _Leak:
    place: _Place
    line: int  # of the secret file


def _fingerprints(secrets: Sequence[Secret]) -> set[int]:
    return {hash(tuple(token.text for token in unit)) for secret in secrets for unit in _units(secret)}


def _units(secret: Secret) -> Iterator[list[Token]]:
    """Yield what is looked for of a secret file: every run of RUN tokens, and whole statements that are shorter."""
    is_code, text = _is_code(secret), _visible(_looked_for(secret))
    tokens = code_tokens(text) if is_code else text_tokens(text)
    yield from (tokens[at : at + RUN] for at in range(len(tokens) - RUN + 1))
    if is_code:
        yield from (unit for unit in statement_runs(text) if SHORTEST <= len(unit) < RUN)


def _looked_for(secret: Secret) -> str:
    """Return a secret's text without the keys of `[mutants.survive]`: they quote the reference, a secret of its own."""
    if Path(secret.name).name != EXPECTED:
        return secret.text
    lines, is_inside = secret.text.split("\n"), False
    for number, line in enumerate(lines):
        if line.lstrip().startswith("["):
            is_inside = line.strip().startswith(_SURVIVE)
        elif is_inside and (key := _KEY.match(line)):
            lines[number] = line[key.end() :]
    return "\n".join(lines)


def _is_code(secret: Secret) -> bool:
    return Path(secret.name).suffix == ".py"


def _leaks_of(secret: Secret, index: Mapping[Run, _Place]) -> Iterator[_Leak]:
    if not index:
        return
    given = _runs_of(secret.may_say)
    least = DISTINCT if _is_code(secret) else _DISTINCT_IN_PROSE
    last: _Place | None = None
    for unit in _units(secret):
        run = tuple(token.text for token in unit)
        place = index.get(run)
        if place is None or run in given or BARRIER in run or _distinct(run) < least:
            last = None
            continue
        goes_on = last is not None and place.file == last.file and place.token == last.token + 1
        if not goes_on:
            yield _Leak(place, _line(unit))
        last = place


@functools.lru_cache(maxsize=64)  # all files of an exercise may say the same
def _runs_of(texts: tuple[str, ...]) -> frozenset[Run]:
    """Return the runs in the code that can run of some sources."""
    found: set[Run] = set()
    for text in texts:
        tokens = [token.text for token in code_tokens(text, live_only=True)]
        for length in range(SHORTEST, RUN + 1):
            found |= {tuple(tokens[at : at + length]) for at in range(len(tokens) - length + 1)}
    return frozenset(found)


def _line(run: Sequence[Token]) -> int:
    """Return the line of the first word: a sign before it may end the line above."""
    return next((token.line for token in run if _is_word(token.text)), run[0].line)


def _is_word(token: str) -> bool:
    return token[0].isalnum() or token[0] == "_"


def _distinct(run: Run) -> int:
    return len({token for token in run if _is_word(token) and token not in _COMMON})


def _decoded(content: bytes) -> str:
    return _visible(content.decode("utf-8", errors="replace"))


def _visible(text: str) -> str:
    """Return the text without characters that nobody sees: a zero-width space inside a word would hide the word."""
    return text if text.isascii() else "".join(one for one in text if unicodedata.category(one) != "Cf")


def _without_markup(text: str) -> str:
    """Return what a reader of HTML or SVG sees, in the same lines: no tags, and entities as what they stand for."""
    bare = _TAG.sub(lambda tag: "\n" * tag[0].count("\n"), text)
    return _visible(_ENTITY.sub(lambda entity: html.unescape(entity[0]).replace("\n", " "), bare))


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
