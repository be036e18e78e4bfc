"""Authors' Markdown on a page: what it may become, and what hostile texts do not become."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from quiz.quiz_hostile import HOSTILE

from grader.quiz.rendering.formulas import ALLOWED, MAX_COMMANDS, MAX_GROUPS, formula
from grader.quiz.rendering.markdown import Maths, plain_text, to_html, to_inline_html
from grader.quiz.rendering.tokens import parsed

BLOCKS = {"p", "ul", "ol", "li", "blockquote", "em", "strong", "table", "thead", "tbody", "tr", "th", "td", "pre",
          "code", "span", "a", "h4", "h5", "h6", "br", "hr"}  # fmt: skip


class Reader(HTMLParser):
    """What a browser would make of a page: its elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("maths", list(Maths), ids=lambda maths: maths.value)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_more_than_words_and_formulas(text: str, maths: Maths) -> None:
    read = Reader(to_html(text, maths=maths) + to_inline_html(text, maths=maths))
    for tag, attributes in read.elements:
        assert tag in BLOCKS or tag in ALLOWED, tag
        for name, value in attributes.items():
            assert name in {"href", "rel", "class", "start", "tabindex", "display"} | ALLOWED.get(tag, frozenset()), (
                name
            )
            assert name != "href" or str(value).startswith(("http://", "https://", "mailto:"))
    assert "\x1b" not in read.text and not set(read.text) & set("\u202e\u2066\u200f")


def test_a_tag_is_shown_as_the_text_that_it_is() -> None:
    assert Reader(to_html("<b>x</b> &amp; `<i>`")).text.strip() == "<b>x</b> & <i>"


def test_an_image_is_its_description_and_loads_nothing() -> None:
    assert to_html("see ![a *small* net](http://x.example/y.png)") == "<p>see a <em>small</em> net</p>\n"


def test_a_link_leads_out_without_telling_from_where() -> None:
    ((_, paragraph), (tag, attributes)) = Reader(to_html("[read](https://d2l.ai/a?b=1&c=2)")).elements
    assert (tag, attributes, paragraph) == ("a", {"href": "https://d2l.ai/a?b=1&c=2", "rel": "noopener noreferrer"}, {})


# ---------------------------------------------------------------------------------------------------- formulas


def test_a_formula_is_mathml_of_listed_elements() -> None:
    page = to_html(r"$\frac{1}{2|B|}\sum_{i\in B}(wx_i-y_i)^2$, $$\begin{cases}1&x<0\\0&x\geq 0\end{cases}$$")
    kinds = {tag for tag, _ in Reader(page).elements}
    assert {"math", "mfrac", "msub", "mtable"} <= kinds
    for one in page.split("<math")[1:]:
        ElementTree.fromstring(f"<math{one.partition('</math>')[0]}</math>")  # closed as XML wants it, too
    assert ("mtd", {"class": "to-left"}) in Reader(page).elements, "the lines of cases begin at the left"


@pytest.mark.parametrize("tex", [r"\href{javascript:x}{y}", r"\frac{1", r"\nosuchcommand", "a & b", r"\cancel{x}"])
def test_a_formula_that_is_refused_stands_there_as_its_source(tex: str) -> None:
    for maths in Maths:
        *_, code = Reader(to_html(f"${tex}$", maths=maths)).elements
        assert code == ("code", {"class": "tex"})
        assert Reader(to_html(f"${tex}$", maths=maths)).text.strip() == tex


DEEP = {
    "groups": "{" * 9000 + "x" + "}" * 9000,
    "roots": r"\sqrt{" * 9000 + "x" + "}" * 9000,
    "commands": r"\sqrt" * 9000 + " x",
    "fences": r"\left(" * 9000 + "x" + r"\right)" * 9000,
    "indices": "x_{" * 9000 + "x" + "}" * 9000,
    "long": "x+" * 9000 + "x",
    "again": r"\newcommand{\a}{xx}" + r"\a" * 100,
}


