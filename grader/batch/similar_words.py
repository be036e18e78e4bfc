"""Every sentence about submissions that are alike, in both languages, for whichever way they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from grader.batch.similar import LEAST_PAIRS, LEAST_SHARE, LEAST_TOKENS, Alike, Group, Pair
from grader.batch.similar_sources import Cohort, Refused
from grader.errors import both
from grader.records import Text
from grader.report.points import format_percent
from grader.report.severities import counted

TITLE = Text(en="Submissions that are alike", zh="雷同的提交")
NO_VERDICT = Text(
    en="This says where to look, not who copied, nor that anybody did. Talk to the students before you decide.",
    zh="这里只指出值得查看之处，不说明谁抄了谁，也不说明确有抄袭。请先与学生沟通再下结论。",
)
NOTHING = Text(en="No pair stands out.", zh="没有突出的雷同。")
FIRST_OF_ALL = Text(
    en="Of a group in which each is alike with each, the first student is shown beside each other one.",
    zh="对于两两雷同的一组，只将第一名学生与其余每名学生并排对照。",
)
PAIR = Text(en="pair", zh="一对")
SHARE = Text(en="share", zh="比例")
TOKENS = Text(en="tokens", zh="token 数")
GROUPS = Text(en="Groups", zh="成组的学生")
SAME = Text(en="the same to the letter", zh="逐字相同")
SHARED_LINE = Text(en="marked: lines that both have", zh="已标记：双方都有的行")
DISTRIBUTION = Text(en="All pairs of the class, by their share", zh="全班所有两两组合按比例的分布")


def heading(found: Alike) -> Text:
    """Return how much was compared, and how much of it is to be looked at."""
    works, pairs, shown = len(found.compared), len(found.shares), len(found.conspicuous)
    counts = f"{counted(works, 'submission')} compared, {counted(pairs, 'pair')}"
    if found.is_measured and found.threshold >= 1:
        return Text(
            en=f"{counts}, {shown} of them the same to the letter.",
            zh=f"比较了 {works} 份提交，共 {pairs} 对，其中 {shown} 对逐字相同。",
        )
    return Text(
        en=f"{counts}, {shown} conspicuous." if pairs == 1 else f"{counts}, {shown} of them conspicuous.",
        zh=f"比较了 {works} 份提交，共 {pairs} 对，其中 {shown} 对可疑。",
    )


def measure(found: Alike) -> Text:
    """Return what a pair was held against."""
    limit, middle = format_percent(found.threshold), format_percent(found.median)
    if not found.is_measured:
        return Text(
            en=f"Fewer than {LEAST_PAIRS} pairs: too few to measure by. Shown is what shares {limit} or more.",
            zh=f"不足 {LEAST_PAIRS} 对，无法以全班为参照。显示的是比例不低于 {limit} 的组合。",
        )
    if found.threshold < 1:
        return Text(
            en=f"The middle pair of the class shares {middle}; conspicuous is a share from {limit} on.",
            zh=f"全班居中的一对比例为 {middle}；不低于 {limit} 视为可疑。",
        )
    if found.median >= LEAST_SHARE:
        return Text(
            en=f"The middle pair shares {middle}: here submissions are alike by nature, and a share says nothing. "
            "Only those that are the same to the letter are shown.",
            zh=f"居中的一对比例为 {middle}：本题的提交天然相似，比例不能说明问题。只显示逐字相同的组合。",
        )
    return Text(
        en=f"The middle pair shares {middle}, but so many share far more that no limit can be drawn. Only those that "
        "are the same to the letter are shown; look at the distribution that --html draws.",
        zh=f"居中的一对比例为 {middle}，但比例高得多的组合太多，无法划定界限。"
        "只显示逐字相同的组合；请查看 --html 给出的分布图。",
    )


def left_out(of: Cohort) -> Text:
    """Return what is nobody's own."""
    if of.has_reference:
        return Text(en="The stub's and the reference's code are nobody's own.", zh="模板与参考解答中的代码不计入。")
    return Text(
        en="The stub's code is nobody's own. The reference is not at hand, so the obvious way to write it counts as "
        "alike.",
        zh="模板代码不计入。没有参考解答可用，因此最自然的写法也会算作雷同。",
    )


def not_accepted(one: Refused) -> Text:
    """Return whose submission was not accepted, and why."""
    return Text(
        en=f"Not compared: {one.shown}: {one.problem.en}",
        zh=f"未比较：{one.shown}：{one.problem.zh}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCompared:
    """A sentence, and whom it is about: every one of them is shown."""

    text: Text
    items: tuple[str, ...]


def gaps(of: Cohort, found: Alike) -> tuple[NotCompared, ...]:
    """Return which submissions were not compared, or not to their end, and why."""
    shown, parts = of.shown, []
    if found.too_little:
        count = len(found.too_little)
        parts.append(
            NotCompared(
                text=Text(
                    en=f"Not compared, with fewer than {LEAST_TOKENS} tokens of their own: {count}",
                    zh=f"未比较，自己写的 token 不足 {LEAST_TOKENS} 个：{count} 份",
                ),
                items=tuple(shown[student] for student in found.too_little),
            )
        )
    if found.unread:
        parts.append(
            NotCompared(
                text=Text(
                    en=f"Not looked at to the end, too long or no Python from some line on: {len(found.unread)}. "
                    "Look at these yourself",
                    zh=f"未能看到文件末尾（过长，或从某行起不是 Python）：{len(found.unread)} 个文件。请自行查看",
                ),
                items=tuple(f"{shown[one.student]}: {one.file}" for one in found.unread),
            )
        )
    return tuple(parts)


def group_title(group: Group) -> Text:
    """Return how many they are, and how alike."""
    count, pairs = len(group.students), len(group.students) * (len(group.students) - 1) // 2
    if group.is_identical and group.is_complete:
        return Text(en=f"{count} students, all the same to the letter", zh=f"{count} 名学生，全部逐字相同")
    low, high = format_percent(group.lowest), format_percent(group.highest)
    share = low if low == high else f"{low} – {high}"
    if group.is_complete:
        return Text(en=f"{count} students, each with each {share}", zh=f"{count} 名学生，两两之间 {share}")
    return Text(
        en=f"{count} students, {group.pairs} of their {pairs} pairs {share}",
        zh=f"{count} 名学生，{pairs} 对中的 {group.pairs} 对 {share}",
    )


def remark(pair: Pair) -> Text:
    """Return what is to be said of a pair beside its share."""
    return SAME if pair.is_identical else both("")
