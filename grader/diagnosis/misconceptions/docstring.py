"""The feedback that a mistake's docstring is: English, an empty line, and Chinese that begins with `zh:`."""

from __future__ import annotations

import re

from grader.records import Text

_CHINESE = re.compile(r"^zh:[ \t]*", re.MULTILINE)
_BETWEEN_CHINESE = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])")


def feedback(docstring: str) -> Text | None:
    """Return the feedback in both languages; None where there is none. The one that is there stands for the other."""
    english, *chinese = _CHINESE.split(docstring, maxsplit=1)
    en = _in_one_line(english)
    zh = _in_one_line(chinese[0]) if chinese else ""
    return Text(en=en or zh, zh=zh or en) if en or zh else None


def _in_one_line(text: str) -> str:
    """Join what the author has wrapped; no space comes between two Chinese characters."""
    return " ".join(_BETWEEN_CHINESE.sub("", text.strip()).split())
