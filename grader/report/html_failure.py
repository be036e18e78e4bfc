"""The part of the HTML report that explains one failure: what came, why, pictures, the student's lines, the output."""

from __future__ import annotations

from grader.pages.markup import Markup, element, prose, together, unbroken
from grader.plaintext import printable
from grader.records import Explanation, Language, Outcome, SourceLine, TestResult, Text
from grader.report import wording
from grader.report.cells import place_in_cell
from grader.report.figures import Figures
from grader.report.signs import UNICODE

_TAB = "    "
_MAX_FRAMES = 12
_MAX_SOURCE = 500  # characters of a line
_MAX_VALUE = 4_000
_OPEN_LINES = 12  # of output: more are folded away
_STYLES = {"green": "good", "red": "bad", "yellow": "warn", "magenta": "odd", "dim": "quiet"}


def outcome_label(outcome: Outcome, language: Language, *, style: str = "") -> Markup:
    """Return the sign and the word of an outcome; the sign is not read out, for the word says the same."""
    sign = UNICODE.outcome(outcome)
    glyph = element("span", {"aria-hidden": "true"}, sign.glyph)
    word = wording.OUTCOMES[outcome].within(language)
    return element("span", {"class": f"{_STYLES[sign.style]} {style}".strip()}, glyph, f" {word}")


