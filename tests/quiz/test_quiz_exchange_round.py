"""A quiz that goes out and comes back is the same, but for exactly what was announced; and it is a quiz again."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from exchange_bank import QUIZZES, booklet, shown
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.quiz.drawing import Drawing, draw
from grader.quiz.exchange.booklets import labelled
from grader.quiz.exchange.formats import FORMATS, FormatName
from grader.quiz.exchange.html_text import block_html, prose_of
from grader.quiz.exchange.html_tree import parsed_html
from grader.quiz.exchange.leaf import Booklet, Choices, Leaf, Match, Order, Parts, Typed
from grader.quiz.exchange.losses import Weight
from grader.quiz.exchange.quiz_file import quiz_yaml
from grader.quiz.generators import Generators
from grader.quiz.marking.algebra import Algebra
from grader.quiz.marking.mark import ALL, Mark
from grader.quiz.marking.marker import Marker
from grader.quiz.model import ChoiceKey, MatchKey, OrderKey, QuestionType, TypedKey, Variant
from grader.quiz.reading import quiz_of
from grader.quiz.seeds import Seeds
from grader.records import Language

TEXT_FORMATS = (FormatName.MOODLE, FormatName.GIFT)
# What an announced change of this kind may change of a leaf; a change of a field without its announcement is a fault.
TOUCHES = {
    "asked": {"text", "content"}, "tolerance": {"content"}, "spelled": set(), "wrong-lines": {"content"},
    "points": {"points"}, "attempts": {"attempts"}, "rules": {"points", "attempts", "penalty"}, "hints": {"hints"},
    "part-hints": {"content"}, "table-feedback": {"content"}, "all-or-nothing": {"partial"},
    "row-feedback": {"content"}, "lcs": {"partial"}, "order-feedback": {"content"}, "several-orders": {"content"},
    "last": {"content"}, "shuffle": {"content"}, "case": set(), "tiny": set(), "cell-tolerance": {"content"},
    "maths-in-options": {"content"}, "endless": {"content"}, "wrong-no-number": {"content"}, "also": {"content"},
}  # fmt: skip
# What a format writes otherwise without a word, as nothing is lost: numbers in decimal, match options by their rows.
SILENT = {"content"}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", QUIZZES)
@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_a_quiz_comes_back_as_the_format_said_it_would(form: FormatName, name: str, language: Language) -> None:
    codec = FORMATS[form].codec
    fitted = codec.fit(booklet(name, language, 2 if language is Language.EN else 1))
    back = codec.read(codec.write(fitted), origin="file", language=language)
    assert shown(back.booklet) == shown(fitted.booklet)
    assert back.notes == ()


@pytest.mark.parametrize("name", QUIZZES)
@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_nothing_is_lost_that_was_not_announced(form: FormatName, name: str) -> None:
    whole = booklet(name, Language.EN, 1)
    fitted = FORMATS[form].codec.fit(whole)
    after = {leaf.id: leaf for leaf in fitted.booklet.leaves}
    for leaf in whole.leaves:
        kinds = {change.kind for change in fitted.changes if change.question == leaf.id}
        if leaf.id not in after:
            lost = {c.kind for c in fitted.lost if c.question == leaf.id}
            assert lost & {"formula", "no-such-type", "arrow", "parts", "lines", "no-finite-number"}
            continue
        changed = {
            field for field in Leaf.__dataclass_fields__ if getattr(leaf, field) != getattr(after[leaf.id], field)
        }
        assert changed <= SILENT.union(*(TOUCHES[kind] for kind in kinds)), (leaf.id, changed, kinds)


@pytest.mark.parametrize("name", QUIZZES)
@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_the_feedback_of_every_wrong_answer_comes_back(form: FormatName, name: str) -> None:
    whole = booklet(name, Language.ZH, 1)
    codec = FORMATS[form].codec
    back = codec.read(codec.write(codec.fit(whole)), origin="file", language=Language.ZH).booklet
    said = {leaf.id: remarks(leaf) for leaf in back.leaves}
    for leaf in whole.leaves:
        if leaf.id in said and not isinstance(leaf.content, Match | Order) and leaf.type != "matrix":
            assert said[leaf.id] == remarks(leaf)


def remarks(leaf: Leaf) -> set[tuple[str, str]]:
    """Return the misconceptions of a leaf with what is said of them, as HTML."""
    found: set[tuple[str, str]] = set()
    for _, one in labelled([leaf]):
        content = one.content
        own = ()
        if isinstance(content, Choices):
            own = tuple(option.remark for option in content.options)
        elif isinstance(content, Typed):
            own = tuple(known.remark for known in content.wrong)
        found |= {(remark.because, str(block_html(remark.say))) for remark in own}
    return found


# ------------------------------------------------------------------------------------------------ back to a quiz


def variants_of(content: bytes, folder: Path) -> list[Variant]:
    quiz = quiz_of(folder, content, None)
    seeds = Seeds(key=b"test", version=quiz.version, student="s", attempt=1)
    with Generators(quiz) as generators:
        drawing = Drawing(quiz=quiz, seeds=seeds, generators=generators)
        return [draw(drawing, question) for question in quiz.questions]


def right_answer(variant: Variant) -> object:
    answer = variant.key.answer
    if isinstance(answer, ChoiceKey):
        right = [option.id for option in answer.options if option.right]
        return right[0] if variant.key.type == "choice" else right
    if isinstance(answer, OrderKey):
        done: list[str] = []
        while len(done) < len(answer.items):
            done.append(next(i.id for i in answer.items if i.id not in done and set(i.after) <= set(done)))
        return done
    if isinstance(answer, MatchKey):
        return {pair.row: pair.option for pair in answer.pairs}
    if isinstance(answer, TypedKey):
        return answer.answer
    halves = zip(variant.public.body.parts, answer.parts, strict=True)  # type: ignore[union-attr]
    return {part.part: right_answer(Variant(public=part, key=key)) for part, key in halves}


@pytest.mark.parametrize("name", QUIZZES)
def test_what_comes_back_from_moodle_is_a_quiz_whose_answers_are_right(name: str, tmp_path: Path) -> None:
    codec = FORMATS[FormatName.MOODLE].codec
    fitted = codec.fit(booklet(name, Language.EN, 1))
    back = codec.read(codec.write(fitted), origin="file", language=Language.EN)
    written = quiz_yaml(back.booklet, tmp_path / name, name[:6])
    assert written.notes == ()
    variants = variants_of(written.content, tmp_path / name)
    assert len(variants) == len(fitted.booklet.leaves)
    with Algebra() as algebra:
        marker = Marker(algebra)
        for variant in variants:
            mark = marker.mark(variant.public, variant.key, right_answer(variant))  # type: ignore[arg-type]
            assert isinstance(mark, Mark)
            assert mark.share == ALL, variant.public.id


def test_a_quiz_needs_no_loss_where_the_format_has_it_all(tmp_path: Path) -> None:
    content = (
        b"dlgrade: quiz/1\nid: quiz07\ntitle: T\nquestions:\n"
        b"  - {id: a, type: choice, text: Which?, choices: [{text: x, correct: true}, {text: y, say: No.}]}\n"
        b"  - {id: b, type: number, text: How many?, answer: '7', accept: {abs: 0.5}}\n"
    )
    quiz = quiz_of(tmp_path / "quiz07_t", content, None)
    from grader.quiz.exchange.booklets import Frozen, booklet_of

    with Generators(quiz) as generators:
        whole = booklet_of(quiz, generators, Frozen(language=Language.EN, variants=3))
    for form in TEXT_FORMATS:
        fitted = FORMATS[form].codec.fit(whole)
        assert [change for change in fitted.changes if change.weight is not Weight.SETTING] == []
        assert shown(fitted.booklet) == shown(whole)


def test_the_same_quiz_is_the_same_file() -> None:
    whole = booklet(QUIZZES[0], Language.EN)
    for form in TEXT_FORMATS:
        codec = FORMATS[form].codec
        assert codec.write(codec.fit(whole)) == codec.write(codec.fit(whole))


def test_variants_of_one_question_differ() -> None:
    for name in QUIZZES:
        seen = [shown((leaf.text, leaf.code)) for leaf in booklet(name, Language.EN).leaves]
        contents = [str(leaf.content) for leaf in booklet(name, Language.EN).leaves]
        assert len(set(zip(map(str, seen), contents, strict=True))) == len(seen)


# ---------------------------------------------------------------------------------------------------------- texts

MARKDOWN = st.text(alphabet="ab1 *_`[](){}<>&$\\#-+.!|~^:=/\n\t\"'你", max_size=60)


@settings(max_examples=300, deadline=None)
@given(MARKDOWN)
def test_a_text_reads_the_same_after_a_way_there_and_back(text: str) -> None:
    there = block_html(text)
    back = prose_of(str(there))
    assert _said(str(block_html(back.markdown, back.code))) == _said(str(there))


def _said(page: str) -> str:
    """Return all that a page says, formulas as TeX; where a word is stressed, Markdown cannot always tell."""
    return "".join(parsed_html(page).text().split())


@settings(max_examples=100, deadline=None)
@given(answer=st.text(alphabet="ab5~=#{}:\\/%*<>&;.->\"'[]() 你", min_size=1, max_size=20).filter(lambda t: t.strip()))
def test_any_sign_can_stand_in_an_answer(answer: str) -> None:
    leaf = Leaf(
        id="q",
        type=QuestionType.CODE_OUTPUT,
        text="What?",
        code="f()",
        content=Typed(answer=answer.strip()),
    )
    for form in TEXT_FORMATS:
        codec = FORMATS[form].codec
        fitted = codec.fit(Booklet(id="quiz01", title="T", language=Language.EN, items=(leaf,)))
        if fitted.booklet.items:
            back = codec.read(codec.write(fitted), origin="file", language=Language.EN).booklet
            assert back.leaves[0].content == leaf.content


# ------------------------------------------------------------------------------------------ read by somebody else

READER = """
const {parse} = require('gift-pegjs');
const questions = parse(require('fs').readFileSync(0, 'utf8')).filter(q => q.type !== 'Category');
console.log(JSON.stringify(questions));
"""


def test_another_reader_of_gift_finds_the_same_questions_and_answers() -> None:
    node = shutil.which("node")
    if (
        node is None
        or subprocess.run([node, "-e", "require('gift-pegjs')"], capture_output=True, check=False).returncode
    ):
        pytest.skip("needs node and its package gift-pegjs, found by NODE_PATH")
    codec = FORMATS[FormatName.GIFT].codec
    for name in QUIZZES:
        fitted = codec.fit(booklet(name, Language.ZH, 1))
        ran = subprocess.run([node, "-e", READER], input=codec.write(fitted), capture_output=True, check=True)
        found = json.loads(ran.stdout)
        assert [one["title"] for one in found] == [leaf.id for leaf in fitted.booklet.leaves]
        for leaf, one in zip(fitted.booklet.leaves, found, strict=True):
            same_answers(leaf, one)


def same_answers(leaf: Leaf, one: dict) -> None:
    content = leaf.content
    if isinstance(content, Choices):
        assert one["type"] == "MC"
        right = [choice["isCorrect"] or (choice["weight"] or 0) > 0 for choice in one["choices"]]
        assert right == [option.right for option in content.options]
        said = [choice["feedback"]["text"] if choice["feedback"] else "" for choice in one["choices"]]
        assert [bool(text) for text in said] == [bool(option.remark.say) for option in content.options]
    elif isinstance(content, Match):
        assert one["type"] == "Matching"
        assert len([pair for pair in one["matchPairs"] if pair["subquestion"]["text"]]) == len(content.rows)
    elif leaf.type == "number":
        assert one["type"] == "Numerical"
        values = [(choice["weight"], choice["text"]["number"]) for choice in one["choices"]]
        assert values[0][1] == float(content.answer)  # type: ignore[union-attr]
        assert len(values) == 1 + len(content.also) + len(content.wrong)  # type: ignore[union-attr]
    else:
        assert one["type"] == "Short"
        assert one["choices"][0]["text"]["text"] == content.answer  # type: ignore[union-attr]
    assert not isinstance(content, Parts)
