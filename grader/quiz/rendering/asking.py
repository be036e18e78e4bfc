"""What a question asks for, in a sentence: the same in a terminal, on a page and in what is exported."""

from __future__ import annotations

from grader.quiz.model import PartsBody, Precision, PublicQuestion, QuestionType, TypedBody
from grader.records import Text

_ASKED = {
    QuestionType.CHOICE: Text(en="Choose one.", zh="请选择一项。"),
    QuestionType.MULTI: Text(en="Choose every one that is right.", zh="请选出所有正确的选项。"),
    QuestionType.SHAPE: Text(en='Type a shape such as (3, 4), or "error".', zh="请输入形状，例如 (3, 4)，或“报错”。"),
    QuestionType.ORDER: Text(en="Give each its place in the order.", zh="请给每一项排定次序。"),
    QuestionType.MATCH: Text(en="Choose one for each.", zh="请为每一行选择一项。"),
    QuestionType.CODE_OUTPUT: Text(en="Type what is printed, line by line.", zh="请逐行输入打印的内容。"),
    QuestionType.MULTI_PART: Text(en="Answer each part.", zh="请回答每一小题。"),
}


def asked_for(question: PublicQuestion) -> Text:
    """Return what to answer, and how exactly."""
    body = question.body
    if not isinstance(body, TypedBody) or question.type in _ASKED:
        return _ASKED[question.type]
    if question.type is QuestionType.EXPRESSION:
        names = ", ".join(body.variables)
        return Text(
            en=f"Type a formula in {names}." if names else "Type a formula.",
            zh=f"请用 {names.replace(', ', '、')} 写出公式。" if names else "请写出公式。",
        )
    exactly = precision_words(body.precision)
    if question.type is QuestionType.MATRIX:
        return Text(
            en=f"Type {body.rows} × {body.columns} numbers{exactly.en}.",
            zh=f"请填写 {body.rows} × {body.columns} 个数{exactly.zh}。",
        )
    if body.whole:
        return Text(en="Type a whole number.", zh="请输入整数。")
    return Text(en=f"Type a number{exactly.en}.", zh=f"请输入一个数{exactly.zh}。")


def precision_words(precision: Precision | None) -> Text:
    """Return how exactly a number is asked for, to go on with after "a number"; nothing where it is exact anyway."""
    if precision is None:
        return Text(en="", zh="")
    if precision.sig_figs is not None:
        one = precision.sig_figs == 1
        return Text(
            en=f", to {precision.sig_figs} significant figure{'' if one else 's'}",
            zh=f"，保留 {precision.sig_figs} 位有效数字",
        )
    if precision.relative is not None:
        share = f"{float(precision.relative) * 100:g}%"
        return Text(en=f", within {share}", zh=f"，相对误差不超过 {share}")
    if precision.absolute is not None:
        return Text(en=f", within {precision.absolute}", zh=f"，误差不超过 {precision.absolute}")
    return Text(en="", zh="")


def terms(question: PublicQuestion) -> tuple[Text, ...]:
    """Return what a question counts, how often it may be tried, what a wrong try costs, how many hints it has."""
    points, tries, body = f"{question.points:g}", question.attempts, question.body
    hints = question.hints + (sum(part.hints for part in body.parts) if isinstance(body, PartsBody) else 0)
    told = [Text(en=f"{points} point{'' if question.points == 1 else 's'}", zh=f"{points} 分")]
    if tries is None:
        told.append(Text(en="any number of tries", zh="次数不限"))
    else:
        told.append(Text(en=f"{tries} {'try' if tries == 1 else 'tries'}", zh=f"可答 {tries} 次"))
    if question.penalty and tries != 1:
        cost = f"{question.penalty * 100:g}%"
        told.append(Text(en=f"a wrong try costs {cost}", zh=f"每答错一次扣 {cost}"))
    if hints:
        told.append(Text(en=f"{hints} hint{'' if hints == 1 else 's'}", zh=f"提示 {hints} 条"))
    return tuple(told)