class Failures:
    """Makes the articles of failures, in one language."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._figures = Figures(language)

    def test(self, test: TestResult, identifier: str, *, withheld: bool) -> Markup:
        """Return the article of one test that did not pass; the list of tests links to `identifier`."""
        heading = f"{identifier}-claim"
        name = element(
            "p", {"class": "quiet name"}, outcome_label(test.outcome, self._language), "  ", _code(test.name)
        )
        if test.explanation is None:
            told = element("p", {"class": "problem"}, self._say(wording.UNEXPLAINED[test.outcome]))
        else:
            told = self._explanation(test.explanation, identifier)
        return element(
            "article",
            {"id": identifier, "aria-labelledby": heading},
            element("h3", {"id": heading}, prose(self._say(test.claim))),
            name,
            told,
            self._printed(test.output, withheld=withheld),
        )

    def problem(self, headline: Text, explanation: Explanation | None, *, output: str) -> Markup:
        """Return the article of what concerns the whole submission or the whole exam."""
        told = Markup() if explanation is None else self._explanation(explanation, "problem")
        heading = element("h3", {"id": "problem-title"}, self._say(headline))
        printed = self._printed(output, withheld=False)
        return element("article", {"id": "problem", "aria-labelledby": "problem-title"}, heading, told, printed)

    def _explanation(self, explanation: Explanation, identifier: str) -> Markup:
        facts = [
            (wording.CALL, element("dd", None, _code(explanation.call)) if explanation.call else None),
            (wording.EXPECTED, self._value(explanation.expected)),
            (wording.GOT, self._value(explanation.got)),
            (wording.WHERE, self._sentence(explanation.where)),
        ]
        reasons = [
            (wording.CAUSE, self._sentence(explanation.cause)),
            (wording.NEXT_STEP, self._sentence(explanation.next_step)),
        ]
        told = [self._entry(label, value) for label, value in facts if value is not None]
        why = [self._entry(label, value) for label, value in reasons if value is not None]
        if why:
            told.append(element("div", {"class": "cause"}, *why))
        figures = [
            self._figures.figure(picture, f"{identifier}-picture-{place}")
            for place, picture in enumerate(explanation.pictures, start=1)
        ]
        return together(
            [
                element("p", {"class": "problem"}, prose(self._say(explanation.problem))),
                element("dl", None, *told) if told else Markup(),
                *figures,
                self._traceback(explanation.traceback),
                self._example(explanation.example),
            ]
        )

    def _entry(self, label: Text, value: Markup) -> Markup:
        return together([element("dt", None, self._say(label)), value])

    def _value(self, text: Text | None) -> Markup | None:
        """Return a value: code where both languages say the same, for then it is no sentence."""
        if text is None:
            return None
        said = printable(self._say(text), limit=_MAX_VALUE, newlines=True)
        if text.en == text.zh:
            return element("dd", {"class": "mono"}, unbroken(said))
        return element("dd", None, prose(said))

    def _sentence(self, text: Text | None) -> Markup | None:
        return (
            None
            if text is None
            else element("dd", None, prose(printable(self._say(text), limit=_MAX_VALUE, newlines=True)))
        )

    # --------------------------------------------------------------------------------------------- code and output

    def _example(self, code: Text | None) -> Markup:
        if code is None:
            return Markup()
        shown = printable(self._say(code), limit=_MAX_VALUE, newlines=True)
        return together([element("h4", None, self._say(wording.TRY_IT)), _block(shown)])

    def _traceback(self, lines: tuple[SourceLine, ...]) -> Markup:
        if not lines:
            return Markup()
        items = [element("li", None, *self._source_line(line)) for line in lines[-_MAX_FRAMES:]]
        if len(lines) > _MAX_FRAMES:  # the innermost lines say most
            more = wording.MORE_LINES.within(self._language, len(lines) - _MAX_FRAMES)
            items.insert(0, element("li", {"class": "quiet"}, f"… {more}"))
        return together([element("h4", None, self._say(wording.YOUR_CODE)), element("ol", {"class": "trace"}, *items)])

    def _source_line(self, line: SourceLine) -> list[Markup]:
        number = line.line if line.cell is None else line.line - line.cell.line + 1
        place = f"{line.file}:{number}" + (f":{line.column}" if line.column else "")
        if line.cell is not None:
            place = place_in_cell(line.line, line.cell, self._language)
        if line.function and line.function != "<module>":
            place = wording.IN_FUNCTION.within(self._language).format(place=place, function=line.function)
        shown = [element("p", {"class": "place"}, printable(place, limit=_MAX_SOURCE))]
        source = line.source[:_MAX_SOURCE].rstrip()
        stripped = source.lstrip()
        if stripped:
            gutter = element("span", {"class": "number", "aria-hidden": "true"}, f"{number} │ ")
            caret = self._caret(line, stripped, gutter=len(f"{number} │ "), cut=len(source) - len(stripped))
            shown.append(_block(gutter, stripped.replace("\t", _TAB), caret))
        return shown

    def _caret(self, line: SourceLine, stripped: str, *, gutter: int, cut: int) -> Markup:
        """Return a second line that points at the column, where the line shows it."""
        offset = line.column - 1 - cut
        if not line.column or not 0 <= offset <= len(stripped) or not _is_plain(stripped):
            return Markup()  # where a character is not as wide as a space, the arrow would point elsewhere
        indent = " " * (gutter + len(stripped[:offset].replace("\t", _TAB)))
        return element("span", {"class": "caret", "aria-hidden": "true"}, f"\n{indent}^")

    def _printed(self, output: str, *, withheld: bool) -> Markup:
        label = self._say(wording.PRINTED)
        if withheld:
            return together(
                [element("h4", None, label), element("p", {"class": "quiet"}, self._say(wording.OUTPUT_WITHHELD))]
            )
        if not output.strip():
            return Markup()
        text = output.replace("\r\n", "\n").rstrip("\n")
        lines = text.count("\n") + 1
        count = wording.LINES.within(self._language, lines)
        return element(
            "details",
            {"open": "" if lines <= _OPEN_LINES else None},
            element("summary", None, f"{label} ({count})" if self._language is Language.EN else f"{label}（{count}）"),
            _block(text),
        )

    def _say(self, text: Text) -> str:
        return text.within(self._language)


def _code(text: str) -> Markup:
    return element("code", None, text)


def _block(*children: str) -> Markup:
    # A block that scrolls must be reachable by keyboard.
    return element("pre", {"tabindex": "0"}, element("code", None, *children))


def _is_plain(source: str) -> bool:
    return source.isascii() and source.replace("\t", " ").isprintable()
