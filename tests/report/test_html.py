"""The HTML report as text: well formed, complete, inert whatever a student writes, the same bytes each time."""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import report_scenarios as scenarios
from report_scenarios import SCENARIOS

from grader.pages.style import DARK, LIGHT, MARK_PAIRS, STYLE, TEXT_PAIRS, Palette
from grader.records import Language, Outcome, Text
from grader.report import Status, View, render
from grader.report.html import to_html

GOLDENS = Path(__file__).resolve().parent.parent / "goldens"
UPDATE = os.environ.get("DLGRADE_UPDATE_GOLDENS") == "1"
PAGES = [("partial", Language.EN), ("partial", Language.ZH), ("pictures", Language.EN), ("every_outcome", Language.EN)]
VOID = {"meta", "br", "hr", "link"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "article", "h1", "h2",
    "h3", "h4", "p", "strong", "span", "div", "code", "pre", "a", "ul", "ol", "li", "dl", "dt", "dd", "details",
    "summary", "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "svg", "desc", "rect", "path",
    "text", "circle",
}  # fmt: skip
ATTACK = (
    '</style><script>alert(1)</script><img src=x onerror=alert(1)> " onload=alert(1) x=" \' javascript:alert(1) '
    "`=<svg/onload=alert(1)> \x1b[31mred \u202e \u2066 </code></pre></title><!-- &lt;b&gt; ]]> http://evil.example/"
)


class Elements(HTMLParser):
    """Reads a page strictly: every element is closed in its turn. Keeps elements, attributes and text."""

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
        assert len({name for name, _ in attrs}) == len(attrs), f"{tag} has an attribute twice"
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
        return re.sub(r"\s+", " ", "".join(self.text))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page_of(scenario: str, language: Language = Language.EN) -> str:
    return render(SCENARIOS[scenario](), format_name="html", view=View(language=language))


