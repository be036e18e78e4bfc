"""`--names`: a pattern over the paths of submissions, such as `{student}/{exercise}.py`, and what a path says by it.

A pattern has as many parts between slashes as the path of an entry has below SUBMISSIONS. `{student}`, `{name}`,
`{exercise}`, `{attempt}`, `{time}` stand for what they are called, `*` for anything, and every other character for
itself. A suffix that says how a file is packed (`.py`, `.zip`) need not be written: then any will do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.batch.moments import PATTERN as MOMENT
from grader.errors import UsageError
from grader.exercise.entries import normal
from grader.exercise.paths import show_name
from grader.exercise.problems import closest
from grader.records import Exercise, Text
from grader.submission.homes import aliases_of
from grader.submission.kinds import PACKED_SUFFIX

MAX_OPEN_ENDED = 4  # in one name: a stranger chose it, and each more multiplies the ways to read it by its length
PLACEHOLDERS = ("student", "name", "exercise", "attempt", "time")
SUFFIX = re.compile(
    rf"(\.py(\.txt)?|\.ipynb|{PACKED_SUFFIX}|\.rar|\.7z|\.git)$",
    re.IGNORECASE,
)
BOUND = re.compile("[-_]")  # between a student and an exercise, in a name that no pattern explains
_TOKEN = re.compile(r"\{(?P<name>[^{}/]*)\}|(?P<star>\*)|(?P<brace>[{}])|(?P<text>[^{}*]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a path says of its submission; "": nothing."""

    student: str = ""
    name: str = ""
    exercise: str = ""  # as it is spelled there
    attempt: int | None = None
    time: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of one part of a pattern. `field`: the placeholder that it is, "*" for anything, "" for itself."""

    field: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamePattern:
    """A pattern that has been understood."""

    text: str
    parts: tuple[re.Pattern[str], ...]
    tokens: tuple[tuple[Token, ...], ...]  # what each part is made of
    bare: bool  # the last part has no suffix: files are matched without theirs

    @property
    def depth(self) -> int:
        """How many folders deep entries lie below SUBMISSIONS, themselves included."""
        return len(self.parts)

    def fits(self, depth: int, name: str, *, folder: bool) -> Mapping[str, str] | None:
        """Return what one name of a path, at `depth` from 0, says; None: it is none that the pattern means."""
        if depth < self.depth - 1 and not folder:
            return None
        found = self.parts[depth].fullmatch(self.matched(depth, name, folder=folder))
        return None if found is None else found.groupdict()

    def matched(self, depth: int, name: str, *, folder: bool) -> str:
        """Return what of one name of a path is matched: of a file's without its suffix, where the pattern has none."""
        bare = depth == self.depth - 1 and self.bare and not (folder and not name.endswith(".git"))
        return stem_of(name) if bare else name


def stem_of(name: str) -> str:
    """Return a file's name without the suffix that says what it is: `alice` of `alice.tar.gz`."""
    return SUFFIX.sub("", name) or name


def exercise_called(name: str, exercises: Iterable[Exercise]) -> Exercise | None:
    """Return the exercise that a folder or file (without suffix) is named after, or one of whose files it is."""
    wanted = normal(name)
    return next((exercise for exercise in exercises if wanted in aliases_of(exercise)), None)


def read_pattern(text: str, exercises: Sequence[Exercise]) -> NamePattern:
    """Return the pattern that `text` is. `exercises` are all whose names `{exercise}` may stand for.

    Raises: UsageError for one that cannot be understood, or that says of nobody whose entry it is.
    """
    parts = text.strip("/").split("/")
    seen: list[str] = []
    tokens = tuple(_part(text, part, seen, exercises) for part in parts)
    if "student" not in seen and "name" not in seen:
        raise _refused(
            text,
            Text(en="it does not say where the student's id stands.", zh="没有说明学生编号在哪里。"),
            Text(en="For example: --names '{student}/*' or '{student}_{exercise}.py'.",
                 zh="例如：--names '{student}/*' 或 '{student}_{exercise}.py'。"),
        )  # fmt: skip
    compiled = tuple(re.compile("".join(map(_named, part)), re.DOTALL) for part in tokens)
    return NamePattern(text=text, parts=compiled, tokens=tokens, bare=SUFFIX.search(parts[-1]) is None)


