"""Moodle XML as Moodle writes it is read; what cannot be kept is named, and what is hostile does nothing."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from exchange_bank import QUIZZES, booklet

from grader.errors import UsageError
from grader.quiz.exchange.cloze import blanks_in
from grader.quiz.exchange.formats import FORMATS, MAX_BYTES, FormatName, Imported
from grader.quiz.exchange.html_text import block_html, prose_of
from grader.quiz.exchange.html_tree import MAX_CHARACTERS
from grader.quiz.exchange.moodle import fit, read, recognises, write
from grader.quiz.exchange.quiz_file import quiz_yaml
from grader.quiz.exchange.sheet import Booklet, Choices, Match, Order, Parts, Sheet, Typed
from grader.quiz.model import Partial, Precision, QuestionType
from grader.quiz.reading import quiz_of
from grader.records import Language

SAMPLE = Path(__file__).parent / "exchange_moodle.xml"


def quiz(*questions: str) -> bytes:
    return ("<?xml version='1.0' encoding='UTF-8'?><quiz>" + "".join(questions) + "</quiz>").encode()


def question(kind: str, inner: str, *, name: str = "Name", text: str = "Text?") -> str:
    return (
        f'<question type="{kind}"><name><text>{name}</text></name>'
        f'<questiontext format="html"><text>{text}</text></questiontext>{inner}</question>'
    )


RIGHT = '<answer fraction="100" format="html"><text>yes</text></answer>'
WRONG = '<answer fraction="0" format="html"><text>no</text></answer>'


def taken(content: bytes) -> Imported:
    return read(content, origin="file.xml", language=Language.EN)


def one(content: bytes) -> Sheet:
    imported = taken(content)
    assert len(imported.booklet.sheets) == 1, imported.notes
    return imported.booklet.sheets[0]


# ------------------------------------------------------------------------------------------- what Moodle writes


def test_an_export_of_moodle_becomes_a_quiz(tmp_path: Path) -> None:
    imported = taken(SAMPLE.read_bytes())
    assert imported.booklet.title == "Default for DL/2026"
    kinds = {sheet.id: sheet.type.value for sheet in imported.booklet.sheets}
    assert kinds == {
        "relu-friends": "choice", "tf": "choice", "several": "multi", "pi": "number", "question-5": "shape",
        "gaps": "multi-part",
    }  # fmt: skip
    assert {note.question for note in imported.notes if note.skipped} == {"capital", "Discuss", "calc"}
    written = quiz_yaml(imported.booklet, tmp_path / "quiz08_sample", "quiz08")
    assert written.questions == 6
    assert written.notes == ()


def test_what_is_not_kept_of_a_question_is_said() -> None:
    said: dict[str, list[str]] = {}
    for note in taken(SAMPLE.read_bytes()).notes:
        said.setdefault(note.question, []).append(note.text.en)
    assert any("<script>, <img>" in text for text in said["ReLU & friends"])
    assert any("pictures and files" in text for text in said["ReLU & friends"])
    assert len(said["Pi"]) == 3  # a unit, an answer for half of the points, a wildcard


def test_feedback_hints_points_and_topics_are_kept() -> None:
    sheet = taken(SAMPLE.read_bytes()).booklet.sheets[0]
    assert (sheet.points, sheet.topics, sheet.explanation) == (2, ("activation-functions",), r"It is $\max(0, x)$.")
    assert sheet.text.startswith("What is **ReLU**($-1$)?")
    assert isinstance(sheet.content, Choices)
    assert [option.right for option in sheet.content.options] == [True, False]
    assert sheet.content.options[1].remark.say == "Look"


def test_a_tolerance_is_absolute() -> None:
    pi = next(sheet for sheet in taken(SAMPLE.read_bytes()).booklet.sheets if sheet.id == "pi")
    assert isinstance(pi.content, Typed)
    assert (pi.content.answer, pi.content.precision, pi.content.unit) == ("3.14", Precision(absolute="0.005"), "m")


def test_blanks_of_a_text_become_parts() -> None:
    gaps = next(sheet for sheet in taken(SAMPLE.read_bytes()).booklet.sheets if sheet.id == "gaps")
    assert isinstance(gaps.content, Parts)
    assert [(part.type.value, part.points) for part in gaps.content.parts] == [
        ("shape", 1),
        ("number", 2),
        ("choice", 1),
    ]


def test_of_several_languages_the_one_that_is_asked_for_is_taken() -> None:
    text = '<![CDATA[<span lang="en" class="multilang">Shape?</span><span lang="zh" class="multilang">形状？</span>]]>'
    content = quiz(question("multichoice", RIGHT + WRONG, text=text))
    texts = [read(content, origin="f", language=language).booklet.sheets[0].text for language in Language]
    assert texts == ["Shape?", "形状？"]


@pytest.mark.parametrize("graded", ["ALL_OR_NOTHING", "LONGEST_ORDERED_SUBSET", "RELATIVE_TO_CORRECT"])
def test_an_order_is_read_with_how_it_is_graded(graded: str) -> None:
    imported = taken(quiz(question("ordering", f"<gradingtype>{graded}</gradingtype>{RIGHT}{WRONG}")))
    (sheet,) = imported.booklet.sheets
    assert isinstance(sheet.content, Order)
    assert [item.after for item in sheet.content.items] == [(), (0,)]
    assert sheet.partial is (Partial.NONE if graded == "ALL_OR_NOTHING" else Partial.LCS)
    assert bool(imported.notes) is (graded == "RELATIVE_TO_CORRECT")


def test_an_option_that_no_row_needs_stays_an_option() -> None:
    pairs = "".join(
        f'<subquestion format="html"><text>{row}</text><answer><text>{option}</text></answer></subquestion>'
        for row, option in (("cat", "meow"), ("dog", "woof"), ("", "moo"))
    )
    sheet = one(quiz(question("matching", pairs)))
    assert isinstance(sheet.content, Match)
    assert [option.text for option in sheet.content.options] == ["meow", "woof", "moo"]
    assert len(sheet.content.rows) == 2


# ---------------------------------------------------------------------------------------------- what we write


@pytest.mark.parametrize("name", QUIZZES)
def test_what_is_written_is_what_moodle_looks_for(name: str) -> None:
    root = ElementTree.fromstring(write(fit(booklet(name, Language.ZH, 1))))
    known = {"category", "multichoice", "numerical", "shortanswer", "matching", "ordering", "cloze"}
    for element in root:
        assert element.tag == "question"
        assert element.get("type") in known
        if element.get("type") == "category":
            assert (element.findtext("category/text") or "").startswith("$course$/top/")
            continue
        assert element.findtext("name/text")
        assert element.findtext("questiontext/text")
        if element.get("type") in ("multichoice", "numerical", "shortanswer"):
            shares = [float(answer.get("fraction", "")) for answer in element.findall("answer")]
            several = element.findtext("single") == "false"
            assert sum(share for share in shares if share > 0) == pytest.approx(100) if several else 100 in shares
        if element.get("type") == "cloze":
            assert blanks_in(element.findtext("questiontext/text") or "")


def test_ticks_are_worth_what_the_marker_gives_for_them() -> None:
    options = "".join(
        f"<answer fraction='{share}' format='html'><text>{share}</text></answer>"
        for share in (33.33333, 33.33333, 33.33333, -50, -50)
    )
    content = quiz(question("multichoice", f"<single>false</single>{options}"))
    written = ElementTree.fromstring(write(fit(taken(content).booklet)))
    shares = [answer.get("fraction") for answer in written.findall("question[@type='multichoice']/answer")]
    assert shares == ["33.33333"] * 3 + ["-50"] * 2


def test_an_asterisk_in_an_answer_is_no_wildcard() -> None:
    sheet = Sheet(id="q", type=QuestionType.CODE_OUTPUT, text="?", code="f()", content=Typed(answer="a*b"))
    content = write(fit(Booklet(id="quiz01", title="T", language=Language.EN, items=(sheet,))))
    assert ElementTree.fromstring(content).findtext("question/answer/text") == "a\\*b"
    assert isinstance(taken(content).booklet.sheets[0].content, Typed)


@pytest.mark.parametrize(
    ("answer", "precision", "written"),
    [
        ("1.23499", Precision(sig_figs=3), ("1.23", "0.005")),
        ("-0.000123456", Precision(sig_figs=2), ("-0.00012", "0.000005")),
        ("2000", Precision(relative="0.01"), ("2000", "20")),
        ("1/4", None, ("0.25", "0")),
        ("0", Precision(absolute="1e-6"), ("0", "0.000001")),
    ],
)
def test_every_precision_becomes_an_absolute_tolerance(
    answer: str, precision: Precision | None, written: tuple[str, str]
) -> None:
    sheet = Sheet(id="q", type=QuestionType.NUMBER, text="?", content=Typed(answer=answer, precision=precision))
    root = ElementTree.fromstring(write(fit(Booklet(id="quiz01", title="T", language=Language.EN, items=(sheet,)))))
    assert (root.findtext("question/answer/text"), root.findtext("question/answer/tolerance")) == written


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("inf", "no-finite-number"), ("1/3", "endless"), ("1e-20", "tiny"), ("nan", "no-finite-number")],
)
def test_a_number_that_moodle_cannot_compare_is_a_loss(answer: str, kind: str) -> None:
    sheet = Sheet(id="q", type=QuestionType.NUMBER, text="?", content=Typed(answer=answer))
    fitted = fit(Booklet(id="quiz01", title="T", language=Language.EN, items=(sheet,)))
    assert [change.kind for change in fitted.lost] == [kind]


def test_a_tolerance_beyond_those_of_a_quiz_becomes_a_share_of_the_answer(tmp_path: Path) -> None:
    answer = '<answer fraction="100"><text>1.13e15</text><tolerance>5e12</tolerance></answer>'
    written = quiz_yaml(taken(quiz(question("numerical", answer))).booklet, tmp_path / "quiz09_x", "quiz09")
    read_back = quiz_of(tmp_path / "quiz09_x", written.content, None).questions[0]
    assert read_back.precision is not None
    assert read_back.precision.absolute is None
    assert float(read_back.precision.relative or 0) == pytest.approx(5e12 / 1.13e15)


# ---------------------------------------------------------------------------------------------------- hostile

BOMB = '<!DOCTYPE q [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
REFUSED = {
    "an entity bomb": (BOMB + "]><quiz>&i;</quiz>").encode(),
    "an external entity": b'<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
    "an external document type": b'<!DOCTYPE quiz SYSTEM "http://evil.example/x.dtd"><quiz/>',
    "parameter entities": b'<!DOCTYPE q [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><quiz/>',
    "deep nesting": b"<quiz>" + b"<a>" * 100_000,
    "nothing": b"",
    "no XML": b"::a:: b {=c}",
    "another XML": b"<html></html>",
    "half a file": b"<quiz><question>",
    "null bytes": b"<quiz>\0</quiz>",
    "an unknown encoding": b"<?xml version='1.0' encoding='rot13'?><quiz/>",
    "a wrong encoding": "<?xml version='1.0' encoding='UTF-8'?><quiz>é</quiz>".encode("latin-1"),
    "too large": b" " * (MAX_BYTES + 1),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_hostile_file_is_refused(what: str) -> None:
    with pytest.raises(UsageError, match=r"file\.xml"):
        taken(REFUSED[what])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_with_a_byte_order_mark_is_read(encoding: str) -> None:
    plain = quiz(question("multichoice", RIGHT + WRONG, text="形状？")).decode()
    declared = plain.replace("UTF-8", "UTF-16" if encoding == "utf-16" else "UTF-8")
    assert one(declared.encode(encoding)).text == "形状？"


SCRIPTS = (
    "&lt;script&gt;alert(1)&lt;/script&gt;", '&lt;img src=x onerror="alert(1)"&gt;', "&lt;svg onload=alert(1)&gt;",
    '&lt;a href="javascript:alert(1)"&gt;x&lt;/a&gt;', '&lt;a href=" jav&amp;#x09;ascript:alert(1)"&gt;x&lt;/a&gt;',
    '&lt;iframe srcdoc="x"&gt;', r"\(\href{javascript:alert(1)}{x}\)", r"\(\text{&lt;img src=x onerror=alert(1)&gt;}\)",
    "[x](javascript:alert(1))", "&lt;p style='background:url(javascript:alert(1))'&gt;x", "&amp;lt;script&amp;gt;",
    "&lt;object data='data:text/html,x'&gt;", "&lt;math&gt;&lt;mtext&gt;&lt;script&gt;1&lt;/script&gt;",
    "`&lt;script&gt;`",
)  # fmt: skip


@pytest.mark.parametrize("attack", SCRIPTS)
def test_nothing_that_runs_comes_through(attack: str, tmp_path: Path) -> None:
    answers = RIGHT.replace("yes", f"{attack} yes") + WRONG
    imported = taken(quiz(question("multichoice", answers, text=f"{attack} Text?", name=attack)))
    written = quiz_yaml(imported.booklet, tmp_path / "quiz09_hostile", "quiz09")
    assert written.questions == 1
    read_back = quiz_of(tmp_path / "quiz09_hostile", written.content, None).questions[0]
    for text in (read_back.text.en, read_back.options[0].text.en):  # type: ignore[union-attr]
        shown = str(block_html(text)).lower()
        for sign in ("<script", "<img", "<svg", "<iframe", "<object", 'href="javascript', "<math", "<p style"):
            assert sign not in shown, shown
        assert "href" not in ElementTree.tostring(
            ElementTree.fromstring(f"<p>{_closed(shown)}</p>"), "unicode"
        ).replace("\\href", "")


def _closed(page: str) -> str:
    return page.replace("<br>", "<br/>")


@pytest.mark.parametrize(
    "piece", ["<a ", "<a b='", "<!--", "</", "<!", "&#", "\\\\(", "$$", "<sub>", "<td>", "<div>", "*_"]
)
def test_a_text_of_one_sign_over_and_over_is_read_to_its_end(piece: str) -> None:
    assert isinstance(prose_of(piece * (MAX_CHARACTERS // len(piece))).markdown, str)


def test_braces_of_a_stranger_are_no_parameters(tmp_path: Path) -> None:
    imported = taken(
        quiz(question("multichoice", RIGHT.replace("yes", "{{answer}}") + WRONG, text="{{ x }} and {{y:d}}"))
    )
    written = quiz_yaml(imported.booklet, tmp_path / "quiz09_x", "quiz09")
    assert written.questions == 1
    assert r"\{{answer}}" in written.content.decode()


def test_ids_are_made_of_names_and_are_unique() -> None:
    names = ("A b", "a B", "数", "数", "../../etc/passwd", "\u202egnp.exe", "x" * 500, "&lt;b&gt;", "7th")
    imported = taken(quiz(*(question("multichoice", RIGHT + WRONG, name=name) for name in names)))
    ids = [sheet.id for sheet in imported.booklet.sheets]
    assert len(set(ids)) == len(names)
    assert ids[:2] == ["a-b", "a-b-2"]
    assert all(identifier.replace("-", "").isalnum() and identifier[0].isalpha() for identifier in ids)
    assert max(map(len, ids)) <= 60


def test_a_file_is_recognised_by_what_is_in_it() -> None:
    assert recognises(SAMPLE.read_bytes())
    assert not recognises(b"::a:: b {=c}")
    assert FORMATS[FormatName.GIFT].codec.recognises(b"// x\n::a:: b {=c}")
    assert not FORMATS[FormatName.GIFT].codec.recognises(SAMPLE.read_bytes())