def golden_of(scenario: str, language: Language) -> Path:
    return GOLDENS / f"report_{scenario}_{language.value}.html"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_page_is_well_formed_and_made_of_known_elements(scenario: str, language: Language) -> None:
    read = Elements(page_of(scenario, language))
    assert {tag for tag, _ in read.elements} <= ALLOWED
    assert not read.comments
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    named = " ".join(attributes.get("aria-labelledby") or "" for _, attributes in read.elements).split()
    links = [str(attributes["href"]).removeprefix("#") for attributes in read.of("a")]
    assert {*named, *links} <= set(ids)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_headings_go_down_one_step_at_a_time_from_a_single_first(scenario: str, language: Language) -> None:
    levels = [int(tag[1]) for tag, _ in Elements(page_of(scenario, language)).elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


def test_the_page_names_its_language_and_landmarks() -> None:
    for language, name in ((Language.EN, "en"), (Language.ZH, "zh-Hans")):
        read = Elements(page_of("partial", language))
        assert read.of("html") == [{"lang": name}]
        assert [tag for tag, _ in read.elements if tag in ("header", "main", "footer")] == ["header", "main", "footer"]


@pytest.mark.parametrize(("scenario", "language"), PAGES)
def test_page_is_as_reviewed(scenario: str, language: Language) -> None:
    page = page_of(scenario, language).replace(STYLE, "…").replace("><", ">\n<")
    page = re.sub(r"sha256-[^&']*", "sha256-…", page)
    golden = golden_of(scenario, language)
    if UPDATE:
        golden.write_text(page, encoding="utf-8", newline="\n")
    assert golden.exists(), "no such golden yet: run once with DLGRADE_UPDATE_GOLDENS=1 and look at it in a browser"
    assert page == golden.read_bytes().decode("utf-8")


def test_no_golden_is_left_over() -> None:
    assert {file.name for file in GOLDENS.glob("report_*.html")} == {golden_of(*page).name for page in PAGES}


def test_the_bytes_do_not_depend_on_the_process() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import hashlib, report_scenarios as s;"
        "from grader.report.html import to_html; print(hashlib.sha256(to_html(s.pictures()).encode()).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(Path(__file__).parent)],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(to_html(scenarios.pictures()).encode()).hexdigest()


# ------------------------------------------------------------------------------------------------- nothing runs


def attacked() -> str:
    """Return a page in which every text that a student can reach is hostile."""
    told = Text(en=ATTACK, zh=ATTACK)
    report = scenarios.partial()
    tests = tuple(
        replace(
            test,
            name=ATTACK,
            claim=told,
            explanation=None
            if test.explanation is None
            else replace(
                test.explanation,
                problem=told, call=ATTACK, expected=told, got=told, where=told, cause=told, next_step=told,
                traceback=tuple(
                    replace(line, file=ATTACK, function=ATTACK, source=ATTACK)
                    for line in scenarios.RAISED.traceback
                ),
                pictures=tuple(replace(picture, title=told, alt=told) for picture in pictures()),
            ),
            output=ATTACK if test.output else "",
        )
        for test in report.tests
    )  # fmt: skip
    versions = {"torch": ATTACK}
    return to_html(replace(report, tests=tests, versions=versions, reviews=scenarios.needs_review().reviews))


def pictures() -> list:
    return [test.explanation.pictures[0] for test in scenarios.pictures().tests if test.explanation]


def test_hostile_text_stays_text() -> None:
    page = attacked()
    read = Elements(page)
    assert {tag for tag, _ in read.elements} <= ALLOWED
    assert not read.comments
    assert read.whole_text.count("<script>alert(1)</script>") >= 20  # all of it is shown, none of it is read
    assert not any(character in page for character in "\x1b\u202e\u2066")
    assert page.count("</style>") == page.count("</title>") - page.count("</title><desc") == 1


@pytest.mark.parametrize("make", [attacked, *(lambda name=name: page_of(name) for name in SCENARIOS)])
def test_no_attribute_could_run_or_load_anything(make) -> None:
    for tag, attributes in Elements(make()).elements:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in ("style", "src", "srcset", "action", "xlink:href", "xmlns", "ping"), (tag, name)
            assert name != "href" or str(value).startswith("#test-")


def test_no_address_but_in_text() -> None:
    page = page_of("pictures") + STYLE
    assert "://" not in page
    assert "url(" not in page
    assert "@import" not in page


def test_the_policy_allows_this_style_sheet_and_nothing_else() -> None:
    read = Elements(page_of("full"))
    policies = [meta["content"] for meta in read.of("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    assert policies == [
        f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-{digest}'",
    ]
    assert "</" not in STYLE


# ------------------------------------------------------------------------------------------------- it says everything


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("scenario", sorted(set(SCENARIOS) - {"hostile"}))
def test_the_page_says_what_the_terminal_says(scenario: str, language: Language) -> None:
    report = SCENARIOS[scenario]()
    said = Elements(page_of(scenario, language)).whole_text
    wanted = [report.exercise.title]
    shown = [] if report.status in (Status.NOT_STARTED, Status.UNSCORED) or report.problem else report.tests
    for test in shown:
        wanted.append(test.claim)
        if test.outcome is not Outcome.PASSED and test.explanation is not None:
            e = test.explanation
            wanted += [part for part in (e.problem, e.expected, e.got, e.where, e.cause, e.next_step) if part]
    if report.problem is not None:
        wanted += [part for part in (report.problem.problem, report.problem.next_step) if part is not None]
    for text in wanted:
        plain = re.sub(r"\s+", " ", text.within(language).replace("`", ""))
        assert plain in said


@pytest.mark.parametrize(
    ("scenario", "pieces"),
    [
        ("full", ["10 / 10 points", "full score", "Every test passes", "dlgrade watch exercise04"]),
        ("not_started", ["0 / 10 points", "not started", "unchanged since you got it"]),
        ("rejected", ["0 points", "not accepted", "Your submission was not accepted.", "softmax.py is missing"]),
        ("author_fault", ["No score", "It is not your fault, and it is not a zero.", "Send the lines above"]),
        ("grader_fault", ["No score", "dlgrade or this machine failed.", "dlgrade doctor"]),
        ("sandbox_unavailable", ["No score", "This cannot be had here.", "Landlock"]),
        ("waiting", ["Waits for: Each row of the result sums to 1.", "waits"]),
        ("syntax_error", ["Your code could not be loaded.", "3 tests need your code to load first", "softmax.py:5:21"]),
        ("crash", ["All tests that ran ended the same way", "crashed"]),
        ("partial", ["step 11: sum = 1.76", "not shown: this test is hidden", "isolation landlock", "torch 2.13.0"]),
        ("visible_only", ["all visible points", "Only the visible tests ran."]),
        ("needs_review", ["To be looked at", "softmax.py:12"]),
    ],
)
def test_every_status_is_told(scenario: str, pieces: list[str]) -> None:
    said = Elements(page_of(scenario)).whole_text
    assert [piece for piece in pieces if piece not in said] == []


def test_where_no_exam_was_held_nothing_is_said_of_how_it_was() -> None:
    footer = page_of("rejected").partition("<footer>")[2]
    assert "cpu" not in footer
    assert "cpu" not in render(SCENARIOS["rejected"](), view=View())


def test_withheld_output_is_nowhere_in_the_page() -> None:
    assert "tensor(98.7)" not in page_of("partial")


def test_without_a_score_no_points_are_shown() -> None:
    said = Elements(page_of("grader_fault")).whole_text
    assert "Points" not in said
    assert not re.search(r"\d / \d", said)


def test_every_picture_is_an_image_with_a_title_and_a_description() -> None:
    page = page_of("pictures")
    images = re.findall(
        r'<svg [^>]*role="img"[^>]*>(?:<title id="([^"]+)">[^<]+</title><desc id="([^"]+)">[^<]+</desc>)?', page
    )
    assert len(images) == 1 + 6
    assert all(title and description for title, description in images[1:])


def test_code_to_try_is_shown_line_by_line() -> None:
    report = scenarios.partial()
    code = Text(en="import torch\n# expected: 1 < 2", zh="import torch\n# 期望：1 < 2")
    tests = tuple(
        replace(test, explanation=test.explanation and replace(test.explanation, example=code)) for test in report.tests
    )
    page = to_html(replace(report, tests=tests), language=Language.ZH)
    assert ">import torch\n# 期望：1 &lt; 2</code></pre>" in page


def test_notes_for_the_instructor_are_shown() -> None:
    note = Text(en="The plugin x failed.", zh="插件 x 出错。")
    assert "The plugin x failed." in Elements(to_html(replace(scenarios.full(), notes=(note,)))).whole_text


# ------------------------------------------------------------------------------------------------- it can be read


def luminance(color: str) -> float:
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it, from 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out_by_four_and_a_half_to_one(palette: Palette) -> None:
    weak = {pair: round(contrast(palette[pair[0]], palette[pair[1]]), 2) for pair in TEXT_PAIRS}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_that_mean_something_stand_out_by_three_to_one(palette: Palette) -> None:
    weak = {pair: round(contrast(palette[pair[0]], palette[pair[1]]), 2) for pair in MARK_PAIRS}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3} == {}


def test_every_colour_of_the_style_sheet_is_of_the_palette() -> None:
    assert LIGHT.keys() == DARK.keys()
    used = set(re.findall(r"var\(--([a-z0-9]+)\)", STYLE))
    assert used == set(LIGHT)
    rules = STYLE.split("}}", 1)[1]
    assert set(re.findall(r"#[0-9a-f]{3,6}", rules)) <= {"#bbb"}  # lines on paper


def test_making_a_page_imports_neither_rich_nor_anything_heavy() -> None:
    script = (
        "import sys; from grader.records import Device; from grader.report import build_failure, render;"
        "from grader.report.html import to_html; from grader.report import html_failure, figures;"
        "print(sorted({'rich', 'torch', 'numpy', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
