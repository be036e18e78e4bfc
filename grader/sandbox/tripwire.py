"""Tripwires on forbidden functions, in the child.

A tripwire catches the honest mistake of calling `torch.softmax` where the exercise is to write it, whatever name the
function was reached by. It is no security: the code it guards against shares its process. The rules on the syntax
tree, which the examiner checks, are the other half; docs/design/rules.md says what neither can catch.
"""

from __future__ import annotations

import fnmatch
import importlib
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn


class ForbiddenCall(BaseException):
    """The student's code called a forbidden function; not an Exception, so that `except Exception` cannot hide it."""


def set_tripwires(patterns: Iterable[str], on_call: Callable[[str], None]) -> None:
    """Replace every function that a pattern such as "torch.nn.functional.*softmax" names; `on_call` hears its name.

    Patterns whose module does not exist are passed over: an exercise may forbid what one version lacks.
    """
    for pattern in patterns:
        owner_name, _, name_pattern = pattern.rpartition(".")
        owner = _resolve(owner_name)
        if owner is None:
            continue
        names = fnmatch.filter(dir(owner), name_pattern) if _has_wildcard(name_pattern) else [name_pattern]
        for name in names:
            if callable(getattr(owner, name, None)):
                setattr(owner, name, _tripwire(f"{owner_name}.{name}", on_call))


def _has_wildcard(pattern: str) -> bool:
    return any(sign in pattern for sign in "*?[")


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
