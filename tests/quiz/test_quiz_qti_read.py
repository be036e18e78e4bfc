"""QTI from other systems is read by what its rules do; what cannot be held is named; nothing hostile works."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Mapping
from xml.etree.ElementTree import Element, fromstring, tostring

import pytest
from exchange_bank import QUIZZES, booklet

from grader.errors import UsageError
from grader.quiz.exchange import qti
from grader.quiz.exchange.formats import MAX_BYTES, Imported
from grader.quiz.exchange.leaf import Choices, Group, Leaf, Match, Order, Parts, Typed
from grader.quiz.exchange.qti.archive import MAX_BYTES as MAX_MEMBER_BYTES
from grader.quiz.exchange.qti.archive import MAX_MEMBERS, MAX_TOTAL, Archive
from grader.quiz.exchange.qti.parsing import LeftOut
from grader.quiz.model import Partial, Precision, QuestionType
from grader.quiz.rendering.markdown import Maths, to_html
from grader.records import Language

SPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates"


def item(declarations: str, body: str, processing: str, *, more: str = "", name: str = "one") -> str:
    return (
        f'<assessmentItem xmlns="{SPACE}" identifier="{name}" title="{name}" adaptive="false" timeDependent="false">'
        f"{declarations}"
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
        f"<itemBody>{body}</itemBody>{processing}{more}</assessmentItem>"
    )


def by_template(name: str) -> str:
    return f'<responseProcessing template="{TEMPLATES}/{name}"/>'


def read(text: str | bytes) -> Imported:
    content = text.encode() if isinstance(text, str) else text
    return qti.read(content, origin="file", language=Language.EN)


def leaf_of(text: str) -> Leaf:
    imported = read(text)
    assert not [note for note in imported.notes if note.skipped], imported.notes
    return imported.booklet.leaves[0]


def reason(text: str) -> str:
    """Why an item was left out."""
    imported = read(text)
    assert imported.booklet.items == ()
    (note,) = imported.notes
    assert note.skipped
    assert note.text.zh
    return note.text.en


def package(files: Mapping[str, str | bytes], *, manifest: str | None = None) -> bytes:
    """A content package of these files; without a manifest of its own, every file is an item."""
    resources = "".join(
        f'<resource identifier="r{n}" type="imsqti_item_xmlv2p1" href="{name}"/>' for n, name in enumerate(files)
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("imsmanifest.xml", manifest or f"<manifest><resources>{resources}</resources></manifest>")
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


ONE_RIGHT = (
    '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier"><correctResponse>'
    "<value>B</value></correctResponse></responseDeclaration>"
)
OPTIONS = (
    '<choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="1"><prompt>Which?</prompt>'
    '<simpleChoice identifier="A">one<feedbackInline outcomeIdentifier="F" identifier="A" showHide="show">Not one.'
    '</feedbackInline></simpleChoice><simpleChoice identifier="B">two</simpleChoice>'
    '<simpleChoice identifier="C" fixed="true">none</simpleChoice></choiceInteraction>'
)
CHOICE = item(ONE_RIGHT, f"<p>Look: <b>x</b></p>{OPTIONS}", by_template("match_correct"))


# --------------------------------------------------------------------------------------------- what is understood


def test_a_choice_by_the_standard_template_is_read() -> None:
    leaf = leaf_of(CHOICE)
    assert leaf.type is QuestionType.CHOICE
    assert leaf.text == "Look: **x**\n\nWhich?"
    assert isinstance(leaf.content, Choices)
    assert [(one.text, one.right, one.last) for one in leaf.content.options] == [
        ("one", False, False), ("two", True, False), ("none", False, True),
    ]  # fmt: skip


def test_feedback_is_what_the_rules_show() -> None:
    rules = (
        "<responseProcessing>"
        '<setOutcomeValue identifier="F"><variable identifier="RESPONSE"/></setOutcomeValue>'
        "<responseCondition><responseIf>"
        "<match><variable identifier='RESPONSE'/><correct identifier='RESPONSE'/></match>"
        '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">2</baseValue></setOutcomeValue></responseIf>'
        "</responseCondition></responseProcessing>"
    )
    outcome = '<outcomeDeclaration identifier="F" cardinality="single" baseType="identifier"/>'
    modal = '<modalFeedback outcomeIdentifier="F" identifier="B" showHide="show"><p>Two it is.</p></modalFeedback>'
    leaf = leaf_of(item(ONE_RIGHT + outcome, OPTIONS, rules, more=modal))
    assert isinstance(leaf.content, Choices)
    assert [one.remark.say for one in leaf.content.options] == ["Not one.", "", ""]
    assert leaf.explanation == "Two it is."
    assert leaf.points == 2


def several(shares: Mapping[str, float]) -> str:
    entries = "".join(f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in shares.items())
    right = "".join(f"<value>{key}</value>" for key, value in shares.items() if value > 0)
    options = "".join(f'<simpleChoice identifier="{key}">{key}</simpleChoice>' for key in shares)
    declared = (
        '<responseDeclaration identifier="RESPONSE" cardinality="multiple" baseType="identifier">'
        f'<correctResponse>{right}</correctResponse><mapping lowerBound="0">{entries}</mapping></responseDeclaration>'
    )
    body = (
        f'<choiceInteraction responseIdentifier="RESPONSE" shuffle="false" maxChoices="0">{options}</choiceInteraction>'
    )
    return item(declared, body, by_template("map_response.xml"))


def test_ticks_that_count_as_ours_are_partial_without_a_note() -> None:
    imported = read(several({"A": 0.5, "B": 0.5, "C": -0.5, "D": -0.5}))
    leaf = imported.booklet.leaves[0]
    assert (leaf.type, leaf.partial, leaf.points) == (QuestionType.MULTI, Partial.EACH, 1)
    assert imported.notes == ()


def test_ticks_that_count_otherwise_are_partial_with_a_note() -> None:
    imported = read(several({"A": 2, "B": 1, "C": 0}))
    assert imported.booklet.leaves[0].partial is Partial.EACH
    assert "shares of its own" in imported.notes[0].text.en


def entry(kind: str, correct: str, more: str = "") -> str:
    return (
        f'<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="{kind}"><correctResponse>'
        f"<value>{correct}</value></correctResponse>{more}</responseDeclaration>"
    )


FIELD = '<p>It is <textEntryInteraction responseIdentifier="RESPONSE"/> long.</p>'


def scored(condition: str) -> str:
    return (
        f"<responseProcessing><responseCondition><responseIf>{condition}"
        '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf>'
        "</responseCondition></responseProcessing>"
    )


@pytest.mark.parametrize(
    ("operator", "precision"),
    [
        ('equal toleranceMode="exact"', None),
        ('equal toleranceMode="absolute" tolerance="0.5 0.5"', Precision(absolute="0.5")),
        ('equal toleranceMode="relative" tolerance="1 1"', Precision(absolute="0.2")),
        ('equalRounded roundingMode="significantFigures" figures="3"', Precision(sig_figs=3)),
        ('equalRounded roundingMode="decimalPlaces" figures="1"', Precision(absolute="0.05")),
    ],
)
def test_a_number_has_the_precision_of_its_rule(operator: str, precision: Precision | None) -> None:
    name = operator.split()[0]
    rule = scored(f'<{operator}><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></{name}>')
    constant = rule.replace('<correct identifier="RESPONSE"/>', '<baseValue baseType="float">20</baseValue>')
    leaf = leaf_of(item(entry("float", "20"), FIELD, constant))
    assert leaf.type is QuestionType.NUMBER
    assert isinstance(leaf.content, Typed)
    assert (leaf.content.answer, leaf.content.precision) == ("20", precision)
    assert leaf.text == "It is \\_\\_\\_\\_ long."


@pytest.mark.parametrize(
    ("operator", "near"),
    [("tolerance='0.1 0.5'", ["0.1"]), ("tolerance='0.5 0.1'", ["0.1"]), ("tolerance='0.5 0.5'", []),
     ("tolerance='0.5'", [])],
)  # fmt: skip
def test_a_tolerance_that_differs_above_and_below_is_narrowed_and_that_is_said(operator: str, near: list[str]) -> None:
    equal = f'<equal toleranceMode="absolute" {operator}><variable identifier="RESPONSE"/>'
    rule = scored(f'{equal}<baseValue baseType="float">20</baseValue></equal>')
    imported = read(item(entry("float", "20"), FIELD, rule))
    content = imported.booklet.leaves[0].content
    assert isinstance(content, Typed)
    assert content.precision == Precision(absolute=(near or ["0.5"])[0])
    assert ["the narrower holds" in note.text.en for note in imported.notes] == [True] * len(near)


def test_a_cell_whose_tolerance_differs_above_and_below_is_said() -> None:
    names = ("RESPONSE_1_1", "RESPONSE_1_2")
    cells = "".join(f'<td><textEntryInteraction responseIdentifier="{name}"/></td>' for name in names)
    near = "".join(
        f'<equal toleranceMode="absolute" tolerance="0.1 0.5"><variable identifier="{name}"/>'
        '<baseValue baseType="float">20</baseValue></equal>'
        for name in names
    )
    declared = "".join(entry("float", "20").replace('"RESPONSE"', f'"{name}"') for name in names)
    table = f'<p>Fill it in.</p><table class="dlgrade-matrix"><tr>{cells}</tr></table>'
    imported = read(item(declared, table, scored(f"<and>{near}</and>")))
    content = imported.booklet.leaves[0].content
    assert isinstance(content, Typed)
    assert (content.answer, content.precision) == ("[[20, 20]]", Precision(absolute="0.1"))
    assert ["the narrower holds" in note.text.en for note in imported.notes] == [True]


def test_a_short_text_is_taken_for_what_it_looks_like() -> None:
    def typed(*texts: str) -> Leaf:
        entries = "".join(f'<mapEntry mapKey="{text}" mappedValue="1"/>' for text in texts)
        mapping = f'<mapping defaultValue="0">{entries}</mapping>'
        return leaf_of(item(entry("string", texts[0], mapping), FIELD, by_template("map_response")))

    assert typed("[1, 24]", "(1, 24)").type is QuestionType.SHAPE
    assert typed("0.5", ".5").type is QuestionType.NUMBER
    output = typed("loss", "the loss")
    assert output.type is QuestionType.CODE_OUTPUT
    assert isinstance(output.content, Typed)
    assert (output.content.answer, output.content.also) == ("loss", ("the loss",))


def test_a_variable_is_read_where_its_ends_can_be_those_of_its_kind() -> None:
    classes = "dlgrade-expression dlgrade-var:x:0.5:3 dlgrade-var:n:1:9:int dlgrade-var:low:0.5:9:int"
    field = FIELD.replace("/>", f' class="{classes} dlgrade-var:high:1:9.5:int dlgrade-var:odd:1:9:odd"/>')
    mapping = '<mapping defaultValue="0"><mapEntry mapKey="x*n" mappedValue="1"/></mapping>'
    leaf = leaf_of(item(entry("string", "x*n", mapping), field, by_template("map_response")))
    assert isinstance(leaf.content, Typed)
    assert [(one.name, one.low, one.high, one.whole) for one in leaf.content.variables] == [
        ("x", 0.5, 3.0, False),
        ("n", 1.0, 9.0, True),
    ]


def test_an_order_of_qti_3_is_read() -> None:
    text = (
        '<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="o" title="o">'
        '<qti-response-declaration identifier="RESPONSE" cardinality="ordered" base-type="identifier">'
        "<qti-correct-response><qti-value>B</qti-value><qti-value>A</qti-value></qti-correct-response>"
        "</qti-response-declaration>"
        '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>'
        '<qti-item-body><qti-order-interaction response-identifier="RESPONSE">'
        '<qti-simple-choice identifier="A">last</qti-simple-choice>'
        '<qti-simple-choice identifier="B">first</qti-simple-choice></qti-order-interaction></qti-item-body>'
        '<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>'
        "</qti-assessment-item>"
    )
    leaf = leaf_of(text)
    assert isinstance(leaf.content, Order)
    assert [(one.text, one.after) for one in leaf.content.items] == [("first", ()), ("last", (0,))]


def test_a_match_is_read() -> None:
    declared = (
        '<responseDeclaration identifier="RESPONSE" cardinality="multiple" baseType="directedPair"><correctResponse>'
        "<value>r1 b</value><value>r2 a</value></correctResponse></responseDeclaration>"
    )
    body = (
        '<matchInteraction responseIdentifier="RESPONSE" shuffle="false" maxAssociations="2"><simpleMatchSet>'
        '<simpleAssociableChoice identifier="r1" matchMax="1">R1</simpleAssociableChoice>'
        '<simpleAssociableChoice identifier="r2" matchMax="1">R2</simpleAssociableChoice></simpleMatchSet>'
        '<simpleMatchSet><simpleAssociableChoice identifier="a" matchMax="1">A</simpleAssociableChoice>'
        '<simpleAssociableChoice identifier="b" matchMax="1">B</simpleAssociableChoice>'
        "</simpleMatchSet></matchInteraction>"
    )
    leaf = leaf_of(item(declared, body, by_template("match_correct")))
    assert isinstance(leaf.content, Match)
    assert [row.option for row in leaf.content.rows] == [1, 0]
    assert leaf.partial is Partial.NONE


def test_several_fields_become_parts() -> None:
    two = entry("float", "1").replace("RESPONSE", "R1") + entry("float", "2").replace("RESPONSE", "R2")
    rule = "".join(
        f'<responseCondition><responseIf><match><variable identifier="{name}"/><correct identifier="{name}"/></match>'
        f'<setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/><baseValue baseType="float">{points}'
        "</baseValue></sum></setOutcomeValue></responseIf></responseCondition>"
        for name, points in (("R1", 1), ("R2", 3))
    )
    body = (
        '<p>First <textEntryInteraction responseIdentifier="R1"/>, then '
        '<textEntryInteraction responseIdentifier="R2"/>.</p>'
    )
    leaf = leaf_of(item(two, body, f"<responseProcessing>{rule}</responseProcessing>"))
    assert isinstance(leaf.content, Parts)
    assert [(one.content.answer, one.points) for one in leaf.content.parts] == [("1", 1.0), ("2", 3.0)]  # type: ignore[union-attr]
    assert leaf.points == 4


def test_a_test_gives_the_order_the_draws_and_the_tries() -> None:
    manifest = (
        '<manifest><resources><resource identifier="t" type="imsqti_test_xmlv2p1" href="sub/test.xml"/>'
        '<resource identifier="i" type="imsqti_item_xmlv2p1" href="items/a.xml"/></resources></manifest>'
    )
    test = (
        f'<assessmentTest xmlns="{SPACE}" identifier="exam" title="Exam"><timeLimits maxTime="600"/>'
        '<testPart identifier="p"><itemSessionControl maxAttempts="3"/>'
        '<assessmentSection identifier="s" title="S"><ordering shuffle="true"/>'
        '<assessmentItemRef identifier="b" href="../items/b.xml"><weight identifier="W" value="2"/></assessmentItemRef>'
        '<assessmentSection identifier="g" title="Draw"><selection select="1"/>'
        '<assessmentItemRef identifier="a" href="../items/a.xml"/>'
        '<assessmentItemRef identifier="c" href="../items/c.xml"/>'
        "</assessmentSection></assessmentSection></testPart></assessmentTest>"
    )
    files = {f"items/{name}.xml": CHOICE.replace('"one"', f'"{name}"') for name in "abc"}
    imported = read(package({"sub/test.xml": test, **files}, manifest=manifest))
    booklet = imported.booklet
    assert (booklet.id, booklet.title, booklet.time_limit_s, booklet.shuffled) == ("exam", "Exam", 600.0, True)
    first, group = booklet.items
    assert isinstance(first, Leaf)
    assert (first.id, first.points, first.attempts) == ("b", 2.0, 3)
    assert isinstance(group, Group)
    assert (group.pick, [one.id for one in group.leaves]) == (1, ["a", "c"])


# ------------------------------------------------------------------------------------------------ what is left out


def test_what_is_not_known_is_left_out_by_its_name_and_the_rest_is_read() -> None:
    upload = item(
        entry("file", "x"), '<uploadInteraction responseIdentifier="RESPONSE"/>', by_template("match_correct")
    )
    custom = CHOICE.replace(by_template("match_correct"), scored('<customOperator class="x"/>'))
    imported = read(package({"a.xml": CHOICE, "b.xml": upload, "c.xml": custom, "d.xml": "<html/>", "e.xml": "no XML"}))
    assert len(imported.booklet.leaves) == 1
    said = " ".join(note.text.en for note in imported.notes if note.skipped)
    for name in ("uploadInteraction", "customOperator", "<html>", "no XML"):
        assert name in said


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (by_template("map_response_point"), "template map_response_point"),
        ("", "nothing says how it is marked"),
        (scored("<match><variable identifier='RESPONSE'/></match>"), "match"),
        (scored("<not/>"), "not"),
        (scored("<baseValue baseType='boolean'>true</baseValue>"), "not exactly one option"),
        (scored("<equalRounded figures='999'><baseValue baseType='float'>1</baseValue><baseValue baseType='float'>1"
                "</baseValue></equalRounded>"), "equalRounded"),
        (scored("<gt><baseValue baseType='float'>9**9**9</baseValue><baseValue baseType='float'>1</baseValue></gt>"),
         "stands in the place of a number"),
    ],
)  # fmt: skip
def test_rules_that_make_no_sense_leave_the_question_out(rule: str, said: str) -> None:
    assert said in reason(item(ONE_RIGHT, OPTIONS, rule))


def test_an_essay_is_left_out() -> None:
    declared = '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="string"/>'
    body = '<extendedTextInteraction responseIdentifier="RESPONSE"/>'
    assert "essay" in reason(item(declared, body, by_template("match_correct")))


def test_right_orders_of_no_graph_are_left_out() -> None:
    declared = (
        '<responseDeclaration identifier="RESPONSE" cardinality="ordered" baseType="identifier"><correctResponse>'
        "<value>A</value><value>B</value><value>C</value></correctResponse></responseDeclaration>"
    )
    orders = "".join(
        "<match><variable identifier='RESPONSE'/><ordered>"
        + "".join(f"<baseValue baseType='identifier'>{one}</baseValue>" for one in order)
        + "</ordered></match>"
        for order in ("ABC", "BCA")
    )
    options = "".join(f'<simpleChoice identifier="{one}">{one}</simpleChoice>' for one in "ABC")
    body = f'<orderInteraction responseIdentifier="RESPONSE">{options}</orderInteraction>'
    assert "graph" in reason(item(declared, body, scored(f"<or>{orders}</or>")))


# --------------------------------------------------------------------------------------------------------- hostile


def test_entities_are_refused_whatever_they_are() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    for head in (bomb, outside):
        with pytest.raises(UsageError, match="document type or entities"):
            read(head + CHOICE.replace("one", "&a;", 1))
        imported = read(package({"a.xml": CHOICE, "b.xml": head + CHOICE}))
        assert [note.skipped for note in imported.notes] == [True]
        assert len(imported.booklet.leaves) == 1


def test_nothing_of_a_script_comes_through() -> None:
    nasty = (
        "<script>alert(1)</script><p onclick='x()'>a <a href='javascript:x()'>link</a> <img src='http://evil/x.png'/>"
        "<span>&lt;img onerror=x&gt;</span> \\(\\href{javascript:x}{y}\\)</p>"
    )
    imported = read(item(ONE_RIGHT, nasty + OPTIONS, by_template("match_correct")))
    text = imported.booklet.leaves[0].text
    for maths in Maths:
        page = str(to_html(text, maths=maths))
        assert "<script" not in page
        assert "<img" not in page
        assert "href=" not in page
        assert "onclick" not in page
    assert "evil" not in text
    assert "<img>" in imported.notes[0].text.en


def test_a_package_leads_to_no_file_outside_of_it() -> None:
    paths = ("../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://evil/x", "..%2f..%2fx", "a\\..\\b")
    resources = "".join(f'<resource type="imsqti_item_xmlv2p1" href="{path}"/>' for path in paths)
    imported = read(package({}, manifest=f"<manifest><resources>{resources}</resources></manifest>"))
    assert imported.booklet.items == ()
    assert {note.text.en for note in imported.notes} == {"left out: the package has no such file"}


def test_a_file_that_unpacks_to_too_much_is_left_out() -> None:
    bomb = b"<a>" + b" " * (30 * 1024 * 1024) + b"</a>"
    imported = read(package({"a.xml": CHOICE, "bomb.xml": bomb}))
    assert len(imported.booklet.leaves) == 1
    assert "unpacks to too much" in imported.notes[0].text.en


def zipped(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_all_files_together_unpack_to_no_more_than_their_bound() -> None:
    whole = MAX_TOTAL // MAX_MEMBER_BYTES
    files = Archive(zipped({str(number): b" " * MAX_MEMBER_BYTES for number in range(whole + 1)}))
    for number in range(whole):
        assert len(files.read(str(number))) == MAX_MEMBER_BYTES
    with pytest.raises(LeftOut, match="unpacks to too much"):
        files.read(str(whole))


def test_a_package_has_no_more_files_than_their_bound() -> None:
    names = [str(number) for number in range(MAX_MEMBERS + 1)]
    assert len(Archive(zipped(dict.fromkeys(names[1:], b""))).names) == MAX_MEMBERS
    with pytest.raises(LeftOut, match="more than 5,000 files"):
        Archive(zipped(dict.fromkeys(names, b"")))


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 no zip at all",
        b"PK\x01\x02" * 6000,
        package({}, manifest="<manifest/>"),
        package({"a.xml": CHOICE}, manifest="<manifest>"),
        b"<quiz/>",
        b"",
        b"\x00" * 100,
        b"<a>" * 5000,
        zlib.compress(b"x"),
        b"<x/>" + b" " * MAX_BYTES,
    ],
    ids=range(10),
)
def test_what_is_no_package_is_refused_in_both_languages(content: bytes) -> None:
    with pytest.raises(UsageError) as caught:
        read(content)
    assert caught.value.text.en != caught.value.text.zh


def test_rules_without_end_are_given_up() -> None:
    same = "<match><variable identifier='RESPONSE'/><correct identifier='RESPONSE'/></match>"
    never = f"<and><not>{same}</not>{same}</and>"
    rules = f"<responseCondition><responseIf><or>{never * 40}</or></responseIf></responseCondition>" * 100
    names = ("A", "B", *(f"X{number}" for number in range(50)))
    options = "".join(f'<simpleChoice identifier="{one}">{one}</simpleChoice>' for one in names)
    body = f'<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">{options}</choiceInteraction>'
    assert "too many steps" in reason(item(ONE_RIGHT, body, f"<responseProcessing>{rules}</responseProcessing>"))


JUNK = ("", "x", "-1", "1e999", "9**9", "RESPONSE", "choice_1", "nan", "9" * 30, "0", "\uff11", "a b c")


def damaged(tree: Element, chance: random.Random) -> bytes:
    """The same file with something in it taken away, moved or overwritten."""
    for _ in range(chance.randint(1, 4)):
        elements = list(tree.iter())
        parents = {child: parent for parent in elements for child in parent}
        one, other, way = chance.choice(elements), chance.choice(elements), chance.randrange(5)
        if way == 0 and one in parents:
            parents[one].remove(one)
        elif way == 1 and one.attrib:
            one.attrib[chance.choice(list(one.attrib))] = chance.choice(JUNK)
        elif way == 2:
            one.text = chance.choice(JUNK)
        elif way == 3:
            one.tag = other.tag
        elif way == 4 and one in parents and other not in list(one.iter()):
            parents[one].remove(one)
            other.append(one)
    return tostring(tree)


def packed(files: Mapping[str, bytes]) -> bytes:
    others = {name: content for name, content in files.items() if name != "imsmanifest.xml"}
    return package(others, manifest=files["imsmanifest.xml"].decode())


def test_a_damaged_file_is_read_or_refused_and_nothing_else() -> None:
    whole = qti.write(qti.fit(booklet(QUIZZES[1], Language.EN)))
    chance = random.Random(7)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        names = sorted(archive.namelist())
        files = {name: archive.read(name) for name in names}
    outcomes = set()
    for turn in range(80):
        name = ("imsmanifest.xml", "test.xml")[turn % 2] if turn % 8 < 2 else names[turn % len(names)]
        content = damaged(fromstring(files[name]), chance)
        try:
            imported = read(content) if name.startswith("items/") else read(packed(files | {name: content}))
            outcomes.add("left out" if any(note.skipped for note in imported.notes) else "read")
        except UsageError:
            outcomes.add("refused")
    assert outcomes >= {"read", "left out"}


def test_a_package_and_an_item_are_recognised() -> None:
    assert qti.recognises(package({"a.xml": CHOICE}))
    assert qti.recognises(CHOICE.encode("utf-16"))
    assert not qti.recognises(b"<quiz></quiz>")
