"""What a stranger wrote reads the same on every output, and does nothing there: each output's own reader says so."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from grader.pages import escape
from grader.plaintext import printable

HOSTILE = (
    "\x1b[2J\x1b]0;title\x07", "\x9b31m", "a\rb", "\u202e\u2066gnp.exe\u2069", "in\u200bvis\u2060ible\ufeff", "\ud800",
    "\u3164\u115f", "a\U000e0041", "nul\0", "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "&lt;b&gt;",
    '" onmouseover="x', "' x='", "`x=y", "]]>", "<![CDATA[x]]>", "<!-- -->", "<?xml?>", "\ufffe\uffff", "</script>",
    "```\n# out\n```", "``````", "` `` ```", "`", " ` ", "~~~", "# heading", "#1", "GH-12", "user/repo#3", "@everyone",
    "a@b.example", "http://evil.example/x", "www.evil.example", "[a](http://b)", "![a](http://b)", "<http://b>",
    "[x]: http://b", "* item", "- item", "+ item", "1. item", "1) item", "> quote", "---", "===", "    code", "\tcode",
    "a | b", "|---|", "**bold** _it_ ~~no~~", "a  \nb", "\\", "\\`", "&amp;", "&#64;", "- [ ] task", "[^1]", "$x$",
    ":smile:", "0123456789abcdef0123456789abcdef01234567", "::error::x", "  ::stop-commands::t", "##[error]x",
    "::set-output name=a::b", "a%0Ab", "%25", "a:b,c", "a\n::error::x", "=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(1)",
    "\t=1", "\r=1", " =1", '"=1',
    "\uff1d1+1", "\u3000=1", "-0.5", "'=1", "'", ";=1", 'say "hi"', "", " ", "  two  ", "naïve 中文 🎉", "x" * 300,
)  # fmt: skip
ANY = st.one_of(st.text(), st.text(alphabet="`*_[]()<>#@!|&;:=+-%\\/.\"'~$^{}0123abc \n\t\r\x1b\u202e\u2060\uff1d"))


def hostile_and_any(test: object) -> object:
    for text in HOSTILE:
        test = example(text)(test)
    return settings(max_examples=150, deadline=None)(given(ANY)(test))


# -- the terminal


@hostile_and_any
def test_nothing_reaches_a_terminal_that_it_would_obey(text: str) -> None:
    shown = escape.terminal(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]", shown)
    shown.encode("utf-8")


def test_what_nobody_would_see_is_shown() -> None:
    assert escape.terminal("a\u202eb\u3164c\u200bd") == r"a\u202eb\u3164c\u200bd"


# -- HTML


class Page(HTMLParser):
    """Collects what a browser would show of a page, and what it would do."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.feed(source)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment", []))

    handle_decl = unknown_decl = handle_pi = handle_comment


@hostile_and_any
def test_a_page_shows_the_text_and_nothing_else(text: str) -> None:
    page = Page(f"<p>{escape.html_text(text)}</p>")
    assert page.text == printable(text, limit=escape.MAX_TEXT, newlines=True)
    assert page.tags == [("p", [])]


@hostile_and_any
@pytest.mark.parametrize("quote", ['"', "'"])
def test_an_attribute_holds_the_text_and_ends_after_it(quote: str, text: str) -> None:
    page = Page(f"<p title={quote}{escape.html_attribute(text)}{quote} id=a>")
    assert page.tags == [("p", [("title", printable(text, limit=escape.MAX_TEXT)), ("id", "a")])]


# -- XML


@hostile_and_any
def test_an_xml_reader_reads_the_text_back(text: str) -> None:
    shown = printable(text, limit=escape.MAX_TEXT, newlines=True)
    escaped = escape.xml_text(text)
    read = ElementTree.fromstring(f'<?xml version="1.0"?><a b="{escaped}">{escaped}</a>')
    assert (read.text or "") == shown
    assert read.attrib["b"] == shown
    assert len(read) == 0
    assert "]]>" not in escaped


# -- Markdown

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def inline(source: str, *, around: str = "{}") -> list[Token]:
    """Return the inline tokens of the one paragraph, heading or cell that a text stands in."""
    tokens = [token for token in MARKDOWN.parse(around.format(source)) if token.type == "inline"]
    return [inner for token in tokens for inner in token.children or ()]


def said(tokens: list[Token]) -> str:
    assert {token.type for token in tokens} <= {"text", "text_special"}, tokens
    return "".join(token.content for token in tokens).replace("\u2060", "")


@hostile_and_any
@pytest.mark.parametrize("around", ["{}", "# x{}", "- x{}y", "> {}", "x{}", "x\n{}"])
def test_a_line_of_markdown_is_text_and_the_same_text(around: str, text: str) -> None:
    shown = printable(text, limit=escape.MAX_TEXT)
    escaped = escape.markdown_text(text)
    assert "\n" not in escaped
    tokens = [token for token in inline(escaped, around=around) if token.type != "softbreak"]
    assert said(tokens) == around.lstrip("#->\n ").replace("\n", "").format(shown)
    kinds = {token.type for token in MARKDOWN.parse(escaped)}
    assert kinds <= {"paragraph_open", "inline", "paragraph_close"}


@hostile_and_any
def test_a_cell_of_a_table_stays_one_cell(text: str) -> None:
    tokens = MARKDOWN.parse(f"| a | b |\n|---|---|\n| {escape.markdown_text(text)} | end |\n")
    cells = [token.content for token in tokens if token.type == "inline"]
    assert len(cells) == 4
    assert cells[-1] == "end"
    row = [token for token in tokens if token.type == "inline"][2]
    assert said(list(row.children or ())) == printable(text, limit=escape.MAX_TEXT)


