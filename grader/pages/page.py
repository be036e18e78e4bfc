"""The frame of every HTML page: one file that loads nothing, runs nothing, and has no style but its own."""

from __future__ import annotations

from collections.abc import Sequence

from grader.pages.markup import Markup, element
from grader.pages.style import policy_of
from grader.records import Language

LANGUAGE_TAGS = {Language.EN: "en", Language.ZH: "zh-Hans"}


def html_page(*, title: str, language: Language, style: str, body: Sequence[Markup]) -> str:
    """Return the document, ending with a newline; `style` is a style sheet of ours, never of a report's text."""
    head = element(
        "head",
        None,
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": policy_of(style)}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "referrer", "content": "no-referrer"}),
        element("meta", {"name": "robots", "content": "noindex"}),
        element("meta", {"name": "generator", "content": "dlgrade"}),
        element("title", None, title),
        element("style", None, Markup(style)),
    )
    page = element("html", {"lang": LANGUAGE_TAGS[language]}, head, "\n", element("body", None, *body))
    return f"<!DOCTYPE html>\n{page}\n"
