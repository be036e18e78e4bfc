"""GIFT is read by its own grammar; what is said of a question names its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.quiz.exchange.formats import MAX_BYTES, Imported
from grader.quiz.exchange.gift import read
from grader.quiz.exchange.leaf import Choices, Leaf, Match, Typed
from grader.quiz.exchange.quiz_file import quiz_yaml
from grader.quiz.model import Precision, QuestionType
from grader.records import Language


def taken(text: str | bytes) -> Imported:
    content = text if isinstance(text, bytes) else text.encode()
    return read(content, origin="file.gift", language=Language.EN)


def one(text: str) -> Leaf:
    imported = taken(text)
    assert len(imported.booklet.leaves) == 1, imported.notes
    return imported.booklet.leaves[0]


def test_one_option_is_right() -> None:
    leaf = one("::Q1:: What is 1+1? {=2#Right! ~1#No ~3 ####General \\{braces\\}}")
    assert (leaf.id, leaf.type, leaf.text, leaf.explanation) == ("q1", "choice", "What is 1+1?", "General {braces}")
    assert isinstance(leaf.content, Choices)
    assert [(o.text, o.right, o.remark.say) for o in leaf.content.options] == [
        ("2", True, "Right!"), ("1", False, "No"), ("3", False, ""),
    ]  # fmt: skip


def test_several_options_are_right() -> None:
    leaf = one("[markdown]Which are *even*? {\n~%50%2\n~%50%4\n\n~%-100%3 # odd\n}")
    assert leaf.type is QuestionType.MULTI
    assert leaf.text == "Which are *even*?"
    assert isinstance(leaf.content, Choices)
    assert [option.right for option in leaf.content.options] == [True, True, False]


@pytest.mark.parametrize(("word", "right"), [("T", 0), ("TRUE", 0), ("F", 1), ("false", 1)])
def test_true_or_false_is_a_choice_with_the_feedback_of_either(word: str, right: int) -> None:
    leaf = one(f"Grant was buried. {{{word}#You were wrong.#You were right.}}")
    assert isinstance(leaf.content, Choices)
    assert [option.right for option in leaf.content.options] == [right == 0, right == 1]
    assert leaf.content.options[right].remark.say == "You were right."
    assert leaf.content.options[1 - right].remark.say == "You were wrong."


@pytest.mark.parametrize(
    ("source", "answer", "tolerance"),
    [
        ("#3.14159:0.0005", "3.14159", "0.0005"),
        ("#1..5", "3", "2"),
        ("#-1.5..-0.5#low", "-1", "0.5"),
        ("#1822", "1822", None),
        ("#\n=1822:0#ok\n=%0%1820:2#no", "1822", None),
        ("#=7.5:0.25", "7.5", "0.25"),
    ],
)
def test_a_number_has_a_tolerance_or_a_range(source: str, answer: str, tolerance: str | None) -> None:
    content = one(f"How many? {{{source}}}").content
    assert isinstance(content, Typed)
    assert content.answer == answer
    assert content.precision == (Precision(absolute=tolerance) if tolerance else None)


def test_pairs_are_matched() -> None:
    content = one("Match { =cat -> meow =dog -> woof = -> moo }").content
    assert isinstance(content, Match)
    assert [(row.text, content.options[row.option].text) for row in content.rows] == [("cat", "meow"), ("dog", "woof")]
    assert [option.text for option in content.options] == ["meow", "woof", "moo"]


def test_spellings_of_one_shape_are_one_answer() -> None:
    content = one("Shape? {=(3, 2) =[3,2] =3x2 =%0%(2, 3)#Not transposed.}").content
    assert isinstance(content, Typed)
    assert (content.answer, content.also) == ("(3, 2)", ())
    assert [(known.value, known.remark.say) for known in content.wrong] == [("(2, 3)", "Not transposed.")]


def test_escaped_signs_are_what_they_show() -> None:
    leaf = one("::a\\:b:: 1 \\= 1 \\~ \\# \\{x\\} \\\\ \\: {=yes ~a\\=b\\nc}")
    assert leaf.id == "a-b"
    assert isinstance(leaf.content, Choices)
    assert leaf.text == "1 = 1 ~ # {x} \\\\ :"
    assert leaf.content.options[1].text == "a=b\\\nc"


def test_a_gap_is_left_where_the_answer_stood() -> None:
    assert one("// x\nTwo plus {~five =two} equals four.").text == "Two plus …… equals four."


def test_a_category_is_the_title_and_tags_are_topics() -> None:
    booklet = taken("$CATEGORY: $course$/top/Ch//1\n\n// [tag:Sums] [id:x]\nWhat? {=a ~b}").booklet
    assert booklet.title == "Ch/1"
    assert booklet.topics == {"sums": "Sums"}
    assert booklet.leaves[0].topics == ("sums",)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("What? {}", "essay"),
        ("just words", "text without a question"),
        ("a {b {=c ~d}", "do not match"),
        ("a {=c ~d", "do not match"),
        ("a {hm}", "no answer begins with"),
        ("a {~b ~c}", "no option is right"),
        ("a {=b =c -> d}", "a pair is written"),
        ("a {=Paris}", "free answer in words"),
        ("a {#=x}", "no answer of it is right"),
    ],
)
def test_what_cannot_be_held_is_left_out_and_its_line_is_named(source: str, why: str) -> None:
    imported = taken(f"good {{=a ~b}}\n\n// c\n{source}\n\ngood {{=a ~b}}")
    (note,) = [note for note in imported.notes if note.skipped]
    assert note.question == "line 4"
    assert why in note.text.en
    assert len(imported.booklet.leaves) == 2


def notes_of(text: str, folder: Path) -> list[tuple[str, str, bool]]:
    imported = taken(text)
    written = quiz_yaml(imported.booklet, folder / "quiz09_x", "quiz09")
    return [(note.question, note.text.en, note.skipped) for note in (*imported.notes, *written.notes)]


@pytest.mark.parametrize("source", ["#5:1e400", "#-1e400..1e401", "#=0:1e13"])
def test_a_tolerance_that_no_quiz_can_hold_leaves_out_its_question_alone(source: str, tmp_path: Path) -> None:
    ((name, said, skipped),) = notes_of(f"::a:: x {{{source}}}\n\n::b:: x {{#1}}", tmp_path)
    assert (name, skipped) == ("a", True)
    assert "left out: a tolerance of" in said


@pytest.mark.parametrize(
    ("source", "said"), [("#5:nan", "is no number"), ("#6:-1", "is below 0"), ("#6:1e-400", "too small")]
)
def test_a_tolerance_that_comes_otherwise_is_said(source: str, said: str, tmp_path: Path) -> None:
    ((_, text, skipped),) = notes_of(f"::a:: x {{{source}}}", tmp_path)
    assert (said in text, skipped) == (True, False)


def test_a_character_of_private_use_is_no_sign() -> None:
    """Escaped signs are kept as such characters while a file is read; one in the file could stand for any of them."""
    for code in (*range(0xE000, 0xE010), 0xF8FF):
        assert one(f"Is {chr(code)} it? {{=yes ~no}}").text == "Is \ufffd it?"


REFUSED = {
    "Latin-1": "x\ncafé {=a ~b}".encode("latin-1"),
    "half of UTF-16": "x".encode("utf-16") + b"\0",
    "null bytes": b"a {=b\0}",
    "too large": b" " * (MAX_BYTES + 1),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_hostile_file_is_refused(what: str) -> None:
    with pytest.raises(UsageError, match=r"file\.gift"):
        taken(REFUSED[what])


def test_the_line_of_a_wrong_letter_is_named() -> None:
    with pytest.raises(UsageError, match="line 2"):
        taken(REFUSED["Latin-1"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_letters_are_read_in_their_encoding(encoding: str) -> None:
    assert taken("形状？ {=对 ~错}".encode(encoding)).booklet.leaves[0].text == "形状？"


def test_many_braces_and_signs_take_no_time() -> None:
    for text in ("{" * 100_000, "=" * 100_000, "a {" + "~" * 100_000 + "}", "\\" * 100_000, "::" * 50_000):
        assert taken(text).booklet.leaves == ()
