"""What the bank promises as a whole: how much there is of what, and a feedback for every known mistake."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from markdown_it import MarkdownIt
from math_core import LatexToMathML
from mdit_py_plugins.dollarmath import dollarmath_plugin
from quiz.bank import SOLUTIONS, Asked, drawn, questions, quizzes

from grader.quiz.authored import Computed, Question
from grader.quiz.marking import Algebra, Marker, check
from grader.quiz.model import ChoiceKey, MatchBody, MatchKey, OptionsBody, OrderKey, QuestionType, TypedKey, Wrong
from grader.records import Text

# The fifteen families that a deep-learning course needs, and where the bank asks them.
FAMILIES = {
    "view keeps the first axis": ["quiz01/view-shape"],
    "column minus vector": ["quiz01/residual/shape", "quiz01/residual/pairs"],
    "overflow of a naive softmax": ["quiz03/overflow/largest", "quiz03/overflow/result"],
    "shape of a linear layer": ["quiz01/linear/output", "quiz01/linear/weight"],
    "weights between layers": ["quiz01/mlp-weights"],
    "five steps of training": ["quiz02/loop"],
    "depth of a linear net": ["quiz04/deep-linear"],
    "one step of SGD": ["quiz02/sgd-step"],
    "cross-entropy": ["quiz03/ignorant/mean", "quiz03/ce-inputs", "quiz03/softmax-twice"],
    "detach": ["quiz04/detach"],
    "updates in epochs": ["quiz02/updates/full", "quiz02/updates/mini", "quiz02/updates/single"],
    "two linear layers are one": ["quiz05/merged", "quiz05/why-nonlinear"],
    "first step of an optimizer": [f"quiz02/step-sizes/{name}" for name in ("sgd", "adagrad", "rmsprop", "adam")],
    "dropout": ["quiz05/dropout/train", "quiz05/dropout/eval"],
    "early stopping": ["quiz05/early-stopping/restored", "quiz05/early-stopping/stopped"],
}


@pytest.fixture(scope="module")
def bank() -> dict[str, list[Asked]]:
    return drawn(12)


def wholes() -> list[Question]:
    return [question for quiz in quizzes() for question in quiz.questions]


def mistakes_of_the_exercises() -> set[str]:
    return {file.stem for file in SOLUTIONS.glob("exercise*/mistakes/*.py")}


def wrongs(key: TypedKey | ChoiceKey | OrderKey | MatchKey) -> Iterator[Wrong]:
    if isinstance(key, ChoiceKey):
        yield from (option.wrong for option in key.options if not option.right)
    else:
        yield from (known.wrong for known in key.wrong)


def test_there_are_sixty_questions_in_five_quizzes_and_thirty_five_have_parameters():
    assert [quiz.id for quiz in quizzes()] == ["quiz01", "quiz02", "quiz03", "quiz04", "quiz05"]
    assert len(wholes()) >= 60
    assert (
        sum(bool(one.params or any(part.params or part.computed for part in (one, *one.parts))) for one in wholes())
        >= 35
    )


def test_every_type_of_question_is_asked():
    assert {question.type for question in wholes()} == set(QuestionType)


def test_every_family_of_questions_is_asked():
    assert len(FAMILIES) == 15
    labels = {label for label, _ in questions()}
    assert [label for family in FAMILIES.values() for label in family if label not in labels] == []


def test_every_text_is_in_both_languages():
    assert [(quiz.id, gap.where.line) for quiz in quizzes() for gap in quiz.gaps] == []


def test_every_question_has_a_hint_or_its_whole_has():
    assert [one.id for one in wholes() if not one.hints and not all(part.hints for part in one.parts or (one,))] == []


def test_every_topic_is_explained_and_asked_about():
    for quiz in quizzes():
        declared = {topic.id for topic in quiz.topics}
        used = {topic for question in quiz.questions for topic in question.topics}
        assert used == declared, quiz.id
        assert all(topic.read for topic in quiz.topics)
        assert all(question.topics for question in quiz.questions)


def test_every_known_wrong_answer_names_its_misconception_and_says_why(bank):
    for label, ones in bank.items():
        for asked in ones:
            known = list(wrongs(asked.key.answer))
            assert known, label
            assert [wrong for wrong in known if not wrong.because or wrong.say is None] == [], label


def test_every_feedback_for_a_computed_mistake_is_given_to_somebody(bank):
    for label, question in questions():
        if isinstance(question.answer, Computed):
            told = set(question.said)
            given = {wrong.because for asked in bank[label] for wrong in wrongs(asked.key.answer)}
            assert told == given, label


def test_no_two_mistakes_of_one_question_are_told_the_same(bank):
    for label, ones in bank.items():
        says = [wrong.say for wrong in wrongs(ones[0].key.answer) if wrong.say]
        assert label in ("quiz04/who-has-grad",) or len(says) == len(set(says)), label


def test_misconceptions_are_shared_with_the_exercises(bank):
    given = {wrong.because for ones in bank.values() for asked in ones for wrong in wrongs(asked.key.answer)}
    assert len(given & mistakes_of_the_exercises()) >= 25
    assert not {name.replace("-", "_") for name in given if "-" in name} & mistakes_of_the_exercises()


def test_model_answers_earn_all_and_wrong_ones_nothing_but_their_own_feedback(bank):
    with Algebra() as algebra:
        marker = Marker(algebra)
        found = [
            finding.text.en
            for ones in bank.values()
            for asked in ones[:4]
            for finding in check(asked.public, asked.key, marker)
        ]
    assert found == []


def test_generators_need_nothing_but_the_standard_library():
    allowed = {"fractions", "itertools", "math", "statistics"}
    for quiz in quizzes():
        imported = [node for node in ast.walk(ast.parse(quiz.source)) if isinstance(node, ast.Import | ast.ImportFrom)]
        assert all(isinstance(node, ast.ImportFrom) and node.module in allowed for node in imported), quiz.id


def texts_of(asked: Asked) -> Iterator[Text]:
    """Every text that a student may get to see of a question."""
    body = asked.public.body
    yield asked.public.text
    yield from asked.key.hints
    if asked.key.explanation:
        yield asked.key.explanation
    yield from (wrong.say for wrong in wrongs(asked.key.answer) if wrong.say)
    if isinstance(body, OptionsBody | MatchBody):
        yield from (option.text for option in body.options if option.text)
    if isinstance(body, MatchBody):
        yield from (row.text for row in body.rows if row.text)


def set_apart(text: str) -> dict[str, list[str]]:
    """The formulas and the pieces of code in a Markdown text."""
    reader = MarkdownIt("commonmark").use(dollarmath_plugin, double_inline=True)
    inside = [child for token in reader.parse(text) for child in token.children or ()]
    assert not any("$" in child.content for child in inside if child.type == "text"), text
    return {
        kind: sorted(child.content for child in inside if child.type == kind) for kind in ("math_inline", "code_inline")
    }


def test_formulas_can_be_set_and_are_the_same_in_both_languages_as_is_code(bank):
    setter = LatexToMathML(fancy_error=False)
    for label, (asked, *_) in bank.items():
        for text in texts_of(asked):
            english, chinese = set_apart(text.en), set_apart(text.zh)
            assert english == chinese, (label, text)
            for formula in english["math_inline"]:
                assert setter.convert_with_local_state(formula, displaystyle=False).startswith("<math")


def test_each_language_is_written_in_itself(bank):
    def has_chinese(text: str) -> bool:
        return any("\u4e00" <= sign <= "\u9fff" for sign in text)

    for label, (asked, *_) in bank.items():
        for text in texts_of(asked):
            assert not has_chinese(text.en), (label, text.en)
            assert has_chinese(text.zh) or not any(word.isalpha() for word in text.en.split()), (label, text.zh)
