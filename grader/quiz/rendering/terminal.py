"""A question on paper for a terminal: what is asked, the options under letters, and what an answer looks like.

All here takes the public half of a question and nothing else, so nothing here can show a key. Options are A, B, C … and
the rows of a match 1, 2, 3 …: `letters` reads what is typed by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.quiz.marking.responses import Response, is_blank
from grader.quiz.model import MatchBody, Option, OptionsBody, PartsBody, PublicQuestion, QuestionType, TypedBody
from grader.quiz.rendering.letters import letter, letters_of
from grader.quiz.rendering.styled import Paper, Span, Style
from grader.quiz.rendering.terminal_code import code_lines
from grader.quiz.rendering.terminal_markdown import inline_spans, put_code, put_markdown
from grader.records import Language, Text

_INDENT = 2
_EXAMPLE_CELLS = 9  # of a table that is shown in full as an example


def put_question(paper: Paper, question: PublicQuestion, language: Language, *, parts: bool = True) -> None:
    """Add a question: its text, its code, what there is to choose from; with `parts`, all of a `multi-part`'s."""
    put_markdown(paper, question.text.within(language), indent=_INDENT)
    if question.code:
        paper.blank()
        put_code(paper, question.code, indent=_INDENT)
    body = question.body
    if isinstance(body, OptionsBody):
        paper.blank()
        _put_options(paper, body.options, language)
    elif isinstance(body, MatchBody):
        _put_match(paper, body, language)
    elif isinstance(body, PartsBody) and parts:
        for number, part in enumerate(body.parts, 1):
            put_part(paper, part, number, language)


def put_part(paper: Paper, part: PublicQuestion, number: int, language: Language) -> None:
    """Add one part of a `multi-part` under its number."""
    paper.blank()
    head = Span(f"{number}) ", Style.LETTER)
    put_markdown(paper, part.text.within(language), head=(head,), indent=_INDENT)
    if part.code:
        paper.blank()
        put_code(paper, part.code, indent=_INDENT + 3)
    if isinstance(part.body, OptionsBody):
        _put_options(paper, part.body.options, language, indent=_INDENT + 3)
    elif isinstance(part.body, MatchBody):
        _put_match(paper, part.body, language, indent=_INDENT + 3)


def _put_options(paper: Paper, options: Sequence[Option], language: Language, *, indent: int = _INDENT) -> None:
    width = len(letter(len(options) - 1)) if options else 1
    airy = any(_is_long(option, language, paper.width) for option in options)
    for place, option in enumerate(options):
        if airy and place:
            paper.blank()
        put_option(paper, option, f"{letter(place):<{width}}  ", language, indent=indent)


def _is_long(option: Option, language: Language, width: int) -> bool:
    if option.text is None:
        return "\n" in option.code.rstrip("\n")
    return len(option.text.within(language)) > width * 3 // 2


def put_option(paper: Paper, option: Option, label: str, language: Language, *, indent: int = _INDENT) -> None:
    """Add one option behind its label."""
    head = Span(label, Style.LETTER)
    if option.text is not None:
        put_markdown(paper, option.text.within(language), head=(head,), indent=indent)
        return
    for number, line in enumerate(code_lines(option.code)):
        first = head if number == 0 else Span(" " * len(label))
        paper.verbatim((first, *line), indent=indent)


def _put_match(paper: Paper, body: MatchBody, language: Language, *, indent: int = _INDENT) -> None:
    paper.blank()
    for number, row in enumerate(body.rows, 1):
        put_option(paper, row, f"{number:>{len(str(len(body.rows)))}}  ", language, indent=indent)
    paper.blank()
    _put_options(paper, body.options, language, indent=indent)


def put_answer(
    paper: Paper, question: PublicQuestion, response: Response, language: Language, *, indent: int = _INDENT
) -> None:
    """Add an answer in full: the options with their letters, what was typed as it was typed."""
    body = question.body
    if is_blank(response):
        paper.put(Span(_NOTHING.within(language), Style.DIM), indent=indent)
    elif isinstance(body, OptionsBody):
        _put_chosen(
            paper, question, body, [response] if isinstance(response, str) else list(response), language, indent
        )
    elif isinstance(body, MatchBody) and isinstance(response, Mapping):
        for number, row in enumerate(body.rows, 1):
            place = next((at for at, option in enumerate(body.options) if option.id == response.get(row.id)), None)
            chosen = [] if place is None else _brief(paper, body.options[place], language)
            name = "—" if place is None else letter(place)
            paper.put(*chosen, head=(Span(f"{number} → {name}  ", Style.LETTER),), indent=indent)
    elif isinstance(body, PartsBody) and isinstance(response, Mapping):
        for number, part in enumerate(body.parts, 1):
            head = Span(f"{number}) ", Style.LETTER)
            own = response.get(part.part, "")
            if isinstance(part.body, TypedBody) or is_blank(own):
                paper.put(Span(letters_of(part, own) or _NOTHING.within(language)), head=(head,), indent=indent)
            else:
                paper.put(head=(head,), indent=indent)
                put_answer(paper, part, own, language, indent=indent + 3)
    elif question.type is QuestionType.CODE_OUTPUT and isinstance(response, str):
        for line in response.rstrip("\n").split("\n"):
            paper.verbatim((Span(line),), indent=indent)
    else:
        paper.put(letters_of(question, response), indent=indent)


