"""Every sentence about submissions that are alike, in both languages, for whichever way they are shown."""

from __future__ import annotations

from grader.batch.similar import LEAST_PAIRS, LEAST_TOKENS, Alike, Pair
from grader.batch.similar_sources import Class
from grader.errors import both, joined
from grader.records import Text

TITLE = Text(en="Submissions that are alike", zh="雷同的提交")
NO_VERDICT = Text(
    en="This says where to look, not who copied, nor that anybody did. Talk to the students before you decide.",
    zh="这里只指出值得查看之处，不说明谁抄了谁，也不说明确有抄袭。请先与学生沟通再下结论。",
)
NOTHING = Text(en="No pair stands out.", zh="没有突出的雷同。")
PAIR = Text(en="pair", zh="一对")
SHARE = Text(en="share", zh="比例")
TOKENS = Text(en="tokens", zh="token 数")
GROUPS = Text(en="Groups", zh="成组的学生")
SAME = Text(en="the same to the letter", zh="逐字相同")
SHARED_LINE = Text(en="marked: lines that both have", zh="已标记：双方都有的行")
DISTRIBUTION = Text(en="All pairs of the class, by their share", zh="全班所有两两组合按比例的分布")


def percent(share: float) -> str:
    """Return a share as a whole percentage, rounded down: 100 % is all of it."""
    return f"{int(100 * share + 1e-9)} %"


def heading(found: Alike) -> Text:
    """Return how much was compared."""
    works, pairs = len(found.compared), len(found.shares)
    return Text(
        en=f"{works} submissions compared, {pairs} pairs, {len(found.conspicuous)} of them conspicuous.",
        zh=f"比较了 {works} 份提交，共 {pairs} 对，其中 {len(found.conspicuous)} 对可疑。",
    )


def measure(found: Alike) -> Text:
    """Return what a pair was held against."""
    limit, middle = percent(found.threshold), percent(found.median)
    if not found.is_measured:
        return Text(
            en=f"Fewer than {LEAST_PAIRS} pairs: too few to measure by. Shown is what shares {limit} or more.",
            zh=f"不足 {LEAST_PAIRS} 对，无法以全班为参照。显示的是比例不低于 {limit} 的组合。",
        )
    if found.threshold >= 1:
        return Text(
            en=f"The middle pair shares {middle}: here submissions are alike by nature, and no share stands out. "
            "Only those that are the same to the letter are shown.",
            zh=f"居中的一对比例为 {middle}：本题的提交天然相似，任何比例都不突出。只显示逐字相同的组合。",
        )
    return Text(
        en=f"The middle pair of the class shares {middle}; conspicuous is a share from {limit} on.",
        zh=f"全班居中的一对比例为 {middle}；不低于 {limit} 视为可疑。",
    )


def left_out(of: Class, found: Alike) -> Text:
    """Return what was not looked at, and why."""
    parts = [
        Text(en="The stub's code is nobody's own.", zh="模板代码不计入。")
        if not of.has_reference
        else Text(en="The stub's and the reference's code are nobody's own.", zh="模板与参考解答中的代码不计入。")
    ]
    if not of.has_reference:
        parts.append(
            Text(
                en="The reference is not at hand, so the obvious way to write it counts as alike.",
                zh="没有参考解答可用，因此最自然的写法也会算作雷同。",
            )
        )
    if found.too_little:
        names = ", ".join(found.too_little[:20]) + (" …" if len(found.too_little) > 20 else "")
        count = len(found.too_little)
        parts.append(
            Text(
                en=f"Fewer than {LEAST_TOKENS} tokens of their own, so not compared: {count} ({names}).",
                zh=f"自己写的 token 不足 {LEAST_TOKENS} 个，未比较：{count} 份（{names}）。",
            )
        )
    return joined(parts)


def remark(pair: Pair) -> Text:
    """Return what is to be said of a pair beside its share."""
    return SAME if pair.is_identical else both("")
