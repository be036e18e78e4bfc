"""Each check of lint finds the quiz that is broken in its way, at its line; a sound quiz is passed in silence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from quiz.quiz_folders import HEAD, write_quiz

from grader.errors import AuthorError
from grader.quiz.drawing import Drawing, draw
from grader.quiz.generators import Generators
from grader.quiz.linting import QuizReport, Settings, exit_code, lint
from grader.quiz.reading import read_quiz
from grader.quiz.seeds import numbered_seeds
from grader.records import Severity

OPEN = HEAD + "reveal: {score: after-submit, answers: after-submit}\n"
ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
SOUND = """
- id: affine
  type: choice
  text: {en: What do two linear layers make?, zh: 两个线性层合成什么？}
  choices:
    - {text: {en: One affine map., zh: 一个仿射映射。}, correct: true}
    - {text: {en: Nothing., zh: 什么也没有。}, because: nothing, say: {en: Try it., zh: 试一试。}}
- id: sum
  type: number
  params: {a: {int: [2, 40]}, b: {int: [50, 90]}}
  text: {en: "What is ${{a}} + {{b}}$?", zh: "${{a}} + {{b}}$ 是多少？"}
  answer: "{{a}} + {{b}}"
  wrong: [{value: "{{a}} * {{b}}", because: product, say: {en: Add., zh: 要相加。}}]
  hint: {en: "Count on from {{b}}.", zh: "从 {{b}} 往上数。"}
"""


def report_of(
    folder: Path, questions: str, code: str | None = None, *, head: str = OPEN, seeds: int = 200
) -> QuizReport:
    (report,) = lint([write_quiz(folder, questions, code, head=head)], Settings(seeds=seeds, jobs=1))
    return report


def test_a_sound_quiz_is_passed_in_silence(tmp_path: Path) -> None:
    report = report_of(tmp_path, SOUND)
    assert report.findings == ()
    assert (report.questions, report.parametrised, report.variants) == (2, 1, 201)
    assert exit_code([report], strict=True) == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A quiz with one thing wrong, and what lint says of it. `at`: what stands in the line that it names."""

    check: str
    severity: Severity
    questions: str
    says: str
    at: str
    code: str | None = None
    head: str = OPEN


NUMBER = "- id: q\n  type: number\n  text: {en: How many?, zh: 多少？}\n"
ASKING = "- id: q\n  type: number\n  text: {en: %s, zh: 多少？}\n  answer: 1\n"
PAIR = (
    "- id: q\n  type: number\n  params: {a: {int: [2, 40]}}\n  text: {en: 'Twice ${{a}}$?', zh: '${{a}}$ 的两倍？'}\n"
)
SAY = "say: {en: No., zh: 不。}"
RIGHT = "{text: {en: Yes, zh: 是}, correct: true}"
CHOICE = "- id: q\n  type: choice\n  text: {en: Which?, zh: 哪个？}\n"
ITEMS = "- id: q\n  type: order\n  text: {en: Order them., zh: 请排序。}\n  items:\n"
MATCH = "- id: q\n  type: match\n  text: {en: Match., zh: 请配对。}\n"

