"""Addresses on the web that a page, or a text in a terminal, may lead its reader to."""

from __future__ import annotations

import re

_WEB = re.compile(r"(?:https?://|mailto:)[\x21-\x7e]+", re.IGNORECASE)  # markdown-it writes others as %xx


class Link(str):
    """Where on the web a reader is led who asks for it: http, https or mailto."""

    __slots__ = ()


def outside(address: str) -> Link:
    """Return the address of something on the web. Raises: ValueError for one that is no http, https or mailto."""
    if not is_outside(address):
        raise ValueError(f"no address on the web: {address[:60]!r}")
    return Link(address)


def is_outside(address: str) -> bool:
    """Return whether this is an address on the web that `outside` takes."""
    return _WEB.fullmatch(address) is not None
