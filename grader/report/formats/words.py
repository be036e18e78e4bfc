"""The sentences that the formats for programs add to those of the reports, in English and Simplified Chinese."""

from __future__ import annotations

from grader.records import Text
from grader.report.wording import Counted

COLON = Text(en=": ", zh="：")
AND = Text(en=", ", zh="，")
WAITS = Text(en="Not run, since it waits for: {blocker}", zh="未运行，等待：{blocker}")
HINT = Text(en="Hint", zh="提示")
RULES = Text(en="the course's rules", zh="课程规则")
OUTPUT_CUT = Text(en="Output was truncated to {most} characters.", zh="输出已截断到 {most} 个字符。")
MORE_ANNOTATIONS = Counted(
    one=Text(
        en="1 more test did not pass: GitHub shows ten annotations a step. The step's summary has it.",
        zh="还有 1 项测试未通过：GitHub 每个步骤只显示十条注释。完整结果见步骤摘要。",
    ),
    many=Text(
        en="{count} more tests did not pass: GitHub shows ten annotations a step. The step's summary has them.",
        zh="还有 {count} 项测试未通过：GitHub 每个步骤只显示十条注释。完整结果见步骤摘要。",
    ),
)
PASSED = Counted(
    one=Text(en="{passed} of 1 test passes.", zh="1 项测试中通过了 {passed} 项。"),
    many=Text(en="{passed} of {count} tests pass.", zh="{count} 项测试中通过了 {passed} 项。"),
)
CUT = Text(
    en="The rest is left out here, since the page may hold no more: the other formats have it.",
    zh="页面容量有限，其余内容在此省略：其他格式中有完整内容。",
)
