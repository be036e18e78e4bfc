"""What the docstrings of an exercise's hidden half say in each language: claims of tests, feedback of mistakes."""

from __future__ import annotations

import re

from grader.records import Text

_MARK = "zh:"
_CHINESE = re.compile(rf"^{_MARK}[ \t]*", re.MULTILINE)
_BETWEEN_CHINESE = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])")


def claim_in(docstring: str) -> Text:
    """Return the line that a test's docstring has in each language; "" for one that it does not speak."""
    lines = [line.strip() for line in docstring.splitlines() if line.strip()]
    english = next((line for line in lines if not line.startswith(_MARK)), "")
    chinese = next((line.removeprefix(_MARK).strip() for line in lines if line.startswith(_MARK)), "")
    return Text(en=english, zh=chinese)


def feedback_in(docstring: str) -> Text:
    """Return the feedback that a mistake's docstring is, in each language; "" for one that it does not speak.

    It is English, an empty line, and Chinese that begins with `zh:`.
    """
    english, *chinese = _CHINESE.split(docstring, maxsplit=1)
    return Text(en=_in_one_line(english), zh=_in_one_line(chinese[0]) if chinese else "")


def _in_one_line(text: str) -> str:
    """Join what the author has wrapped; no space comes between two Chinese characters."""
    return " ".join(_BETWEEN_CHINESE.sub("", text.strip()).split())
