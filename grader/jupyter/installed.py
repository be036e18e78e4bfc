"""Whether a module comes with Python or its packages, or lies beside the notebook, where the jail does not reach."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

_INSTALLED = ("stdlib", "platstdlib", "purelib", "platlib")


def is_beside_the_notebook(name: str) -> bool:
    """Return whether module `name` is a file of the folder that the kernel works in, or below it."""
    module = sys.modules.get(name.partition(".")[0])
    file = getattr(module, "__file__", None)
    if module is None or not isinstance(file, str):
        return False
    place = Path(file).resolve()
    paths = sysconfig.get_paths()
    if any(place.is_relative_to(Path(paths[kind]).resolve()) for kind in _INSTALLED):
        return False
    return place.is_relative_to(Path.cwd().resolve())
