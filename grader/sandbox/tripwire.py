"""Tripwires on forbidden functions, in the child.

A tripwire catches the honest mistake of calling `torch.softmax` where the exercise is to write it, whatever name the
function was reached by. It is no security: the code it guards against shares its process. The rules on the syntax
tree, which the examiner checks, are the other half; docs/design/rules.md says what neither can catch.
"""

from __future__ import annotations

import fnmatch
import importlib
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn


class ForbiddenCall(BaseException):
    """The student's code called a forbidden function; not an Exception, so that `except Exception` cannot hide it."""


def set_tripwires(patterns: Iterable[str], on_call: Callable[[str], None]) -> None:
    """Replace every function that a pattern such as "torch.nn.functional.*softmax" names; `on_call` hears its name.

    Patterns whose module does not exist are passed over: an exercise may forbid what one version lacks.
    """
    by_owner: dict[str, list[str]] = {}
    for pattern in patterns:
        owner_name, _, name_pattern = pattern.rpartition(".")
        by_owner.setdefault(owner_name, []).append(name_pattern)
    for owner_name, name_patterns in by_owner.items():
        owner = _resolve(owner_name)
        for name in _names(owner, name_patterns) if owner is not None else ():
            if callable(getattr(owner, name, None)):
                setattr(owner, name, _tripwire(f"{owner_name}.{name}", on_call))


def _names(owner: Any, patterns: list[str]) -> list[str]:
    """List the owner's names that the patterns mean; looking through all of them only where there is a wildcard."""
    wild = [pattern for pattern in patterns if any(sign in pattern for sign in "*?[")]
    found = [pattern for pattern in patterns if pattern not in wild]
    if wild:
        matches = re.compile("|".join(map(fnmatch.translate, wild))).match
        found += [name for name in dir(owner) if matches(name)]
    return found


def _resolve(dotted: str) -> Any:
    parts = dotted.split(".")
    try:
        found: Any = sys.modules.get(parts[0]) or importlib.import_module(parts[0])
    except ImportError:
        return None
    for part in parts[1:]:
        found = getattr(found, part, None)
    return found


def _tripwire(name: str, on_call: Callable[[str], None]) -> Callable[..., NoReturn]:
    def forbidden(*_args: object, **_kwargs: object) -> NoReturn:
        on_call(name)
        raise ForbiddenCall(f"{name} is forbidden in this exercise")

    return forbidden
