"""Every fixed sentence about a class, in English and Simplified Chinese: the same in the terminal and on its pages."""

from __future__ import annotations

from grader.batch.classbook import Standing
from grader.batch.statistics import Why
from grader.records import Fault, Text
from grader.report.wording import Counted

# ------------------------------------------------------------------------------------------------- headings

CLASS = Text(en="The class", zh="全班")
TITLE = Text(en="Class at a glance", zh="全班概览")
SCORES = Text(en="Scores", zh="得分分布")
HARDEST = Text(en="Hardest tests", zh="最难的测试")
TESTS = Text(en="Tests, the hardest first", zh="测试（由难到易）")
MISTAKES = Text(en="Most common mistakes", zh="最常见的错误")
OTHER_CAUSES = Text(en="Other causes", zh="其他原因")
NEEDS_REVIEW = Text(en="To be looked at", zh="需要查看")
MATRIX = Text(en="Who passes what", zh="逐人逐项")
STUDENTS_TABLE = Text(en="Students", zh="学生")
NO_SCORE = Text(en="No score", zh="没有评分")

# ------------------------------------------------------------------------------------------------- columns

STUDENT = Text(en="Student", zh="学生")
SECTION = Text(en="Section", zh="班级")
SHARE = Text(en="Share", zh="得分率")
TOTAL = Text(en="Total", zh="总分")
PASSED = Text(en="Passed", zh="通过")
SHARE_PASSED = Text(en="Pass rate", zh="通过率")
STUDENTS = Text(en="Students", zh="学生数")
CAUSE = Text(en="What they do", zh="错在哪里")
SEEN_IN = Text(en="In", zh="出现于")
TEST = Text(en="Test", zh="测试")
DISCRIMINATION = Text(en="r", zh="r")
EXERCISE = Text(en="Exercise", zh="练习")
WHOSE_FAULT = Text(en="Whose fault", zh="责任方")
PROBLEM = Text(en="What happened", zh="发生了什么")
REPORT = Text(en="Report", zh="报告")
POINTS_OF = Text(en="{points} points", zh="{points} 分")

# ------------------------------------------------------------------------------------------------- counts

HANDED_IN = Text(en="{handed_in} of {students} handed in", zh="{students} 人中 {handed_in} 人提交")
GRADED = Counted(one=Text(en="1 graded", zh="已评分 1 份"), many=Text(en="{count} graded", zh="已评分 {count} 份"))
FULL = Counted(one=Text(en="1 full score", zh="满分 1 份"), many=Text(en="{count} full scores", zh="满分 {count} 份"))
MISSING = Counted(one=Text(en="1 missing", zh="缺交 1 份"), many=Text(en="{count} missing", zh="缺交 {count} 份"))
UNSCORED = Counted(
    one=Text(en="1 without a score", zh="未评分 1 份"), many=Text(en="{count} without a score", zh="未评分 {count} 份")
)
REJECTED = Counted(
    one=Text(en="1 not accepted", zh="未能接收 1 份"), many=Text(en="{count} not accepted", zh="未能接收 {count} 份")
)
NOT_STARTED = Counted(
    one=Text(en="1 not started", zh="尚未开始 1 份"), many=Text(en="{count} not started", zh="尚未开始 {count} 份")
)
NOT_LOADED = Counted(
    one=Text(en="1 could not be loaded", zh="无法加载 1 份"),
    many=Text(en="{count} could not be loaded", zh="无法加载 {count} 份"),
)
FORBIDDEN = Counted(
    one=Text(en="1 not run, using what is forbidden", zh="因使用禁用内容未运行 1 份"),
    many=Text(en="{count} not run, using what is forbidden", zh="因使用禁用内容未运行 {count} 份"),
)
CUT = Counted(
    one=Text(en="1 all right, with points taken off", zh="全对但有扣分 1 份"),
    many=Text(en="{count} all right, with points taken off", zh="全对但有扣分 {count} 份"),
)
UNDATED = Counted(
    one=Text(
        en="1 of {of} has no time of handing in: nothing was taken off for lateness.",
        zh="{of} 份提交中有 1 份没有提交时间：未因迟交扣分。",
    ),
    many=Text(
        en="{count} of {of} have no time of handing in: nothing was taken off for lateness.",
        zh="{of} 份提交中有 {count} 份没有提交时间：未因迟交扣分。",
    ),
)
OF_STUDENTS = Counted(one=Text(en="1 student", zh="1 名学生"), many=Text(en="{count} students", zh="{count} 名学生"))
SUBMISSIONS = Counted(
    one=Text(en="1 submission", zh="1 份提交"), many=Text(en="{count} submissions", zh="{count} 份提交")
)
BOTH_COUNTS = Text(en="{students}, {submissions}", zh="{students}，{submissions}")
IN_GRADEBOOK = Counted(
    one=Text(en="and 1 more, in gradebook.csv", zh="另有 1 项，见 gradebook.csv"),
    many=Text(en="and {count} more, in gradebook.csv", zh="另有 {count} 项，见 gradebook.csv"),
)
MORE = Counted(one=Text(en="and 1 more", zh="另有 1 项"), many=Text(en="and {count} more", zh="另有 {count} 项"))
EXERCISES = Counted(one=Text(en="1 exercise", zh="1 个练习"), many=Text(en="{count} exercises", zh="{count} 个练习"))