BROKEN = [
    Broken(
        check="file.invalid", severity=ERROR, says="expected a number", at="points: lots",
        questions=NUMBER + "  points: lots\n  answer: 3\n",
    ),
    Broken(
        check="file.invalid", severity=ERROR, says="wait for one another", at="id: a",
        questions=ITEMS + "    - {id: a, code: a(), after: [b]}\n    - {id: b, code: b(), after: [a]}\n",
    ),
    Broken(
        check="file.invalid", severity=ERROR, says="at most 2", at="pick: 3",
        questions=CHOICE + f"  pick: 3\n  choices: [{RIGHT}, {{text: {{en: No, zh: 否}}, {SAY}}}]\n",
    ),
    Broken(
        check="draw.fails", severity=ERROR, says="ZeroDivisionError", at="- id: q",
        questions=PAIR + "  answer: {code: f}\n",
        code="def f(p, rng):\n    return {'answer': 2 * p['a'] // (p['a'] % 7)}\n",
    ),
    Broken(
        check="draw.fails", severity=ERROR, says="two options read", at="- id: q",
        questions=CHOICE + f"  choices: [{RIGHT}, {{text: {{en: 'Yes', zh: 是的}}, {SAY}}}]\n",
    ),
    Broken(
        check="generator.fails", severity=ERROR, says="NameError", at="",
        questions=PAIR + "  answer: {code: f}\n", code="nothing\ndef f(p, rng):\n    return {'answer': p['a'] * 2}\n",
    ),
    Broken(
        check="draw.redrawn", severity=WARNING, says="had to be drawn anew", at="params:",
        questions="- id: q\n  type: number\n  params: {a: {int: [1, 3]}, b: {int: [5, 99]}}\n"
        "  text: {en: '${{a}}^2 + {{b}}$?', zh: '${{a}}^2 + {{b}}$ 是多少？'}\n  answer: '{{a}} ** 2 + {{b}}'\n"
        "  wrong: [{value: '{{a}} * 2 + {{b}}', " + SAY + "}]\n",
    ),
    Broken(
        check="draw.few-variants", severity=NOTE, says="only 2 different", at="params:",
        questions=PAIR.replace("[2, 40]", "[2, 3]") + "  answer: '{{a}} * 2'\n",
    ),
    Broken(
        check="draw.few-variants", severity=WARNING, says="all its variants are the same", at="params:",
        questions=NUMBER + "  params: {a: {int: [2, 40]}}\n  answer: '{{a}} * 2'\n",
    ),
    Broken(
        check="param.unused", severity=WARNING, says="the parameter b", at="b:",
        questions=PAIR.replace("params: {a: {int: [2, 40]}}", "params:\n    a: {int: [2, 40]}\n    b: {int: [1, 9]}")
        + "  answer: '{{a}} * 2'\n",
    ),
    Broken(
        check="key.precision", severity=ERROR, says="absolute tolerance", at="answer: 0",
        questions=NUMBER + "  accept: {sig-figs: 3}\n  answer: 0\n",
    ),
    Broken(
        check="key.noise", severity=NOTE, says="the noise of floats", at="answer: 1.7149999999999996",
        questions=NUMBER + "  accept: {sig-figs: 3}\n  answer: 1.7149999999999996\n",
    ),
    Broken(
        check="key.printed", severity=WARNING, says="as what the program prints", at="answer: RuntimeError",
        questions="- id: q\n  type: code-output\n  text: {en: What?, zh: 什么？}\n  code: f()\n"
        "  answer: RuntimeError\n",
    ),
    Broken(
        check="key.tiny", severity=NOTE, says="Canvas", at="answer: 0.00002",
        questions=NUMBER + "  accept: {sig-figs: 3}\n  answer: 0.00002\n",
    ),
    Broken(
        check="key.collides", severity=ERROR, says="taken for the right one", at="answer: 2*C",
        questions="- id: q\n  type: expression\n  text: {en: Which?, zh: 哪个？}\n  variables: {C: [1, 2]}\n"
        f"  answer: 2*C\n  wrong: [{{value: C + C, {SAY}}}]\n",
    ),
    Broken(
        check="key.collides", severity=ERROR, says="right in some orders", at="- id: q",
        questions=ITEMS + "    - {id: a, code: a()}\n    - {id: b, code: b(), after: [a]}\n    - {id: c, code: c()}\n"
        f"  wrong: [{{order: [c, b], because: c-first, {SAY}}}]\n",
    ),
    Broken(
        check="key.unreadable", severity=ERROR, says="1,234", at="answer: 1",
        questions=NUMBER + f"  answer: 1\n  wrong: [{{value: '1,234', {SAY}}}]\n",
    ),
    Broken(
        check="key.hidden", severity=ERROR, says="feedback of another", at="answer: 1",
        questions=NUMBER + f"  answer: 1\n  wrong: [{{value: 2, {SAY}}}, {{value: 2.0, {SAY}}}]\n",
    ),
    Broken(
        check="feedback.missing", severity=WARNING, says='"No" has no feedback', at="en: No,",
        questions=CHOICE + f"  choices:\n    - {RIGHT}\n    - {{text: {{en: No, zh: 否}}}}\n",
    ),
    Broken(
        check="feedback.missing", severity=WARNING, says="5 has no feedback", at="value: 5",
        questions=NUMBER + "  answer: 1\n  wrong:\n    - {value: 5}\n",
    ),
    Broken(
        check="feedback.missing", severity=WARNING, says="half, of which nothing is said", at="answer:",
        questions=PAIR + "  answer: {code: f}\n",
        code="def f(p, rng):\n    return {'answer': 2 * p['a'], 'wrong': [(p['a'] / 2, 'half')]}\n",
    ),
    Broken(
        check="feedback.unused", severity=WARNING, says="speaks of thrice", at="thrice:",
        questions=PAIR + "  answer: '{{a}} * 2'\n  say:\n    thrice: {en: No., zh: 不。}\n",
    ),
    Broken(
        check="feedback.unused", severity=WARNING, says="the misconception idle", at="idle:",
        questions=NUMBER + "  answer: 1\n", head=OPEN + "misconceptions:\n  idle: {en: No., zh: 不。}\n",
    ),
    Broken(
        check="order.free", severity=ERROR, says="any order is right", at="- {id: a",
        questions=ITEMS + "    - {id: a, code: a()}\n    - {id: b, code: b()}\n",
    ),
    Broken(
        check="order.alike", severity=ERROR, says="a and b read alike", at="- {id: a",
        questions=ITEMS + "    - {id: a, code: f()}\n    - {id: b, code: f(), after: [a]}\n",
    ),
    Broken(
        check="match.idle-option", severity=NOTE, says="the option z", at="id: z",
        questions=MATCH + "  rows: [{id: r, code: r, match: x}, {id: s, code: s, match: y}]\n  options:\n"
        "    - {id: x, code: x}\n    - {id: y, code: y}\n    - {id: z, code: z}\n",
    ),
    Broken(
        check="language.missing", severity=WARNING, says="missing in Chinese", at="text:",
        questions="- id: q\n  type: number\n  text: {en: How many?}\n  answer: 1\n",
    ),
    Broken(
        check="language.missing", severity=WARNING, says="has words in it", at="text:",
        questions="- id: q\n  type: number\n  text: How many are there?\n  answer: 1\n",
    ),
    Broken(
        check="misconception.typo", severity=WARNING, says="almost called like step-climbs", at="stepp-climbs",
        questions=NUMBER + f"  answer: 1\n  wrong:\n    - {{value: 2, because: step-climbs, {SAY}}}\n"
        f"    - {{value: 3, because: stepp-climbs, {SAY}}}\n",
    ),
    Broken(
        check="misconception.spelling", severity=WARNING, says="also written step-climbs", at="step_climbs",
        questions=NUMBER + f"  answer: 1\n  wrong:\n    - {{value: 2, because: step-climbs, {SAY}}}\n"
        f"    - {{value: 3, because: step_climbs, {SAY}}}\n",
    ),
    Broken(
        check="topic.unused", severity=WARNING, says="the topic nets", at="nets:",
        questions=NUMBER + "  topics: [sums]\n  answer: 1\n",
        head=OPEN + "topics:\n  sums: {title: {en: Sums, zh: 和}, read: {en: A book., zh: 书。}}\n"
        "  nets: {title: {en: Nets, zh: 网络}}\n",
    ),
    Broken(
        check="topic.no-reading", severity=NOTE, says="what to read again", at="sums:",
        questions=NUMBER + "  topics: [sums]\n  answer: 1\n",
        head=OPEN + "topics:\n  sums: {title: {en: Sums, zh: 和}}\n",
    ),
    Broken(
        check="topic.none", severity=NOTE, says="has no topic", at="- id: q",
        questions=NUMBER.replace("id: q", "id: p") + "  topics: [sums]\n  answer: 1\n" + NUMBER + "  answer: 1\n",
        head=OPEN + "topics:\n  sums: {title: {en: Sums, zh: 和}, read: {en: A book., zh: 书。}}\n",
    ),
    Broken(
        check="text.gives-answer", severity=WARNING, says="a hint holds the answer", at="hint:",
        questions=PAIR + "  answer: {code: f}\n  hint: {en: 'It is {{double}}.', zh: '是 {{double}}。'}\n",
        code="def f(p, rng):\n    return {'answer': 2 * p['a'], 'params': {'double': 2 * p['a']}}\n",
    ),
    Broken(
        check="text.gives-answer", severity=WARNING, says="its text holds the answer", at="text:",
        questions=PAIR + "  answer: '{{a}} + 0'\n",
    ),
    Broken(
        check="id.tells", severity=WARNING, says="answer-is-relu", at="answer-is-relu",
        questions=NUMBER.replace("id: q", "id: answer-is-relu") + "  answer: 1\n",
    ),
    Broken(
        check="id.tells", severity=WARNING, says="pick-relu", at="pick-relu",
        questions=CHOICE.replace("id: q", "id: pick-relu")
        + f"  choices: [{{text: {{en: ReLU, zh: ReLU}}, correct: true}}, {{text: {{en: tanh, zh: tanh}}, {SAY}}}]\n",
    ),
    Broken(
        check="text.formula", severity=ERROR, says=r"\frac{1}", at="text:",
        questions=ASKING % r"'What is $\frac{1}$?'",
    ),
    Broken(
        check="text.link", severity=ERROR, says="javascript", at="text:",
        questions=ASKING % "'[So](javascript:alert(1)) much?'",
    ),
    Broken(
        check="text.image", severity=WARNING, says="no images", at="text:",
        questions=ASKING % "'![A net](https://a.example/x.png) many?'",
    ),
    Broken(
        check="text.html", severity=WARNING, says="<b>", at="text:",
        questions=ASKING % "'How <b>many</b>?'",
    ),
    Broken(
        check="text.dollar", severity=WARNING, says="dollar signs", at="text:",
        questions=ASKING % "'What is $ x $ here?'",
    ),
    Broken(
        check="plan.never-shown", severity=WARNING, says="the answers would be shown", at="reveal:",
        questions=NUMBER + "  answer: 1\n", head=HEAD + "reveal: {answers: after-close}\n",
    ),
    Broken(
        check="plan.never-shown", severity=WARNING, says="its feedback comes after", at="feedback:",
        questions=NUMBER + "  feedback: after-close\n  answer: 1\n",
    ),
    Broken(
        check="plan.score-waits", severity=WARNING, says="feedback of late", at="feedback: never",
        questions=NUMBER.replace("id: q", "id: late") + "  feedback: never\n  answer: 1\n",
        head=HEAD + "closes: 2030-01-01T00:00Z\nreveal: {score: after-submit}\n",
    ),
    Broken(
        check="plan.score-waits", severity=NOTE, says="held back until it closes", at="feedback: after-close",
        questions=NUMBER + "  feedback: after-close\n  answer: 1\n",
        head=HEAD + "closes: 2030-01-01T00:00Z\nretakes: 0\n",
    ),
    Broken(
        check="plan.score-waits", severity=WARNING, says="never shown", at="feedback: never",
        questions=NUMBER + "  feedback: never\n  answer: 1\n", head=OPEN + "retakes: 0\n",
    ),
    Broken(
        check="plan.answers-early", severity=ERROR, says="tries left", at="attempts: 2",
        questions=NUMBER + "  attempts: 2\n  answer: 1\n", head=HEAD + "reveal: {answers: after-attempt}\n",
    ),
    Broken(
        check="plan.answers-early", severity=WARNING, says="until it closes", at="reveal:",
        questions=NUMBER + "  answer: 1\n", head=OPEN + "closes: 2030-01-01T12:00+00:00\n",
    ),
    Broken(
        check="plan.idle-penalty", severity=NOTE, says="one try only", at="penalty:",
        questions=NUMBER + "  penalty: 0.5\n  answer: 1\n",
    ),
    Broken(
        check="plan.free-guesses", severity=WARNING, says="who tries all", at="attempts:",
        questions=CHOICE + f"  attempts: 2\n  choices: [{RIGHT}, {{text: {{en: No, zh: 否}}, {SAY}}}]\n",
    ),
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken.check}: {broken.says[:24]}")
def test_what_is_broken_is_found_at_its_line_and_nothing_else(tmp_path: Path, broken: Broken) -> None:
    report = report_of(tmp_path, broken.questions, broken.code, head=broken.head)
    found = {finding.check for finding in report.findings}
    assert found == {broken.check}
    finding = report.findings[0]
    assert finding.severity is broken.severity
    assert broken.says in finding.problem.en
    assert finding.problem.zh and finding.problem.zh != finding.problem.en
    file = tmp_path / "quiz01_test" / finding.file
    assert not broken.at or broken.at in file.read_text(encoding="utf-8").splitlines()[finding.line - 1]
    assert exit_code([report]) == (2 if broken.severity is ERROR else 0)
    assert exit_code([report], strict=True) == (0 if broken.severity is NOTE else 2)