@hostile_and_any
def test_github_finds_nothing_to_link(text: str) -> None:
    rendered = html.unescape(re.sub("<[^>]*>", "", MARKDOWN.render(escape.markdown_text(text))))
    assert not re.search(r"(?i)@\w|#\w|\bgh-\d|\bwww\.|\bhttps?:|\bftp:|\bmailto:|\b[0-9a-f]{7,40}\b", rendered), (
        rendered
    )


@hostile_and_any
def test_a_span_of_code_holds_the_text(text: str) -> None:
    shown = printable(text, limit=escape.MAX_TEXT)
    (span,) = inline(escape.markdown_code(text), around="x{}y")[1:2]
    assert span.type == "code_inline"
    assert span.content == (shown if shown.strip(" ") else shown or " ")


@hostile_and_any
def test_a_block_of_code_cannot_be_closed_from_within(text: str) -> None:
    shown = printable(text.replace("\r\n", "\n"), limit=escape.MAX_TEXT, newlines=True)
    tokens = MARKDOWN.parse(escape.markdown_block(text) + "\nend\n")
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert tokens[0].content.removesuffix("\n") == shown.removesuffix("\n")


# -- workflow commands


def runner_reads(line: str) -> tuple[str, dict[str, str], str] | None:
    """Read a line as GitHub's runner does (ActionCommand.TryParseV2): name, properties, message."""
    line = line.lstrip()
    if not line.startswith("::"):
        return None
    end = line.find("::", 2)
    if end < 0:
        return None
    name, _, rest = line[2:end].partition(" ")
    properties = dict(part.split("=", 1) for part in rest.strip().split(",") if "=" in part)
    decoded = {key: _decode(_decode(value, ":,"), "\r\n%") for key, value in properties.items()}
    return name, decoded, _decode(line[end + 2 :], "\r\n%")


def _decode(text: str, marks: str) -> str:
    for mark in marks:  # "%" last, as the runner does
        text = text.replace(f"%{ord(mark):02X}", mark)
    return text


@hostile_and_any
def test_a_workflow_command_says_the_text_and_is_one_line(text: str) -> None:
    line = f"::error file={escape.workflow_property(text)},line=3::{escape.workflow_data(text)}"
    assert "\n" not in line
    assert "\r" not in line
    assert "##[" not in line
    file = printable(text, limit=escape.MAX_TEXT).replace("##[", r"##\x5b")
    message = printable(text, limit=escape.MAX_TEXT, newlines=True).replace("##[", r"##\x5b")
    assert runner_reads(line) == ("error", {"file": file, "line": "3"}, message)


@hostile_and_any
def test_the_runner_takes_no_line_of_a_log_for_a_command(text: str) -> None:
    log = escape.workflow_log(text)
    assert "##[" not in log
    for line in re.split("[\r\n]", log):
        assert runner_reads(line) is None
    assert log.replace("\u200b", "") == printable(text.replace("\r\n", "\n"), limit=escape.MAX_TEXT, newlines=True)


# -- tables


@hostile_and_any
def test_a_cell_is_never_a_formula_and_reads_back(text: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerow([escape.csv_cell(text), "end"])
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    shown = printable(text, limit=escape.MAX_TEXT)
    assert row[1] == "end"
    assert row[0] in (shown, "'" + shown)
    if not re.fullmatch(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", row[0]):
        assert not re.match('[ \u3000\xa0"]*[=+\\-@|%\uff1d\uff0b\uff0d\uff20]', row[0])


@pytest.mark.parametrize("text", ["-0.5", "7", "-1e5", "-1E-05", "-1e+16", "-.5", "-1.", "-0", "1e400"])
def test_a_number_stays_a_number(text: str) -> None:
    assert escape.csv_cell(text) == text


@pytest.mark.parametrize(
    "text", ["-1e", "-1+1", "-", "-e5", "+1-2", "-1e5+1", "-1 2", "-1e5e5", "-٣", "-.", "-0x1f", "+2"]
)
def test_what_only_begins_like_a_number_is_text(text: str) -> None:
    assert escape.csv_cell(text) == "'" + text


# -- JSON


@hostile_and_any
def test_json_reads_back_and_is_safe_to_show(text: str) -> None:
    written = escape.json_text({"a": [text]})
    assert json.loads(written)["a"] == [re.sub("[\ud800-\udfff]", "\ufffd", text)]
    assert not re.search(
        "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]", written
    )
    written.encode("utf-8")


def test_json_with_an_indent_is_as_safe() -> None:
    assert escape.json_text(["\ud800\x7f"], indent=2) == '[\n  "\ufffd\\u007f"\n]'


@hostile_and_any
def test_json_cannot_leave_a_script(text: str) -> None:
    written = escape.json_text({"a": [text]})
    page = Page(f'<script type="application/json">{written}</script>')
    assert page.text == written
    assert [tag for tag, _ in page.tags] == ["script"]
    assert "<!--" not in written  # before which a browser, unlike this reader, lets a nested <script> hide the end


@hostile_and_any
def test_json_gives_a_workflow_no_command(text: str) -> None:
    assert "##[" not in escape.json_text({"a": [text]}, indent=2)


NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text('a<é/"\\ \n'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab:,{[", max_size=3), inner, max_size=3),
)


@given(JSON)
def test_json_is_laid_out_as_pythons_own(value: object) -> None:
    plain = json.dumps(value, ensure_ascii=False, indent=2).replace("</", "<\\/")
    assert escape.json_text(value, indent=2) == plain


@hostile_and_any
def test_a_whole_report_gives_a_workflow_no_command(text: str) -> None:
    shown = escape.without_commands(f"a\n{text}\n  {text}")
    assert not re.search(r"^\s*::|##\[", shown, re.MULTILINE)