# ------------------------------------------------------------------------------------------------- figures

MEAN = Text(en="mean {share}", zh="平均 {share}")
MEDIAN = Text(en="median {share}", zh="中位数 {share}")
MIDDLE = Text(en="middle half {lower} to {upper}", zh="中间一半 {lower} 至 {upper}")
NOBODY = Text(en="Nobody has a score yet.", zh="还没有人得到评分。")
NOBODY_AT_ALL = Text(en="There is nobody in this class yet.", zh="班上还没有学生。")
NO_TESTS = Text(en="No test has run yet.", zh="还没有运行过测试。")
HIDDEN = Text(en="hidden", zh="隐藏")
HIDDEN_CLAIM = Text(en="{claim} (hidden)", zh="{claim}（隐藏）")
FAULT_AND_PROBLEM = Text(en="{fault}: {problem}", zh="{fault}：{problem}")
CAUSE_AND_COUNT = Text(en="{cause} ({count})", zh="{cause}（{count}）")
OTHERS = Text(en="Other causes: {causes}", zh="其他原因：{causes}")
BIN = Text(en="{low} to {high} %: {count}", zh="{low} 至 {high} %：{count}")
HISTOGRAM = Text(
    en="How many scored what share of the points, in steps of 10 %: {bins}.",
    zh="各得分率区间（每 10 % 一档）的人数：{bins}。",
)
HISTOGRAM_NOTE = Text(
    en="From left to right: the share of the points that count, in steps of 10 %; on each bar: how many. The "
    "triangle is the median.",
    zh="从左到右为得分率，每 10 % 一档；柱上为人数。三角形为中位数。",
)
RATE = Text(en="{passed} of {taken}", zh="{passed} / {taken}")
LEFT_OUT = Text(
    en="Nobody was graded in {exercises}: how many points there are is not known, and the shares are of all others.",
    zh="{exercises} 无人获得评分，其满分未知；得分率只按其余练习计算。",
)
SCROLLS = Text(
    en="{count} students are in this table: scroll in it to see all.",
    zh="此表共有 {count} 名学生，可在表内滚动查看全部。",
)
ABOUT_R = Text(
    en="r: the correlation of passing this test with the points of all others, from -1 to 1. Near 0 or below, the test "
    "tells little about who is good at the rest: have a look at it.",
    zh="r：通过该测试与其余测试得分的相关系数，介于 -1 与 1 之间。接近 0 或为负，"
    "说明该测试与其余部分的掌握程度关系不大，值得检查。",
)
NUMBERS_OF_TESTS = Text(
    en="The numbers are those of the tests above; the students with the most points come first.",
    zh="编号即上表中测试的编号；得分高的学生排在前面。",
)
NO_WORDS = Text(en="(its report says what)", zh="（详见报告）")
PAGES = Text(en="Pages of students", zh="学生分页")
SECTIONS = Text(en="On this page", zh="本页内容")
HANDED_IN_HEAD = Text(en="Handed in", zh="提交")
WAY_BACK = Text(en="Back to the class at a glance", zh="返回全班概览")
RANGE = Text(en="{first} to {last}", zh="{first} 至 {last}")
MADE_BY = Text(
    en="Made by dlgrade from one report a student. A hidden test is named by its claim only, but this page is for "
    "teachers: it holds names and scores.",
    zh="由 dlgrade 根据每名学生的报告生成。隐藏测试只显示其说明；本页含有姓名和成绩，仅供教师使用。",
)