def test_a_generator_that_fails_is_told_with_the_seed_and_the_parameters_that_show_it(tmp_path: Path) -> None:
    code = "def f(p, rng):\n    return {'answer': 2 * p['a'] // (p['a'] % 7)}\n"
    report = report_of(tmp_path, PAIR + "  answer: {code: f}\n", code)
    (finding,) = report.findings
    assert finding.seed is not None and 1 < finding.count < 200
    with Generators(quiz := read_quiz(Path(report.folder))) as generators:
        drawing = Drawing(quiz=quiz, seeds=numbered_seeds(finding.seed), generators=generators)
        with pytest.raises(AuthorError) as caught:
            draw(drawing, quiz.questions[0])
    assert caught.value.problem == finding.problem
    assert "quiz.py:2: f(a=" in finding.problem.en


def test_a_collision_that_no_redraw_mends_is_told_with_its_parameters(tmp_path: Path) -> None:
    same = PAIR.replace("[2, 40]", "[2, 2]") + "  answer: '{{a}} * 2'\n  wrong: [{value: '{{a}} ** 2', " + SAY + "}]\n"
    report = report_of(tmp_path, same)
    (finding,) = report.findings
    assert "(with a=2): the wrong answer 2 ** 2 counts as right" in finding.problem.en and finding.count == 5


