"""What an answer is, as JSON holds it, before anything is read of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# Of `choice` and what is typed a text; of `multi` and `order` a list of ids; of `match` an object from rows to options;
# of `matrix` a text, or rows of texts; of `multi-part` an object from parts to answers.
Response = str | Sequence[str] | Sequence[Sequence[str]] | Mapping[str, "Response"]
_MAX_DEPTH = 3


def is_blank(response: object, *, depth: int = 0) -> bool:
    """Return whether nothing was answered: no text, no option, or only empty ones."""
    if isinstance(response, str):
        return not response.strip()
    if depth > _MAX_DEPTH or not isinstance(response, Mapping | list | tuple):
        return False
    inside = response.values() if isinstance(response, Mapping) else response
    return all(is_blank(one, depth=depth + 1) for one in inside)


def texts_in(response: object) -> list[str] | None:
    """Return a list of texts; None if it is something else."""
    if not isinstance(response, list | tuple):
        return None
    texts = [one for one in response if isinstance(one, str)]
    return texts if len(texts) == len(response) else None
