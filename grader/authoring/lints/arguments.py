"""Lints over what the student's functions are given, as recorded in exams of the reference: no guess from sources."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from grader.authoring.lints.files import Function
from grader.authoring.lints.table import Hit
from grader.records import UPSTREAM, CallFacts, Text, ValueFacts

_ITEM = re.compile(r"\[\d+\]")
_BATCH = re.compile(r"batch|chunk|^bs$", re.IGNORECASE)
_ARRAYS = ("Tensor", "ndarray")
_NUMBERS = ("int", "float", "bool")


@dataclass(slots=True)
class Given:
    """All calls of one function, and each parameter's values over them."""

    function: Function
    calls: list[CallFacts] = field(default_factory=list)
    series: dict[str, list[ValueFacts]] = field(default_factory=lambda: defaultdict(list))

    def add(self, call: CallFacts) -> None:
        """Add a call. A class is called by its constructor's parameters, which the recording does not name."""
        self.calls.append(call)
        names = {f"argument {at}": name for at, name in enumerate(self.function.constructor, start=1)}
        for value in call.arguments:
            self.series[names.get(value.name) or _ITEM.sub("[…]", value.name)].append(value)

    def arrays(self) -> Iterator[tuple[str, list[ValueFacts]]]:
        for name, values in self.series.items():
            found = [value for value in values if value.kind in _ARRAYS]
            if found and not name.endswith(".grad") and name != UPSTREAM:  # as large as what they belong to
                yield name, found

    def numbers(self) -> Iterator[tuple[str, list[ValueFacts]]]:
        for name, values in self.series.items():
            if "[" not in name and all(value.kind in _NUMBERS for value in values):
                yield name, values


@dataclass(frozen=True, slots=True)
class Places:
    """Where each test stands, to say where a function is first called; and which names the tests speak of."""

    lines: dict[str, tuple[str, int]]  # test -> file, line
    mentioned: frozenset[str] = frozenset()  # names that the tests read off anything

    def hit(self, lint: str, given: Given, what: Text, *, parameter: str = "", call: CallFacts | None = None) -> Hit:
        first = call or (given.calls[0] if given.calls else None)
        test = first.test.partition("[")[0] if first is not None else ""
        file, line = self.lines.get(test, next(reversed(self.lines.values()), ("", 0)))
        subject = f"{given.function.name}.{parameter}" if parameter else given.function.name
        return Hit(lint=lint, subject=subject, file=file, line=line if given.calls else 0, what=what)


def argument_hits(functions: Sequence[Function], exams: Sequence[Sequence[CallFacts]], places: Places) -> Iterator[Hit]:
    """Yield what the recorded exams of the reference show, one exam for each seed. Without one: nothing."""
    if not exams:
        return
    for function in functions:
        given = Given(function)
        for call in itertools.chain.from_iterable(exams):
            if call.function == function.name:
                given.add(call)
        yield from _of_function(given, exams, places)


def _of_function(given: Given, exams: Sequence[Sequence[CallFacts]], places: Places) -> Iterator[Hit]:
    if not given.calls:
        if given.function.name.rpartition(".")[2] in places.mentioned:
            return  # passed on, or called by a name that the recording does not know: `model(x)` is its forward
        yield places.hit("never-called", given, _text(given, "is called by no test.", "没有任何测试调用它。"))
        return
    if len({call.digest for call in exams[0] if call.function == given.function.name}) < 2:
        if any(call.arguments for call in given.calls):
            yield places.hit("called-once", given, _text(given, "gets one input only.", "只得到过一个输入。"))
        return
    yield from _fixed(given, exams, places)
    for name, values in given.arrays():
        yield from _square(given, name, values, places)
        yield from _constant_size(given, name, values, places)
        yield from _uniform(given, name, values, places)
    for name, values in given.numbers():
        yield from _constant_number(given, name, values, places)
    yield from _divisible(given, places)
    yield from _defaults(given, places)
    yield from _upstream(given, places)
    yield from _one_row(given, places)


def _text(given: Given, en: str, zh: str) -> Text:
    return Text(en=f"{given.function.name} {en}", zh=f"{given.function.name}：{zh}")


def _about(given: Given, parameter: str, en: str, zh: str) -> Text:
    name = given.function.name
    return Text(en=f"{parameter} of {name} {en}", zh=f"{name} 的 {parameter} {zh}")


def _fixed(given: Given, exams: Sequence[Sequence[CallFacts]], places: Places) -> Iterator[Hit]:
    drawn = [{call.digest for call in exam if call.function == given.function.name} for exam in exams]
    if len(drawn) > 1 and all(one == drawn[0] for one in drawn):
        seeds = len(drawn)
        yield places.hit(
            "fixed-inputs",
            given,
            _text(given, f"gets the very same inputs under {seeds} seeds.", f"在 {seeds} 个种子下得到的输入完全相同。"),
        )


def _square(given: Given, name: str, values: list[ValueFacts], places: Places) -> Iterator[Hit]:
    shapes = {value.shape for value in values if len(value.shape) >= 2 and max(value.shape) > 1}
    ranks = {len(shape) for shape in shapes}
    if len(ranks) != 1:
        return
    for first, second in itertools.combinations(range(ranks.pop()), 2):
        if all(shape[first] == shape[second] for shape in shapes):
            example = _shape(max(shapes))
            yield places.hit(
                "square-shapes",
                given,
                _about(
                    given,
                    name,
                    f"has axes {first} and {second} of the same length in every call: {example}.",
                    f"的第 {first} 轴与第 {second} 轴在每次调用中都一样长：{example}。",
                ),
                parameter=name,
            )
            return


