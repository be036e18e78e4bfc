"""The trees of quizzes that were read and found to fit the schema, kept so that they need not be parsed again.

Parsing 30 KB of YAML and checking it takes longer than a person waits gladly for a first question. A tree is kept
under the SHA-256 of the file, the schema and the version of dlgrade, so a change to any of them misses. It holds
answers: it is kept for whoever could read the quiz's own folder, where nobody else may read it.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from grader import __version__
from grader.exercise.whole_file import write_whole
from grader.quiz.problems import SCHEMA
from grader.quiz.yaml_file import Place, Tree

_FORM = "1"
MAX_BYTES = 16 * 1024 * 1024


def cache_folder() -> Path:
    """Return where this user's programs keep what can be made again."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(named) if named and Path(named).is_absolute() else Path.home() / ".cache"
    return base / "dlgrade" / "quiz"


def kept_tree(cache: Path, content: bytes) -> Tree | None:
    """Return the tree of a quiz.yaml with this content; None where it is not kept, or damaged."""
    file = cache / _name(content)
    try:
        if file.stat().st_size > MAX_BYTES:
            return None
        kept = json.loads(file.read_bytes())
        places = {tuple(path): Place(line, written) for path, line, written in kept["places"]}
        return Tree(value=kept["value"], places=places)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # then it is read as if it had never been kept
        return None


def keep_tree(cache: Path, content: bytes, tree: Tree) -> None:
    """Keep a tree that fits the schema. Where that cannot be done (a full disk, no home) nothing is kept."""
    places = [[list(path), place.line, place.written] for path, place in tree.places.items()]
    document = json.dumps({"value": tree.value, "places": places}, ensure_ascii=False, separators=(",", ":"))
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = cache / _name(content)
        write_whole(file, document.encode("utf-8", "surrogatepass"))
        file.chmod(0o600)
    except OSError:
        return


def _name(content: bytes) -> str:
    sha256 = hashlib.sha256()
    for part in (_FORM.encode(), __version__.encode(), SCHEMA.read_bytes(), content):
        sha256.update(len(part).to_bytes(8, "big") + part)
    return f"{sha256.hexdigest()}.json"
