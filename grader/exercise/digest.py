"""One SHA-256 over several named files, the same whatever order a filesystem lists them in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of names and contents, as 64 hexadecimal digits.

    Every name and content is preceded by its length, so no two different sets of files read the same.
    """
    sha256 = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode("utf-8", "surrogateescape"), files[name]):
            sha256.update(len(part).to_bytes(8, "big"))
            sha256.update(part)
    return sha256.hexdigest()
