"""Which language to speak: an option, then DLGRADE_LANG, then the locale."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from grader.errors import GraderError
from grader.records import Language, Text

# The order in which POSIX consults them for messages.
LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def choose_language(option: str | None, environment: Mapping[str, str] | None = None) -> Language:
    """Return the language for this run; anything that does not begin with "zh" is English."""
    if option is not None:
        return Language(option)
    variables = os.environ if environment is None else environment
    chosen = variables.get("DLGRADE_LANG") or next((variables[v] for v in LOCALE_VARIABLES if variables.get(v)), "")
    if not chosen and sys.platform == "win32":  # no such variables there; "Chinese (Simplified)_China"
        import locale

        chosen = "zh" if (locale.getlocale()[0] or "").startswith(("Chinese", "zh")) else ""
    return Language.ZH if chosen.lower().startswith("zh") else Language.EN


def local(en: str, zh: str) -> str:
    """Return one of two texts in the language of this run; what `--help` shows is chosen before options are read."""
    return say(Text(en=en, zh=zh))


def say(what: Text | GraderError) -> str:
    """Return a text, or what an error says, in the language of this run."""
    text = what if isinstance(what, Text) else what.text
    return text.within(choose_language(None))
