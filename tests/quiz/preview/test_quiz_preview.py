"""A quiz as its teacher looks at it: the variants of some seeds, the same ones once, and all that the key says."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from quiz.quiz_canaries import CODE, EVERY_TYPE
from quiz.quiz_folders import quiz_in, write_quiz

from grader.cli.quiz.preview import seeds_of
from grader.errors import UsageError
from grader.quiz.authored import Quiz
from grader.quiz.drawing import Drawing, draw
from grader.quiz.generators import Generators
from grader.quiz.preview.page import Preview, preview_page
from grader.quiz.preview.table import seeds_text, table_of
from grader.quiz.preview.variants import preview
from grader.quiz.seeds import numbered_seeds
from grader.records import Language

QUESTIONS = """
- id: product
  type: number
  text: "{{a}} times {{b}}?"
  params: {a: {int: [1, 2]}, b: {choice: [10]}}
  answer: {code: product}
  say: {adds: Multiply., one-off: Count again.}
  hint: Multiply.
  explanation: That is what times means.
- id: colour
  type: choice
  text: Which?
  choices: [{text: red, correct: true}, {text: green, because: sees-green, say: No.}, {text: blue}]
- id: pairs
  type: match
  text: Match.
  options: [{id: p, text: one}, {id: q, text: two}]
  rows: [{id: a, text: eins, match: p, wrong: [{option: q, because: counts-from-two}]}, {id: b, text: zwei, match: q}]
- {id: broken, type: number, text: x, params: {n: {int: [1, 2]}}, answer: {code: broken}}
"""
FUNCTIONS = """
def product(p, rng):
    a, b = p["a"], p["b"]
    return {"answer": a * b, "wrong": [(a + b, "adds"), (a * b + 1, "one-off")]}

def broken(p, rng):
    return {"answer": 1 / (p["n"] - 1)}
