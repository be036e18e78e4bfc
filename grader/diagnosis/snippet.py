"""A failed test's calls as code that its student can paste and run.

Only at Reveal.FULL: it spells the inputs out. It is made for what can be written exactly and briefly, and is absent for
anything else (callbacks, objects of other libraries, large tensors); it is never an approximation. Nothing in it is the
student's: names come from the test and the exercise, values are plain data.
"""

from __future__ import annotations

import itertools
import keyword
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from grader.diagnosis.folding import folded
from grader.diagnosis.literals import Unwritable, Writer
from grader.diagnosis.wording.problems import COMMENTS
from grader.errors import both, joined
from grader.examination.evidence import Asserted, Call, Compared, Evidence, InputChanged, Named, Target
from grader.examination.operation import EXHAUSTED
from grader.plaintext import printable
from grader.records import Explanation, Text
from grader.sandbox.messages import STUDENT_ROOT

MAX_LINES = 20
_MAX_CALLS = 4
_WIDTH = 56  # columns of a line, where brackets let it be broken
_MAX_LINE = 100
_MAX_COMMENT = 60


def snippet(evidence: Evidence, made: Explanation) -> Text | None:
    """Return code that shows the failure; None where there is none to write. `made` is what is told already."""
    call: Call | None = getattr(evidence, "call", None)
    if call is None or call.target is None:
        return None
    calls = evidence.calls if isinstance(evidence, Compared | Asserted) else ()
    is_direct = isinstance(evidence, Compared) and evidence.direct
    try:
        code = _Code(call.target.module, watch=_concerns_arguments(evidence, call))
        lines = code.of(_needed(call, calls, is_direct=is_direct))
    except Unwritable:
        return None
    if len(lines) > MAX_LINES or any(len(line) > _MAX_LINE for line in lines):
        return None
    text = "\n".join(lines)
    if printable(text, limit=len(text) + 1, newlines=True) != text:
        return None  # it would not be the same code any more
    comments = [_comment("expected", made.expected), _comment("got", made.got)] if is_direct else []
    return joined((both(text), *(comment for comment in comments if comment is not None)), separator="\n")


def _comment(key: str, told: Text | None) -> Text | None:
    """Return a line of the code that says what should be printed, or what is."""
    if told is None or any("\n" in text or len(text) > _MAX_COMMENT for text in (told.en, told.zh)):
        return None
    label = COMMENTS[key]
    return Text(en=f"# {label.en} {told.en}", zh=f"# {label.zh}{told.zh}")


def _concerns_arguments(evidence: Evidence, call: Call) -> bool:
    """Whether the failure is what became of the arguments, not the result."""
    if isinstance(evidence, Compared):
        return evidence.before is not None or (call.result is None and not evidence.direct)
    return isinstance(evidence, InputChanged) or (isinstance(evidence, Asserted) and call.result is None)


def _needed(call: Call, calls: Sequence[Call], *, is_direct: bool) -> list[Call]:
    """Return the calls that show the failure: this one, those that made its objects, and what it is compared with."""
    before = [earlier for earlier in calls[: _place(call, calls)] if earlier.result is not EXHAUSTED]
    last = [] if call.result is EXHAUSTED else [call]
    if not is_direct and len(before) < _MAX_CALLS:
        return [*before, *last]
    kept, wanted = last, _objects_in(call)
    for earlier in reversed(before):
        made = earlier.target.made if earlier.target is not None else None
        uses_one = earlier.target is not None and earlier.target.handle in wanted
        if made in wanted or uses_one:
            kept.insert(0, earlier)
            wanted |= _objects_in(earlier)
    return kept


def _place(call: Call, calls: Sequence[Call]) -> int:
    return next((at for at, other in enumerate(calls) if other is call), 0)


def _objects_in(call: Call) -> set[int]:
    """Return the numbers of the objects of the student's process that a call needs."""
    assert call.target is not None
    found = {call.target.handle} if call.target.handle >= 0 else set()
    inside = _inside([*call.args, *call.kwargs.values()])
    return found | {value.number for _, value in inside if isinstance(value, Named) and value.number is not None}


