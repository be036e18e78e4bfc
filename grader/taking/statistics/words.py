"""Every fixed sentence of the statistics of a quiz: the same in the terminal and on the page."""

from __future__ import annotations

from collections.abc import Mapping

from grader.quiz.model import QuestionType
from grader.records import Language, Text
from grader.taking.statistics.figures import STABLE, Ending, QuestionFigures, QuizFigures, Undefined, Which

_CONTRARY = -0.2  # a discrimination below which chance alone is hard to believe

TITLE = Text(en="{quiz} in figures", zh="{quiz} 统计")
SCORES = Text(en="Scores", zh="得分分布")
QUESTIONS = Text(en="Questions", zh="题目")
MISTAKES = Text(en="Most common mistakes", zh="最常见的错误")
IN_DETAIL = Text(en="Question by question", zh="逐题详情")
NOBODY = Text(en="Nobody has ended an attempt yet.", zh="还没有人完成作答。")
NO_SCORES = Text(en="No counted attempt has a score yet.", zh="计入的作答都还没有得分。")

QUESTION = Text(en="Question", zh="题目")
TYPE = Text(en="Type", zh="题型")
ATTEMPTS = Text(en="Attempts", zh="作答数")
FACILITY = Text(en="Facility", zh="得分率")
DISCRIMINATION = Text(en="Discrimination", zh="区分度")
AT_ONCE = Text(en="Right at once", zh="一次答对")
TRIES = Text(en="Tries", zh="作答次数")
HINTS = Text(en="Hints", zh="提示")
MISTAKE = Text(en="Misconception", zh="误解")
SAID = Text(en="What is said of it", zh="反馈")
STUDENTS = Text(en="Students", zh="学生数")
SEEN_IN = Text(en="In", zh="出现于")
OTHER = Text(en="Other wrong answers", zh="其他错误答案")
UNNAMED = Text(en="(no misconception named)", zh="（未注明误解）")
SEPARATOR = Text(en=", ", zh="、")

COUNTED: Mapping[Which, Text] = {
    Which.FIRST: Text(
        en="attempts counted: {attempts}, the first of each student (as Moodle does)",
        zh="{attempts} 次作答：每位学生只计第一次（与 Moodle 相同）",
    ),
    Which.BEST: Text(
        en="attempts counted: {attempts}, the best of each student", zh="{attempts} 次作答：每位学生只计最好的一次"
    ),
    Which.ALL: Text(
        en="attempts counted: {attempts}, all of every student ({students})",
        zh="{students} 位学生的全部 {attempts} 次作答",
    ),
}
LEFT_OUT = Text(en="not counted: {count} ended", zh="未计入：已结束 {count} 次")
OPEN = Text(en="still open: {count}", zh="尚未结束：{count} 次")
UNDECIDED = Text(en="without a score until somebody has looked: {count}", zh="待人工判定、暂无得分：{count} 次")
DEPENDENT = Text(
    en="A student may count several times, and who repeats a quiz knows its questions: take alpha with care.",
    zh="同一学生可能计入多次，而重做者已见过题目：请谨慎看待 α。",
)
VERSIONS = Text(
    en="The quiz was changed in between: {versions}. Questions that stayed the same are counted together; one that was "
    "changed is counted for each wording.",
    zh="测验中途有改动：{versions}。未改动的题目合并统计；改动过的题目按各个版本分别统计。",
)
VERSION = Text(en="{version} since {since} ({count})", zh="{version}（{since} 起，{count} 次）")