# ------------------------------------------------------------------------------------------------- who needs a person

NO_ZERO = Counted(
    one=Text(
        en="1 submission has no score yet. That is not a zero.",
        zh="1 份提交还没有评分，不会记为零分。",
    ),
    many=Text(
        en="{count} submissions have no score yet. That is not a zero.",
        zh="{count} 份提交还没有评分，不会记为零分。",
    ),
)
FAULTS = {
    Fault.AUTHOR: Text(en="the exercise", zh="题目本身"),
    Fault.GRADER: Text(en="dlgrade or the machine", zh="dlgrade 或机器"),
    Fault.STUDENT: Text(en="the student", zh="学生"),
}
DECISION = Text(en="needs your decision", zh="需要你决定")
MEND_AND_REGRADE = Text(
    en="Mend the exercise, then grade all of the class again: `dlgrade grade --regrade` with the same --output. Others "
    "have a score by it already.",
    zh="请先修正题目，再用相同的 --output 运行 `dlgrade grade --regrade`，给全班重新评分：其他人已按它得到评分。",
)
MEND_AND_RESUME = Text(
    en="Mend the exercise, then go on: `dlgrade grade --resume` with the same --output.",
    zh="请先修正题目，再用相同的 --output 运行 `dlgrade grade --resume` 继续。",
)
TRY_AGAIN = Text(
    en="Try again what failed: `dlgrade grade --resume` with the same --output.",
    zh="用相同的 --output 运行 `dlgrade grade --resume`，重试出错的部分。",
)
WHY = {
    Why.UNSCORED: NO_SCORE,
    Why.PENDING: Text(en="May still change: an attempt has no score", zh="成绩可能变动：有一次尝试尚未评分"),
    Why.REJECTED: Text(en="Not accepted", zh="未能接收"),
    Why.FORBIDDEN: Text(en="Uses what is forbidden", zh="使用了禁用内容"),
    Why.NOT_LOADED: Text(en="Could not be loaded", zh="无法加载"),
    Why.BEYOND: Text(en="Attempts over the limit, which do not count", zh="超出次数上限的尝试，不计分"),
    Why.REVIEW: Text(en="Places to look at", zh="供人工查看"),
    Why.LATE: Text(en="Late", zh="迟交"),
    Why.MISSING: Text(en="Missing", zh="缺交"),
}
ATTEMPT = Text(en="attempt {number}", zh="第 {number} 次尝试")
ATTEMPTS = Text(en="Attempts:", zh="各次尝试：")
OVER_THE_LIMIT = Text(en="over the limit:", zh="超出次数上限：")
PLACES = Counted(one=Text(en="1 place", zh="1 处"), many=Text(en="{count} places", zh="{count} 处"))
DAYS = Counted(one=Text(en="1 day", zh="1 天"), many=Text(en="{count} days", zh="{count} 天"))

STANDINGS = {
    Standing.FULL: Text(en="full score", zh="满分"),
    Standing.CUT: Text(en="all right, points taken off", zh="全对，有扣分"),
    Standing.PARTIAL: Text(en="partial", zh="部分得分"),
    Standing.NOT_STARTED: Text(en="not started", zh="尚未开始"),
    Standing.FORBIDDEN: Text(en="uses what is forbidden", zh="使用禁用内容"),
    Standing.NOT_LOADED: Text(en="could not be loaded", zh="无法加载"),
    Standing.REJECTED: Text(en="not accepted", zh="未能接收"),
    Standing.UNSCORED: Text(en="no score", zh="没有评分"),
}
CUT_LATE = Text(en="all right, late", zh="全对，迟交")
PENDING = Text(en="may still change", zh="可能变动")
STATUS_MISSING = Text(en="missing", zh="缺交")