class _Code:
    """Writes the lines of one snippet."""

    def __init__(self, module: str, *, watch: bool) -> None:
        self._module = module
        self._watch = watch
        self._objects: dict[int, str] = {}
        self._names: set[str] = set()
        self._imported: list[str] = []
        self._body: list[str] = []

    def of(self, calls: list[Call]) -> list[str]:
        """Return the whole code for these calls, imports first. Raises Unwritable."""
        uses_torch = uses_numpy = False
        for call in calls:
            writer = Writer(self._objects)
            self._call(call, writer)
            uses_torch, uses_numpy = uses_torch or writer.uses_torch, uses_numpy or writer.uses_numpy
        libraries = [*(["import numpy as np"] if uses_numpy else []), *(["import torch"] if uses_torch else [])]
        own = f"from {self._module} import {', '.join(dict.fromkeys(self._imported))}"
        imports = [*libraries, own] if self._imported and self._module else libraries
        return [line for whole in (*imports, "", *_looped(self._body)) for line in folded(whole, _WIDTH)]

    def _call(self, call: Call, writer: Writer) -> None:
        target = call.target
        if target is None:
            raise Unwritable
        if target.op == "next":
            self._body.append(f"print(next({self._object(target.handle)}))")
        elif target.op == "grad":
            self._grad(call, target, writer)
        else:
            self._plain(call, target, writer)

    def _plain(self, call: Call, target: Target, writer: Writer) -> None:
        subject = self._subject(target)
        places = [(call.names[at] if at < len(call.names) else "", "", value) for at, value in enumerate(call.args)]
        places += [(name, f"{name}=", value) for name, value in call.kwargs.items()]
        sources = [writer.write(value) for _, _, value in places]
        is_long = len(f"print({subject}({', '.join(sources)}))") > _WIDTH
        parts, watched = [], []
        for (name, keyword_, value), source in zip(places, sources, strict=True):
            grads, holds_tensors = _grads(value), _holds_tensors(value)
            part = source
            if grads or (holds_tensors and (is_long or self._watch)):
                part = self._variable(name, source)
                self._body += [f"{part}{path}.grad = {writer.write(grad)}" for path, grad in grads]
                watched += [part] if holds_tensors and self._watch else []
            parts.append(f"{keyword_}{part}")
        written = f"{subject}({', '.join(parts)})"
        if target.made is not None:
            name = self._objects[target.made] = self._fresh(_variable_of(call.function))
            self._body.append(f"{name} = {written}")
        elif watched:
            self._body += [written, *(f"print({name})" for name in watched)]
        else:
            self._body.append(f"print({written})")

    def _grad(self, call: Call, target: Target, writer: Writer) -> None:
        *inputs, upstream = call.args
        names, wanted = [], []
        for at, value in enumerate(inputs):
            floating = _is_differentiable(value)
            asks = isinstance(value, torch.Tensor) and value.requires_grad
            source = writer.write(value) + (".requires_grad_()" if floating and not asks else "")
            if not _holds_tensors(value):
                names.append(source)
                continue
            names.append(self._variable(call.names[at] if at < len(call.names) else "x", source))
            wanted += [names[-1]] if floating else []
        given = [*names, *(f"{name}={writer.write(value)}" for name, value in call.kwargs.items())]
        result = f"{self._subject(target)}({', '.join(given)})"
        self._body.append(
            f"{result}.sum().backward()" if upstream is None else f"{result}.backward({writer.write(upstream)})"
        )
        self._body += [f"print({name}.grad)" for name in wanted]

    def _variable(self, wanted: str, source: str) -> str:
        name = self._fresh(wanted)
        self._body.append(f"{name} = {source}")
        return name

    def _subject(self, target: Target) -> str:
        if target.handle == STUDENT_ROOT:
            self._imported.append(target.path[0])
            self._names.add(target.path[0])
            return ".".join(target.path)
        return ".".join((self._object(target.handle), *target.path))

    def _object(self, number: int) -> str:
        if number not in self._objects:
            raise Unwritable  # made in a way that no call tells of, or by `remote`
        return self._objects[number]

    def _fresh(self, wanted: str) -> str:
        """Return a name that is not taken, like `wanted` where that is a name at all."""
        base = wanted if wanted.isidentifier() and not keyword.iskeyword(wanted) else "x"
        name, count = base, 1
        while name in self._names or name in ("np", "torch", "print", "next", self._module):
            count += 1
            name = f"{base}_{count}"
        self._names.add(name)
        return name


def _inside(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a value holds that is no container, each by the expression that leads to it from the value.

    A container is looked into once: a result of the student's, passed on, may share its parts a billion times over,
    or hold itself.
    """
    waiting: list[tuple[str, Any]] = [("", value)]
    seen: set[int] = set()
    while waiting:
        path, item = waiting.pop()
        if type(item) not in (list, tuple, dict):
            yield path, item
        elif id(item) not in seen:
            seen.add(id(item))
            parts = item.items() if type(item) is dict else enumerate(item)
            waiting += reversed([(f"{path}[{key!r}]", part) for key, part in parts])


def _grads(value: Any) -> list[tuple[str, torch.Tensor]]:
    """Return the gradients that tensors of an argument hold, each by the expression that leads to its tensor."""
    tensors = [(path, item) for path, item in _inside(value) if type(item) is torch.Tensor and item.is_leaf]
    return [(path, tensor.grad) for path, tensor in tensors if tensor.grad is not None]


def _is_differentiable(value: object) -> bool:
    return isinstance(value, torch.Tensor) and (value.is_floating_point() or value.is_complex())


def _holds_tensors(value: Any) -> bool:
    return any(type(item) in (torch.Tensor, np.ndarray) for _, item in _inside(value))


def _variable_of(function: str) -> str:
    """Return what to call the object that a class or a generator function returns."""
    last = function.rpartition(".")[2]
    return last.lower() if last[:1].isupper() else "result"


def _looped(body: list[str]) -> list[str]:
    """Write a statement that comes several times in a row as a loop."""
    lines: list[str] = []
    for line, group in itertools.groupby(body):
        count = len(list(group))
        lines += [line] if count == 1 else [f"for _ in range({count}):", f"    {line}"]
    return lines