MEAN = Text(en="mean {share}", zh="平均 {share}")
DEVIATION = Text(en="standard deviation {share}", zh="标准差 {share}")
MEDIAN = Text(en="median {share}", zh="中位数 {share}")
MIDDLE = Text(en="the middle half {lower} to {upper}", zh="中间一半 {lower} 至 {upper}")
ALPHA = Text(en="Cronbach's alpha {alpha} (n = {n}, {questions})", zh="克龙巴赫 α {alpha}（n = {n}，{questions}）")
OF_ALL = Text(en="all {count} questions", zh="全部 {count} 题")
OF_SOME = Text(en="the {count} of {of} questions that everybody had", zh="{of} 题中人人都有的 {count} 题")
ERROR = Text(en="standard error of measurement {share}", zh="测量标准误 {share}")
UNDEFINED: Mapping[Undefined, Text] = {
    Undefined.FEW_ATTEMPTS: Text(en="No alpha: it takes two scored attempts.", zh="没有 α：至少需要两次有得分的作答。"),
    Undefined.FEW_QUESTIONS: Text(
        en="No alpha: it takes two questions that everybody had.", zh="没有 α：至少需要两道人人都有的题目。"
    ),
    Undefined.ALL_EQUAL: Text(en="No alpha: all scores are equal.", zh="没有 α：所有得分都相同。"),
}
UNSTABLE = Text(
    en=f"Fewer than {STABLE} attempts: alpha, the standard error and discrimination change much with every further "
    "student. Build on none of them yet.",
    zh=f"作答不足 {STABLE} 次：每多一位学生，α、标准误和区分度都可能大变，暂时都不可靠。",
)
HISTOGRAM_NOTE = Text(en="How many attempts earned which share of the points.", zh="各得分率区间的作答数。")
BIN = Text(en="{low} to {high} %: {count}", zh="{low} 至 {high} %：{count}")
SCATTER = Text(en="Facility and discrimination", zh="得分率与区分度")
SCATTER_NOTE = Text(
    en="Each number is a question. To the right: easier. Further up: tells strong students from weak ones. Below the "
    "line, stronger students do worse: look at its key first.",
    zh="每个数字是一道题。越靠右越容易；越靠上越能区分强弱。在横线以下，强的学生反而做得更差：请先检查答案。",
)
POINT = Text(
    en="{question}: facility {facility}, discrimination {discrimination}",
    zh="{question}：得分率 {facility}，区分度 {discrimination}",
)
EXPLAINED = Text(
    en="Facility is the mean share of a question's points, penalties taken off. Discrimination is the correlation of a "
    "question with the rest of the quiz, itself left out. A student counts once for a mistake.",
    zh="得分率是该题得分（扣除罚分后）占满分的平均比例。区分度是该题与测验其余部分（不含该题自身）的相关系数。每位学生每种错误只计一次。",
)
NEGATIVE = Text(
    en="stronger students do worse here: is the key right?", zh="强的学生在此题反而做得更差：答案是否有误？"
)
EDITION = Text(en="wording {edition} of {editions}", zh="第 {edition} 版，共 {editions} 版")
FROM_POOL = Text(en="asked in {count} attempts", zh="出现在 {count} 次作答中")
RATE_TRIES = Text(en="tries {tries}", zh="作答 {tries} 次")
HINTED = Text(en="hints asked for by {hinted}", zh="{hinted} 次作答要过提示")
REGRADED = Text(en="regraded answers: {count}", zh="重新评分的答案：{count}")
RARE = Text(
    en="{count} more with an answer that fewer than {least} gave",
    zh="另有 {count} 人的答案，给出同样答案者不足 {least} 人",
)
MORE = Text(en="further answers: {count}", zh="其他答案还有 {count} 种")
MADE_BY = Text(en="Made by dlgrade from stored attempts.", zh="由 dlgrade 根据存储的作答记录生成。")
ENDINGS: Mapping[Ending, Text] = {
    Ending.RIGHT: Text(en="right", zh="正确"),
    Ending.PARTLY: Text(en="partly", zh="部分正确"),
    Ending.WRONG: Text(en="wrong", zh="错误"),
    Ending.BLANK: Text(en="blank", zh="空白"),
    Ending.UNDECIDED: Text(en="undecided", zh="待定"),
}
TYPES: Mapping[QuestionType, Text] = {
    QuestionType.CHOICE: Text(en="choice", zh="单选"),
    QuestionType.MULTI: Text(en="multi", zh="多选"),
    QuestionType.NUMBER: Text(en="number", zh="数值"),
    QuestionType.SHAPE: Text(en="shape", zh="形状"),
    QuestionType.ORDER: Text(en="order", zh="排序"),
    QuestionType.MATCH: Text(en="match", zh="配对"),
    QuestionType.EXPRESSION: Text(en="expression", zh="表达式"),
    QuestionType.CODE_OUTPUT: Text(en="code output", zh="代码输出"),
    QuestionType.MATRIX: Text(en="matrix", zh="矩阵"),
    QuestionType.MULTI_PART: Text(en="several parts", zh="多部分"),
}


