"""Parameters in an author's text: `{{name}}` and `{{name:format}}`, nothing more.

No expression is evaluated and no value is looked into again, so a value that reads `{{answer}}` stays that text. A
value is put in as what it is where it stands: in prose with Markdown's signs escaped, in code as Python writes it, in
maths as LaTeX writes it. So it can neither end the code span or the formula around it nor begin one. Whoever renders
the text escapes for the page, as for every Markdown. A literal `{{name}}` is written `\\{{name}}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from grader.quiz.model import Plain
from grader.records import Text

MAX_FILLED_CHARACTERS = 50_000
MAX_TOGETHER_CHARACTERS = 100_000
FORMATS = "d , .2f .3g .1e list tuple repr"  # as messages name them; the digits are any from 0 to 15
_SLOT = re.compile(r"(?P<literal>\\)?\{\{[ \t]*(?P<name>[A-Za-z][A-Za-z0-9_]*)[ \t]*(?::(?P<format>[^{}\n]*))?\}\}")
_DECIMAL = re.compile(r"\.(?P<digits>[0-9]|1[0-5])(?P<kind>[efg])")
# What stands in a Markdown text apart from its prose; a slot holds no `$` and no backtick, so it ends none of them.
_APART = re.compile(
    r"(?P<fence>^[ ]{0,3}(?P<ticks>```+|~~~+)[^\n]*\n(?:.*?\n)??[ ]{0,3}(?P=ticks)[ \t]*$)"
    r"|(?P<code>(?<![\\`])(?P<mark>`+)(?!`).*?(?<!`)(?P=mark)(?!`))"
    r"|(?P<maths>(?<!\\)\$\$.+?\$\$|(?<!\\)\$(?!\s)(?:\\.|[^$\\\n])+?\$)",
    re.MULTILINE | re.DOTALL,
)
_MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>&$~|#^!])")
_LIST_SIGN = re.compile(r"^([0-9]*)([-+.)])(?=\s|$)")  # at the beginning of a line it would open a list
_SCIENTIFIC = re.compile(r"(?P<mantissa>-?[0-9.]+)e(?P<sign>[+-]?)0*(?P<power>[0-9]+)")
_WORDS_IN_MATHS = re.compile(r"[A-Za-z0-9 .,;:()\[\]+*/=<>|-]*")


class Inside(Enum):
    """What a template is, and what a part of it is."""

    MARKDOWN = "markdown"
    CODE = "code"  # a program, or an answer as it would be typed
    MATHS = "maths"


@dataclass(frozen=True, slots=True)
class Slot:
    """One `{{name:format}}` of a template."""

    name: str
    format: str


class SlotError(Exception):
    """A template that cannot be filled: the author's mistake; `text` says which, without file and line."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class Room:
    """How many characters the filled texts of one variant may still have together: values are put in at many places."""

    def __init__(self) -> None:
        self._left = MAX_TOGETHER_CHARACTERS

    def take(self, filled: str) -> None:
        """Count one text. Raises: SlotError where there is no room for it."""
        self._left -= len(filled)
        if self._left < 0:
            raise SlotError(_too_long(MAX_TOGETHER_CHARACTERS))


def slots_in(template: str) -> tuple[Slot, ...]:
    """Return what a template asks for. Raises: SlotError for a format that there is not."""
    found = [match for match in _SLOT.finditer(template) if not match["literal"]]
    for match in found:
        _check_format(match["name"], match["format"] or "")
    return tuple(Slot(match["name"], match["format"] or "") for match in found)


def fill(template: str, values: Mapping[str, Plain], *, inside: Inside = Inside.MARKDOWN) -> str:
    """Return the template with every slot filled. Raises: SlotError for an unknown name or a value that cannot stand.

    The values are put in once, at the places that the template has; none of them is searched for slots.
    """
    if "{{" not in template:
        return template
    pieces = []
    size = 0
    for part, text in _parts(template, inside):
        at = 0
        for match in _SLOT.finditer(text):
            pieces.append(text[at : match.start()])
            pieces.append(match[0][1:] if match["literal"] else _filled(match, values, part))
            at = match.end()
            size += len(pieces[-1])
            if size > MAX_FILLED_CHARACTERS:
                raise SlotError(_too_long(MAX_FILLED_CHARACTERS))
        pieces.append(text[at:])
    return "".join(pieces)


def fill_text(template: Text, values: Mapping[str, Plain]) -> Text:
    """Return a Markdown template filled in each language. Raises: SlotError."""
    if "{{" not in template.en and "{{" not in template.zh:
        return template
    if template.en == template.zh:
        en = zh = fill(template.en, values)
    else:
        en, zh = fill(template.en, values), fill(template.zh, values)
    return Text(en=en, zh=zh)


