"""What is said of an answer that could not be read: why, and what to write instead, in both languages.

A sentence may repeat what the student typed, made printable and cut; it never depends on the right answer.
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.plaintext import printable
from grader.quiz.marking.mark import Unreadable
from grader.records import Text

_EXAMPLE = Text(en="Write a number such as 0.25, 1/4 or 2.5e-1.", zh="请写一个数，例如 0.25、1/4 或 2.5e-1。")
_SHAPE_EXAMPLE = Text(
    en='Write the sizes such as (3, 4), () for a scalar, or "error" if it raises one.',
    zh="请写出各维大小，例如 (3, 4)；标量写 ()；若会报错，写“报错”。",
)
_MATRIX_EXAMPLE = Text(
    en="Write the rows such as [[1, 2], [3, 4]], or 1 2; 3 4.", zh="请逐行书写，例如 [[1, 2], [3, 4]] 或 1 2; 3 4。"
)
_BRACKETS = Text(en="Write brackets to say which you mean.", zh="请加括号说明你的意思。")
_SIGNS_OF_FORMULAS = frozenset("+-*/^()|=")
_SIMPLER = Text(en="Write it more shortly.", zh="请写得简短一些。")


def _of(en: str, zh: str, way_out: Text) -> Unreadable:
    return Unreadable(reason=Text(en=en, zh=zh), way_out=way_out)


def _cut(text: str) -> str:
    return printable(text.strip(), limit=40)


# ---------------------------------------------------------------------------------------------- of every type


def blank() -> Unreadable:
    return _of("Nothing was answered.", "没有作答。", Text(en="Type an answer.", zh="请输入答案。"))


def too_long(limit: int) -> Unreadable:
    way = Text(en=f"At most {limit} characters are read.", zh=f"最多读取 {limit} 个字符。")
    return _of("The answer is too long.", "答案太长。", way)


def too_many_words() -> Unreadable:
    return _of("The formula has too many parts.", "公式的组成部分过多。", _SIMPLER)


def too_deep() -> Unreadable:
    return _of("The brackets are nested too deeply.", "括号嵌套过深。", _SIMPLER)


def too_large() -> Unreadable:
    way = Text(en="Check the exponent.", zh="请检查指数。")
    return _of("This number is too large or too small to be worked out.", "这个数过大或过小，无法计算。", way)


def unknown_option(identifier: str) -> Unreadable:
    cut = _cut(identifier)
    way = Text(en="Choose from those that are shown.", zh="请从所示选项中选择。")
    return _of(f'There is no option "{cut}" here.', f"这里没有选项“{cut}”。", way)


def twice(identifier: str) -> Unreadable:
    cut = _cut(identifier)
    return _of(f'"{cut}" stands twice.', f"“{cut}”出现了两次。", Text(en="Use it once.", zh="请只用一次。"))


def wrong_kind() -> Unreadable:
    way = Text(en="Answer the question in the way that it asks for.", zh="请按题目要求的方式作答。")
    return _of("This is no answer to this type of question.", "这不是该题型的答案。", way)


# ------------------------------------------------------------------------------------------------- of numbers


def not_a_number(text: str) -> Unreadable:
    cut = _cut(text)
    return _of(f'"{cut}" could not be read as a number.', f"无法把“{cut}”读作一个数。", _EXAMPLE)


def stopped_at(text: str, rest: str) -> Unreadable:
    if not text.removesuffix(rest).strip():
        return not_a_number(text)
    shown, left = _cut(text), _cut(rest)
    return _of(f'In "{shown}", "{left}" could not be read.', f"“{shown}”中的“{left}”无法读懂。", _EXAMPLE)


def followed_by(word: str) -> Unreadable:
    cut = _cut(word)
    way = Text(en="Give the number alone.", zh="请只写数字。")
    return _of(f'The number is followed by "{cut}".', f"数字后面还有“{cut}”。", way)


def unfinished(text: str) -> Unreadable:
    cut = _cut(text)
    return _of(f'"{cut}" ends too early.', f"“{cut}”不完整。", Text(en="Write the rest of it.", zh="请把它写完。"))


def unclosed() -> Unreadable:
    return _of("A bracket is missing.", "缺少一个括号。", Text(en="Close every bracket.", zh="请把括号配对。"))


def odd_separators(run: str) -> Unreadable:
    cut = _cut(run)
    way = Text(en="Write one number, with a decimal point: 1234.5.", zh="请只写一个数，小数点用“.”：1234.5。")
    return _of(
        f'"{cut}" could be several numbers, or one written oddly.',
        f"“{cut}”可能是几个数，也可能是写法不规范的一个数。",
        way,
    )


def ambiguous_comma(run: str, whole: str, decimal: str) -> Unreadable:
    cut = _cut(run)
    way = Text(en=f"Write {whole} or {decimal}.", zh=f"请写 {whole} 或 {decimal}。")
    return _of(f'"{cut}" could mean {whole} or {decimal}.', f"“{cut}”可能指 {whole}，也可能指 {decimal}。", way)


def comma_in_brackets(text: str) -> Unreadable:
    cut = _cut(text)
    way = Text(en="Write one number, with a decimal point and no commas.", zh="请只写一个数，小数点用“.”，不要用逗号。")
    return _of(f'"{cut}" could be two numbers.', f"“{cut}”可能是两个数。", way)


def not_whole(number: str, thousands: str) -> Unreadable:
    """`thousands`: the number without its points, if they could stand between thousands; else empty."""
    cut = _cut(number)
    way = (
        Text(en=f"Write {thousands} if the point parts thousands.", zh=f"若点号是千位分隔符，请写 {thousands}。")
        if thousands
        else Text(en="Give a whole number.", zh="请写一个整数。")
    )
    return _of(
        f"This question asks for a whole number, and {cut} is none.", f"本题要求一个整数，而 {cut} 不是整数。", way
    )


def factor_of_what(text: str, rest: str) -> Unreadable:
    shown, left = _cut(text), _cut(rest)
    return _of(
        f'In "{shown}" it is not clear what "{left}" is a factor of.',
        f"“{shown}”中的“{left}”与哪一部分相乘不明确。",
        _BRACKETS,
    )


def other_base(text: str) -> Unreadable:
    cut = _cut(text)
    way = Text(en="Write it in decimal digits.", zh="请用十进制书写。")
    return _of(f'"{cut}" is not a decimal number.', f"“{cut}”不是十进制数。", way)


def divided_by_zero() -> Unreadable:
    way = Text(en='Write "inf" or "nan" if you mean that.', zh="如果你想表达的是无穷或非数，请写 inf 或 nan。")
    return _of("This divides by zero.", "这里除以了零。", way)


def not_real(name: str) -> Unreadable:
    return _of(f"This has no real value: see {name}.", f"这里没有实数值：见 {name}。", _EXAMPLE)


def no_special() -> Unreadable:
    way = Text(en="Give a finite number.", zh="请写一个有限的数。")
    return _of("This question asks for a finite number.", "本题要求一个有限的数。", way)


# ---------------------------------------------------------------------------------------- of shapes and matrices


def not_a_shape(text: str) -> Unreadable:
    cut = _cut(text)
    return _of(f'"{cut}" could not be read as a shape.', f"无法把“{cut}”读作形状。", _SHAPE_EXAMPLE)


def size_named(name: str) -> Unreadable:
    cut = _cut(name)
    return _of(f'A size is a number, and "{cut}" is none.', f"每一维大小应为数字，而“{cut}”不是。", _SHAPE_EXAMPLE)


def size_negative(size: str) -> Unreadable:
    cut = _cut(size)
    way = Text(en="Write the size that it stands for.", zh="请写出它所代表的实际大小。")
    return _of(f"A shape has no size {cut}.", f"形状中不会有 {cut} 这样的大小。", way)


def size_computed(size: str) -> Unreadable:
    cut = _cut(size)
    way = Text(en="Multiply it out, or separate the sizes by commas.", zh="请算出乘积，或用逗号分隔各维大小。")
    return _of(f'"{cut}" could be one size or two.', f"“{cut}”可能是一维，也可能是两维。", way)


def too_many_axes(limit: int) -> Unreadable:
    return _of(f"A shape has at most {limit} sizes.", f"形状最多有 {limit} 维。", _SHAPE_EXAMPLE)


def not_a_matrix(text: str) -> Unreadable:
    cut = _cut(text)
    return _of(f'"{cut}" could not be read as rows of numbers.', f"无法把“{cut}”读作若干行数字。", _MATRIX_EXAMPLE)


def ragged() -> Unreadable:
    return _of("The rows are not equally long.", "各行长度不一致。", _MATRIX_EXAMPLE)


def too_many_cells(limit: int) -> Unreadable:
    return _of(f"At most {limit} numbers are read.", f"最多读取 {limit} 个数。", _MATRIX_EXAMPLE)


def other_size(rows: int, columns: int) -> Unreadable:
    way = Text(
        en=f"Give {rows} × {columns} numbers (rows × columns).", zh=f"请给出 {rows} × {columns} 个数（行 × 列）。"
    )
    return _of("The table has another size.", "表格大小不符。", way)


# ----------------------------------------------------------------------------------------------- of expressions


def unknown_name(name: str, names: Iterable[str], functions: Iterable[str] = ()) -> Unreadable:
    cut, known, callable_names = _cut(name), ", ".join(names), ", ".join(functions)
    reason = Text(
        en=f'"{cut}" is no name of this question, nor a known function.',
        zh=f"“{cut}”既不是本题的变量，也不是已知函数。",
    )
    way = Text(en=f"Use {known}.", zh=f"请使用 {known}。") if known else Text(en="Use numbers only.", zh="请只用数字。")
    if callable_names:
        way = Text(en=f"{way.en} Functions: {callable_names}.", zh=f"{way.zh}可用的函数：{callable_names}。")
    return Unreadable(reason=reason, way_out=way)


def character(found: str) -> Unreadable:
    cut = _cut(found)
    way = Text(en="Write + - * / ^ and brackets.", zh="请使用 + - * / ^ 和括号。")
    if found in _SIGNS_OF_FORMULAS:
        way = Text(
            en="Something is missing before or behind it, or it is one too many.",
            zh="它的前面或后面缺少内容，或它是多余的。",
        )
    return _of(f'"{cut}" could not be read here.', f"此处的“{cut}”无法读懂。", way)


def could_mean(text: str, first: str, second: str) -> Unreadable:
    cut = _cut(text)
    return _of(f'"{cut}" could mean {first} or {second}.', f"“{cut}”可能指 {first}，也可能指 {second}。", _BRACKETS)


def latex() -> Unreadable:
    way = Text(en="Write a/b, sqrt(x), x^(y + 1) and x_1.", zh="请写成 a/b、sqrt(x)、x^(y + 1) 和 x_1 的形式。")
    return _of("Braces and LaTeX are not read here.", "这里不支持花括号和 LaTeX。", way)


def raised_function(name: str, exponent: str) -> Unreadable:
    """`exponent` may be empty: it is none that can be repeated."""
    power = exponent or "…"
    way = Text(en=f"Write {name}(…)^{power} if you mean that power.", zh=f"若要表示乘方，请写 {name}(…)^{power}。")
    return _of(
        f"{name}^{power} stands before what {name} is taken of.", f"{name}^{power} 出现在 {name} 的自变量之前。", way
    )


def arguments(name: str, count: int) -> Unreadable:
    """`count` is 0 for two or more."""
    way = (
        Text(en=f"Give it {count}, in brackets.", zh=f"请在括号内给出 {count} 个参数。")
        if count
        else Text(en="Give it two or more, in brackets.", zh="请在括号内给出两个或更多参数。")
    )
    return _of(f"{name} was not given what it takes.", f"{name} 的参数个数不对。", way)


def comma() -> Unreadable:
    way = Text(en="Write decimals with a point.", zh="小数点请用“.”。")
    return _of("A comma separates nothing here.", "此处的逗号没有意义。", way)


def is_an_equation() -> Unreadable:
    way = Text(en="Write only what stands on the right of it.", zh="请只写等号右边的部分。")
    return _of("This is an equation.", "这是一个等式。", way)