def _named(token: Token) -> str:
    """Return a token's expression, under the name of its placeholder."""
    return f"(?P<{token.field}>{token.pattern.pattern})" if token.field in PLACEHOLDERS else token.pattern.pattern


def said_by(fields: Mapping[str, str]) -> Said:
    """Return what the named parts of a path say together."""
    attempt = fields.get("attempt")
    return Said(
        student=fields.get("student") or "",
        name=fields.get("name") or "",
        exercise=fields.get("exercise") or "",
        attempt=int(attempt) if attempt else None,
        time=fields.get("time") or "",
    )


def _part(whole: str, part: str, seen: list[str], exercises: Sequence[Exercise]) -> tuple[Token, ...]:
    if part in ("", ".", ".."):
        raise _refused(
            whole,
            Text(en=f"{part!r} is no part of a path below SUBMISSIONS.", zh=f"{part!r} 不是提交文件夹下的路径。"),
            Text(en="Write the path from SUBMISSIONS on: '{student}/softmax.py'.",
                 zh="请从提交文件夹之下写起：'{student}/softmax.py'。"),
        )  # fmt: skip
    made: list[Token] = []
    open_ended = 0
    for token in _TOKEN.finditer(part):
        open_ended += token["star"] is not None or token["name"] in ("student", "name")
        if token["star"]:
            made += [_token("*", ".*?")] if not made or made[-1].field != "*" else []
        elif token["text"]:
            made.append(_token("", re.escape(token["text"])))
        elif token["brace"]:
            raise _refused(
                whole,
                Text(en=f"{token['brace']!r} stands alone.", zh=f"{token['brace']!r} 没有配对。"),
                _PLACEHOLDERS,
            )
        else:
            made.append(_placeholder(whole, token["name"], seen, exercises))
    if open_ended > MAX_OPEN_ENDED:
        raise _refused(
            whole,
            Text(
                en=f"{open_ended} parts of {part!r} may be anything; at most {MAX_OPEN_ENDED} can be told apart.",
                zh=f"{part!r} 中有 {open_ended} 处可为任意内容；最多 {MAX_OPEN_ENDED} 处。",
            ),
            Text(en="One * stands for any number of characters.", zh="一个 * 可代表任意多个字符。"),
        )
    return tuple(made)


def _token(field: str, expression: str) -> Token:
    return Token(field=field, pattern=re.compile(expression, re.DOTALL))


def _placeholder(whole: str, name: str, seen: list[str], exercises: Sequence[Exercise]) -> Token:
    if name not in PLACEHOLDERS:
        near = closest(name, PLACEHOLDERS, likeness=0.5)
        hint = Text(en=f"Did you mean {{{near}}}? ", zh=f"是不是 {{{near}}}？") if near else Text(en="", zh="")
        raise _refused(
            whole,
            Text(en=f"{{{show_name(name)}}} is not a placeholder.", zh=f"{{{show_name(name)}}} 不是占位符。"),
            Text(en=hint.en + _PLACEHOLDERS.en, zh=hint.zh + _PLACEHOLDERS.zh),
        )
    if name in seen:
        raise _refused(
            whole,
            Text(en=f"{{{name}}} stands in it twice.", zh=f"{{{name}}} 出现了两次。"),
            Text(en="Put * where it may be anything.", zh="不重要的部分请写 *。"),
        )
    seen.append(name)
    return _token(name, _meaning(name, exercises))


_PLACEHOLDERS = Text(
    en=f"There are: {', '.join(f'{{{name}}}' for name in PLACEHOLDERS)}, and * for anything.",
    zh=f"可用：{'、'.join(f'{{{name}}}' for name in PLACEHOLDERS)}，以及代表任意内容的 *。",
)


def _meaning(name: str, exercises: Sequence[Exercise]) -> str:
    if name == "attempt":
        return r"[0-9]{1,6}"
    if name == "time":
        return MOMENT
    if name != "exercise":
        return ".+?"
    spelled = sorted({alias for exercise in exercises for alias in aliases_of(exercise)}, key=len, reverse=True)
    either = "|".join(re.escape(alias).replace("_", "[-_]") for alias in spelled)
    return f"(?i:{either})" if either else ".+?"


def _refused(pattern: str, what: Text, remedy: Text) -> UsageError:
    shown = show_name(pattern)
    return UsageError(Text(en=f"--names {shown}: {what.en}", zh=f"--names {shown}：{what.zh}"), remedy=remedy)
