"""Dotted names of libraries: which of them a rule means, under whatever name the same thing is reached.

`torch.nn.modules.activation.F.softmax` and `torch.ops.aten.softmax` are torch's softmax too. Modules that the examiner
has loaded itself (torch, NumPy) are looked into, without running anything of theirs; every other name is only a name.
"""

from __future__ import annotations

import fnmatch
import functools
import re
import sys
import types
from collections.abc import Iterator, Sequence

# Modules that no list of allowed names needs to mention: they hold nothing that computes.
FREE_MODULES = frozenset({"__future__", "abc", "collections", "dataclasses", "enum", "typing", "typing_extensions"})

# Where torch's functions are public; one that is found elsewhere has another name here.
PUBLIC = (
    "torch",
    "torch.Tensor",
    "torch.nn.functional",
    "torch.nn",
    "torch.special",
    "torch.linalg",
    "torch.autograd",
)
# Private tables of the same functions, and what they put before their names.
_TABLES = re.compile(
    r"torch\.(?:_C\._VariableFunctions|_VF|_C\._nn|_C\.(?:_)?TensorBase|ops\.aten|_C\._(?P<group>special|linalg|fft)"
    r"|_refs(?:\.nn\.functional|\.special|\.linalg)?|functional)\.(?P<name>\w+)"
)
_LOOKED_INTO = ("torch", "numpy")
# Public parts of torch and NumPy that lead to any function by a name made at run time, or to code that is not Python.
_DOORS = re.compile(
    r"(torch\.(ops|classes|jit|hub|library|fx|package|load|utils\.cpp_extension|overrides)|numpy\.(ctypeslib|f2py))(\.|$)"
)
_PRIVATE = re.compile(r"(?:torch|numpy)(?:\.\w+)*?\._(?!_)\w+")
_OTHER_DOORS = re.compile(
    r"(ctypes|_ctypes|cffi|gc|inspect|pickle|_pickle|cloudpickle|dill|marshal|shelve|copyreg|builtins|imp|code|codeop|runpy"
    r"|importlib|pkgutil|sys\.(_getframe|_current_frames|settrace|setprofile|meta_path|path_hooks|path_importer_cache)"
    r"|types\.(FunctionType|CodeType|ModuleType)|operator\.(call|attrgetter|methodcaller)\.\w+"
    r"|grader\.(?!(?:check|grade|load_course|Report)\b)\w+)(\.|$)"  # what a notebook uses of dlgrade, and the rest
)
_QUIET = re.compile(r"(importlib|importlib\.import_module|importlib\.abc|builtins)$")  # looked at where they are used


class Names:
    """What one exercise's rules say of a dotted name."""

    def __init__(self, forbid: Sequence[str], allow: Sequence[str]) -> None:
        self._forbid = _compiled(forbid)
        self._allow = _compiled(allow)
        self.allow = tuple(allow)
        self._allowed_literals = tuple(re.split(r"[*?\[]", pattern, maxsplit=1)[0] for pattern in allow)
        self._starts = tuple(re.split(r"[*?\[]", pattern, maxsplit=1)[0] for pattern in forbid)
        self.any = bool(forbid or allow)
        self.has_allow = bool(allow)
        self._known: dict[str, bool] = {}

    def breaks_a_rule(self, name: str, *, whole: bool = True) -> bool:
        """Whether a use of `name` is forbidden, or not allowed. `whole`: nothing is read off it, as off a module."""
        if self.is_forbidden(name):
            return True
        return whole and self.has_allow and not self._is_allowed(name)

    def is_forbidden(self, name: str) -> bool:
        """Whether a pattern of `forbid` means this name, or another name of the same thing."""
        if self._forbid is None:
            return False
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = any(map(self._forbid.match, (name, *aliases(name))))
        return found

    def concerns(self, name: str) -> bool:
        """Whether the rules are about what lies in `name`, a module or class, or behind it."""
        if self.has_allow:
            return name.partition(".")[0] not in FREE_MODULES
        inside = name + "."
        return any(inside.startswith(start) or start.startswith(inside) for start in self._starts)

    def is_door(self, name: str) -> bool:
        """Whether `name` leads to functions that the rules name in a way that reading the source cannot follow."""
        root = name.partition(".")[0]
        if root in _LOOKED_INTO:
            return self.concerns(root) and bool(_DOORS.match(name) or _PRIVATE.match(name))
        return bool(_OTHER_DOORS.match(name)) and not _QUIET.match(name)

    def _is_allowed(self, name: str) -> bool:
        if name.partition(".")[0] in FREE_MODULES or name.startswith("builtins."):
            return True
        assert self._allow is not None
        inside = name + "."
        if any(literal.startswith(inside) for literal in self._allowed_literals):
            return True  # a module on the way to what is allowed
        if self._allow.match(name):
            return True
        parts = name.split(".")
        owners = (".".join(parts[:depth]) for depth in range(2, len(parts)))
        return any(self._allow.match(owner) and _is_value(owner) for owner in owners)


