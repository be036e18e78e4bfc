"""Reads the YAML 1.2 that an author writes: a plain tree, and the line of every value in it.

ruamel.yaml parses; the tree is made here, not by its constructors, so that nothing becomes an object, a date stays
text, a key that comes twice is an error, and what was written ("1.0000", "1e-3") can be had beside what it means. An
alias is followed as often as it stands, so aliases within aliases grow without end, and so do aliases of long texts:
the number of values is capped, and that of all their characters.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import AuthorError, joined
from grader.exercise.paths import show_path
from grader.exercise.text_file import decoded
from grader.records import Text

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

KeyPath = tuple[str | int, ...]

MAX_BYTES = 512 * 1024
MAX_VALUES = 50_000  # aliases followed
MAX_CHARACTERS = 2 * MAX_BYTES  # likewise: no file gets there without them
MAX_KEY_CHARACTERS = 100  # a key stands in the path of all that is below it
MAX_LEVELS = 24
MAX_NUMBER_CHARACTERS = 40
MAX_PROBLEMS = 50
_OTHER_VERSION = re.compile(r"^%YAML(?![ \t]+1\.2[ \t]*$).*$", re.MULTILINE)
_TAG = "tag:yaml.org,2002:"
_AS_TEXT = ("str", "timestamp", "value")  # a date is text until someone asks for a date; so is "="


@dataclass(frozen=True, slots=True)
class Position:
    """Where a value stands; `written` is how a scalar is written there, None of a list or mapping."""

    line: int  # from 1
    written: str | None = None


@dataclass(frozen=True, slots=True)
class LinedText:
    """What is wrong, and in which line."""

    line: int
    text: Text


@dataclass(slots=True)
class Tree:
    """A file's content as dicts, lists and scalars, and where each stands."""

    value: Any = None
    places: dict[KeyPath, Position] = field(default_factory=dict)
    problems: list[LinedText] = field(default_factory=list)

    def line(self, path: KeyPath) -> int:
        """Return the line of the value at `path`; of what it would stand in, where there is none."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places[path].line if path in self.places else 1

    def written(self, path: KeyPath) -> str:
        """Return the scalar at `path` as its author wrote it, without quotes."""
        return self.places[path].written or ""


def parse_yaml(file: Path, content: bytes) -> Tree:
    """Return the tree of `content`, which `file` holds. Raises: AuthorError with every problem found."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    text = _text_of(file, content)
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    try:
        node = yaml.compose(text)
    except MarkedYAMLError as error:
        raise _syntax_error(file, text, error) from None
    except YAMLError as error:
        raise refused(file, [LinedText(1, _unreadable(str(error).splitlines()[0]))]) from None
    except RecursionError:
        raise refused(file, [LinedText(1, _TOO_DEEP)]) from None
    tree = Tree()
    if node is not None:
        tree.value = _Builder(tree).build(node)
    if tree.problems:
        raise refused(file, tree.problems)
    return tree


class FileProblems(AuthorError):
    """A file with problems, each with its line, in the order of the file."""

    def __init__(self, file: Path, said: Text, problems: tuple[LinedText, ...]) -> None:
        super().__init__(said)
        self.file, self.problems = file, problems


def refused(file: Path, problems: list[LinedText]) -> FileProblems:
    """Return an error with all `problems` of `file`, a line each, in the order of the file."""
    shown = sorted(dict.fromkeys(problems), key=lambda problem: problem.line)
    left = len(shown) - MAX_PROBLEMS
    lines = [
        Text(en=f"{show_path(file)}:{one.line}: {one.text.en}", zh=f"{show_path(file)}:{one.line}：{one.text.zh}")
        for one in shown[:MAX_PROBLEMS]
    ]
    if left > 0:
        lines.append(Text(en=f"… and {left} more.", zh=f"……还有 {left} 处。"))
    return FileProblems(file, joined(lines, separator="\n"), tuple(shown))


