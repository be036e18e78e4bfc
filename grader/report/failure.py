"""The part of a terminal page that explains one failure: the call, what came, why, the student's lines, the output."""

from __future__ import annotations

from rich.cells import cell_len

from grader.records import Explanation, Language, SourceLine, TestResult, Text
from grader.report import wording
from grader.report.cells import place_in_cell
from grader.report.layout import Page, Span, pad
from grader.report.pictures_terminal import PictureBlock
from grader.report.signs import ASCII, Signs

_MAX_FRAMES = 4
_MAX_OUTPUT_LINES = 8
_MAX_OUTPUT_LINES_VERBOSE = 60
_MAX_PICTURES = 1
_MAX_PICTURES_VERBOSE = 3
_INDENT = 4


class FailureBlock:
    """Writes explanations to `page`, in one language and one set of signs."""

    def __init__(self, page: Page, *, language: Language, signs: Signs, verbose: bool) -> None:
        self._page = page
        self._language = language
        self._signs = signs
        self._max_output_lines = _MAX_OUTPUT_LINES_VERBOSE if verbose else _MAX_OUTPUT_LINES
        self._max_pictures = _MAX_PICTURES_VERBOSE if verbose else _MAX_PICTURES
        self._pictures = PictureBlock(page, language=language, ascii_only=signs is ASCII)

    def test(self, test: TestResult, *, withheld: bool) -> None:
        """Add one test that did not pass: its claim and name, why, and what it printed."""
        sign = self._signs.outcome(test.outcome)
        self._page.blank()
        self._page.put((f"{sign.glyph} ", sign.style), body=test.claim.within(self._language), style="bold")
        self._page.put(body=test.name, style="dim", indent=_INDENT)
        self._page.blank()
        if test.explanation is None:
            self._page.put(body=self._say(wording.UNEXPLAINED[test.outcome]), style=sign.style, indent=_INDENT)
        else:
            self._explanation(test.explanation, style=sign.style)
        self._printed(test.output, withheld=withheld)

    def problem(self, headline: Text, explanation: Explanation | None, *, output: str) -> None:
        """Add what concerns the whole submission or the whole exam."""
        self._page.blank()
        self._page.put((f"{self._signs.failed.glyph} ", "red"), body=self._say(headline), style="bold")
        if explanation is not None:
            self._page.blank()
            self._explanation(explanation, style="red")
        self._printed(output, withheld=False)

    def _explanation(self, explanation: Explanation, *, style: str) -> None:
        self._page.put(body=self._say(explanation.problem), style=style, indent=_INDENT)
        parts = [
            (wording.CALL, explanation.call),
            (wording.EXPECTED, self._optional(explanation.expected)),
            (wording.GOT, self._optional(explanation.got)),
            (wording.WHERE, self._optional(explanation.where)),
            (wording.CAUSE, self._optional(explanation.cause)),
            (wording.NEXT_STEP, self._optional(explanation.next_step)),
        ]
        present = [(self._say(label), text) for label, text in parts if text]
        label_width = max((cell_len(label) for label, _ in present), default=0)
        if present:
            self._page.blank()
        for label, text in present:
            self._page.put((pad(label, label_width) + "  ", "bold blue"), body=text, indent=_INDENT)
        for picture in explanation.pictures[: self._max_pictures]:
            self._pictures.draw(picture)
        self._traceback(explanation.traceback)
        self._example(explanation.example)

    def _example(self, code: Text | None) -> None:
        if code is None:
            return
        self._page.blank()
        self._page.put((self._say(wording.TRY_IT), "bold blue"), indent=_INDENT)
        for line in self._say(code).split("\n"):
            self._page.verbatim(body=line, indent=_INDENT)  # no gutter: it is to be copied

    def _traceback(self, lines: tuple[SourceLine, ...]) -> None:
        if not lines:
            return
        self._page.blank()
        self._page.put((self._say(wording.YOUR_CODE), "bold blue"), indent=_INDENT)
        if len(lines) > _MAX_FRAMES:  # the innermost lines say most
            self._more(len(lines) - _MAX_FRAMES)
        shown = lines[-_MAX_FRAMES:]
        gutter_width = max(len(str(_line_number(line))) for line in shown)
        for line in shown:
            self._source_line(line, gutter_width=gutter_width)

    def _source_line(self, line: SourceLine, *, gutter_width: int) -> None:
        number = _line_number(line)
        place = f"{line.file}:{number}" + (f":{line.column}" if line.column else "")
        if line.cell is not None:
            place = place_in_cell(line.line, line.cell, self._language)
        if line.function and line.function != "<module>":
            place = wording.IN_FUNCTION.within(self._language).format(place=place, function=line.function)
        self._page.put(body=place, style="dim", indent=_INDENT)
        source = line.source.rstrip()
        stripped = source.lstrip()
        if not stripped:
            return
        self._page.verbatim((f"{number:>{gutter_width}} {self._signs.gutter} ", "blue"), body=stripped, indent=_INDENT)
        offset = line.column - 1 - (len(source) - len(stripped))
        if line.column and 0 <= offset <= len(stripped):
            self._caret(stripped[:offset], gutter_width=gutter_width)

    def _caret(self, before: str, *, gutter_width: int) -> None:
        column = cell_len(self._page.clean_code(before))
        if _INDENT + gutter_width + 3 + column < self._page.width:  # else the line was cut before the place
            gutter = f"{' ' * gutter_width} {self._signs.gutter} "
            self._page.verbatim((gutter, "blue"), body=" " * column + "^", style="bold red", indent=_INDENT)

    def _printed(self, output: str, *, withheld: bool) -> None:
        if not output.strip() and not withheld:
            return
        label: Span = (self._say(wording.PRINTED), "bold blue")
        self._page.blank()
        if withheld:
            self._page.put(label, ("  ", ""), body=self._say(wording.OUTPUT_WITHHELD), style="dim", indent=_INDENT)
            return
        self._page.put(label, indent=_INDENT)
        lines = output.replace("\r\n", "\n").rstrip("\n").split("\n")
        for line in lines[: self._max_output_lines]:
            self._page.verbatim((f"{self._signs.gutter} ", "blue"), body=line, indent=_INDENT)
        if len(lines) > self._max_output_lines:
            self._more(len(lines) - self._max_output_lines)

    def _more(self, count: int) -> None:
        more = wording.MORE_LINES.within(self._language, count)
        self._page.put((f"{self._signs.ellipsis} ", "dim"), body=more, style="dim", indent=_INDENT)

    def _say(self, text: Text) -> str:
        return text.within(self._language)

    def _optional(self, text: Text | None) -> str | None:
        return None if text is None else text.within(self._language)


def _line_number(line: SourceLine) -> int:
    """Return the line's number in what the student wrote: the cell, or the file."""
    return line.line if line.cell is None else line.line - line.cell.line + 1