TAGGED = PAIR + "  answer: {code: f}\n" + NUMBER.replace("id: q", "id: r") + "  answer: 1\n"
BY_CODE = OPEN + "misconceptions:\n  halved: {en: No., zh: 不。}\n"


@pytest.mark.parametrize(
    ("code", "check"),
    [
        ("raise OSError('now')\n\ndef f(p, rng):\n    pass\n", "generator.fails"),
        ("def f(p, rng):\n    return 1 / 0\n", "draw.fails"),
    ],
)
def test_feedback_is_called_unused_only_where_every_question_could_be_drawn(
    tmp_path: Path, code: str, check: str
) -> None:
    (finding,) = report_of(tmp_path, TAGGED, code, head=BY_CODE).findings
    assert finding.check == check


def test_feedback_that_a_function_names_is_used(tmp_path: Path) -> None:
    code = "def f(p, rng):\n    return {'answer': 2 * p['a'], 'wrong': [(p['a'] / 2, 'halved')]}\n"
    assert report_of(tmp_path, TAGGED, code, head=BY_CODE).findings == ()


def test_a_mistake_of_an_exercise_is_known_under_both_spellings_and_its_typo_is_not(tmp_path: Path) -> None:
    mistakes = tmp_path / "exercise03_softmax" / "mistakes"
    mistakes.mkdir(parents=True)
    (mistakes / "no_max_shift.py").write_text("")
    wrong = NUMBER + "  answer: 1\n  wrong: [{value: 2, because: %s, " + SAY + "}]\n"
    assert report_of(tmp_path, wrong % "no-max-shift").findings == ()
    (finding,) = report_of(tmp_path, wrong % "no_max_shfit").findings
    assert finding.check == "misconception.typo" and "no_max_shift?" in finding.remedy.en


