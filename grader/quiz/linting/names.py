"""Names in a quiz: of misconceptions, parameters, and ids that say too much."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from grader.quiz.authored import Question
from grader.quiz.interpolation import SlotError, slots_in
from grader.quiz.linting.findings import Finding
from grader.quiz.linting.subject import Placed, Subject
from grader.quiz.yaml_file import KeyPath
from grader.records import Severity, Text

_MIN_TYPO = 8  # letters: shorter names that differ by one are often two names
_TELLING = re.compile(r"(?:^|[-_])(?:answer|right|correct|solution)[-_](?:is|are)(?:[-_]|$)")


def of_names(subject: Subject) -> Iterator[Finding]:
    """Yield what is wrong with the names of a quiz."""
    written = dict(_misconceptions(subject))
    for name, path in written.items():
        yield from _of_misconception(subject, name, path, written)
    strings = _strings_in(subject.quiz.source)
    for placed in subject.everything:
        yield from _of_params(subject, placed, strings)
        yield from _of_id(subject, placed)


def normal(name: str) -> str:
    """Return a misconception's name as exercises' files spell it: `no-max-shift` is `no_max_shift`."""
    return name.replace("-", "_")


def _misconceptions(subject: Subject) -> Iterator[tuple[str, KeyPath]]:
    """Yield each misconception that the file names, at the place where it does so last."""
    tree = subject.tree
    for path, place in tree.places.items():
        if path[-1:] == ("because",) and place.written:
            yield place.written, path
        elif len(path) >= 2 and path[-2] in ("say", "misconceptions") and path[-1] not in ("en", "zh"):
            yield str(path[-1]), path


def _of_misconception(subject: Subject, name: str, path: KeyPath, written: Mapping[str, KeyPath]) -> Iterator[Finding]:
    if normal(name) in subject.mistakes:
        if name not in subject.mistakes and normal(name) in written:
            yield _two_spellings(subject, name, normal(name), path)
        return
    twin = next((other for other in written if other != name and normal(other) == normal(name)), None)
    if twin is not None and name > twin:
        yield _two_spellings(subject, name, twin, path)
        return
    near = next((other for other in (*subject.mistakes, *written) if _is_typo(name, other)), None)
    if near is not None and (normal(near) in subject.mistakes or name > near):
        problem = Text(
            en=f"the misconception {name} is almost called like {near}: statistics would count two",
            zh=f"误解 {name} 与 {near} 的名称几乎相同：统计时会算作两个",
        )
        remedy = Text(
            en=f"Did you mean {near}? If not, name them further apart.",
            zh=f"是不是想写 {near}？若不是，请用差别更大的名称。",
        )
        yield subject.find("misconception.typo", Severity.WARNING, path, problem, remedy)


def _two_spellings(subject: Subject, name: str, other: str, path: KeyPath) -> Finding:
    problem = Text(
        en=f"the misconception {name} is also written {other}: statistics would count two",
        zh=f"误解 {name} 又写作 {other}：统计时会算作两个",
    )
    remedy = Text(en=f"Write {other} everywhere.", zh=f"请统一写作 {other}。")
    return subject.find("misconception.spelling", Severity.WARNING, path, problem, remedy)


def _is_typo(one: str, other: str) -> bool:
    """Whether two names differ by one letter: left out, put in, another, or two exchanged. Digits are meant."""
    one, other = normal(one), normal(other)
    if one == other or min(len(one), len(other)) < _MIN_TYPO or abs(len(one) - len(other)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if any(name[at : at + 1].isdigit() for name in (one, other)):
        return False
    left, right = one[at:], other[at:]
    exchanged = left[:2] == right[1::-1] and left[2:] == right[2:]
    return left[1:] == right[1:] or left[1:] == right or left == right[1:] or exchanged


def _strings_in(source: str) -> frozenset[str]:
    """Return every text that quiz.py writes out: `p["lr"]` asks for `lr`."""
    if not source:
        return frozenset()
    return frozenset(
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _of_params(subject: Subject, placed: Placed, strings: frozenset[str]) -> Iterator[Finding]:
    question = placed.question
    if not question.params:
        return
    every = (question, *question.parts)
    used = {name for one in every for name in _slots(one)}
    if any(one.computed for one in every):
        used |= strings
    for param in question.params:
        if param.name not in used:
            problem = Text(en=f"nothing uses the parameter {param.name}", zh=f"没有任何地方用到参数 {param.name}")
            remedy = Text(
                en=f"Put {{{{{param.name}}}}} where it belongs, or remove it.",
                zh=f"请在相应位置写入 {{{{{param.name}}}}}，或删去它。",
            )
            path = (*placed.path, "params", param.name)
            yield subject.find("param.unused", Severity.WARNING, path, problem, remedy, question=placed.label)


def _slots(question: Question) -> Iterator[str]:
    for template in _templates(question):
        try:
            yield from (slot.name for slot in slots_in(template))
        except SlotError:
            continue  # reading has refused it


def _templates(question: Question) -> Iterator[str]:
    texts = [question.text, question.explanation, *question.hints, *question.said.values()]
    yield question.code
    if isinstance(question.answer, str):
        yield question.answer
    yield from question.also
    for option in (*question.options, *question.rows):
        yield option.code
        texts += [option.text, option.wrong.say]
    for wrong in question.wrong:
        yield wrong.value
        texts.append(wrong.wrong.say)
    for text in texts:
        if text is not None:
            yield from (text.en, text.zh)


def _of_id(subject: Subject, placed: Placed) -> Iterator[Finding]:
    question = placed.question
    name = question.part or question.id
    slug = _slug(name)
    telling = _TELLING.search(name) is not None
    for right in _right_texts(question):
        telling = telling or (len(right) >= 4 and f"-{right}-" in f"-{slug}-")
    if telling:
        problem = Text(
            en=f"students see the id {name}, and it tells the answer", zh=f"学生能看到编号 {name}，它透露了答案"
        )
        remedy = Text(en="Name it after what it asks.", zh="请按所问的内容命名。")
        yield subject.find("id.tells", Severity.WARNING, (*placed.path, "id"), problem, remedy, question=placed.label)


def _right_texts(question: Question) -> Iterator[str]:
    for option in question.options:
        if option.right:
            yield _slug(option.code or (option.text.en if option.text else ""))
    if isinstance(question.answer, str):
        yield _slug(question.answer)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