def shown(value: Plain, format: str = "") -> str:
    """Return a value as a student reads it in code or prose; `format` is one of those that `slots_in` lets pass."""
    decimal = _DECIMAL.fullmatch(format)
    if decimal and isinstance(value, int | float) and not isinstance(value, bool):
        return _plain_zero(f"{value:{format}}")
    if format == "d" and _is_whole(value):
        return str(int(value))  # type: ignore[arg-type]
    if format == "," and isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,}"
    if format in ("list", "tuple") and isinstance(value, list):
        inner = ", ".join(shown(item, "repr") for item in value)
        return f"[{inner}]" if format == "list" else f"({inner},)" if len(value) == 1 else f"({inner})"
    if format == "repr":
        return shown(value, "list") if isinstance(value, list) else repr(_without_sign(value))
    if format == "":
        return value if isinstance(value, str) else shown(value, "repr")
    raise SlotError(_unfit(value, format))


@lru_cache(maxsize=4096)
def _parts(template: str, inside: Inside) -> tuple[tuple[Inside, str], ...]:
    """Cut a template where prose, code and maths meet."""
    if inside is not Inside.MARKDOWN or "{{" not in template:
        return ((inside, template),)
    parts, at = [], 0
    for match in _APART.finditer(template):
        parts.append((Inside.MARKDOWN, template[at : match.start()]))
        parts.append((Inside.MATHS if match["maths"] else Inside.CODE, match[0]))
        at = match.end()
    parts.append((Inside.MARKDOWN, template[at:]))
    return tuple((part, text) for part, text in parts if text)


def _filled(match: re.Match[str], values: Mapping[str, Plain], inside: Inside) -> str:
    name, form = match["name"], match["format"] or ""
    if name not in values:
        raise SlotError(unknown_name(name, values))
    _check_format(name, form)
    value = values[name]
    text = shown(value, form)
    if inside is Inside.MATHS:
        return _in_maths(name, value, text)
    if inside is Inside.CODE:
        if "`" in text or any(not (sign.isprintable() or sign in "\n\t") for sign in text):
            raise SlotError(_cannot_stand(name, text, Text(en="in code", zh="代码")))
        return text
    if not text.isprintable():
        raise SlotError(_cannot_stand(name, text, Text(en="in prose", zh="正文")))
    return _LIST_SIGN.sub(r"\1\\\2", _MARKDOWN_SIGNS.sub(r"\\\1", text))


def _in_maths(name: str, value: Plain, text: str) -> str:
    text = _SCIENTIFIC.sub(_power_of_ten, text) if not isinstance(value, str) else text
    if isinstance(value, str | bool):
        if not _WORDS_IN_MATHS.fullmatch(text):
            raise SlotError(_cannot_stand(name, text, Text(en="in maths", zh="公式")))
        return rf"\text{{{text}}}" if any(sign.isalpha() for sign in text) else text
    return text


def _power_of_ten(match: re.Match[str]) -> str:
    sign = "-" if match["sign"] == "-" else ""
    power = f"10^{{{sign}{match['power']}}}"
    mantissa = match["mantissa"]
    return power if mantissa in ("1", "1.0") else rf"{mantissa} \times {power}"


def _check_format(name: str, form: str) -> None:
    if form in ("", "d", ",", "list", "tuple", "repr") or _DECIMAL.fullmatch(form):
        return
    raise SlotError(
        Text(
            en=f"{{{{{name}:{form}}}}}: no such format. There are: {FORMATS}.",
            zh=f"{{{{{name}:{form}}}}}：没有这种格式。可用：{FORMATS}。",
        )
    )


def _is_whole(value: Plain) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()


def _without_sign(value: Plain) -> Plain:
    """Return 0.0 for -0.0, which no student would write."""
    return 0.0 if isinstance(value, float) and value == 0 else value


def _plain_zero(text: str) -> str:
    return text[1:] if text.startswith("-") and not text.strip("-0.e+") else text


def unknown_name(name: str, known: Mapping[str, object]) -> Text:
    """Say that `name` is no parameter here."""
    there = Text(en=f"There are: {', '.join(known)}.", zh=f"可用：{'、'.join(known)}。") if known else _NO_PARAMETERS
    return Text(
        en=f"{{{{{name}}}}}: no parameter is called so. {there.en} A literal {{{{{name}}}}} is written "
        f"\\{{{{{name}}}}}.",
        zh=f"{{{{{name}}}}}：没有这个参数。{there.zh}若要原样写出，请写 \\{{{{{name}}}}}。",
    )


_NO_PARAMETERS = Text(en="The question has none.", zh="这道题没有参数。")


def _unfit(value: Plain, form: str) -> Text:
    kind = type(value).__name__
    return Text(
        en=f"the format {form} does not fit a value of type {kind}: {str(value)[:60]!r}.",
        zh=f"格式 {form} 不适用于 {kind} 类型的值：{str(value)[:60]!r}。",
    )


def _cannot_stand(name: str, text: str, where: Text) -> Text:
    return Text(
        en=f"{{{{{name}}}}}: the value {text[:60]!r} cannot stand {where.en}. Put it elsewhere, or write it plainer.",
        zh=f"{{{{{name}}}}}：值 {text[:60]!r} 不能放在{where.zh}中。请换个位置，或写得更简单。",
    )


def _too_long(most: int) -> Text:
    return Text(
        en=f"the values make the text longer than {most:,} characters.",
        zh=f"填入参数后文本超过 {most:,} 个字符。",
    )