def _constant_size(given: Given, name: str, values: list[ValueFacts], places: Places) -> Iterator[Hit]:
    shapes = {value.shape for value in values}
    ranks = {len(shape) for shape in shapes}
    if len(ranks) != 1 or len(values) < 2:
        return
    for axis in range(ranks.pop()):
        sizes = {shape[axis] for shape in shapes}
        size = sizes.pop()
        if not sizes and size > 1:
            example = _shape(max(shapes))
            yield places.hit(
                "constant-size",
                given,
                _about(
                    given,
                    name,
                    f"has length {size} along axis {axis} in every call: {example}.",
                    f"沿第 {axis} 轴的长度在每次调用中都是 {size}：{example}。",
                ),
                parameter=name,
            )
            return


def _shape(shape: tuple[int, ...]) -> str:
    return str(shape)


def _uniform(given: Given, name: str, values: list[ValueFacts], places: Places) -> Iterator[Hit]:
    several = [value for value in values if value.low is not None and _count(value) > 1]
    if several and all(value.low == value.high and value.finite for value in several):
        yield places.hit(
            "uniform-values",
            given,
            _about(given, name, "holds equal elements only, in every call.", "在每次调用中各元素都相等。"),
            parameter=name,
        )


def _count(value: ValueFacts) -> int:
    total = 1
    for size in value.shape:
        total *= size
    return total


def _constant_number(given: Given, name: str, values: list[ValueFacts], places: Places) -> Iterator[Hit]:
    default = given.function.defaults.get(name)
    if default is not None and len(values) < len(given.calls) and values[0].low != default:
        return  # other calls leave it at its default
    different = {(value.kind == "bool", value.low) for value in values}
    if len(different) != 1 or len(values) < 2:
        return
    is_switch, number = different.pop()
    shown = str(bool(number)) if is_switch else f"{number:g}" if number is not None else "?"
    more = _SPECIAL.get(number or 0.0, Text(en="", zh="")) if not is_switch else Text(en="", zh="")
    yield places.hit(
        "constant-argument",
        given,
        _about(given, name, f"is {shown} in every call{more.en}.", f"在每次调用中都是 {shown}{more.zh}。"),
        parameter=name,
    )


_SPECIAL = {
    0.0: Text(en=", so that whatever it multiplies is never seen", zh="，凡与它相乘的项都看不出对错"),
    0.5: Text(en=", where p and 1 - p are the same", zh="，此时 p 与 1 - p 没有区别"),
    1.0: Text(en=", so that a factor left out is never seen", zh="，因此漏乘它也看不出来"),
}


def _divisible(given: Given, places: Places) -> Iterator[Hit]:
    for name, _ in given.numbers():
        if not _BATCH.search(name):
            continue
        pairs = [pair for call in given.calls if (pair := _rows_and_batch(call, name)) is not None]
        if pairs and all(rows % batch == 0 for rows, batch in pairs):
            rows, batch = pairs[0]
            yield places.hit(
                "divisible-batches",
                given,
                _about(
                    given,
                    name,
                    f"divides the number of rows in every call: {rows} rows in batches of {batch}.",
                    f"在每次调用中都能整除行数：{rows} 行，每批 {batch} 行。",
                ),
                parameter=name,
            )


def _rows_and_batch(call: CallFacts, name: str) -> tuple[int, int] | None:
    """Return the rows of the call's first array and the batch size; None where either is missing."""
    rows = next((v.shape[0] for v in call.arguments if v.kind in _ARRAYS and v.shape and "[" not in v.name), None)
    batch = next((v.low for v in call.arguments if v.name == name), None)
    return (rows, int(batch)) if rows and batch and batch >= 1 else None


def _defaults(given: Given, places: Places) -> Iterator[Hit]:
    for name in given.function.defaults:
        if name not in given.series:
            yield places.hit(
                "default-only",
                given,
                _about(
                    given, name, "is given by no test: it is always its default.", "没有任何测试传入：始终是默认值。"
                ),
                parameter=name,
            )


def _upstream(given: Given, places: Places) -> Iterator[Hit]:
    values = given.series.get(UPSTREAM, [])
    scalar = all(value.shape == () for call in given.calls if call.op == "call" for value in call.results[:1])
    ones = all(value.kind == "None" or (value.low == value.high == 1.0) for value in values)
    if values and ones and not (scalar and any(call.op == "call" for call in given.calls)):
        yield places.hit(
            "unit-upstream",
            given,
            _text(
                given,
                "is differentiated with an upstream gradient of ones only.",
                "求导时的上游梯度始终全为 1。",
            ),
            call=next(call for call in given.calls if call.op == "grad"),
        )


def _one_row(given: Given, places: Places) -> Iterator[Hit]:
    """Look at functions of a batch: their first two arrays always have the same number of rows."""
    pairs = [_two_arrays(call) for call in given.calls]
    rows = [first[0] for first, second in filter(None, pairs) if first and second and first[0] == second[0]]
    if len(rows) == len(pairs) and 1 not in rows:
        yield places.hit("one-row", given, _text(given, "never gets a batch of one row.", "从未得到过只有一行的批次。"))


def _two_arrays(call: CallFacts) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    own = [value for value in call.arguments if value.name.isidentifier() and value.name != UPSTREAM]
    shapes = [value.shape for value in own if value.kind in _ARRAYS]
    return (shapes[0], shapes[1]) if len(shapes) >= 2 else None
