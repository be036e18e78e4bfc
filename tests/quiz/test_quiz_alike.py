"""Indistinguishability, type by type: which answer is right leaves every public byte as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from quiz.quiz_folders import drawing_of, quiz_in

from grader.quiz.drawing import draw
from grader.quiz.model import QuestionType
from grader.quiz.stored import public_document

# Each question twice: what differs is what is right, and what is said of what is wrong.
CHOICES = "choices: [{{text: a{0}}}, {{text: b{1}}}, {{text: c{2}}}]"
TICK, SAY = ", correct: true", ", because: mistaken, say: No"
MATCH = (
    "rows: [{{id: r, text: r, match: {0}}}, {{id: s, text: s, match: {1}}}], "
    "options: [{{id: x, text: x}}, {{id: y, text: y}}]"
)
ORDER = "items: [{{id: a, code: a(){0}}}, {{id: b, code: b(){1}}}, {{id: c, code: c()}}]{2}"
TWINS: dict[QuestionType, tuple[str, str]] = {
    QuestionType.CHOICE: (CHOICES.format(TICK, SAY, ""), CHOICES.format("", "", TICK)),
    QuestionType.MULTI: (CHOICES.format(TICK, TICK, SAY), CHOICES.format("", SAY, TICK)),
    QuestionType.NUMBER: (
        "answer: 3, wrong: [{value: 700, because: seven, say: No}]",
        "answer: 700.5",
    ),
    QuestionType.SHAPE: ("answer: '[1, 24]'", "answer: error, wrong: [{value: '[2]', say: No}]"),
    QuestionType.ORDER: (
        ORDER.format("", ", after: [a]", ""),
        ORDER.format(", after: [b, c]", "", ", wrong: [{order: [a, b], say: No}]"),
    ),
    QuestionType.MATCH: (MATCH.format("x", "y"), MATCH.format("y", "y")),
    QuestionType.EXPRESSION: (
        "variables: {w: [1, 2]}, answer: w + 1",
        "variables: {w: [3, 40]}, answer: 2*w, also: [w + w], wrong: [{value: w, say: No}]",
    ),
    QuestionType.CODE_OUTPUT: ("code: print(a), answer: '1'", "code: print(a), answer: error, also: [raises]"),
    QuestionType.MATRIX: (
        "answer: [[1, 2], [3, 4]]",
        "answer: [[10, 20], [30, 40]], wrong: [{value: [[1, 2], [3, 4]], say: No}]",
    ),
    QuestionType.MULTI_PART: (
        "parts: [{id: x, type: number, text: x, answer: 1}, {id: y, type: choice, text: y, choices: "
        "[{text: a, correct: true}, {text: b}]}]",
        "parts: [{id: x, type: number, text: x, answer: 2}, {id: y, type: choice, text: y, choices: "
        "[{text: a, say: No}, {text: b, correct: true}]}]",
    ),
}


def test_no_type_is_left_out() -> None:
    assert set(TWINS) == set(QuestionType)


@pytest.mark.parametrize("kind", list(QuestionType), ids=lambda kind: kind.value)
def test_what_is_right_changes_no_public_byte(tmp_path: Path, kind: QuestionType) -> None:
    documents = []
    for name, rest in zip("ab", TWINS[kind], strict=True):
        quiz = quiz_in(tmp_path / name, f"- {{id: q, type: {kind.value}, text: Which?, {rest}}}")
        seen = set()
        for student in ("ada", "bob", "eve"):
            with drawing_of(quiz, student=student, version="the same") as drawing:
                seen.add(public_document(draw(drawing, quiz.questions[0]).public))
        documents.append(seen)
    assert documents[0] == documents[1]
