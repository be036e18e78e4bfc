"""The words on pictures, in English and Simplified Chinese: the same in the terminal and in HTML."""

from __future__ import annotations

from grader.pictures import ErrorMap
from grader.records import Language, Text

YOURS = Text(en="yours", zh="你的")
EXPECTED = Text(en="expected", zh="期望")
BOTH = Text(en="both", zh="重合")

RIGHT = Text(en="right", zh="正确")
UP_TO = Text(en="up to {number}", zh="不超过 {number}")
NOT_FINITE = Text(en="NaN or infinite", zh="NaN 或无穷")
TABLE = Text(
    en="Rows 0 to {row} from the top, columns 0 to {column} from the left.",
    zh="从上到下为第 0 至 {row} 行，从左到右为第 0 至 {column} 列。",
)
ROW = Text(en="Elements 0 to {column} from the left.", zh="从左到右为第 0 至 {column} 个元素。")
AXES_MERGED = Text(
    en="Shape {shape}: the columns are the last axis, the rows all others.",
    zh="形状 {shape}：列为最后一个轴，行为其余各轴。",
)
ONE_CELL = Text(
    en="One cell is {rows} x {columns} values; the largest error counts.",
    zh="一格代表 {rows} x {columns} 个值，取其中最大的误差。",
)
ERROR = Text(en="Error:", zh="误差：")

COUNTED = Text(
    en="From left to right: the value; upwards: how many there are.", zh="从左到右为数值的大小，高度为个数。"
)
CLIPPED = Text(en="Values further out are in the outermost bars.", zh="更远的值计入最外侧的柱。")
LEFT_OUT = Text(en="Not drawn, as they are NaN or infinite: {count}.", zh="因为是 NaN 或无穷而未画出：{count} 个。")

AXES = Text(en="From left to right: {x}; upwards: {y}{scale}.", zh="从左到右为{x}，从下到上为{y}{scale}。")
LOGARITHMIC = Text(en=", logarithmic", zh="（对数坐标）")
RANGES = Text(
    en="From left to right: {x}, {left} to {right}; upwards: {y}, {bottom} to {top}.",
    zh="从左到右为{x}，{left} 至 {right}；从下到上为{y}，{bottom} 至 {top}。",
)
CLASS = Text(en="class {label}", zh="类别 {label}")
NO_CLASS = Text(en="no class", zh="无类别")
STRUCK = Text(
    en="A place that gets another class than expected is struck through.", zh="类别与期望不同的位置带有斜线。"
)
EXAMPLES = Text(en="A dot is an example, in the colour of its right class.", zh="圆点为样本，颜色表示其正确类别。")

CELL = Text(en="cell", zh="单元")
OWN_CELL = Text(en="own cell", zh="自有单元")
CELLS = Text(
    en="A number is the place of an element in the result, in the order of the axes; {none}: no element lies there.",
    zh="数字是该单元中的元素在结果中的序号（按各轴的次序）；{none} 表示没有元素在此。",
)
COPY = Text(
    en="Yours is a copy: its cells are its own, and nothing of it lies in the argument's memory.",
    zh="你的结果是一份拷贝：这些单元是它自己的，参数的内存中没有它的元素。",
)
CUT = Text(en="Only the first ones are shown.", zh="只显示最前面的部分。")
STRIDES = Text(en="Strides of yours: {strides}.", zh="你的步长：{strides}。")


def table_notes(errors: ErrorMap, language: Language) -> list[str]:
    """Return the sentences about the axes of an error map."""
    key = ROW if errors.rows == 1 else TABLE
    notes = [key.within(language).format(row=errors.rows - 1, column=errors.columns - 1)]
    if len(errors.shape) > 2:
        notes.append(AXES_MERGED.within(language).format(shape=errors.shape))
    return notes
