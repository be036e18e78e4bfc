"""What previews say around a quiz, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from grader.quiz.authored import Pool, Question
from grader.quiz.model import Partial, When
from grader.quiz.preview.table import seeds_text
from grader.records import Text

HOLDS_ANSWERS = Text(
    en="For teachers: this preview holds every answer. Students never get it.",
    zh="仅供教师使用：此预览含有全部答案，不会发给学生。",
)
QUESTIONS = Text(en="Questions", zh="题目")
VARIANTS = Text(en="Variants", zh="各变体")
SEEDS = Text(en="Seeds", zh="种子")
RIGHT = Text(en="Right", zh="正确答案")
KNOWN_WRONG = Text(en="Known wrong answers", zh="已知错误答案")
REDRAWN = Text(en="Drawn anew", zh="重抽次数")
ANSWER = Text(en="Answer", zh="答案")
BECAUSE = Text(en="Misconception", zh="误区")
SAID = Text(en="Feedback", zh="反馈")
NO_FEEDBACK = Text(en="no feedback", zh="没有反馈")
HINT = Text(en="Hint", zh="提示")
EXPLANATION = Text(en="Explanation", zh="解析")
KEY = Text(en="Key", zh="答案与反馈")
PART = Text(en="Part {part}", zh="小题 {part}")
RIGHT_ORDER = Text(
    en="Of several right orders one is shown: whatever keeps to what must come before what is right.",
    zh="这里只列出一种正确次序；凡满足先后关系的次序都算对。",
)
CANNOT_DRAW = Text(en="No variant can be drawn", zh="无法生成变体")

_PARTIAL = {
    Partial.EACH: Text(en="partly right counts in parts", zh="部分正确按比例给分"),
    Partial.LCS: Text(en="counts by what would have to be moved", zh="按需要移动的项数给分"),
}
_FEEDBACK = {
    When.AFTER_ATTEMPT: Text(en="feedback at once", zh="立即反馈"),
    When.AFTER_SUBMIT: Text(en="feedback when handed in", zh="交卷后反馈"),
    When.AFTER_CLOSE: Text(en="feedback when the quiz has closed", zh="测验关闭后反馈"),
    When.NEVER: Text(en="no feedback", zh="不反馈"),
}


def about(question: Question, pool: Pool | None, titles: Mapping[str, Text]) -> tuple[Text, ...]:
    """Return the facts of a question that a teacher sees, and a student does not."""
    told = [Text(en=question.type, zh=question.type)]
    told += [titles[topic] for topic in question.topics if topic in titles]
    if pool is not None:
        told.append(
            Text(
                en=f"pool {pool.id}: {pool.pick} of {len(pool.questions)}",
                zh=f"题库 {pool.id}：{len(pool.questions)} 选 {pool.pick}",
            )
        )
    told.append(_FEEDBACK[question.rules.feedback])
    if question.rules.partial in _PARTIAL:
        told.append(_PARTIAL[question.rules.partial])
    return tuple(told)


def of_seeds(seeds: tuple[int, ...]) -> Text:
    """Return which seeds lead to a variant."""
    text = seeds_text(seeds)
    return Text(en=f"Seed{'' if len(seeds) == 1 else 's'} {text}", zh=f"种子 {text}")


def times_redrawn(redrawn: Mapping[int, int]) -> Text:
    """Return how often seeds were drawn anew, as a wrong answer came out like the right one."""
    each = ", ".join(f"{seed} ({count}×)" for seed, count in redrawn.items())
    return Text(
        en=f"Drawn anew, as a wrong answer came out like the right one: seed {each}.",
        zh=f"因某个错误答案与正确答案相同而重抽：种子 {each}。",
    )
