"""A page in GitHub's Markdown: the score, a table of the tests, and why each that failed did not pass.

It holds no HTML, no link and no picture, so whatever a page shows of these came from a student, and must not. Beside
`report.md` it is the summary of a step of GitHub's Actions, which takes 1 MiB: what has no room is left out as a whole
part, and that is said.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from grader.records import Language, Outcome
from grader.report import wording
from grader.report.cells import review_place
from grader.report.escape import markdown_block, markdown_code, markdown_text, without_commands
from grader.report.formats import words
from grader.report.formats.shown import Fact, Shown, ShownTest, Why, fact_of, show
from grader.report.model import Report, Status
from grader.report.points import format_points
from grader.report.sentences import congratulation, file_names, headline_of_problem, next_step
from grader.report.signs import UNICODE

if TYPE_CHECKING:
    from grader.report import View

MAX_BYTES = 1024 * 1024  # of the summary of a step
_MAX_PRINTED = 60  # lines of what a test printed
_MAX_BLOCK = 10_000  # characters
_MAX_LINE = 2_000
_COMMANDS = re.compile(r"`([^`\n]+)`")


def render(reports: Sequence[Report], view: View) -> str:
    """Return the page of `reports`, whole."""
    return "\n".join(part for report in reports for part in _parts(show(report, view.language), view.language))


def summary(reports: Sequence[Report], view: View, *, room: int = MAX_BYTES) -> str:
    """Return the page in at most `room` bytes: first every exercise's score and tests, then what is left fits in."""
    pages = [list(_parts(show(report, view.language), view.language)) for report in reports]
    note = f"{markdown_text(words.CUT.within(view.language))}\n"
    left = room - len(note.encode()) - 1
    heads = sum(len(page[0].encode()) + 1 for page in pages)
    taken: list[str] = []
    cut = False
    for page in pages:
        for number, part in enumerate(page):
            size = len(part.encode()) + 1
            heads -= size if number == 0 else 0
            fits = size <= (left if number == 0 else left - heads)  # the heads of later exercises come first
            cut |= not fits
            left -= size if fits else 0
            taken += [part] if fits else []
    if cut and room >= len(note.encode()):
        taken.append(note)
    return "\n".join(taken)


def _parts(shown: Shown, language: Language) -> Iterator[str]:
    """Yield the exercise's score and table, and then a part for each failure; each ends with a newline."""
    yield "\n".join(_head(shown, language)) + "\n"
    if shown.status is Status.NOT_STARTED:
        files = file_names(shown.report, language)
        yield f"{_sentence(wording.UNTOUCHED.within(language).format(files=files))}\n"
        return
    if shown.problem is not None:
        yield _failure(headline_of_problem(shown.report).within(language), shown.problem, language, shown.output)
        if shown.status is not Status.UNSCORED:
            return  # no test ran
    for case in shown.tests:
        if case.outcome.is_missed and case.why is not None and case.why != shown.problem:
            yield _failure(case.claim, case.why, language, case.output, name=case.name, withheld=case.withheld)
    if shown.way_out:
        yield f"{_sentence(shown.way_out)}\n"
    if shown.report.reviews:
        yield "\n".join(_reviews(shown, language)) + "\n"
    done, step = congratulation(shown.report, language), next_step(shown.report, language)
    if done is not None:
        yield f"**{markdown_text(done)}**\n"
    if step is not None:
        yield f"{_label(fact_of(wording.NEXT, step, language))} {_sentence(step)}\n"


def _head(shown: Shown, language: Language) -> Iterator[str]:
    yield f"## {markdown_text(f'{shown.id} {shown.title}')}"
    yield f"\n**{markdown_text(shown.headline)}**"
    for line in (shown.award, shown.caveat):
        if line:
            yield f"\n{_sentence(line)}"
    if not shown.tests:
        return
    titles = (wording.OUTCOME, wording.CLAIM, wording.POINTS)
    yield "\n| " + " | ".join(markdown_text(title.within(language)) for title in titles) + " |"
    yield "| --- | --- | ---: |"
    for visible, heading in ((True, wording.VISIBLE_TESTS), (False, wording.HIDDEN_TESTS)):
        group = [case for case in shown.tests if case.visible is visible]
        if group:
            yield f"| | **{markdown_text(heading.within(language))}** | |"
        yield from (_row(case, shown) for case in group)


