"""Puts markup, terminal escapes, workflow commands and formulas into every text that anybody will read."""
# /// attack
# class = 92
# goal = "have code run, a log falsified or a screen changed where the report is read"
# gain = "effect"
# kind = "driver"
# outcome = "failed"
# naive = true
# ///

import dataclasses
import html.parser
import json
import re
import unicodedata

from grader.errors import SubmissionError
from grader.records import Language
from grader.report import FORMATS, View, render

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
OF_MARKUP = {"html", "junit", "github", "markdown", "gradescope"}


class Page(html.parser.HTMLParser):
    """Notes what a browser would run or fetch; text that only looks like it is text."""

    active = False

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        fetches = any(name in ("src", "href") and not (value or "").startswith("#") for name, value in attributes)
        self.active |= tag in ("script", "img", "iframe", "object") or fetches or any(n.startswith("on") for n in names)


def found_in(text, markup, *, page=False):
    found = [name for name, mark in MARKS.items() if mark.search(text)]
    if page:
        reader = Page()
        reader.feed(text)
        return found + ["markup"] * reader.active
    return found + ["markup"] * bool(markup and MARKUP.search(text))


def attack(arena):
    gained = []
    source = SOURCE.replace("@HOSTILE@", repr(HOSTILE))
    report = arena.grade(source)
    origin = "".join(HOSTILE)
    for name in FORMATS:
        for language in Language:
            for color in (False, True):
                view = View(language=language, verbose=True, color=color)
                text = render(report, format_name=name, view=view)
                if color:
                    text = re.sub(r"\x1b\[[0-9;]*m", "", text)  # the renderer's own colours
                gained += [f"{name} ({language}): {what}" for what in found_in(text, name in OF_MARKUP, page=name == "html")]
    try:
        arena.grade(arena.arena.desk / origin.replace("/", "_").replace("\0", "")[:80])
    except Exception as error:
        gained += [f"a refusal: {what}" for what in found_in(f"{error}", markup=False)]
    return sorted(set(gained))


def naive(arena):
    text = arena.naive(SOURCE.replace("@HOSTILE@", repr(HOSTILE))).text
    return found_in(text, markup=True)
