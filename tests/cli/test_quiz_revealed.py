"""The right answer as it is shown once it may be seen."""

from __future__ import annotations

from grader.cli.quiz.feedback import put_revealed
from grader.quiz.model import Option, OptionsBody, PublicQuestion, QuestionType
from grader.quiz.rendering.styled import Paper
from grader.records import Language, Text
from grader.taking.answer_views import Revealed


def test_beside_the_right_options_stands_why_they_are_right() -> None:
    body = OptionsBody(options=tuple(Option(id=f"o{n}", text=Text(en=f"Text {n}", zh=f"选项{n}")) for n in range(3)))
    question = PublicQuestion(
        id="q", type=QuestionType.MULTI, text=Text(en="?", zh="？"), body=body, points=1, attempts=1, penalty=0
    )
    says = {f"o{n}": Text(en=f"Because {n}.", zh=f"因为{n}。") for n in range(3)}
    paper = Paper(width=60, color=False)
    put_revealed(paper, question, Revealed(answer=["o0", "o2"], says=says), Language.ZH)
    assert paper.render().split() == ["Right:", "A", "选项0", "C", "选项2", "A:", "因为0。", "C:", "因为2。"]
