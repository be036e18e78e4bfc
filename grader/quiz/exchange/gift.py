"""GIFT: Moodle's notation for questions in a text file.

What of a quiz it can hold is in docs/design/quiz-exchange.md: it has one line of settings fewer than Moodle XML for
almost everything, and no questions of several parts.
"""

from __future__ import annotations

import re

from grader.quiz.exchange.gift_fit import fit as fit
from grader.quiz.exchange.gift_read import read as read
from grader.quiz.exchange.gift_write import write as write

__all__ = ["fit", "read", "recognises", "write"]

_BEGINS = re.compile(r"^(?://|::|\$CATEGORY:)", re.MULTILINE)


def recognises(content: bytes) -> bool:
    """Return whether a file begins as a GIFT file of some program does: with a comment, a title or a category."""
    head = content[:8192].decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    return not head.startswith(("<", "PK")) and _BEGINS.search(head) is not None and "{" in content.decode("latin-1")
