"""What is said of a question that QTI holds otherwise, or of one that cannot be read from it."""

from __future__ import annotations

from grader.quiz.model import QuestionType
from grader.records import Text

# ------------------------------------------------------------------------------------------------ on the way out

TOPICS = Text(en="topics go by their ids, without titles", zh="主题只保留编号，不含标题")
QUIZ_SETTINGS = Text(
    en="when the quiz opens and closes, how often it may be taken, and when answers are shown: set that in the other "
    "system",
    zh="测验的开放与关闭时间、可重做次数以及何时显示答案：请在对方系统中设置",
)
PENALTY = Text(
    en="wrong tries cost points here; set that in the other system, if it can do so",
    zh="这里答错会扣分；若对方系统支持，请在那里设置",
)
HINTS = Text(
    en="hints: they are in the file, but players of QTI do not offer them", zh="提示：文件中保留，但 QTI 播放器不会给出"
)
HINTS_OF_PARTS = Text(en="hints of single parts are left out", zh="各小题自己的提示会丢失")
EXPLANATION = Text(en="the explanation is shown to who has it right", zh="解释会在答对时显示")
ORDER_PARTIAL = Text(en="a partly right order earns nothing there", zh="部分正确的排序在那里不得分")
LONG_ORDERS = Text(
    en="feedback on known wrong orders: too many items for it", zh="已知错误排序的反馈：条目过多，无法表达"
)
MANY_ORDERS = Text(
    en="more orders are right than can be listed: one is kept, and the others count as wrong",
    zh="正确的排序多得无法列出：只保留一种，其余会被判错",
)
WORDLESS = Text(
    en="known wrong answers that nothing is said of are left out: they earn nothing, as before",
    zh="没有任何说明的已知错误答案会省去：仍不得分",
)
PLAIN_DECIMALS = Text(
    en="a number has to be typed in plain decimals: 0.5, not 1/2 or 0,5",
    zh="数字须写成普通小数：0.5，而不是 1/2 或 0,5",
)
SPECIAL_WRONG = Text(
    en="feedback on infinity or NaN: no field for numbers takes these", zh="对无穷或 NaN 的反馈：数字输入框不接受它们"
)
SMALL = Text(en="Canvas takes answers below 0.0001 for 0", zh="Canvas 会把小于 0.0001 的答案当作 0")
RELATIVE = Text(en="the relative tolerance is written as a distance", zh="相对容差写成了绝对容差")
RELATIVE_CELLS = Text(
    en="the relative tolerance of cells becomes one distance for all: that of the largest",
    zh="各单元格的相对容差变为同一个绝对容差：取最大单元格的",
)
NO_END = Text(
    en="the answer has no end in decimals: what agrees with it to nine figures is right",
    zh="答案是无限小数：九位有效数字一致即为正确",
)
SPECIAL_CELLS = Text(
    en="left out: cells with infinity or NaN are no numbers there", zh="整题省去：单元格中的无穷或 NaN 在那里不是数字"
)
OTHER_TABLES = Text(en="further right tables count as wrong there", zh="其他正确的表格在那里会被判错")
WRONG_TABLES = Text(
    en="feedback on wrong tables of another size, or with infinity or NaN",
    zh="对其他大小或含无穷、NaN 的错误表格的反馈",
)
LINES = Text(
    en="an answer of several lines is asked for in a large field, which some systems leave to a teacher to mark",
    zh="多行答案用大输入框作答，有些系统会留给教师评分",
)
SPELLINGS = {
    QuestionType.NUMBER: Text(
        en="an infinity or NaN is compared as text: only the usual spellings are right",
        zh="无穷或 NaN 按文字比较：只接受常见写法",
    ),
    QuestionType.SHAPE: Text(
        en="a shape is compared as text: only the usual spellings are right", zh="形状按文字比较：只接受常见写法"
    ),
    QuestionType.CODE_OUTPUT: Text(
        en="output is compared as text: blanks and quotation marks count", zh="输出按文字比较：空格和引号都算"
    ),
    QuestionType.EXPRESSION: Text(
        en="a formula is compared as text: another way to write it is wrong there",
        zh="公式按文字比较：换一种写法就会判错",
    ),
}
