"""The files of a new exercise: the sample under template/, with its names replaced by the author's.

The sample is an exercise of its own, in real files, whose names are such that nothing else is called so. Each is
replaced in one pass, as a whole word, so what an author answers is never read as a placeholder again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.markers import stub_of, without_markers
from grader.authoring.new_names import module_of
from grader.exercise.manifest import STATEMENT_IN
from grader.exercise.problems import toml_text
from grader.records import Device, Language, Text

TEMPLATE = Path(__file__).parent / "template"
_MODULE = "sample_module.py"
# What a course in English alone has no use for: of a docstring, of a hint, and of the statement's comment.
_CHINESE = (
    (re.compile(r'\n\n +zh: [^"]*\n +"""'), '"""'),
    (re.compile(r'\n\nzh: [^"]*\n"""'), '\n"""'),
    (re.compile(r'\n +zh="[^"]*",(?=\n)'), ""),
    (re.compile(r" README\.zh\.md says the same in Chinese, with the same headings, code and formulas\."), ""),
)
_TITLES = {Language.EN: 'en = "Sample title"', Language.ZH: 'zh = "示例标题"'}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an author asks for; every name has been checked."""

    slug: str
    title: Text
    topics: tuple[str, ...]
    function: str
    devices: tuple[Device, ...] = (Device.CPU,)
    number: int | None = None  # None: the next free one
    languages: tuple[Language, ...] = tuple(Language)  # the course's; the others are left out
    markers: bool = True  # whether the reference keeps its markers, so that its stub is made of it for good


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """The two folders of an exercise, as text by file name ("mistakes/one.py")."""

    exercise: dict[str, str]
    solution: dict[str, str]


def new_files(wish: Wish, number: int) -> Halves:
    """Return every file of the exercise that `wish` asks for, as number `number`."""
    exercise, solution = (_filled(TEMPLATE / half, wish, number) for half in ("exercise", "solution"))
    reference = f"{module_of(wish.slug)}.py"
    exercise[reference] = stub_of(solution[reference], name=reference)
    if not wish.markers:
        solution[reference] = without_markers(solution[reference], name=reference)
    return Halves(exercise=dict(sorted(exercise.items())), solution=solution)


def exercise_id(number: int) -> str:
    """Return the identifier of a number: `exercise03`."""
    return f"exercise{number:02}"


def _filled(half: Path, wish: Wish, number: int) -> dict[str, str]:
    files = {}
    for file in sorted(half.rglob("*"), key=lambda file: (len(file.parts), file)):  # what lies at the top first
        if not file.is_file() or file.suffix not in (".py", ".md", ".toml"):
            continue  # __pycache__, and what an editor leaves
        name = file.relative_to(half).as_posix().replace(_MODULE, f"{module_of(wish.slug)}.py")
        if name in STATEMENT_IN.values() and name not in (STATEMENT_IN[one] for one in wish.languages):
            continue
        text = _spoken(file.read_text(encoding="utf-8"), wish.languages)
        files[name] = _replaced(text, _names(wish, number, file.suffix))
    return files


def _spoken(text: str, languages: tuple[Language, ...]) -> str:
    """Return a file of the sample without what only the other language needs; English words of code stay."""
    text = text.replace(", ".join(_TITLES.values()), ", ".join(_TITLES[one] for one in Language if one in languages))
    for pattern, instead in () if Language.ZH in languages else _CHINESE:
        text = pattern.sub(instead, text)
    return text


def _names(wish: Wish, number: int, suffix: str) -> Mapping[str, str]:
    """Return what each placeholder becomes; TOML has its own way to write a text."""
    words = {
        "exercise00": exercise_id(number),
        "Exercise 00": f"Exercise {number:02}",
        "练习 00": f"练习 {number:02}",
        "sample_slug": wish.slug,
        "sample_module": module_of(wish.slug),
        "sample_function": wish.function,
        "Sample title": wish.title.en,
        "示例标题": wish.title.zh,
    }
    if suffix != ".toml":
        return words
    lists = {
        '["sample-topic"]': _toml_list(wish.topics),
        '["cpu"]': _toml_list(device.value for device in wish.devices),
    }
    quoted = {f'"{word}"': toml_text(value) for word, value in words.items()}
    return {**lists, **quoted, **words}


def _replaced(text: str, words: Mapping[str, str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in longest_first))
    return pattern.sub(lambda found: words[found[0]], text)


def _toml_list(values: Iterable[str]) -> str:
    return f"[{', '.join(toml_text(value) for value in values)}]"
