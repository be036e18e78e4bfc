"""The class's pages as text: well formed, complete, inert whatever a student is called, the same bytes each time."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from class_rows import CLAIMS, LINEAR, SOFTMAX, WRONG_AXIS, Person, graded, large_class, mixed_class, tried

from grader.batch.class_page import HTML, IN_MATRIX, PER_PAGE, class_pages
from grader.batch.class_style import CLASS_STYLE
from grader.batch.class_tables import MAX_CASES, MAX_FOLDED, report_address
from grader.batch.classbook import Classbook, book_of
from grader.batch.places import Places
from grader.batch.rows import Tried
from grader.batch.statistics import statistics_of
from grader.records import Language

VOID = {"meta", "br"}
ATTACK = (
    '</style><script>document.title="owned"</script><img src=x onerror=alert(1)> " onload=alert(1) x=" \' '
    "javascript:alert(1) ../../../etc/passwd \x1b[31m \u202e </title></td></table><!-- ::error ##[error]"
)


class Elements(HTMLParser):
    """Reads a page strictly: every element is closed in its turn."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.comments: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def whole_text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.text))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def pages_of(book: Classbook, language: Language = Language.EN, *, linked: str = HTML) -> dict[str, str]:
    return class_pages(book, statistics_of(book), language=language, linked=linked)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("book", [mixed_class(), mixed_class(alice=ATTACK, called=ATTACK), large_class(3)])
def test_a_page_is_well_formed_and_its_names_and_links_lead_somewhere(book: Classbook, language: Language) -> None:
    read = Elements(pages_of(book, language)["index.html"])
    assert not read.comments
    assert not {tag for tag, _ in read.elements} & {"script", "img", "iframe", "form", "link", "a:"}
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    named = " ".join(attributes.get("aria-labelledby") or "" for _, attributes in read.elements).split()
    inner = [str(link["href"])[1:] for link in read.of("a") if str(link["href"]).startswith("#")]
    assert {*named, *inner} <= set(ids)
    assert all(not name.startswith("on") and name != "style" for _, found in read.elements for name in found)


def test_whatever_a_student_is_called_stays_text_and_links_to_nothing_else() -> None:
    page = pages_of(mixed_class(alice=ATTACK, called=ATTACK))["index.html"]
    read = Elements(page)
    assert len(read.of("style")) == 1
    links = [str(link["href"]) for link in read.of("a") if not str(link["href"]).startswith("#")]
    assert links
    assert all(re.fullmatch(r"reports/[a-z0-9._@%~-]+/exercise0[35]_[a-z]+(\.2)?\.html", link) for link in links)
    assert "document.title" in read.whole_text
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "##[error]" not in page


@pytest.mark.parametrize("student", ["alice", "Ünal", "..", "a/b", "学生", "con", "a b", ATTACK, "x" * 300, "\udc80"])
def test_a_link_leads_to_where_the_report_lies(student: str, tmp_path: Path) -> None:
    for suffix in (".html", ".json"):
        file = Places(tmp_path).report(student, SOFTMAX.name, 2, suffix=suffix)
        assert tmp_path / unquote(report_address(student, SOFTMAX.name, 2, suffix)) == file


def test_without_reports_beside_it_a_page_links_to_none() -> None:
    read = Elements(pages_of(mixed_class(), linked="")["index.html"])
    assert all(str(link["href"]).startswith("#") for link in read.of("a"))


def test_the_page_says_what_happened_in_words_beside_every_colour() -> None:
    text = Elements(pages_of(mixed_class())["index.html"]).whole_text
    for said in (
        "1 submission has no score yet. That is not a zero.",
        "dlgrade or the machine: The examiner was killed twice.",
        "There is no softmax.py in it.",
        "Large logits do not overflow. (hidden)",
        WRONG_AXIS.en.replace("`dim`.", "dim ."),
        "full score", "missing", "not accepted", "Late 2 days", "Places to look at 3", "Cleo",
    ):  # fmt: skip
        assert said in text, said


def test_the_chinese_page_has_no_english_sentence() -> None:
    page = pages_of(mixed_class(), Language.ZH)["index.html"]
    text = Elements(page.replace(CLASS_STYLE, "")).whole_text
    for name in ("Alice Liddell", "Cleo", "Dan", "Eve", "Zoë", "alice", "ben", "cleo", "dan", "eve", "zoe"):
        text = text.replace(name, "")
    words = set(re.findall(r"[A-Za-z][a-z]{2,}", text)) - {"exercise", "softmax", "logits", "dim", "misconception"}
    assert words <= {"axis", "overflow", "grade", "resume", "output", "dlgrade"}
    assert 'lang="zh-Hans"' in page


def test_a_hidden_test_is_named_by_its_claim_only() -> None:
    pages = pages_of(mixed_class())
    assert CLAIMS["test_large"][0].en in pages["index.html"]
    assert "test_large" not in pages["index.html"]


def test_a_small_class_has_a_matrix_and_a_large_one_rates_only() -> None:
    small, large = (pages_of(large_class(size))["index.html"] for size in (IN_MATRIX, IN_MATRIX + 1))
    assert small.count('class="pass"') + small.count('class="miss"') == 3 * IN_MATRIX
    assert 'class="pass"' not in large
    assert large.count('class="rate"') == 3


def test_every_student_of_a_large_class_stands_on_one_page_and_all_pages_lead_to_each_other() -> None:
    size = 2 * PER_PAGE + 1
    pages = pages_of(large_class(size))
    assert list(pages) == ["index.html", "index-2.html", "index-3.html"]
    heads = [len(re.findall(r'<th scope="row">s[0-9]{5}', page)) for page in pages.values()]
    assert heads == [PER_PAGE, PER_PAGE, 1]
    for name, page in pages.items():
        links = {str(link["href"]) for link in Elements(page).of("a")}
        assert set(pages) - {name} <= links
    assert max(len(page.encode()) for page in pages.values()) < 1_000_000


