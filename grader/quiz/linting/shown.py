"""What students read: Markdown and formulas that cannot be shown, links that lead nowhere, texts that give answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from grader.quiz.linting.draws import Draws
from grader.quiz.linting.findings import Finding
from grader.quiz.linting.subject import Placed, SeedDraw, Subject, drawn_of, halves_of, options_of, rows_of, wrongs_of
from grader.quiz.marking import Reading
from grader.quiz.marking.numbers import plain
from grader.quiz.marking.reader import read_own
from grader.quiz.model import ChoiceKey, QuestionType, TypedKey
from grader.quiz.rendering.formulas import formula, is_bounded
from grader.quiz.rendering.tokens import parsed
from grader.quiz.yaml_file import KeyPath
from grader.records import Severity, Text

if TYPE_CHECKING:
    from markdown_it.token import Token

VARIANTS_READ = 6  # of each question: its texts differ by their numbers only
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>")
_LINK = re.compile(
    r"!?\[[^\[\]]*\]\((?P<to>(?:[^()\s]|\([^()\s]*\))+)[^()]*\)|<(?P<auto>[a-z][a-z0-9+.-]{1,20}:[^<>\s]*)>"
)
_CODE = re.compile(r"(?s)(`+)(?!`).*?(?<!`)\1(?!`)")
_FORMULA = re.compile(r"\$[^$]*\$")
_DOLLAR = re.compile(r"(?<!\\)\$")
_PLAIN_ANSWER = 3  # characters; shorter ones stand in many texts by chance
_SPELLED_ANSWER = 12  # of the text of an option
_GIVEN_ALWAYS = 5  # different answers, each in its own text: that is no chance


@dataclass(frozen=True, slots=True)
class _Read:
    """A text that a student reads, and where it stands."""

    text: Text
    path: KeyPath
    question: str


def of_quiz_texts(subject: Subject) -> Iterator[Finding]:
    """Yield what is wrong with the texts that belong to no question."""
    quiz = subject.quiz
    texts = [_Read(quiz.title, ("title",), "")]
    texts += [_Read(quiz.about, ("about",), "")] if quiz.about else []
    for topic in quiz.topics:
        texts.append(_Read(topic.title, ("topics", topic.id, "title"), ""))
        texts += [_Read(topic.read, ("topics", topic.id, "read"), "")] if topic.read else []
    for one in texts:
        yield from _of_text(subject, one)


def of_texts(subject: Subject, draws: Draws) -> Iterator[Finding]:
    """Yield what is wrong with the texts of a question, as they are filled in a few variants."""
    seen: set[tuple[str, str]] = set()
    told: set[tuple[str, KeyPath]] = set()
    for one in _texts(draws):
        if (one.text.en, one.text.zh) in seen:
            continue
        seen.add((one.text.en, one.text.zh))
        for finding in _of_text(subject, one):
            if (finding.check, one.path) not in told:
                told.add((finding.check, one.path))
                yield finding
    yield from _given_away(subject, draws)


def _texts(draws: Draws) -> Iterator[_Read]:
    for variant in list(draws.variants.values())[:VARIANTS_READ]:
        whole = draws.placed
        yield _Read(variant.public.text, (*whole.path, "text"), whole.label)
        for place, hint in enumerate(variant.key.hints):
            yield _Read(hint, (*whole.path, "hint", place), whole.label)
        if variant.key.explanation is not None:
            yield _Read(variant.key.explanation, (*whole.path, "explanation"), whole.label)
    few = set(list(draws.variants)[:VARIANTS_READ])
    for placed, drawn in draws.drawn():
        if drawn.seed not in few:
            return
        yield from _texts_of(placed, drawn)


def _texts_of(placed: Placed, drawn: SeedDraw) -> Iterator[_Read]:
    path, label, key = placed.path, placed.label, drawn.key
    yield _Read(drawn.public.text, (*path, "text"), label)
    for place, hint in enumerate(key.hints):
        yield _Read(hint, (*path, "hint", place), label)
    if key.explanation is not None:
        yield _Read(key.explanation, (*path, "explanation"), label)
    for option in options_of(drawn.public):
        if option.text is not None:
            yield _Read(option.text, (*path, "choices"), label)
    for row in rows_of(drawn.public):
        if row.text is not None:
            yield _Read(row.text, (*path, "rows"), label)
    for wrong in wrongs_of(key):
        if wrong.say is not None:
            yield _Read(wrong.say, (*path, "say", wrong.because), label)


# -------------------------------------------------------------------------------------------------------- one text


def _of_text(subject: Subject, one: _Read) -> Iterator[Finding]:
    for text in dict.fromkeys((one.text.en, one.text.zh)):
        in_formulas = 0
        for token in _leaves(parsed(text)):
            if token.type.startswith("math"):
                in_formulas += 2 if token.type == "math_inline" else 4
                yield from _of_formula(subject, one, token.content.strip())
            elif token.type == "text":
                yield from _of_prose(subject, one, token.content)
        if len(_DOLLAR.findall(_CODE.sub(" ", text))) - in_formulas > 1:
            yield _idle_dollars(subject, one, text)
        for match in _LINK.finditer(_FORMULA.sub(" ", _CODE.sub(" ", text))):
            yield from _of_link(subject, one, match[0], match["to"] or match["auto"])


def _leaves(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.children:
            yield from _leaves(token.children)
        else:
            yield token


def _of_formula(subject: Subject, one: _Read, tex: str) -> Iterator[Finding]:
    if formula(tex) is not None:
        return
    reason = _reason(tex)
    problem = Text(
        en=f"the formula ${tex[:120]}$ cannot be set: {reason.en}", zh=f"公式 ${tex[:120]}$ 无法排版：{reason.zh}"
    )
    remedy = Text(en="Correct it; students would see its source.", zh="请改正；否则学生看到的是它的源码。")
    yield subject.find("text.formula", Severity.ERROR, one.path, problem, remedy, question=one.question)


def _reason(tex: str) -> Text:
    """Say why a formula is refused, in the words of math-core where it has some."""
    if not is_bounded(tex):
        return Text(en="it is too long, too deep, or defines commands", zh="过长、嵌套过深，或定义了命令")
    from math_core import LatexError, LatexToMathML

    try:
        LatexToMathML(fancy_error=False).convert_with_local_state(tex, displaystyle=False)
    except LatexError as error:
        said = str(error)
        return Text(en=said, zh=said)
    return Text(en="it holds more than maths", zh="其中含有公式以外的内容")


def _of_prose(subject: Subject, one: _Read, prose: str) -> Iterator[Finding]:
    tag = _TAG.search(prose)
    if tag is not None:
        problem = Text(
            en=f"{tag[0][:60]} is shown as it stands: texts hold no HTML",
            zh=f"{tag[0][:60]} 会原样显示：文本中不能用 HTML",
        )
        remedy = Text(en="Write Markdown, or put it into backticks.", zh="请用 Markdown，或用反引号括起来。")
        yield subject.find("text.html", Severity.WARNING, one.path, problem, remedy, question=one.question)


def _idle_dollars(subject: Subject, one: _Read, text: str) -> Finding:
    shown = " ".join(text.split())[:60]
    problem = Text(en=f'"{shown}" has dollar signs that open no formula', zh=f"“{shown}”中有未构成公式的美元符号")
    remedy = Text(
        en="No blank may stand inside next to a $. A dollar itself is written \\$.",
        zh="$ 的内侧不能有空格。美元符号本身请写作 \\$。",
    )
    return subject.find("text.dollar", Severity.WARNING, one.path, problem, remedy, question=one.question)


def _of_link(subject: Subject, one: _Read, written: str, address: str) -> Iterator[Finding]:
    if written.startswith("!"):
        problem = Text(en=f"{written[:80]}: there are no images in a quiz", zh=f"{written[:80]}：测验中没有图片")
        remedy = Text(en="Its description is shown; describe it in words.", zh="只会显示它的描述，请用文字说明。")
        yield subject.find("text.image", Severity.WARNING, one.path, problem, remedy, question=one.question)
    elif not re.match(r"https?://|mailto:", address, re.IGNORECASE):
        problem = Text(
            en=f"{written[:80]} is no link: only http, https and mailto are",
            zh=f"{written[:80]} 不会成为链接：只接受 http、https 和 mailto",
        )
        remedy = Text(en="Write the whole address.", zh="请写完整的网址。")
        yield subject.find("text.link", Severity.ERROR, one.path, problem, remedy, question=one.question)


# --------------------------------------------------------------------------------------------------- given answers


def _given_away(subject: Subject, draws: Draws) -> Iterator[Finding]:
    """Yield hints and texts that hold the answer: in all variants, or in the only one where that is no chance."""
    for whole in draws.placed.asked:
        for where in ("hint", "text"):
            found = _answers_in(draws, whole, where)
            single = len(found) == 1 and draws.seeds == 1 and where == "hint" and len(min(found)) >= _PLAIN_ANSWER
            if not single and len(found) < _GIVEN_ALWAYS:
                continue
            name = Text(en="a hint", zh="提示") if where == "hint" else Text(en="its text", zh="题面")
            shown = min(found)[:60]
            problem = Text(en=f"{name.en} holds the answer, {shown}", zh=f"{name.zh}中就有答案 {shown}")
            remedy = Text(en="Say how to find it instead.", zh="请改为说明如何求得。")
            path = (*whole.path, where)
            yield subject.find("text.gives-answer", Severity.WARNING, path, problem, remedy, question=whole.label)


def _answers_in(draws: Draws, wanted: Placed, where: str) -> set[str]:
    """Return the answers that stand in these texts of their own variants; none if one variant's does not."""
    found: set[str] = set()
    for seed, variant in draws.variants.items():
        for placed, drawn in drawn_of(draws.placed, variant, seed):
            if placed != wanted:
                continue
            every = (*variant.key.hints, *(hint for _, key in halves_of(variant) for hint in key.hints))
            texts = every if where == "hint" else (drawn.public.text,)
            answer = _answer(drawn)
            if not answer or not any(_holds(text.en, answer) for text in texts):
                return set()
            found.add(answer)
    return found


def _answer(drawn: SeedDraw) -> str:
    """Return the answer as it might stand in a text; "" of what has none."""
    answer = drawn.key.answer
    if isinstance(answer, TypedKey):
        reading = read_own(drawn.public, answer.answer)
        if isinstance(reading, Reading) and isinstance(reading.value, Fraction):
            return plain(reading.value)  # of arithmetic, what it comes to
        return _spaceless(answer.answer)
    if isinstance(answer, ChoiceKey) and drawn.public.type is QuestionType.CHOICE:
        (right,) = (option.id for option in answer.options if option.right)
        shown = next(option for option in options_of(drawn.public) if option.id == right)
        text = _spaceless(shown.code or (shown.text.en if shown.text else ""))
        return text if len(text) >= _SPELLED_ANSWER else ""
    return ""


def _holds(text: str, answer: str) -> bool:
    """Whether a text holds an answer as a whole word; blanks and backticks do not count."""
    if answer not in _spaceless(text):
        return False
    spelled = r"[\s`]*".join(map(re.escape, answer))
    return re.search(rf"(?<![\w.]){spelled}(?!\w|\.\d)", text) is not None


def _spaceless(text: str) -> str:
    return "".join(text.replace("`", " ").split())