class _Builder:
    """Makes the plain tree of a node graph."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._values = 0
        self._characters = 0
        self._open: set[int] = set()  # ids of the nodes that the current one is within

    def build(self, node: Node) -> Any:
        try:
            return self._value(node, ())
        except _Overgrown as error:
            self._problem(error.node, error.text)
            return None

    def _value(self, node: Node, path: KeyPath) -> Any:
        from ruamel.yaml.nodes import MappingNode, ScalarNode

        self._values += 1
        if self._values > MAX_VALUES:
            raise _Overgrown(node, _TOO_MANY)
        if len(path) > MAX_LEVELS:
            raise _Overgrown(node, _TOO_DEEP)
        if id(node) in self._open:
            raise _Overgrown(node, _WITHIN_ITSELF)
        if isinstance(node, ScalarNode):
            self._count(node, len(node.value))
            self._tree.places[path] = Position(_line(node), str(node.value))
            return self._scalar(node)
        self._tree.places[path] = Position(_line(node))
        if _kind(node) not in ("map", "seq"):
            self._problem(node, _foreign(str(node.tag)))
            return None
        self._open.add(id(node))
        try:
            if isinstance(node, MappingNode):
                return {key: self._value(value, (*path, key)) for key, value in self._pairs(node)}
            return [self._value(item, (*path, place)) for place, item in enumerate(node.value)]
        finally:
            self._open.discard(id(node))

    def _count(self, node: Node, characters: int) -> None:
        self._characters += characters
        if self._characters > MAX_CHARACTERS:
            raise _Overgrown(node, _TOO_LONG)

    def _pairs(self, node: MappingNode) -> Iterator[tuple[str, Node]]:
        seen: dict[str, int] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key.value, str) else "…"
            self._count(key, len(name))
            if len(name) > MAX_KEY_CHARACTERS:
                self._problem(key, _long_key(name))
            elif _kind(key) != "str":
                self._problem(key, _not_a_name(name))
            elif name in seen:
                self._problem(key, _twice(name, seen[name]))
            else:
                seen[name] = _line(key)
                yield name, value

    def _scalar(self, node: ScalarNode) -> str | bool | int | float | None:
        kind, written = _kind(node), str(node.value)
        if kind in _AS_TEXT:
            return written
        if kind == "null":
            return None
        if kind == "bool":
            return written.lower() == "true"
        if kind in ("int", "float"):
            number = number_in(written)
            if number is None:
                self._problem(node, _not_a_number(written))
            return number
        self._problem(node, _foreign(str(node.tag)))
        return None

    def _problem(self, node: Node, text: Text) -> None:
        self._tree.problems.append(LinedText(_line(node), text))


class _Overgrown(Exception):
    """The tree has become too large to go on."""

    def __init__(self, node: Node, text: Text) -> None:
        super().__init__(text.en)
        self.node, self.text = node, text


def number_in(written: str) -> int | float | None:
    """Return the number that a scalar of YAML 1.2 is; None where it is too long, or none."""
    if len(written) > MAX_NUMBER_CHARACTERS:
        return None
    plain = written.replace("_", "").lower()
    special = {".inf": math.inf, "+.inf": math.inf, "-.inf": -math.inf, ".nan": math.nan}
    if plain in special:
        return special[plain]
    unsigned = plain.lstrip("+-")
    try:
        if unsigned[:2] in ("0x", "0o", "0b"):
            return int(plain, 0)
        return int(plain) if unsigned.isdigit() else float(plain)
    except ValueError:
        return None


def _text_of(file: Path, content: bytes) -> str:
    if len(content) > MAX_BYTES:
        kib = MAX_BYTES // 1024
        raise AuthorError(
            Text(en=f"{show_path(file)}: larger than {kib} KiB.", zh=f"{show_path(file)}：超过 {kib} KiB。"),
            remedy=Text(en="Split it into several quizzes.", zh="请拆成几份测验。"),
        )
    text = decoded(file, content)
    if other := _OTHER_VERSION.search(text):
        line = text.count("\n", 0, other.start()) + 1
        raise refused(file, [LinedText(line, _OTHER_YAML)])
    return text


def _kind(node: Node) -> str:
    tag = str(node.tag)
    return tag.removeprefix(_TAG) if tag.startswith(_TAG) else tag


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _syntax_error(file: Path, text: str, error: MarkedYAMLError) -> AuthorError:
    mark = error.problem_mark or error.context_mark
    line = 1 if mark is None else int(mark.line) + 1
    reason = " ".join(str(part).strip() for part in (error.context, error.problem) if part)
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    indent = written[: len(written) - len(written.lstrip())]
    has_tab = "\t" in indent
    shown = repr((written.strip(" ") if has_tab else written.strip())[:80])
    if has_tab:
        return refused(file, [LinedText(line, _tab(shown))])
    return refused(
        file,
        [
            LinedText(
                line,
                Text(
                    en=f"not YAML: {reason}. The line is: {shown}. Text with `: `, `#`, `{{`, `[`, `*`, `&` or a "
                    "backtick at its start needs quotes; lists and keys of one level start in one column.",
                    zh=f"不是合法的 YAML（{reason}）。该行是：{shown}。含有 `: ` 或 `#`，或以 `{{`、`[`、`*`、`&`、"
                    "反引号开头的文本要加引号；同一层的列表项和键要对齐。",
                ),
            )
        ],
    )


def _tab(shown: str) -> Text:
    return Text(
        en=f"not YAML: there is a tab in the indent. The line is: {shown}. Indent with spaces.",
        zh=f"不是合法的 YAML：缩进中有制表符。该行是：{shown}。请用空格缩进。",
    )


def _unreadable(reason: str) -> Text:
    return Text(en=f"cannot be read as YAML: {reason}.", zh=f"无法作为 YAML 读取（{reason}）。")


def _twice(name: str, line: int) -> Text:
    return Text(
        en=f"{name}: this key stands in line {line} already. Remove one of them.",
        zh=f"{name}：这个键在第 {line} 行已经写过。请删去其中一个。",
    )


def _not_a_name(name: str) -> Text:
    if name == "<<":
        return Text(
            en="<<: merging is no part of YAML 1.2. Write the keys out.", zh="<<：YAML 1.2 没有合并键。请逐项写出。"
        )
    return Text(
        en=f'{name}: a key must be text. Put it in quotes: "{name}".', zh=f'{name}：键必须是文本。请加引号："{name}"。'
    )


def _long_key(name: str) -> Text:
    shown = name[:20]
    return Text(
        en=f"{shown}…: a key of {len(name):,} characters; it may have {MAX_KEY_CHARACTERS}. Shorten it.",
        zh=f"{shown}……：这个键有 {len(name):,} 个字符，最多 {MAX_KEY_CHARACTERS} 个。请缩短。",
    )


def _not_a_number(written: str) -> Text:
    shown = written if len(written) <= MAX_NUMBER_CHARACTERS else written[:MAX_NUMBER_CHARACTERS] + "…"
    return Text(
        en=f"{shown}: a number that cannot be read; it may have {MAX_NUMBER_CHARACTERS} characters. "
        "Shorten it, or put it in quotes if it is text.",
        zh=f"{shown}：无法读取的数，最多 {MAX_NUMBER_CHARACTERS} 个字符。请缩短；若是文本，请加引号。",
    )


def _foreign(tag: str) -> Text:
    return Text(
        en=f"{tag}: only text, numbers, true, false, lists and mappings are read here. Remove the tag.",
        zh=f"{tag}：此处只读取文本、数、true、false、列表和映射。请删去这个标签。",
    )


_OTHER_YAML = Text(en="expected YAML 1.2. Remove this line.", zh="应为 YAML 1.2。请删去这一行。")
_TOO_DEEP = Text(
    en=f"nested in more than {MAX_LEVELS} levels. No quiz needs that many.",
    zh=f"嵌套超过 {MAX_LEVELS} 层。测验用不到这么多层。",
)
_TOO_MANY = Text(
    en=f"more than {MAX_VALUES:,} values, aliases (*name) followed. Write fewer of them, or split the quiz.",
    zh=f"展开别名（*name）后超过 {MAX_VALUES:,} 个值。请减少别名，或拆分测验。",
)
_TOO_LONG = Text(
    en=f"more than {MAX_CHARACTERS:,} characters, aliases (*name) followed. Use fewer of them, or split the quiz.",
    zh=f"展开别名（*name）后超过 {MAX_CHARACTERS:,} 个字符。请减少别名，或拆分测验。",
)
_WITHIN_ITSELF = Text(en="an alias stands within what it names. Remove it.", zh="别名位于它所指的内容之内。请删去。")


def walk(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Yield every value of a tree with its path, the outer before the inner."""
    yield path, value
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from walk(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from walk(item, (*path, place))
