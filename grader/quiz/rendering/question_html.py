"""One question as HTML, from its public half alone: what a student sees, with fields to answer in.

No script is needed for any type: what is put in order is numbered, what is matched is chosen from lists, both by
keyboard. The fields are named by `forms`, which also reads them. Text from authors enters by `to_html` and `element`
only. What it looks like is in `question_style`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.pages.markup import Markup, element
from grader.pages.page import LANGUAGE_TAGS
from grader.quiz.marking.matrices import written_cells
from grader.quiz.marking.responses import Response
from grader.quiz.model import (
    MatchBody,
    Option,
    OptionsBody,
    PartsBody,
    PublicQuestion,
    QuestionType,
    TypedBody,
)
from grader.quiz.rendering.asking import asked_for, terms
from grader.quiz.rendering.code_html import code_block, code_lines
from grader.quiz.rendering.forms import cell_name, field_name
from grader.quiz.rendering.markdown import plain_text, to_html, to_inline_html
from grader.records import Language, Text

_SHORT = 48  # characters of an option that a list can show by itself
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NOT_CHOSEN = "–"
_PLACE = Text(en="place of", zh="次序：")
_CELL = Text(en="row {row}, column {column}", zh="第 {row} 行第 {column} 列")


def question_html(
    question: PublicQuestion, language: Language, *, scope: str = "question", given: Response | None = None
) -> Markup:
    """Return one question in one language, to stand inside a form; the fields are filled with the answer `given`.

    `scope` begins every id, so that several questions can stand on one page.
    """
    body = _Writer(language).question(question, given, scope)
    told = element("p", {"class": "terms"}, " · ".join(text.within(language) for text in terms(question)))
    return element("section", {"class": "question", "lang": LANGUAGE_TAGS[language]}, *body, told)


def option_html(option: Option, language: Language) -> Markup:
    """Return what an option says, to stand within a line."""
    if option.text is None:
        return code_lines(option.code)
    return to_inline_html(option.text.within(language))


@dataclass(frozen=True, slots=True)
class _Writer:
    language: Language

    def question(self, question: PublicQuestion, given: Response | None, scope: str) -> list[Markup]:
        """Return the text, the code and the fields of a question or of a part."""
        about = f"{scope}-text"
        pieces = [element("div", {"class": "text", "id": about}, to_html(self._say(question.text)))]
        if question.code:
            pieces.append(code_block(question.code))
        if isinstance(question.body, PartsBody):
            pieces += self._parts(question.body, given, scope)
        else:
            pieces.append(self._fields(question, given, scope))
        return pieces

    def _parts(self, body: PartsBody, given: Response | None, scope: str) -> list[Markup]:
        answers = given if isinstance(given, Mapping) else {}
        return [
            element(
                "fieldset",
                {"class": "part"},
                element("legend", None, f"({_letter(place).lower()})"),
                *self.question(part, answers.get(part.part), f"{scope}-{place}"),
            )
            for place, part in enumerate(body.parts)
        ]

    def _fields(self, question: PublicQuestion, given: Response | None, scope: str) -> Markup:
        body = question.body
        if isinstance(body, MatchBody):
            inner = self._match(question, body, given, scope)
        elif isinstance(body, OptionsBody):
            shown = self._order if question.type is QuestionType.ORDER else self._choices
            inner = shown(question, body, given, scope)
        elif question.type is QuestionType.MATRIX and isinstance(body, TypedBody):
            inner = self._cells(question, body, given)
        else:
            return self._typed(question, given, scope)
        legend = element("legend", None, self._say(asked_for(question)))
        described = {"class": f"fields {question.type}", "aria-describedby": f"{scope}-text"}
        return element("fieldset", described, legend, *inner)

    def _choices(self, question: PublicQuestion, body: OptionsBody, given: Response | None, scope: str) -> list[Markup]:
        kind = "radio" if question.type is QuestionType.CHOICE else "checkbox"
        chosen = {given} if isinstance(given, str) else set(_texts(given))
        rows = []
        for place, option in enumerate(body.options):
            own = f"{scope}-option{place}"
            field = {"type": kind, "id": own, "name": field_name(question), "value": option.id}
            ticked = {"checked": ""} if option.id in chosen else {}
            label = element("label", {"for": own}, option_html(option, self.language))
            rows.append(element("div", {"class": "option"}, element("input", field | ticked), label))
        return rows

    def _order(self, question: PublicQuestion, body: OptionsBody, given: Response | None, scope: str) -> list[Markup]:
        places = {option: str(place) for place, option in enumerate(_texts(given), start=1)}
        numbers = [(str(number), str(number)) for number in range(1, len(body.options) + 1)]
        rows = []
        for place, option in enumerate(body.options):
            own = f"{scope}-item{place}"
            select = self._select(field_name(question, option.id), own, numbers, places.get(option.id, ""))
            heard = element("span", {"class": "heard"}, self._say(_PLACE), " ")
            label = element("label", {"for": own}, heard, option_html(option, self.language))
            rows.append(element("div", {"class": "option"}, select, label))
        return rows

    def _match(self, question: PublicQuestion, body: MatchBody, given: Response | None, scope: str) -> list[Markup]:
        chosen = given if isinstance(given, Mapping) else {}
        shown = [self._plain(option) for option in body.options]
        short = all(text is not None and len(text) <= _SHORT for text in shown)
        pieces = [] if short else [self._lettered(body.options)]
        names = [text or "" if short else _letter(place) for place, text in enumerate(shown)]
        choices = list(zip((option.id for option in body.options), names, strict=True))
        for place, row in enumerate(body.rows):
            own, before = f"{scope}-row{place}", chosen.get(row.id, "")
            label = element("label", {"for": own}, option_html(row, self.language))
            select = self._select(field_name(question, row.id), own, choices, before if isinstance(before, str) else "")
            pieces.append(element("div", {"class": "row"}, label, select))
        return pieces

    def _plain(self, option: Option) -> str | None:
        """Return an option as a list can show it; None where it is more than a line of text."""
        if option.text is None:
            return None if "\n" in option.code.strip() else option.code.strip()
        return plain_text(option.text.within(self.language))

    def _lettered(self, options: Sequence[Option]) -> Markup:
        rows = (
            element(
                "li",
                None,
                element("span", {"class": "letter"}, _letter(place)),
                element("span", None, option_html(option, self.language)),
            )
            for place, option in enumerate(options)
        )
        return element("ul", {"class": "letters"}, *rows)

    def _select(self, name: str, own: str, choices: Sequence[tuple[str, str]], chosen: str) -> Markup:
        options = (
            element("option", {"value": value, **({"selected": ""} if value == chosen else {})}, shown)
            for value, shown in (("", _NOT_CHOSEN), *choices)
        )
        return element("select", {"name": name, "id": own}, *options)

    def _typed(self, question: PublicQuestion, given: Response | None, scope: str) -> Markup:
        body, own = question.body, f"{scope}-answer"
        text = given if isinstance(given, str) else ""
        field = {
            "id": own,
            "name": field_name(question),
            "class": "mono",
            "aria-describedby": f"{scope}-text",
            **_AS_IS,
        }
        if question.type is QuestionType.CODE_OUTPUT:
            # A browser drops the first line break inside of a textarea.
            box = element("textarea", {**field, "rows": "3"}, Markup("\n"), text)
        else:
            box = element("input", {**field, "type": "text", "value": text})
        label = element("label", {"for": own}, self._say(asked_for(question)))
        unit = body.unit if isinstance(body, TypedBody) else None
        behind = element("span", {"class": "unit"}, self._say(unit)) if unit else Markup()
        return element("div", {"class": f"fields {question.type}"}, label, element("div", None, box, behind))

    def _cells(self, question: PublicQuestion, body: TypedBody, given: Response | None) -> list[Markup]:
        rows = []
        table = _table(given, body.rows)
        for row in range(body.rows):
            cells = []
            for column in range(body.columns):
                label = self._say(_CELL).format(row=row + 1, column=column + 1)
                field = {"type": "text", "name": cell_name(question, row, column), "class": "mono", "size": "6"}
                value = {"value": _cell(table, row, column), "aria-label": label}
                cells.append(element("td", None, element("input", {**field, **value, **_AS_IS})))
            rows.append(element("tr", None, *cells))
        return [element("div", {"class": "scroll"}, element("table", None, element("tbody", None, *rows)))]

    def _say(self, text: Text) -> str:
        return text.within(self.language)


# What is typed is no prose: nobody's spelling of it is to be mended.
_AS_IS = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


def _letter(place: int) -> str:
    """Return A, B, … Z, A1, B1, …"""
    again, at = divmod(place, len(_LETTERS))
    return _LETTERS[at] + (str(again) if again else "")


def _texts(given: Response | None) -> list[str]:
    if given is None or isinstance(given, str | Mapping):
        return []
    return [one for one in given if isinstance(one, str)]


def _table(given: Response | None, rows: int) -> Sequence[Sequence[str]]:
    """Return the cells of an answer, also of one that was typed as a text; as the marker does, a row for a column."""
    if isinstance(given, str):
        written = written_cells(given) or []
        return [[cell] for cell in written[0]] if len(written) == 1 and len(written[0]) == rows > 1 else written
    if given is None or isinstance(given, Mapping):
        return []
    return [row for row in given if not isinstance(row, str)]


def _cell(table: Sequence[Sequence[str]], row: int, column: int) -> str:
    return table[row][column] if row < len(table) and column < len(table[row]) else ""
