"""Text from strangers, made harmless for each kind of output: one function a kind.

File names, messages, printed output and claims hold whatever a student likes. A renderer passes each of them through
the function of its output, once, where it is put in, and nothing else. All of them first make the text printable
(`grader.plaintext`): what would steer a terminal, reverse the reading direction or not be seen is written as an escape,
so a page, a table or a log shows what is there. What a format gives a meaning to is then escaped by the format's rules.

Sources: CommonMark 0.31 and GitHub Flavored Markdown; WHATWG HTML (attribute values); XML 1.0 sec. 2.2; RFC 8259;
OWASP on CSV injection; the workflow commands of GitHub's runner (ActionCommand.cs: what it decodes).
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from typing import Any

import msgspec

from grader.plaintext import printable

MAX_TEXT = 20_000  # characters; a renderer that shows less asks for less

# ASCII punctuation: all that CommonMark lets a backslash escape, so all that can begin a construct of it.
_MARKDOWN = re.compile(r"[!-/:-@\[-`{-~]")
# What GitHub turns into a link without any punctuation that Markdown knows: bare addresses, commits.
_LINKED = re.compile(r"(?i)\b(?:www|https?|ftp|mailto|xmpp|gh)(?=[.:-])|[0-9a-f]{7,}")
_JOINT = "\u2060"  # a word joiner has no width; `printable` lets none of a stranger's through
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_COMMAND = re.compile(r"^\s*:(?=:)|##(?=\[)", re.MULTILINE)
_COMMAND_MARK = re.compile(r"(^\s*:|##)([:\[])", re.MULTILINE)  # "##:" is escaped for nothing, and rarely
_NUMBER = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# JSON lets these stand as they are, but a terminal or an editor that shows the document would obey them:
# delete, C1 controls, bidirectional controls, line separators, tag characters, lone surrogates.
_STEERS = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]")


def terminal(text: str, *, limit: int = MAX_TEXT, newlines: bool = False) -> str:
    """Return text for a terminal or a log: printable, on one line unless `newlines`."""
    return printable(text, limit=limit, newlines=newlines)


# ------------------------------------------------------------------------------------------------- HTML and XML


def html_text(text: str, *, limit: int = MAX_TEXT, newlines: bool = True) -> str:
    """Return text to stand between tags. Not for scripts, styles, or addresses: those take no student's text at all.

    A page may be printed into a workflow's log, so what would be a command there is broken by a character reference.
    """
    escaped = html.escape(printable(text, limit=limit, newlines=newlines), quote=False)
    return _COMMAND_MARK.sub(lambda found: f"{found[1]}&#{ord(found[2])};", escaped)


def unescaped_html(text: str, *, limit: int = MAX_TEXT, newlines: bool = True) -> str:
    """Return text for a field that its reader may put into a page as it is: still text, and no markup there.

    An opening angle bracket, without which no markup begins, is a full-width one: references would be read as such
    wherever the reader does escape.
    """
    return printable(text, limit=limit, newlines=newlines).replace("<", "\uff1c")


def html_attribute(text: str, *, limit: int = MAX_TEXT) -> str:
    """Return text to stand inside an attribute's double quotes; not in `href`, `src`, `style` or `on…`.

    A backtick and an equals sign end nothing inside quotes; they are escaped for whoever forgets the quotes.
    """
    escaped = html.escape(printable(text, limit=limit), quote=True)
    return escaped.replace("`", "&#96;").replace("=", "&#61;")


def xml_text(text: str, *, limit: int = MAX_TEXT, newlines: bool = True) -> str:
    """Return text for XML 1.0, between tags or inside an attribute's quotes; nothing in it ends a CDATA section."""
    shown = _NOT_XML.sub("\ufffd", printable(text, limit=limit, newlines=newlines))
    escaped = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = escaped.replace('"', "&quot;").replace("'", "&apos;").replace("\n", "&#10;").replace("\t", "&#9;")
    return escaped.replace("##[", "#&#35;[")  # in the log of a GitHub workflow that would begin a command


# ------------------------------------------------------------------------------------------------- Markdown


def markdown_text(text: str, *, limit: int = MAX_TEXT) -> str:
    """Return text for a paragraph, a heading, a list item or a table's cell of GitHub's Markdown, on one line.

    Every mark of ASCII is escaped, and what GitHub links by itself (@names, #numbers, addresses, commits) is broken by
    a character reference that is not seen. Leading and trailing spaces, which Markdown drops, become references.
    """
    shown = printable(text, limit=limit)
    inner = shown.strip()
    before, _, after = shown.partition(inner) if inner else (shown, "", "")
    broken = _LINKED.sub(_break, inner)
    escaped = _MARKDOWN.sub(_escape_mark, broken)
    return _spaces(before) + escaped.replace(_JOINT, "&#8288;") + _spaces(after)


