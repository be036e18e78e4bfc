"""Moodle XML as Moodle writes it is read; what cannot be kept is named, and what is hostile does nothing."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from exchange_bank import QUIZZES, booklet

from grader.errors import UsageError
from grader.quiz.exchange import safe_xml
from grader.quiz.exchange.cloze import blanks_in
from grader.quiz.exchange.formats import FORMATS, MAX_BYTES, FormatName, Imported
from grader.quiz.exchange.html_text import block_html, prose_of
from grader.quiz.exchange.html_tree import MAX_CHARACTERS
from grader.quiz.exchange.leaf import Booklet, Choices, Leaf, Match, Order, Parts, Typed
from grader.quiz.exchange.moodle import fit, read, recognises, write
from grader.quiz.exchange.quiz_file import quiz_yaml
from grader.quiz.exchange.safe_xml import MAX_DEPTH, parsed_xml
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


def one(content: bytes) -> Leaf:
    imported = taken(content)
    assert len(imported.booklet.leaves) == 1, imported.notes
    return imported.booklet.leaves[0]


# ------------------------------------------------------------------------------------------- what Moodle writes


def test_an_export_of_moodle_becomes_a_quiz(tmp_path: Path) -> None:
    imported = taken(SAMPLE.read_bytes())
    assert imported.booklet.title == "Default for DL/2026"
    kinds = {leaf.id: leaf.type.value for leaf in imported.booklet.leaves}
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
    leaf = taken(SAMPLE.read_bytes()).booklet.leaves[0]
    assert (leaf.points, leaf.topics, leaf.explanation) == (2, ("activation-functions",), r"It is $\max(0, x)$.")
    assert leaf.text.startswith("What is **ReLU**($-1$)?")
    assert isinstance(leaf.content, Choices)
    assert [option.right for option in leaf.content.options] == [True, False]
    assert leaf.content.options[1].remark.say == "Look"


def test_a_tolerance_is_absolute() -> None:
    pi = next(leaf for leaf in taken(SAMPLE.read_bytes()).booklet.leaves if leaf.id == "pi")
    assert isinstance(pi.content, Typed)
    assert (pi.content.answer, pi.content.precision, pi.content.unit) == ("3.14", Precision(absolute="0.005"), "m")


def test_blanks_of_a_text_become_parts() -> None:
    gaps = next(leaf for leaf in taken(SAMPLE.read_bytes()).booklet.leaves if leaf.id == "gaps")
    assert isinstance(gaps.content, Parts)
    assert [(part.type.value, part.points) for part in gaps.content.parts] == [
        ("shape", 1),
        ("number", 2),
        ("choice", 1),
    ]


def test_of_several_languages_the_one_that_is_asked_for_is_taken() -> None:
    text = '<![CDATA[<span lang="en" class="multilang">Shape?</span><span lang="zh" class="multilang">形状？</span>]]>'
    content = quiz(question("multichoice", RIGHT + WRONG, text=text))
    texts = [read(content, origin="f", language=language).booklet.leaves[0].text for language in Language]
    assert texts == ["Shape?", "形状？"]


@pytest.mark.parametrize("graded", ["ALL_OR_NOTHING", "LONGEST_ORDERED_SUBSET", "RELATIVE_TO_CORRECT"])
def test_an_order_is_read_with_how_it_is_graded(graded: str) -> None:
    imported = taken(quiz(question("ordering", f"<gradingtype>{graded}</gradingtype>{RIGHT}{WRONG}")))
    (leaf,) = imported.booklet.leaves
    assert isinstance(leaf.content, Order)
    assert [item.after for item in leaf.content.items] == [(), (0,)]
    assert leaf.partial is (Partial.NONE if graded == "ALL_OR_NOTHING" else Partial.LCS)
    assert bool(imported.notes) is (graded == "RELATIVE_TO_CORRECT")


def test_an_option_that_no_row_needs_stays_an_option() -> None:
    pairs = "".join(
        f'<subquestion format="html"><text>{row}</text><answer><text>{option}</text></answer></subquestion>'
        for row, option in (("cat", "meow"), ("dog", "woof"), ("", "moo"))
    )
    leaf = one(quiz(question("matching", pairs)))
    assert isinstance(leaf.content, Match)
    assert [option.text for option in leaf.content.options] == ["meow", "woof", "moo"]
    assert len(leaf.content.rows) == 2


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
    leaf = Leaf(id="q", type=QuestionType.CODE_OUTPUT, text="?", code="f()", content=Typed(answer="a*b"))
    content = write(fit(Booklet(id="quiz01", title="T", language=Language.EN, items=(leaf,))))
    assert ElementTree.fromstring(content).findtext("question/answer/text") == "a\\*b"
    assert isinstance(taken(content).booklet.leaves[0].content, Typed)


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
    leaf = Leaf(id="q", type=QuestionType.NUMBER, text="?", content=Typed(answer=answer, precision=precision))
    root = ElementTree.fromstring(write(fit(Booklet(id="quiz01", title="T", language=Language.EN, items=(leaf,)))))
    assert (root.findtext("question/answer/text"), root.findtext("question/answer/tolerance")) == written


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("inf", "no-finite-number"), ("1/3", "endless"), ("1e-20", "tiny"), ("nan", "no-finite-number")],
)
def test_a_number_that_moodle_cannot_compare_is_a_loss(answer: str, kind: str) -> None:
    leaf = Leaf(id="q", type=QuestionType.NUMBER, text="?", content=Typed(answer=answer))
    fitted = fit(Booklet(id="quiz01", title="T", language=Language.EN, items=(leaf,)))
    assert [change.kind for change in fitted.lost] == [kind]


def test_a_tolerance_beyond_those_of_a_quiz_becomes_a_share_of_the_answer(tmp_path: Path) -> None:
    answer = '<answer fraction="100"><text>1.13e15</text><tolerance>5e12</tolerance></answer>'
    written = quiz_yaml(taken(quiz(question("numerical", answer))).booklet, tmp_path / "quiz09_x", "quiz09")
    read_back = quiz_of(tmp_path / "quiz09_x", written.content, None).questions[0]
    assert read_back.precision is not None
    assert read_back.precision.absolute is None
    assert float(read_back.precision.relative or 0) == pytest.approx(5e12 / 1.13e15)


def test_of_a_share_and_a_tolerance_that_becomes_one_the_wider_holds(tmp_path: Path) -> None:
    precision = Precision(relative="0.9", absolute="5e12")
    leaf = Leaf(id="q", type=QuestionType.NUMBER, text="?", content=Typed(answer="1.13e15", precision=precision))
    whole = Booklet(id="quiz09", title="T", language=Language.EN, items=(leaf,))
    written = quiz_yaml(whole, tmp_path / "quiz09_x", "quiz09")
    read_back = quiz_of(tmp_path / "quiz09_x", written.content, None).questions[0]
    assert read_back.precision == Precision(relative="0.9")


def number(answer: str, tolerance: str, *, inner: str = "") -> bytes:
    right = f'<answer fraction="100"><text>{answer}</text><tolerance>{tolerance}</tolerance></answer>'
    return quiz(question("numerical", inner + right))


def notes_of(content: bytes, folder: Path) -> list[tuple[str, bool]]:
    """All that an import says: of reading, and of writing the quiz; and whether a question was left out for it."""
    imported = taken(content)
    written = quiz_yaml(imported.booklet, folder / "quiz09_x", "quiz09")
    return [(note.text.en, note.skipped) for note in (*imported.notes, *written.notes)]


@pytest.mark.parametrize(("answer", "tolerance"), [("5", "1e999"), ("0", "1e13"), ("5", "1e400"), ("1e13", "5e13")])
def test_a_tolerance_that_no_quiz_can_hold_leaves_the_question_out(answer: str, tolerance: str, tmp_path: Path) -> None:
    ((said, skipped),) = notes_of(number(answer, tolerance), tmp_path)
    assert skipped
    assert "left out: a tolerance of" in said


@pytest.mark.parametrize(
    ("tolerance", "accept", "said"),
    [
        ("nan", None, "is no number"),
        ("inf", None, "is no number"),
        ("a little", None, "is no number"),
        ("-1", "abs: 1", "is below 0"),
        ("1e-400", None, "too small"),
    ],
)
def test_a_tolerance_that_comes_otherwise_is_said(
    tolerance: str, accept: str | None, said: str, tmp_path: Path
) -> None:
    content = number("6", tolerance)
    ((text, skipped),) = notes_of(content, tmp_path)
    assert (said in text, skipped) == (True, False)
    written = quiz_yaml(taken(content).booklet, tmp_path / "quiz09_x", "quiz09").content.decode()
    assert (accept or "accept") in written if accept else "accept" not in written


@pytest.mark.parametrize("tolerance", ["0", "", "-0.0", "0.5", "1,5"])
def test_a_tolerance_that_comes_as_it_is_takes_no_words(tolerance: str, tmp_path: Path) -> None:
    assert notes_of(number("6", tolerance), tmp_path) == []


def test_of_several_tolerances_the_first_holds_and_that_is_said(tmp_path: Path) -> None:
    other = '<answer fraction="100"><text>6.0</text><tolerance>0.1</tolerance></answer>'
    content = number("6", "0.5", inner=other)
    assert notes_of(content, tmp_path) == [("different tolerances of its answers: the first holds for all", False)]
    typed = one(content).content
    assert isinstance(typed, Typed)
    assert (typed.answer, typed.also, typed.precision) == ("6", (), Precision(absolute="0.1"))


def test_a_question_that_several_numbers_answer_is_left_out_with_its_reason(tmp_path: Path) -> None:
    other = '<answer fraction="100"><text>7</text><tolerance>0</tolerance></answer>'
    ((said, skipped),) = notes_of(number("6", "0", inner=other), tmp_path)
    assert skipped
    assert "several numbers are right" in said


@pytest.mark.parametrize(
    ("inner", "points", "said"),
    [("<defaultgrade>-3</defaultgrade>", 0, "points"), ("<defaultgrade>nan</defaultgrade>", 1, "points"),
     ("<defaultgrade>2.5</defaultgrade>", 2.5, ""), ("<penalty>7</penalty>", 1, "penalty")],
)  # fmt: skip
def test_points_and_penalties_that_cannot_be_are_said(inner: str, points: float, said: str) -> None:
    imported = taken(number("6", "0", inner=inner))
    assert imported.booklet.leaves[0].points == points
    assert [said in note.text.en for note in imported.notes] == ([True] if said else [])


def table(*cells: str) -> bytes:
    inner = "".join(f"<td>{cell}</td>" for cell in cells)
    text = f'<![CDATA[T <table class="type-matrix"><tr>{inner}</tr></table>]]>'
    return quiz(question("cloze", "", text=text))


@pytest.mark.parametrize(
    ("cells", "answer", "said"),
    [
        (("{1:NUMERICAL:=1:0.5}", "{1:NUMERICAL:=2:0.5}"), "[[1, 2]]", ""),
        (("{1:NUMERICAL:=1:0.5}", "{1:NUMERICAL:=2:0.1}"), "[[1, 2]]", "different tolerances"),
        (("{1:NUMERICAL:=1:-1}", "{1:NUMERICAL:=2:-1}"), "[[1, 2]]", "is below 0"),
        (("{1:NUMERICAL:%0%9#no~=1}", "{1:NUMERICAL:=2}"), "[[1, 2]]", "of single cells"),
    ],
)
def test_each_cell_of_a_table_is_read(cells: tuple[str, ...], answer: str, said: str) -> None:
    imported = taken(table(*cells))
    content = imported.booklet.leaves[0].content
    assert isinstance(content, Typed)
    assert content.answer == answer
    assert [said in note.text.en for note in imported.notes] == ([True] if said else [])


@pytest.mark.parametrize("cell", ["{1:NUMERICAL:}", "{1:NUMERICAL:%0%2}", "{1:NUMERICAL:=x}"])
def test_a_table_with_a_cell_that_nothing_is_right_in_is_left_out(cell: str) -> None:
    for cells in ((cell, "{1:NUMERICAL:=1}"), ("{1:NUMERICAL:=1}", cell), (cell, cell)):
        imported = taken(table(*cells))
        assert imported.booklet.items == ()
        assert imported.notes[-1].skipped
        assert "no answer of it is right" in imported.notes[-1].text.en


def test_shares_of_a_blank_that_are_not_kept_are_said() -> None:
    imported = taken(quiz(question("cloze", "", text="A {1:MC:=yes~%50%perhaps~no} b {1:NUMERICAL:=1}")))
    assert any("a part of the points are wrong now" in note.text.en for note in imported.notes)


# ---------------------------------------------------------------------------------------------------- hostile

BOMB = '<!DOCTYPE q [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
REFUSED = {
    "an entity bomb": (BOMB + "]><quiz>&i;</quiz>").encode(),
    "an external entity": b'<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
    "an external document type": b'<!DOCTYPE quiz SYSTEM "http://evil.example/x.dtd"><quiz/>',
    "parameter entities": b'<!DOCTYPE q [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><quiz/>',
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


def test_nesting_is_bounded() -> None:
    def nested(depth: int) -> bytes:
        return b"<quiz>" + b"<a>" * (depth - 1) + b"</a>" * (depth - 1) + b"</quiz>"

    assert parsed_xml(nested(MAX_DEPTH), "file.xml").tag == "quiz"
    with pytest.raises(UsageError, match=r"file\.xml: nested deeper"):
        parsed_xml(nested(MAX_DEPTH + 1), "file.xml")


def test_the_number_of_elements_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = 50  # half a million take two seconds
    assert bound < safe_xml.MAX_ELEMENTS
    monkeypatch.setattr(safe_xml, "MAX_ELEMENTS", bound)

    def wide(count: int) -> bytes:
        return b"<quiz>" + b"<a/>" * (count - 1) + b"</quiz>"

    with pytest.raises(UsageError, match="longer, than any quiz"):
        parsed_xml(wide(bound + 1), "file.xml")
    assert len(parsed_xml(wide(bound), "file.xml")) == bound - 1


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
    ids = [leaf.id for leaf in imported.booklet.leaves]
    assert len(set(ids)) == len(names)
    assert ids[:2] == ["a-b", "a-b-2"]
    assert all(identifier.replace("-", "").isalnum() and identifier[0].isalpha() for identifier in ids)
    assert max(map(len, ids)) <= 60


def test_a_file_is_recognised_by_what_is_in_it() -> None:
    assert recognises(SAMPLE.read_bytes())
    assert not recognises(b"::a:: b {=c}")
    assert FORMATS[FormatName.GIFT].codec.recognises(b"// x\n::a:: b {=c}")
    assert not FORMATS[FormatName.GIFT].codec.recognises(SAMPLE.read_bytes())