@pytest.mark.parametrize("tex", DEEP.values(), ids=DEEP)
def test_a_formula_too_deep_or_long_to_parse_is_refused_before_it_is_parsed(tex: str) -> None:
    """math-core would overflow the stack, which ends the process: no verdict, no page, no message."""
    assert formula(tex) is None
    assert formula(tex, display=True) is None


def test_the_deepest_formulas_that_are_parsed_need_little_stack() -> None:
    """In a child with a thread of 1 MiB, twice what was measured: where it overflows, the child dies of it."""
    script = f"""
import threading
from grader.quiz.rendering.formulas import formula
commands, groups = {MAX_COMMANDS}, {MAX_GROUPS}
chains = (r"\\sqrt", r"\\frac1", r"\\hat ", r"\\binom1", r"\\left(", r"\\overset a", r"\\sum_", r"\\mathbf")
chains += (r"\\color{{red}}",)
nests = (r"\\sqrt{{", r"\\underbrace{{", r"\\mathop{{", r"\\mathbf{{", "_{{", "{{", r"\\sqrt[", r"\\frac{{1}}{{")
texts = [chain * (commands // (2 if "_" in chain or "left" in chain else 1)) + " x" for chain in chains]
texts += [nest * groups + "x" + ("]" if nest.endswith("[") else "}}") * groups for nest in nests]
def all_of_them():
    for text in texts:
        formula(text)
    print(len(texts))
threading.stack_size(1024 * 1024)
thread = threading.Thread(target=all_of_them)
thread.start()
thread.join()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "17"), done.stderr


def test_no_line_begins_with_the_sign_that_follows_a_formula() -> None:
    assert to_html("of $x$, and").endswith("</math>,</span> and</p>\n")
    assert to_html("是 $x$。").endswith("</math>。</span></p>\n")


def test_signs_that_are_heard_and_not_seen_stay_in_formulas_and_nowhere_else() -> None:
    assert "<mo>&#x2061;</mo>" in to_html(r"$\ln(x)$")
    assert r"\u2061" in to_html("a\u2061b")


# ------------------------------------------------------------------------------------ for systems that typeset TeX


def test_tex_is_marked_for_the_script_of_the_other_system() -> None:
    assert to_html("of $x<y$", maths=Maths.TEX) == "<p>of \\(x&lt;y\\)</p>\n"
    assert to_html("$$x$$", maths=Maths.TEX) == "\\[x\\]"


def test_prose_holds_no_mark_that_such_a_script_would_take_for_its_own() -> None:
    page = to_html("a \\\\(\\\\href{x}{y}\\\\) b \\\\[c\\\\] $ $ d \\$\\$e\\$\\$", maths=Maths.TEX)
    assert not any(mark in page for mark in ("\\(", "\\)", "\\[", "\\]", "$$"))
    assert Reader(page).text.strip() == "a \\(\\href{x}{y}\\) b \\[c\\] $ $ d $$e$$"


# ----------------------------------------------------------------------------------------------- other surfaces


def test_tokens_for_other_surfaces_hold_no_image_no_html_and_nothing_that_steers() -> None:
    for text in HOSTILE:
        for token in parsed(text):
            for one in (token, *(token.children or ())):
                assert one.type not in ("image", "html_inline", "html_block")
                assert not set(one.content) & set("\x1b\u202e\u2066\u200f")


def test_a_short_text_as_plain_words_or_not_at_all() -> None:
    assert plain_text("the *first* `x` of $w_1$") == "the first x of w₁"
    assert plain_text("one\n\ntwo") is None
    assert plain_text("- a list") is None
    assert plain_text(r"$\nosuchcommand$") is None


def test_code_is_colored_by_classes_and_stays_what_it_is() -> None:
    page = to_html("```python\nx = torch.ones(3)  # <three>\n```")
    assert '<span class="n">3</span>' in page and '<span class="c"># &lt;three&gt;</span>' in page
    assert Reader(page).text.strip() == "x = torch.ones(3)  # <three>"
    assert "<span" not in to_html("```python\nx = 3\n```", maths=Maths.TEX)