def _row(case: ShownTest, shown: Shown) -> str:
    sign = (UNICODE.waiting if shown.status is Status.NOT_STARTED else UNICODE.outcome(case.outcome)).glyph
    word = "" if shown.status is Status.NOT_STARTED else f" {case.word}"
    claim = markdown_text(case.claim)
    if case.outcome is Outcome.BLOCKED and case.why is not None:
        claim = f"{claim} {markdown_text(case.why.message)}"
    points = "" if case.earned is None else f"{format_points(case.earned)} / {format_points(case.points)}"
    return f"| {markdown_text(sign + word)} | {claim} | {points} |"


def _failure(
    headline: str, why: Why, language: Language, output: str, *, name: str = "", withheld: bool = False
) -> str:
    lines = [f"### {markdown_text(headline)}"]
    if name:
        lines.append(f"\n{markdown_code(name)}")
    lines.append(f"\n{_sentence(why.message)}\n")
    lines += [_item(fact, is_code=fact.label == wording.CALL.within(language)) for fact in why.facts]
    lines += [_code_item(_your_code(why, language))] if why.frames else []
    lines += [_code_item(fact_of(wording.TRY_IT, why.example, language))] if why.example else []
    lines += [_code_item(_printed(output, language))] if output.strip() else []
    if withheld:
        lines.append(_item(fact_of(wording.PRINTED, wording.OUTPUT_WITHHELD.within(language), language)))
    return "\n".join(lines).rstrip("\n") + "\n"


def _item(fact: Fact, *, is_code: bool = False) -> str:
    """Return a list's item; what has several lines is a block of code inside of it."""
    if "\n" in fact.text:
        return _code_item(fact)
    text = without_commands(markdown_code(fact.text, limit=_MAX_LINE)) if is_code else _sentence(fact.text)
    return f"- {_label(fact)} {text}"


def _code_item(fact: Fact) -> str:
    # Without the empty line the fence would be a part of the item's sentence.
    block = textwrap.indent(_block(fact.text), "  ", lambda line: line != "\n")
    return f"- {_label(fact)}\n\n{block}"


def _label(fact: Fact) -> str:
    return f"**{markdown_text(fact.label + fact.colon.rstrip())}**"


def _your_code(why: Why, language: Language) -> Fact:
    lines = [line for frame in why.frames for line in (frame.place, f"    {frame.source.strip()}")]
    return fact_of(wording.YOUR_CODE, "\n".join(line for line in lines if line.strip()), language)


def _printed(output: str, language: Language) -> Fact:
    lines = output.replace("\r\n", "\n").rstrip("\n").split("\n")
    shown = lines[:_MAX_PRINTED]
    if len(lines) > len(shown):
        shown.append(f"{UNICODE.ellipsis} {wording.MORE_LINES.within(language, len(lines) - len(shown))}")
    return fact_of(wording.PRINTED, "\n".join(shown), language)


def _reviews(shown: Shown, language: Language) -> Iterator[str]:
    yield f"### {markdown_text(wording.REVIEWS.within(language))}"
    yield f"\n{_sentence(wording.NEEDS_REVIEW.within(language))}\n"
    for review in shown.report.reviews:
        yield f"- {markdown_code(review_place(review, language))} {_sentence(review.text.within(language))}"


def _block(text: str) -> str:
    """Return a block of code. What the runner of a workflow would obey in it shows an escape: no entity works here."""
    return without_commands(markdown_block(text, limit=_MAX_BLOCK))


def _sentence(text: str) -> str:
    """Return a sentence whose `code` stays code, as the terminal colours it; nothing else in it is markup."""
    pieces = _COMMANDS.split(text[:_MAX_LINE])
    shown = (markdown_code(piece) if number % 2 else _between(piece) for number, piece in enumerate(pieces))
    return without_commands("".join(shown).strip())


def _between(text: str) -> str:
    """Return the text between two pieces of code, the spaces beside them kept."""
    inner = text.strip(" ")
    before, after = " " * text.startswith(" "), " " * (text.endswith(" ") and bool(inner))
    return before + markdown_text(inner) + after
