"""The titles of pictures, and in words what there is to see in each: what is read out where nobody sees it."""

from __future__ import annotations

from grader.diagnosis.wording import fill, t
from grader.records import Text

TITLES: dict[str, Text] = {
    "error_map": t("Where the values are wrong", "哪些位置的值不对"),
    "histogram": t("How the values are spread", "数值的分布"),
    "curves": t("{y} by {x}", "{y}随{x}的变化"),
    "boundary": t("The class at each place of the plane", "平面上各处的类别"),
    "memory": t("Where the numbers lie in memory", "这些数在内存中的位置"),
}

ALTS: dict[str, Text] = {
    "error_map": t(
        "Map of {rows} x {columns} values: {differing} are outside the tolerance, in {row_range} and {column_range}.",
        "{rows} x {columns} 个值的误差图：{differing} 个超出容差，位于{row_range}、{column_range}。",
    ),
    "largest": t("The largest error is {error}.", "最大误差为 {error}。"),
    "nonfinite": t("NaN or infinite on one side only: {count}.", "仅一侧为 NaN 或无穷的：{count} 个。"),
    "row": t("row {first}", "第 {first} 行"),
    "rows": t("rows {first} to {last}", "第 {first} 至 {last} 行"),
    "column": t("column {first}", "第 {first} 列"),
    "columns": t("columns {first} to {last}", "第 {first} 至 {last} 列"),
    "histogram": t(
        "Two histograms. Yours: from {got_low} to {got_high}, median {got_middle}. "
        "Expected: from {low} to {high}, median {middle}.",
        "两幅直方图。你的：从 {got_low} 到 {got_high}，中位数 {got_middle}。"
        "期望：从 {low} 到 {high}，中位数 {middle}。",
    ),
    "histogram.none": t(
        "Two histograms. None of your values is finite. Expected: from {low} to {high}, median {middle}.",
        "两幅直方图。你的值都不是有限的数。期望：从 {low} 到 {high}，中位数 {middle}。",
    ),
    "histogram.left_out": t(
        "NaN or infinite among your values, and not drawn: {count}.", "你的值中有 {count} 个是 NaN 或无穷，未画出。"
    ),
    "histogram.clipped": t("Values far outside are counted in the outermost bars.", "远在范围之外的值计入最外侧的柱。"),
    "curves": t(
        "Two curves. Yours: {got_count} values, from {got_first} to {got_last}. "
        "Expected: {count} values, from {first} to {last}.",
        "两条曲线。你的：{got_count} 个值，从 {got_first} 到 {got_last}。期望：{count} 个值，从 {first} 到 {last}。",
    ),
    "curves.part": t("They part at {x} {place}.", "两者从{x} {place} 开始分开。"),
    "boundary": t(
        "Two planes side by side. {differing} of {total} places get another class than expected.",
        "两个并排的平面。{total} 个位置中有 {differing} 个的类别与期望不同。",
    ),
    "boundary.none": t(
        "{count} get none, since their scores are not finite or the class is not one of 0 to 9.",
        "其中 {count} 个没有类别：得分不是有限的数，或类别不在 0 到 9 之间。",
    ),
    "memory.copy": t(
        "A strip of memory cells. Your result is a copy: it has memory of its own, strides {strides}.",
        "一排内存单元。你的结果是一份拷贝：它有自己的内存，步长 {strides}。",
    ),
    "memory.view": t(
        "A strip of memory cells. Your result is a view of the argument, strides {strides}; "
        "its elements lie in cells {cells}.",
        "一排内存单元。你的结果是参数的视图，步长 {strides}；它的元素位于单元 {cells}。",
    ),
    "memory.expected": t("The expected elements lie in cells {cells}.", "期望的元素位于单元 {cells}。"),
    "none": t("none", "无"),
}


def title(key: str, **facts: object) -> Text:
    """Return the title `key` with its fields filled in."""
    return fill(TITLES[key], **facts)


def alt(key: str, **facts: object) -> Text:
    """Return what there is to see, with its fields filled in."""
    return fill(ALTS[key], **facts)