def test_every_problem_of_a_file_that_cannot_be_read_is_a_finding_at_its_line(tmp_path: Path) -> None:
    report = report_of(tmp_path, NUMBER + "  points: lots\n  answer: 3\n  penalty: 7\n")
    assert [(one.check, one.line) for one in report.findings] == [("file.invalid", 9), ("file.invalid", 11)]
    assert report.quiz == "quiz01_test"


def test_a_folder_without_a_quiz_is_a_finding_and_no_crash(tmp_path: Path) -> None:
    (report,) = lint([tmp_path], Settings(seeds=1, jobs=1))
    assert [one.check for one in report.findings] == ["file.unreadable"]


def test_longest_and_unmoved_right_options_are_noted(tmp_path: Path) -> None:
    one = (
        "- id: q%d\n  type: choice\n  shuffle: false\n  text: {en: Which %d?, zh: 哪个 %d？}\n  choices:\n"
        "    - {text: {en: No %d, zh: 否}, say: {en: No., zh: 不。}}\n"
        "    - {text: {en: Yes because of all that was said, zh: 是}, correct: true}\n"
        "    - {text: {en: Nay %d, zh: 不}, say: {en: No., zh: 不。}}\n"
    )
    report = report_of(tmp_path, "".join(one % (n, n, n, n, n) for n in range(4)))
    assert [(finding.check, finding.severity) for finding in report.findings] == [
        ("choice.longest", NOTE),
        ("choice.same-place", NOTE),
    ]


