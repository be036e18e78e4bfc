"""Text that a person reads, complete in every language of dlgrade."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

# The order in which POSIX consults them for messages.
LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


class Language(StrEnum):
    """A language that statements and feedback are written in."""

    EN = "en"
    ZH = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One sentence or text in both languages."""

    en: str
    zh: str

    def within(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.zh if language is Language.ZH else self.en


def choose_language(option: str | None, environment: Mapping[str, str] | None = None) -> Language:
    """Return the language to speak: an option, then DLGRADE_LANG, then the locale.

    Anything that does not begin with "zh" is English.
    """
    if option is not None:
        return Language(option)
    variables = os.environ if environment is None else environment
    chosen = variables.get("DLGRADE_LANG") or next((variables[v] for v in LOCALE_VARIABLES if variables.get(v)), "")
    if not chosen and sys.platform == "win32":  # no such variables there; "Chinese (Simplified)_China"
        import locale

        chosen = "zh" if (locale.getlocale()[0] or "").startswith(("Chinese", "zh")) else ""
    return Language.ZH if chosen.lower().startswith("zh") else Language.EN