def percent(share: float) -> str:
    """Return a share as a whole percentage, to the nearest: it is a mean, no score."""
    return f"{100 * share:.0f} %"


def signed(number: float | None) -> str:
    """Return a correlation with two decimals; a dash where there is none."""
    return "–" if number is None else f"{number:.2f}".replace("-", "−")


def about_attempts(figures: QuizFigures, language: Language) -> list[str]:
    """Return which attempts are counted, and which are not."""
    said = [COUNTED[figures.which].within(language).format(attempts=figures.attempts, students=figures.students)]
    for text, count in ((LEFT_OUT, figures.left_out), (OPEN, figures.open), (UNDECIDED, figures.undecided)):
        if count:
            said.append(text.within(language).format(count=count))
    return said


def about_scores(figures: QuizFigures, language: Language) -> list[str]:
    """Return mean, spread and quartiles; none without a score."""
    scores = figures.scores
    if scores is None:
        return []
    said = [MEAN.within(language).format(share=percent(scores.mean))]
    if scores.deviation is not None:
        said.append(DEVIATION.within(language).format(share=percent(scores.deviation)))
        said.append(MEDIAN.within(language).format(share=percent(scores.median)))
        middle = {"lower": percent(scores.lower), "upper": percent(scores.upper)}
        said.append(MIDDLE.within(language).format(**middle))
    return said


def about_reliability(figures: QuizFigures, language: Language) -> list[str]:
    """Return alpha with its n and the error, or why there is none."""
    found = figures.reliability
    if found.alpha is None:
        return [] if found.undefined is None else [UNDEFINED[found.undefined].within(language)]
    counted = OF_ALL if found.questions == found.of else OF_SOME
    questions = counted.within(language).format(count=found.questions, of=found.of)
    said = [ALPHA.within(language).format(alpha=signed(found.alpha), n=found.n, questions=questions)]
    if found.error is not None:
        said.append(ERROR.within(language).format(share=percent(found.error)))
    return said


def warnings(figures: QuizFigures, language: Language) -> list[str]:
    """Return what to keep in mind before building on the figures."""
    said = [UNSTABLE.within(language)] if figures.is_unstable else []
    if figures.which is Which.ALL and figures.attempts > figures.students:
        said.append(DEPENDENT.within(language))
    if len(figures.versions) > 1:
        each = (
            VERSION.within(language).format(
                version=one.version[:8], since=one.since.date().isoformat(), count=one.attempts
            )
            for one in figures.versions
        )
        said.append(VERSIONS.within(language).format(versions=SEPARATOR.within(language).join(each)))
    return said


def about_endings(question: QuestionFigures, language: Language) -> list[str]:
    """Return how often a question ended how; nothing of what never happened."""
    return [f"{ENDINGS[ending].within(language)} {count}" for ending, count in question.endings.items() if count]


def about_question(question: QuestionFigures, language: Language) -> list[str]:
    """Return what else there is to know of a question."""
    said = []
    if question.editions > 1:
        said.append(EDITION.within(language).format(edition=question.edition, editions=question.editions))
    if not question.everywhere:
        said.append(FROM_POOL.within(language).format(count=question.attempts))
    if question.hinted:
        said.append(HINTED.within(language).format(hinted=question.hinted))
    if question.regraded:
        said.append(REGRADED.within(language).format(count=question.regraded))
    if question.discrimination is not None and question.discrimination < _CONTRARY:
        said.append(NEGATIVE.within(language))
    return said