"""


@pytest.fixture(scope="module")
def quiz(tmp_path_factory: pytest.TempPathFactory) -> Quiz:
    return quiz_in(tmp_path_factory.mktemp("previewed"), QUESTIONS, FUNCTIONS)


def page_of(quiz: Quiz, *, languages: tuple[Language, ...] = tuple(Language), speaks: Language = Language.EN) -> str:
    seeds = range(1, 9)
    shown = Preview(quiz=quiz, questions=preview(quiz, seeds), seeds=seeds, languages=languages, speaks=speaks)
    return preview_page(shown)


class Page(HTMLParser):
    """The elements and the text of a page."""

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


# ------------------------------------------------------------------------------------------------ which variants


def test_a_seed_shows_the_variant_that_lint_draws_with_it(quiz: Quiz) -> None:
    (product, *_) = preview(quiz, [7])
    with Generators(quiz) as generators:
        drawing = Drawing(quiz=quiz, seeds=numbered_seeds(7), generators=generators)
        assert product.shown[0].variant == draw(drawing, quiz.questions[0])


def test_what_is_the_same_is_shown_once_whatever_its_ids_and_its_order(quiz: Quiz) -> None:
    product, colour, pairs, _ = preview(quiz, range(1, 9))
    for one in (colour, pairs):
        assert [shown.seeds for shown in one.shown] == [tuple(range(1, 9))]
    assert len(product.shown) == 2, "a is 1 or 2"
    assert sorted(seed for shown in product.shown for seed in shown.seeds) == list(range(1, 9))
    for shown in product.shown:
        assert len(shown.seeds) > 1


def test_the_table_has_the_parameters_that_vary_and_the_answers(quiz: Quiz) -> None:
    product = preview(quiz, range(1, 9))[0]
    table = table_of(product.shown, Language.EN)
    assert table.params == ("a",)
    assert {(row.params, row.right, row.wrong) for row in table.rows} == {
        (("1",), "10", "11, 11"),
        (("2",), "20", "12, 21"),
    }


def test_a_question_that_cannot_be_drawn_says_why_and_hides_no_other(quiz: Quiz) -> None:
    *others, broken = preview(quiz, range(1, 9))
    assert all(one.shown and not one.failed for one in others)
    (failed,) = broken.failed
    assert "ZeroDivisionError" in failed.error.text.en and "quiz.py" in failed.error.text.en
    assert broken.shown, "with other seeds it can be drawn"
    assert {*failed.seeds} | {seed for shown in broken.shown for seed in shown.seeds} == set(range(1, 9))


def test_a_file_that_does_not_load_fails_its_questions_only(tmp_path: Path) -> None:
    quiz = quiz_in(tmp_path, QUESTIONS, "import nosuchmodule\n" + FUNCTIONS)
    product, colour, pairs, broken = preview(quiz, [1, 2])
    assert colour.shown and pairs.shown
    for one in (product, broken):
        assert not one.shown and "nosuchmodule" in one.failed[0].error.text.en


def test_one_question_of_many(quiz: Quiz) -> None:
    assert [one.question.id for one in preview(quiz, [1], ["colour"])] == ["colour"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1-3", (1, 2, 3)), ("7", (7,)), ("3, 7,12", (3, 7, 12)), ("2-3,3-4", (2, 3, 4)), ("0", (0,))],
)
def test_seeds_are_numbers_and_ranges(written: str, meant: tuple[int, ...]) -> None:
    assert seeds_of(written) == meant


@pytest.mark.parametrize("written", ["", "3-1", "a", "1-", "-5", "1-9999999", "1-999,2000-2010", "1..3", "٣", "1e3"])
def test_other_seeds_are_refused_before_anything_is_drawn(written: str) -> None:
    with pytest.raises(UsageError, match="Write 1-20"):
        seeds_of(written)


def test_seeds_in_a_row_are_told_as_a_range() -> None:
    assert seeds_text([7, 1, 2, 3, 9, 10]) == "1–3, 7, 9, 10"


# ------------------------------------------------------------------------------------------------------ the page


def test_the_page_holds_everything_that_the_key_says(tmp_path: Path) -> None:
    """The canaries of the students' tests: what no student's page may hold has to be on this one."""
    quiz = quiz_in(tmp_path, EVERY_TYPE, CODE)
    page = Page(page_of(quiz))
    for secret in ("canary-because", "CANARY say", "CANARY hint", "CANARY explanation", "CANARY map", "canary-eggs",
                   "canary-twice", "424242", "535353", "canary wrong", "424242*w", "CANARY right"):  # fmt: skip
        assert secret in page.text, secret
    assert "holds every answer" in page.text
    assert "no feedback" in page.text, "a wrong answer without any is plain to see"


def test_the_page_is_one_file_that_runs_and_loads_nothing(quiz: Quiz) -> None:
    page = Page(page_of(quiz))
    for tag, attributes in page.elements:
        assert tag not in ("script", "link", "img", "iframe", "object", "embed", "base")
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style", "action")]
        assert str(attributes.get("href", "#")).startswith("#")
    (policy,) = [a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None and policy.startswith("default-src 'none'")
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert all(str(a["href"])[1:] in ids for _, a in page.elements if "href" in a)


def test_the_page_shows_the_languages_that_are_wanted(quiz: Quiz) -> None:
    both, chinese = page_of(quiz), page_of(quiz, languages=(Language.ZH,), speaks=Language.ZH)
    assert 'lang="en"' in both and 'lang="zh-Hans"' in both
    assert 'lang="en"' not in chinese and "仅供教师使用" in chinese and "种子" in chinese


def test_nothing_that_an_author_writes_becomes_an_element_of_the_page(tmp_path: Path) -> None:
    script = "<script>alert(1)</script>"
    head = f'dlgrade: quiz/1\nid: quiz01\ntitle: "{script}"\nabout: "{script}"\ntopics: {{t: {{title: "{script}"}}}}\n'
    questions = f"""
    - id: one
      type: choice
      topics: [t]
      text: "{script}"
      params: {{p: {{choice: ["{script}", "<img src=x>"]}}}}
      choices: [{{text: "a {script}", correct: true}}, {{text: b, because: b, say: "{script}"}}]
      hint: "{script}"
      explanation: "{script}"
    - {{id: two, type: code-output, text: x, code: "{script}", answer: "{script}",
       wrong: [{{value: "<b>{script}", say: x}}]}}
    """
    page = Page(page_of(quiz_in(tmp_path, questions, head=head)))
    assert not {"script", "img", "b"} & {tag for tag, _ in page.elements}
    assert page.text.count("alert(1)") > 10


# --------------------------------------------------------------------------------------------------- the command


def command(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "DLGRADE_LANG": "en", "NO_COLOR": "1", **environment}
    line = [sys.executable, "-m", "grader", "quiz", "preview", *arguments]
    return subprocess.run(line, capture_output=True, text=True, cwd=folder, env=given, check=False)


def test_a_file_outside_of_a_course_is_shown_in_the_terminal(tmp_path: Path) -> None:
    place = write_quiz(tmp_path, QUESTIONS, FUNCTIONS)
    done = command(str(place / "quiz.yaml"), "product", "--seeds", "1-8", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    for told in ("holds every answer", "1 times 10?", "2 times 10?", "✓ 10", "✓ 20", "✗ 12  adds", "Multiply.",
                 "That is what times means."):  # fmt: skip
        assert told in done.stdout, told


def test_a_path_without_a_quiz_is_no_misspelt_id(tmp_path: Path) -> None:
    done = command("no/such/quiz.yaml", folder=tmp_path)
    assert done.returncode == 2
    assert "There is no quiz.yaml at no/such/quiz.yaml" in done.stderr


def test_a_mistake_of_the_author_is_the_exit_code_and_what_else_there_is_is_shown(tmp_path: Path) -> None:
    place = write_quiz(tmp_path, QUESTIONS, FUNCTIONS)
    done = command(str(place), folder=tmp_path, DLGRADE_LANG="zh")
    assert done.returncode == 2
    assert "ZeroDivisionError" in done.stdout and "无法生成变体" in done.stdout and "sees-green" in done.stdout


def test_the_page_is_written_where_it_is_wanted_and_nothing_to_stdout(tmp_path: Path) -> None:
    place = write_quiz(tmp_path, QUESTIONS, FUNCTIONS)
    done = command(str(place), "colour", "--output", "colour.html", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "It holds the answers" in done.stderr
    assert (tmp_path / "colour.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_page_that_is_only_opened_lies_where_nobody_else_can_read_it(tmp_path: Path) -> None:
    place = write_quiz(tmp_path, QUESTIONS, FUNCTIONS)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {tmp_path}/opened\n', encoding="utf-8")
    browser.chmod(0o755)
    done = command(str(place), "colour", "--open", folder=tmp_path, BROWSER=str(browser), TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    page = Path((tmp_path / "opened").read_text(encoding="utf-8").removeprefix("file://"))
    assert "sees-green" in page.read_text(encoding="utf-8")
    assert stat.S_IMODE(page.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("colur",), 'Did you mean "colour"?'),
        (("--seed", "1", "--seeds", "1-2"), "give one of them"),
        (("--open", "--format", "text"), "not text"),
        (("colour", "--output", "no/such/folder/x.html"), "there is no folder no/such/folder"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_way_out(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    place = write_quiz(tmp_path, QUESTIONS, FUNCTIONS)
    done = command(str(place), *arguments, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def test_the_table_of_variants_shows_answers_without_the_noise_of_their_floats(tmp_path: Path) -> None:
    question = '- {id: sum, type: number, text: "?", answer: {code: noisy}, accept: {sig-figs: 3}}'
    code = 'def noisy(p, rng):\n    return {"answer": 0.1 + 0.2, "wrong": [(1.1 + 2.2, "thrice")]}\n'
    drawn = preview(quiz_in(tmp_path, question, code), (1,))
    row = table_of(drawn[0].shown, Language.EN).rows[0]
    assert (row.right, row.wrong) == ("0.3", "3.3")
