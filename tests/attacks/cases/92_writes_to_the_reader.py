"""Puts markup, terminal escapes, workflow commands and formulas into every text that anybody will read."""
# /// attack
# class = 92
# goal = "have code run, a log falsified or a screen changed where the report is read"
# gain = "effect"
# kind = "driver"
# outcome = "failed"
# naive = true
# ///

import csv
import html.parser
import io
import json
import re
import xml.etree.ElementTree

from datetime import UTC, datetime

from markdown_it import MarkdownIt

from grader.records import Language
from grader.report import FORMATS, Setting, View, render
from grader.report.formats.classroom50 import VARIABLES

HOSTILE = [
    "\x1b[2J\x1b]0;owned\x07\x1b]8;;http://example.org\x1b\\",
    "\x9b31m\x90q\x9c\r\b\b\x00",
    "\u202egnp.exe\u2066\u200b\ufeff",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "]]><!--&lt;&#x3c;",
    "[x](javascript:alert(1)) ![x](http://example.org/x.png) </details>",
    "\n::error file=work.py::owned\n  ::set-env name=PATH::/tmp\n##[error]owned\n",
    "=cmd|' /C calc'!A0",
    "| a | b |\n```\n</pre>",
]
SOURCE = """
import sys

HOSTILE = @HOSTILE@
for text in HOSTILE:
    print(text)
    print(text, file=sys.stderr)


class Named(Exception):
    pass


def standardise(x):
    for text in HOSTILE:
        print(text)
    raise type(HOSTILE[len(x) % len(HOSTILE)].replace(chr(0), ""), (ValueError,), {})(" ".join(HOSTILE))


def squared_error(prediction, target):
    return type(HOSTILE[0], (), {})()


def descend(weights, gradient, lr):
    raise ValueError(HOSTILE[6])


def above(x, limit):
    raise KeyError(*HOSTILE[3:6])


def batches(x, size):
    return "\\n".join(HOSTILE)


setattr(sys.modules[__name__], HOSTILE[3], standardise)
setattr(sys.modules[__name__], HOSTILE[6], standardise)
"""
MARKS = {
    "a control character": re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]"),
    "an invisible character": re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"),
    "a workflow command": re.compile(r"^\s*::|##\[", re.MULTILINE),
}
MARKUP = re.compile(r"<(script|img)\b|\sonerror=", re.IGNORECASE)
COMMAND = re.compile(r"::(error|warning|notice) (?:(?:file|line|col|title)=[^,:\r\n]*,?)*::[^\r\n]*")
TAGS = {"testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped", "system-out"}
VARIABLE = "submit/1"  # good enough for each variable that a platform sets


class Page(html.parser.HTMLParser):
    """Notes what a browser would run or fetch; text that only looks like it is text."""

    active = False

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        fetches = any(name in ("src", "href") and not (value or "").startswith("#") for name, value in attributes)
        self.active |= tag in ("script", "img", "iframe", "object") or fetches or any(n.startswith("on") for n in names)


def page_is_active(text):
    reader = Page()
    reader.feed(text)
    return reader.active


def markdown_is_active(text):
    return page_is_active(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))


def xml_is_odd(text):
    return not {element.tag for element in xml.etree.ElementTree.fromstring(text).iter()} <= TAGS


def commands_are_odd(text):
    return not all(COMMAND.fullmatch(line) for line in text.splitlines())


def json_is_odd(text):
    return not isinstance(json.loads(text), dict)


def table_has_formulas(text):
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    return any(cell.startswith(("=", "+", "@", "|")) for row in rows for cell in row)


# How each is read by those it is for; text for people has nothing but the marks.
READERS = {
    "report.html": page_is_active,
    "junit.xml": xml_is_odd,
    "annotations.txt": commands_are_odd,
    "report.md": markdown_is_active,
    "release-body.md": markdown_is_active,
    "tests.csv": table_has_formulas,
    "report.txt": lambda text: False,
}


def found_in(text, is_odd):
    found = [name for name, mark in MARKS.items() if mark.search(text)]
    if is_odd is commands_are_odd and "a workflow command" in found and "##[" not in text:
        found.remove("a workflow command")  # its own ones, which the reader looks at
    return found + ["markup"] * bool(is_odd(text))


def views(name, language):
    setting = Setting(variables=dict.fromkeys(VARIABLES, VARIABLE), now=datetime(2026, 9, 1, tzinfo=UTC))
    for color in (False, True) if name == "text" else (False,):
        yield View(language=language, verbose=True, color=color, setting=setting)


def attack(arena):
    gained = []
    source = SOURCE.replace("@HOSTILE@", repr(HOSTILE))
    report = arena.grade(source)
    origin = "".join(HOSTILE)
    for name, found in FORMATS.items():
        is_odd = READERS.get(found.file_name, json_is_odd)
        for language in Language:
            for view in views(name, language):
                text = render(report, format_name=name, view=view)
                if view.color:
                    text = re.sub(r"\x1b\[[0-9;]*m", "", text)  # the renderer's own colours
                gained += [f"{name} ({language}): {what}" for what in found_in(text, is_odd)]
    try:
        arena.grade(arena.arena.desk / origin.replace("/", "_").replace("\0", "")[:80])
    except Exception as error:
        gained += [f"a refusal: {what}" for what in found_in(f"{error}", lambda text: False)]
    return sorted(set(gained))


def naive(arena):
    text = arena.naive(SOURCE.replace("@HOSTILE@", repr(HOSTILE))).text
    return found_in(text, MARKUP.search)