def is_pattern(name: str) -> bool:
    """Whether a rule's name has a wildcard."""
    return any(sign in name for sign in "*?[")


def _is_value(name: str) -> bool:
    """Whether `name` is known to be a class, function or constant, and no module: what hangs from it comes with it."""
    found = _found(name)
    return found is not None and not isinstance(found, types.ModuleType)


def _compiled(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(fnmatch.translate, patterns))) if patterns else None


def canonical(name: str) -> str:
    """Return the name with the modules in it by their own names: "torch.nn.functional.torch.exp" is "torch.exp"."""
    root, _, rest = name.partition(".")
    if root not in _LOOKED_INTO or not rest:
        return name
    module: object = sys.modules.get(root)
    prefix, parts = root, rest.split(".")
    for depth, part in enumerate(parts):
        if not isinstance(module, types.ModuleType):
            return ".".join((prefix, *parts[depth:]))
        module = vars(module).get(part)
        prefix = module.__name__ if isinstance(module, types.ModuleType) else f"{prefix}.{part}"
    return prefix


@functools.lru_cache(maxsize=4096)
def aliases(name: str) -> tuple[str, ...]:
    """Return other names of the same function or class of torch, where it has any."""
    if not name.startswith("torch."):
        return ()
    return tuple(dict.fromkeys(_aliases(name)))


def _aliases(name: str) -> Iterator[str]:
    last = name.rpartition(".")[2]
    table = _TABLES.match(name)
    if table is not None:
        short = table["name"].removeprefix(f"{table['group']}_")
        yield f"torch.{table['group']}.{short}" if table["group"] else f"torch.{short}"
        yield from (f"{owner}.{short}" for owner in PUBLIC)
    there = _found(name)
    if callable(there):
        for owner in PUBLIC:
            if owner + "." + last != name and _found(f"{owner}.{last}") is there:
                yield f"{owner}.{last}"


def _found(name: str) -> object:
    """Return what a name of a loaded library means, without running anything: no lazy import, no property."""
    root, *parts = name.split(".")
    found: object = sys.modules.get(root)
    for part in parts:
        if isinstance(found, types.ModuleType):
            found = vars(found).get(part)
        elif isinstance(found, type):
            found = next((vars(base)[part] for base in found.__mro__ if part in vars(base)), None)
        else:
            return None
    return found


def exists(name: str) -> bool:
    """Whether `name` is a name of torch or NumPy; never true of a text that somebody made up."""
    root = name.partition(".")[0]
    if root == "torch":
        return _found(name) is not None or bool(_TABLES.fullmatch(name) and _found(next(_aliases(name))) is not None)
    module = sys.modules.get("numpy")
    for part in name.split(".")[1:]:
        module = vars(module).get(part) if isinstance(module, types.ModuleType) else None
    return root == "numpy" and module is not None


def names_of_star(module: str) -> frozenset[str] | None:
    """Return what `from module import *` brings; None where only the student's process could say."""
    loaded = sys.modules.get(module) if module.partition(".")[0] in _LOOKED_INTO else None
    if loaded is None:
        return None
    public = vars(loaded).get("__all__")
    return frozenset(public if isinstance(public, list | tuple) else (n for n in vars(loaded) if not n.startswith("_")))
