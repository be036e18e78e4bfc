"""What this run says, in its language: an option, then DLGRADE_LANG, then the locale."""

from __future__ import annotations

from grader.errors import GraderError
from grader.records import Text
from grader.texts import choose_language as choose_language  # the command line's, too


def local(en: str, zh: str) -> str:
    """Return one of two texts in the language of this run; what `--help` shows is chosen before options are read."""
    return say(Text(en=en, zh=zh))


def say(what: Text | GraderError) -> str:
    """Return a text, or what an error says, in the language of this run."""
    text = what if isinstance(what, Text) else what.text
    return text.within(choose_language(None))