def test_the_same_class_gives_the_same_bytes_and_the_policy_names_the_style() -> None:
    first, second = (pages_of(mixed_class()) for _ in range(2))
    assert first == second
    digest = base64.b64encode(hashlib.sha256(CLASS_STYLE.encode()).digest()).decode()
    policies = [meta["content"] for meta in Elements(first["index.html"]).of("meta") if "http-equiv" in meta]
    assert policies == [f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-{digest}'"]


def test_a_class_of_nobody_and_of_one_have_a_page_too() -> None:
    nobody = Elements(pages_of(book_of([], exercises=[SOFTMAX]))["index.html"]).whole_text
    assert "There is nobody in this class yet." in nobody
    one = Elements(pages_of(book_of([graded("a", ["test_shape"])], exercises=[SOFTMAX]))["index.html"]).whole_text
    assert "mean 33 %" in one
    assert "middle half" not in one


def test_every_drawing_has_words_for_those_who_do_not_see_it() -> None:
    read = Elements(pages_of(mixed_class())["index.html"])
    for drawing in read.of("svg"):
        assert drawing.get("aria-hidden") == "true" or drawing.get("aria-label") or drawing.get("aria-labelledby")
    assert "0 to 10 %: 1; 20 to 30 %: 1; 60 to 70 %: 1; 90 to 100 %: 1" in read.whole_text


def test_the_students_and_what_needs_a_look_stand_above_the_tests() -> None:
    for book in (mixed_class(), large_class(5)):
        read = Elements(pages_of(book)["index.html"])
        order = [str(attributes["id"]) for _, attributes in read.elements if "id" in attributes]
        tests = "exercise-1" if len(book.exercises) > 1 else "tests"
        assert order.index("students") < order.index(tests)
        assert "cases" not in order or order.index("students") < order.index("cases") < order.index(tests)


def test_every_student_has_a_total_and_a_share() -> None:
    text = Elements(pages_of(mixed_class())["index.html"]).whole_text
    assert "3.8 / 6 63 %" in text
    assert "Share" in Elements(pages_of(large_class(2))["index.html"]).whole_text


def test_an_exercise_that_nobody_was_graded_in_takes_no_share_and_is_named() -> None:
    book = book_of([graded("alice", points=1.5)], exercises=[SOFTMAX, LINEAR])
    for language, said in ((Language.EN, "Nobody was graded in exercise05_linear"), (Language.ZH, "无人获得评分")):
        page = class_pages(book, statistics_of(book), language=language)["index.html"]
        assert said in page
        assert "1.5 / 3" in page
        assert "50 %" in page
    assert "Nobody was graded in" not in class_pages(mixed_class(), statistics_of(mixed_class()))["index.html"]


def test_who_is_missing_stands_with_what_lies_there_instead() -> None:
    book = book_of([graded("alice")], exercises=[SOFTMAX], roster=[Person(id="b", nothing_in="<b>"), Person(id="c")])
    page = class_pages(book, statistics_of(book))["index.html"]
    assert "b · &lt;b&gt; was handed in, and holds nothing for it." in page
    assert "<li>c</li>" in page
    assert "交了 &lt;b&gt;" in class_pages(book, statistics_of(book), language=Language.ZH)["index.html"]


def test_a_full_solution_that_lost_its_points_is_not_called_a_full_score() -> None:
    rows = [graded("a", points=0.0, late_days=7)]
    text = Elements(pages_of(book_of(rows, exercises=[SOFTMAX]))["index.html"]).whole_text
    assert "full score" not in text
    assert "all right, late" in text


def test_every_attempt_is_shown_with_its_link_and_the_limit() -> None:
    attempts = [Tried(attempt=n, earned=3.0, points=3.0 if n < 3 else 0.0, beyond=n > 2) for n in range(1, 4)]
    book = book_of([tried("a", *attempts, counts=1)], exercises=[SOFTMAX])
    read = Elements(pages_of(book)["index.html"])
    assert "Attempts: 1 (3) · 2 (3) · over the limit: 3 (3)" in read.whole_text
    links = {str(link["href"]) for link in read.of("a")}
    assert {report_address("a", SOFTMAX.name, attempt, HTML) for attempt in (1, 2, 3)} <= links


def test_lists_count_students_and_the_rest_is_folded_away_and_not_cut_off() -> None:
    roster = [Person(id=f"m{number:03d}") for number in range(90)]
    book = book_of([graded("a", ["test_shape"])], exercises=[SOFTMAX, LINEAR], roster=roster)
    read = Elements(pages_of(book)["index.html"])
    assert "Missing (91 students, 181 submissions)" in read.whole_text
    assert "To be looked at exercise03" in read.whole_text  # who is missing is nobody to look at
    missing = read.whole_text.partition("Missing (")[2].partition(" exercise03 A softmax ")[0]
    assert all(person.id in missing for person in roster)
    assert "and 41 more" in missing


def test_what_a_page_has_no_room_for_is_said_to_stand_in_the_gradebook() -> None:
    roster = [Person(id=f"m{number:04d}") for number in range(MAX_CASES + MAX_FOLDED + 9)]
    page = pages_of(book_of([], exercises=[SOFTMAX], roster=roster))["index.html"]
    text = Elements(page).whole_text
    assert f"and {MAX_FOLDED} more" in text
    assert "and 9 more, in gradebook.csv" in text
