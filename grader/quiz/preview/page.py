"""A preview as one HTML file: what students see, and beneath it what the key says. No script, no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from grader.pages.markup import Markup, element, prose, together
from grader.pages.page import LANGUAGE_TAGS, html_page
from grader.quiz.authored import Quiz
from grader.quiz.model import Option, QuestionType
from grader.quiz.preview import words
from grader.quiz.preview.facts import Entry, Facts, facts_of, short
from grader.quiz.preview.page_style import PREVIEW_STYLE
from grader.quiz.preview.table import params_of, seeds_text, table_of
from grader.quiz.preview.variants import Failed, Previewed, Shown
from grader.quiz.rendering.markdown import to_html
from grader.quiz.rendering.question_html import option_html, question_html
from grader.records import Language, Text

_SHORT = 24  # characters of a value that is not broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a page shows of a quiz: `languages` beside each other; the words around are in `speaks`."""

    quiz: Quiz
    questions: Sequence[Previewed]
    seeds: Sequence[int]
    languages: tuple[Language, ...]
    speaks: Language


def preview_page(preview: Preview) -> str:
    """Return the document, ending with a newline."""
    return _Page(preview).document()


class _Page:
    """One document, section by section."""

    def __init__(self, preview: Preview) -> None:
        self._preview = preview
        self._titles = {topic.id: topic.title for topic in preview.quiz.topics}

    def document(self) -> str:
        """Return all of it."""
        quiz = self._preview.quiz
        sections = [self._section(one, place) for place, one in enumerate(self._preview.questions, start=1)]
        title = self._say(quiz.title)
        return html_page(
            title=f"{quiz.id}: {title}",
            language=self._preview.speaks,
            style=PREVIEW_STYLE,
            body=(self._header(), self._index(), element("main", None, *sections)),
        )

    def _header(self) -> Markup:
        quiz = self._preview.quiz
        folder = PurePath(quiz.folder).name
        facts = f"{quiz.id} · {folder}/quiz.yaml · {self._say(words.SEEDS)} {seeds_text(self._preview.seeds)}"
        about = self._in_each("div", "said", quiz.about) if quiz.about else Markup()
        return element(
            "header",
            None,
            element("p", {"class": "quiet"}, facts),
            element("h1", None, self._say(quiz.title)),
            element("p", {"class": "secret", "role": "note"}, self._say(words.HOLDS_ANSWERS)),
            about,
        )

    def _index(self) -> Markup:
        entries = []
        for place, one in enumerate(self._preview.questions, start=1):
            link = element("a", {"href": f"#question-{place}"}, one.question.id)
            count = element("span", {"class": "quiet"}, str(len(one.shown))) if len(one.shown) > 1 else Markup()
            wrong = element("span", {"class": "bad"}, self._say(words.CANNOT_DRAW)) if one.failed else Markup()
            entries.append(element("li", None, link, " ", count, " ", wrong))
        heading = element("h2", {"id": "questions"}, self._say(words.QUESTIONS))
        return element("nav", {"aria-labelledby": "questions"}, heading, element("ol", None, *entries))

    def _section(self, one: Previewed, place: int) -> Markup:
        own = f"question-{place}"
        told = " · ".join(self._say(text) for text in words.about(one.question, one.pool, self._titles))
        pieces = [
            element("h2", {"id": own}, element("span", {"class": "quiet"}, f"{place}  "), one.question.id),
            element("p", {"class": "quiet"}, told),
            *(self._failed(failed) for failed in one.failed),
        ]
        if len(one.shown) > 1:
            pieces.append(self._table(one.shown))
        pieces += [self._variant(one, shown, f"q{place}v{number}") for number, shown in enumerate(one.shown)]
        return element("section", {"aria-labelledby": own, "class": "previewed"}, *pieces)

    def _failed(self, failed: Failed) -> Markup:
        heading = f"{self._say(words.CANNOT_DRAW)}: {self._say(words.of_seeds(failed.seeds))}"
        return element(
            "div",
            {"class": "failed"},
            element("p", {"class": "bad"}, heading),
            element("p", None, prose(self._say(failed.error.text))),
        )

    # ---------------------------------------------------------------------------------------- what differs

    def _table(self, variants: Sequence[Shown]) -> Markup:
        table = table_of(variants, self._preview.speaks)
        redrawn = any(row.redrawn for row in table.rows)
        names = [self._say(words.SEEDS), *table.params, self._say(words.RIGHT), self._say(words.KNOWN_WRONG)]
        names += [self._say(words.REDRAWN)] if redrawn else []
        head = element("tr", None, *(element("th", {"scope": "col"}, name) for name in names))
        rows = []
        for row in table.rows:
            cells = [
                element("th", {"scope": "row"}, row.seeds),
                *(
                    element("td", {"class": "mono" if len(value) > _SHORT else "mono short"}, value)
                    for value in row.params
                ),
                element("td", {"class": "mono right good"}, row.right),
                element("td", {"class": "mono known quiet"}, row.wrong),
                *([element("td", None, str(row.redrawn or ""))] if redrawn else []),
            ]
            rows.append(element("tr", None, *cells))
        label = self._say(words.VARIANTS)
        inner = element("table", {"aria-label": label}, element("thead", None, head), element("tbody", None, *rows))
        return element("div", {"class": "scroll framed", "tabindex": "0", "role": "group", "aria-label": label}, inner)

    # ---------------------------------------------------------------------------------------- one variant

    def _variant(self, one: Previewed, shown: Shown, scope: str) -> Markup:
        inner = [self._public(shown, scope), *self._key(shown)]
        if len(one.shown) == 1:
            return element("div", {"class": "variant"}, *inner)
        params = ", ".join(f"{name} = {value}" for name, value in params_of(shown.variant.key).items())
        label = element("span", {"class": "quiet"}, params if len(params) <= 100 else f"{params[:99]}…")
        summary = element("summary", None, self._say(words.of_seeds(shown.seeds)), "  ", label)
        opened = {"open": ""} if shown is one.shown[0] else {}
        return element("details", {"class": "variant", **opened}, summary, *inner)

    def _public(self, shown: Shown, scope: str) -> Markup:
        forms = (
            # Nothing is sent: a form of its own keeps the choices of one variant apart from those of another.
            element("form", {"autocomplete": "off"}, question_html(shown.variant.public, one, scope=f"{scope}-{one}"))
            for one in self._preview.languages
        )
        return element("div", {"class": "beside"}, *forms)

    def _key(self, shown: Shown) -> Iterator[Markup]:
        for facts in facts_of(shown.variant.public, shown.variant.key):
            pieces = list(self._facts(facts))
            if pieces:
                heading = self._say(words.PART).format(part=facts.part) if facts.part else self._say(words.KEY)
                yield element("div", {"class": "key"}, element("h3", None, heading), *pieces)
        if shown.redrawn:
            yield element("p", {"class": "quiet"}, self._say(words.times_redrawn(shown.redrawn)))

    def _facts(self, facts: Facts) -> Iterator[Markup]:
        if facts.entries:
            said = any(entry.wrong.because or entry.wrong.say for entry in facts.entries)
            names = [words.ANSWER, *([words.BECAUSE, words.SAID] if said else [])]
            head = element("tr", None, *(element("th", {"scope": "col"}, self._say(name)) for name in names))
            rows = (self._entry(entry, said) for entry in facts.entries)
            table = element("table", None, element("thead", None, head), element("tbody", None, *rows))
            yield element("div", {"class": "scroll framed"}, table)
        if facts.kind is QuestionType.ORDER:
            yield element("p", {"class": "quiet"}, self._say(words.RIGHT_ORDER))
        told = [(words.HINT, hint) for hint in facts.hints]
        told += [(words.EXPLANATION, facts.explanation)] if facts.explanation else []
        if told:
            pairs = (
                together(
                    [element("dt", None, self._say(label)), element("dd", None, self._in_each("div", "said", text))]
                )
                for label, text in told
            )
            yield element("dl", None, *pairs)

    def _entry(self, entry: Entry, said: bool) -> Markup:
        sign, style = ("✓", "good") if entry.is_right else ("✗", "bad")
        mark = element("span", {"class": f"mark {style}"}, sign)
        cells = [element("td", {"class": "given"}, mark, " ", self._given(entry))]
        if said:
            because = element("code", None, entry.wrong.because) if entry.wrong.because else Markup()
            missing = Markup() if entry.is_right else element("span", {"class": "warn"}, self._say(words.NO_FEEDBACK))
            text = self._in_each("div", "said", entry.wrong.say) if entry.wrong.say else missing
            cells += [element("td", None, because), element("td", None, text)]
        return element("tr", None, *cells)

    def _given(self, entry: Entry) -> Markup:
        if len(entry.given) > 2:  # an order
            return element("ol", None, *(element("li", None, self._one(one)) for one in entry.given))
        shown = [self._one(one) for one in entry.given]
        return together([shown[0], *(piece for one in shown[1:] for piece in (" → ", one))])

    def _one(self, given: Option | str) -> Markup:
        if isinstance(given, str):
            return element("code", {"class": "lines" if "\n" in given.strip() else None}, given.strip("\n"))
        if given.text is None or len(self._preview.languages) == 1 or given.text.en == given.text.zh:
            return option_html(given, self._preview.languages[0])
        first = option_html(given, self._preview.languages[0])
        second = short(given, self._preview.languages[1])
        return together([first, element("span", {"class": "quiet other"}, second)])

    def _in_each(self, tag: str, style: str, text: Text) -> Markup:
        """Return an author's text in each language that is shown; once, where it is the same in both."""
        alike = text.en == text.zh
        languages = self._preview.languages[:1] if alike else self._preview.languages
        return together(
            element(tag, {"class": style, "lang": None if alike else LANGUAGE_TAGS[one]}, to_html(text.within(one)))
            for one in languages
        )

    def _say(self, text: Text) -> str:
        return text.within(self._preview.speaks)
