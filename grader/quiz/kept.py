"""The trees of quizzes that were read and found to fit the schema, kept so that they need not be parsed again.

Parsing 30 KB of YAML and checking it takes longer than a person waits gladly for a first question. A tree is kept
under the SHA-256 of the file, the schema and the code that reads it, so a change to any of them misses. It holds
answers: it is kept for whoever could read the quiz's own folder, where nobody else may read it (`own_cache`). With it
stands its own digest, so damage is read past.

Of each value the line is kept, in the order in which a walk meets them: paths would repeat every key at each level.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.exercise import own_cache
from grader.quiz.problems import SCHEMA
from grader.quiz.yaml_file import KeyPath, Position, Tree, walk

_FORM = "2"
_DIGEST_CHARACTERS = 64
MAX_BYTES = 4 * 1024 * 1024


def cache_folder() -> Path | None:
    """Return where this user's programs keep what can be made again; None for an account without a home."""
    try:
        return own_cache.cache_folder("quiz")
    except RuntimeError:
        return None


def kept_tree(cache: Path, content: bytes) -> Tree | None:
    """Return the tree of a quiz.yaml with this content; None where it is not kept, damaged, or not this user's own."""
    try:
        found = own_cache.kept(cache / _name(content), max_bytes=MAX_BYTES)
        if found is None or found[:_DIGEST_CHARACTERS] != _digest(found[_DIGEST_CHARACTERS:]):
            return None
        kept = json.loads(found[_DIGEST_CHARACTERS:])
        return Tree(value=kept["value"], places=dict(_positions(kept["value"], kept["places"])))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # then it is read as if it had never been kept
        return None


def keep_tree(cache: Path, content: bytes, tree: Tree) -> None:
    """Keep a tree that fits the schema. Where that cannot be done (too large, a full disk) nothing is kept."""
    places = [_short(tree.places[path], value) for path, value in walk(tree.value)]
    document = {"value": tree.value, "places": places}
    written = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    if len(written) <= MAX_BYTES - _DIGEST_CHARACTERS:
        own_cache.keep(cache / _name(content), _digest(written) + written)


def _short(position: Position, value: Any) -> int | list[int | str]:
    """Return a position as it is kept: a text that was written as it reads is not kept twice."""
    if position.written is None:
        return position.line
    return [position.line] if position.written == value else [position.line, position.written]


def _positions(value: Any, places: list[Any]) -> Iterator[tuple[KeyPath, Position]]:
    for (path, one), place in zip(walk(value), places, strict=True):
        if isinstance(place, int):
            yield path, Position(place)
        else:
            yield path, Position(place[0], place[1] if len(place) > 1 else one)


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def _name(content: bytes) -> str:
    sha256 = hashlib.sha256()
    code = own_cache.code_of(Path(__file__).parent, Path(own_cache.__file__).parent)
    for part in (_FORM.encode(), code.encode(), SCHEMA.read_bytes(), content):
        sha256.update(len(part).to_bytes(8, "big") + part)
    return f"{sha256.hexdigest()}.json"