def _put_chosen(
    paper: Paper,
    question: PublicQuestion,
    body: OptionsBody,
    chosen: Sequence[object],
    language: Language,
    indent: int,
) -> None:
    places = [place for one in chosen for place, option in enumerate(body.options) if option.id == one]
    ordered = question.type is QuestionType.ORDER
    for number, place in enumerate(places if ordered else sorted(places), 1):
        label = f"{number}. {letter(place)}  " if ordered else f"{letter(place)}  "
        paper.put(*_brief(paper, body.options[place], language), head=(Span(label, Style.LETTER),), indent=indent)


def _brief(paper: Paper, option: Option, language: Language) -> list[Span]:
    if option.text is not None:
        return inline_spans(paper, option.text.within(language))
    lines = code_lines(option.code)
    return [*lines[0], *([Span(" …", Style.DIM)] if len(lines) > 1 else [])]


_NOTHING = Text(en="(nothing)", zh="（空）")


def what_to_type(question: PublicQuestion) -> Text:
    """Return what an answer to a question or part looks like: the line above the prompt."""
    body = question.body
    if isinstance(body, TypedBody):
        return _typed(question.type, body)
    if isinstance(body, MatchBody):
        return Text(en="For each row its number and a letter, such as 1B 2A.", zh="每行写行号加字母，例如 1B 2A。")
    match question.type:
        case QuestionType.CHOICE:
            return Text(en="Type one letter.", zh="请输入一个字母。")
        case QuestionType.MULTI:
            return Text(en="Type every letter that is right, such as A C.", zh="请输入所有正确选项的字母，例如 A C。")
        case QuestionType.ORDER:
            return Text(
                en="Type all letters in order, the first one first, such as C A B.",
                zh="请按先后顺序输入全部字母，例如 C A B。",
            )
    return Text(en="Its parts are asked one by one.", zh="各小题将逐一作答。")


def _typed(kind: QuestionType, body: TypedBody) -> Text:
    match kind:
        case QuestionType.NUMBER:
            return _number(body)
        case QuestionType.SHAPE:
            return Text(en='A shape, such as (2, 3); or "error".', zh="请写形状，例如 (2, 3)；若会报错，写“报错”。")
        case QuestionType.CODE_OUTPUT:
            return Text(
                en="What is printed, exactly; a line that ends with \\ goes on in the next.",
                zh="请准确写出输出；行末加 \\ 可在下一行继续输入。",
            )
        case QuestionType.MATRIX:
            size, example = f"{body.rows} × {body.columns}", _table_example(body.rows, body.columns)
            return Text(en=f"A table of {size} numbers, such as {example}.", zh=f"请写 {size} 的数表，例如 {example}。")
    names = ", ".join(body.variables)
    of = Text(en=f" of {names}", zh=f"，可用变量：{names}") if names else Text(en="", zh="")
    return Text(en=f"A formula{of.en}, such as 2*x^2.", zh=f"请写公式{of.zh}，写法如 2*x^2。")


def _table_example(rows: int, columns: int) -> str:
    """Return a table of a size as it can be typed; of a large one, how it begins."""
    if rows * columns > _EXAMPLE_CELLS:
        return "1 2 3 …; …" if rows > 1 else "1 2 3 …"
    cells = [[str(row * columns + column + 1) for column in range(columns)] for row in range(rows)]
    return "; ".join(" ".join(row) for row in cells)


def _number(body: TypedBody) -> Text:
    en, zh = ("a whole number", "一个整数") if body.whole else ("a number", "一个数")
    if body.unit is not None:
        en, zh = f"{en} in {body.unit.en}", f"{zh}，单位为 {body.unit.zh}"
    precision = body.precision
    if precision is not None and precision.sig_figs is not None:
        en = f"{en}, to {precision.sig_figs} significant figures"
        zh = f"{zh}，保留 {precision.sig_figs} 位有效数字"
    elif precision is not None and precision.relative is not None:
        en, zh = f"{en}, within a factor of {precision.relative}", f"{zh}，相对误差不超过 {precision.relative}"
    elif precision is not None and precision.absolute is not None:
        en, zh = f"{en}, within {precision.absolute}", f"{zh}，误差不超过 {precision.absolute}"
    return Text(en=f"{en[0].upper()}{en[1:]}.", zh=f"请写{zh}。")