def _break(found: re.Match[str]) -> str:
    word = found.group()
    return _JOINT.join(re.findall(".{1,6}", word)) if len(word) > 6 else word[:1] + _JOINT + word[1:]


def _spaces(text: str) -> str:
    return "".join(f"&#{ord(character)};" for character in text)


def _escape_mark(found: re.Match[str]) -> str:
    mark = found.group()
    # GitHub looks for names and numbers behind these when Markdown is done with its backslashes.
    return f"&#{ord(mark)};{_JOINT}" if mark in "@#" else "\\" + mark


def markdown_code(text: str, *, limit: int = MAX_TEXT) -> str:
    """Return text as a span of code for a line of Markdown, outside of tables."""
    shown = printable(text, limit=limit)
    if not shown.strip(" "):
        return "`" + (shown or " ") + "`"
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def markdown_block(text: str, *, limit: int = MAX_TEXT) -> str:
    """Return text as a fenced block, its lines kept; the fence is longer than any that the text holds."""
    shown = printable(text.replace("\r\n", "\n"), limit=limit, newlines=True)
    fence = "`" * max(_longest_run(shown) + 1, 3)
    return f"{fence}text\n{shown.removesuffix(chr(10))}\n{fence}\n"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


# ------------------------------------------------------------------------------------------------- workflow commands


def workflow_data(text: str, *, limit: int = MAX_TEXT, newlines: bool = True) -> str:
    """Return text for the message of a workflow command, `::error::` + this: the runner decodes it to the same text.

    But for `##[`, which shows an escape: the runner writes the decoded lines into the log, whose page reads it there.
    """
    shown = printable(text, limit=limit, newlines=newlines).replace("##[", "##\\x5b")
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(text: str, *, limit: int = MAX_TEXT) -> str:
    """Return text for a property of a workflow command, `::error file=` + this."""
    return workflow_data(text, limit=limit, newlines=False).replace(":", "%3A").replace(",", "%2C")


def workflow_log(text: str, *, limit: int = MAX_TEXT) -> str:
    """Return lines that are printed in a workflow's log as they are, and of which the runner takes none for a command.

    The runner looks for `::name` at the beginning of a line, after spaces, and for `##[name]` anywhere in it.
    """
    shown = printable(text.replace("\r\n", "\n"), limit=limit, newlines=True)
    return _COMMAND.sub(lambda found: found.group() + "\u200b", shown)


def without_commands(text: str) -> str:
    """Return a whole report as it may be printed in a workflow's log: what would be a command shows an escape."""
    return _COMMAND_MARK.sub(lambda found: f"{found[1]}\\x{ord(found[2]):02x}", text)


# ------------------------------------------------------------------------------------------------- tables and JSON


def csv_cell(text: str, *, limit: int = MAX_TEXT) -> str:
    """Return text for a cell of a table that a spreadsheet opens: never a formula. Write it with `csv.QUOTE_ALL`.

    The quotes keep what a spreadsheet of another country takes for a separator, such as a semicolon, inside the cell.
    A cell that begins like a formula gets an apostrophe in front, which spreadsheets take for "this is text"; so does
    one whose beginning is a full-width sign, or a space or quote before a sign. A number, as -0.5 or -1e-05, stays one.
    """
    shown = printable(text, limit=limit)
    start = unicodedata.normalize("NFKC", shown.lstrip(" '\"\u3000\xa0")[:1])
    formula = start.startswith(_FORMULA) and not _NUMBER.fullmatch(shown)
    return "'" + shown if formula or shown.startswith("'") else shown


def json_text(value: Any, *, indent: int | None = None) -> str:
    """Return JSON that any strict reader takes, that steers no terminal, and that may stand inside a page's `<script>`.

    What a terminal would obey is written as a JSON escape; a lone surrogate, which no strict reader accepts even so,
    becomes U+FFFD.
    Raises: ValueError for a number that is not finite.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    text = text.replace("</", "<\\/").replace("<!--", "\\u003c!--")  # both signs only ever stand inside a text
    text = text.replace("##[", "#\\u0023[")  # in the log of a GitHub workflow that would begin a command
    text = _STEERS.sub(_json_escape, text)
    return text if indent is None else msgspec.json.format(text, indent=indent)  # json's own encoder is slow at it


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    if code > 0xFFFF:  # JSON escapes are UTF-16 code units
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}"