def test_a_question_whose_seeds_change_nothing_is_drawn_once(tmp_path: Path) -> None:
    assert report_of(tmp_path, NUMBER + "  answer: 3\n").variants == 1


def test_a_choice_that_is_picked_from_many_is_drawn_with_every_seed(tmp_path: Path) -> None:
    wrong = "".join(f"    - {{text: {{en: No {n}, zh: 否 {n}}}, {SAY}}}\n" for n in range(5))
    report = report_of(tmp_path, CHOICE + f"  pick: 3\n  choices:\n    - {RIGHT}\n{wrong}")
    assert report.variants == 200 and report.findings == ()


def test_parts_may_use_what_is_said_of_the_whole(tmp_path: Path) -> None:
    whole = (
        "- id: q\n  type: multi-part\n  text: {en: Two., zh: 两题。}\n  say:\n    late: {en: No., zh: 不。}\n  parts:\n"
        "    - {id: x, type: number, text: {en: x?, zh: x？}, answer: 1, wrong: [{value: 2, because: late}]}\n"
        "    - {id: y, type: number, text: {en: y?, zh: y？}, answer: 1}\n"
    )
    assert report_of(tmp_path, whole).findings == ()


def test_a_generator_that_always_fails_is_not_asked_a_thousand_times(tmp_path: Path) -> None:
    code = "def f(p, rng):\n    raise ValueError(p['a'])\n"
    report = report_of(tmp_path, PAIR + "  answer: {code: f}\n", code)
    (finding,) = report.findings
    assert finding.check == "draw.fails" and (finding.seed, finding.count, finding.of) == (1, 5, 5)


@pytest.mark.parametrize(
    "text", [r"'It costs \$5, or \$6?'", "'$5 a head?'", "'`$a $b` in a shell?'", "'$$x$$'", "'$x$ of $y$'"]
)
def test_dollars_that_are_meant_are_left_alone(tmp_path: Path, text: str) -> None:
    assert report_of(tmp_path, ASKING % text).findings == ()
