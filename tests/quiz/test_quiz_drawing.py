"""Variants: which numbers, questions and answers an attempt gets, and that nobody is marked by another's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from quiz.quiz_folders import HEAD, drawing, drawing_of, quiz_in, write_quiz

from grader.errors import AuthorError
from grader.quiz.authored import Quiz
from grader.quiz.drawing import MAX_REDRAWN, chosen, draw, draw_all, draw_many
from grader.quiz.generators import Generators
from grader.quiz.model import ChoiceKey, PartsKey, TypedBody, TypedKey, Variant
from grader.quiz.reading import read_quiz
from grader.quiz.seeds import Seeds, next_seed, stream
from grader.quiz.stored import key_document, public_document, read_key

SUM = """
- id: total
  type: number
  text: "{{n}} + {{m}}?"
  params: {n: {int: [1, 999]}, m: {int: [1, 999]}}
  answer: "{{n}} + {{m}}"
"""


def only(quiz: Quiz, *, student: str = "ada", attempt: int = 1) -> Variant:
    with drawing_of(quiz, student=student, attempt=attempt) as one:
        return draw(one, quiz.questions[0])


def typed(variant: Variant) -> TypedKey:
    assert isinstance(variant.key.answer, TypedKey)
    return variant.key.answer


# ---------------------------------------------------------------------------------------------------------- seeds


def test_a_seed_depends_on_every_one_of_its_parts_and_on_where_they_end() -> None:
    base = Seeds(key=b"k", version="v", student="ada", attempt=1)
    seeds = [
        base.of("q"),
        base.of("q", "p"),
        base.of("qp"),
        base.of("", "q"),
        replace(base, key=b"l").of("q"),
        replace(base, version="w").of("q"),
        replace(base, student="adb").of("q"),
        replace(base, attempt=2).of("q"),
        next_seed(base.of("q"), 1),
        next_seed(base.of("q"), 2),
    ]
    assert len(set(seeds)) == len(seeds) and {len(seed) for seed in seeds} == {32}
    assert next_seed(base.of("q"), 0) == base.of("q") == Seeds(key=b"k", version="v", student="ada", attempt=1).of("q")


def test_the_key_of_the_seeds_is_never_shown() -> None:
    assert "very secret" not in repr(Seeds(key=b"very secret", version="v", student="ada", attempt=1))


def test_streams_for_two_purposes_have_nothing_in_common() -> None:
    seed = b"s" * 32
    assert [stream(seed, "a").random() for _ in range(3)] == [stream(seed, "a").random() for _ in range(3)]
    assert stream(seed, "a").random() != stream(seed, "b").random()


def test_a_student_and_an_attempt_have_numbers_of_their_own(tmp_path: Path) -> None:
    quiz = quiz_in(tmp_path, SUM)
    drawn = [
        only(quiz, student=student, attempt=attempt).key for student in ("ada", "bob", "cyd") for attempt in (1, 2)
    ]
    assert len({tuple(key.params.values()) for key in drawn}) == 6
    assert only(quiz).key == drawn[0], "the same attempt draws the same variant"


def test_a_further_parameter_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    first = quiz_in(tmp_path / "a", SUM)
    second = quiz_in(tmp_path / "b", SUM.replace("params: {", "params: {first: {int: [1, 9]}, "))
    keys = []
    for quiz in (first, second):
        with drawing_of(quiz, version="same") as one:
            keys.append(draw(one, quiz.questions[0]).key.params)
    assert {name: keys[1][name] for name in ("n", "m")} == keys[0]


# ----------------------------------------------------------------------------------------------------- parameters


def test_parameters_come_from_their_ranges_both_ends_included(tmp_path: Path) -> None:
    quiz = quiz_in(
        tmp_path,
        """
        - id: one
          type: number
          text: "{{i}} {{s}} {{f}} {{c}} {{w}}"
          params:
            i: {int: [2, 4]}
            s: {int: [0, 10], step: 5}
            f: {float: [0.1, 0.4], step: 0.1}
            c: {choice: [1.0, two, [3, 4], true]}
            w: {code: twice}
          answer: 1
        """,
        "def twice(p, rng):\n    return [p['i'] * 2, rng.choice('xy')]\n",
    )
    with Generators(quiz) as generators:
        params = [
            draw(drawing(quiz, generators, student=f"s{number}"), quiz.questions[0]).key.params for number in range(80)
        ]
    seen = {name: {repr(one[name]) for one in params} for name in params[0]}
    assert seen["i"] == {"2", "3", "4"} and seen["s"] == {"0", "5", "10"}
    assert seen["f"] == {"0.1", "0.2", "0.3", "0.4"}, "counted in decimal: 0.1 + 0.2 is 0.3"
    assert seen["c"] == {"1.0", "'two'", "[3, 4]", "True"}
    assert all(one["w"][0] == 2 * one["i"] for one in params)  # type: ignore[index, operator]


def test_a_generator_brings_further_values_and_may_replace_one(tmp_path: Path) -> None:
    quiz = quiz_in(
        tmp_path,
        '- {id: one, type: number, text: "{{n}} {{batch}}", params: {n: {int: [1, 1]}}, answer: {code: f}}',
        "def f(p, rng):\n    return {'answer': 3, 'params': {'n': 7, 'batch': [(1, 2.5)]}}\n",
    )
    assert only(quiz).public.text.en == r"7 \[\[1, 2.5\]\]"


def test_all_parts_see_the_parameters_of_the_whole_and_draw_their_own(tmp_path: Path) -> None:
    quiz = quiz_in(
        tmp_path,
        """
        - id: whole
          type: multi-part
          text: "{{k}}"
          params: {k: {int: [1, 1000000]}}
          parts:
            - {id: a, type: number, text: "{{k}} {{n}}", params: {n: {int: [1, 1000000]}}, answer: "{{k}} + {{n}}"}
            - {id: b, type: number, text: "{{k}} {{n}}", params: {n: {int: [1, 1000000]}}, answer: {code: f}}
        """,
        "def f(p, rng):\n    return {'answer': p['k'] + p['n']}\n",
    )
    key = only(quiz).key
    assert isinstance(key.answer, PartsKey)
    first, second = key.answer.parts
    assert first.params["k"] == second.params["k"] == key.params["k"]
    assert first.params["n"] != second.params["n"], "the parts have seeds of their own"
    assert second.answer.answer == str(second.params["k"] + second.params["n"])  # type: ignore[union-attr, operator]


# ------------------------------------------------------------------------------------------------ which questions

POOLED = """
- {id: always, type: number, text: One?, answer: 1}
- pool: some
  pick: 2
  questions:
""" + "\n".join(f"    - {{id: q{number}, type: number, text: One?, answer: 1}}" for number in range(5))


def test_an_attempt_gets_as_many_of_a_pool_as_it_says_and_others_get_others(tmp_path: Path) -> None:
    quiz = quiz_in(tmp_path, POOLED)
    seen = set()
    for student in range(40):
        names = [one.id for one in chosen(quiz, Seeds(key=b"k", version="v", student=f"s{student}", attempt=1))]
        assert names[0] == "always" and len(names) == 3 and names[1:] == sorted(names[1:])
        seen.add(tuple(names[1:]))
    assert len(seen) == 10, "of five questions, two can be picked in ten ways"


def test_questions_come_in_an_order_of_their_own_only_where_the_quiz_says_so(tmp_path: Path) -> None:
    seeds = [Seeds(key=b"k", version="v", student=f"s{student}", attempt=1) for student in range(20)]
    fixed = quiz_in(tmp_path / "a", POOLED)
    shuffled = quiz_in(tmp_path / "b", POOLED, head=HEAD + "shuffle-questions: true\n")
    assert {chosen(fixed, one)[0].id for one in seeds} == {"always"}
    assert {[q.id for q in chosen(shuffled, one)].index("always") for one in seeds} == {0, 1, 2}


def test_pick_shows_every_right_choice_and_some_wrong_ones(tmp_path: Path) -> None:
    choices = ", ".join(f"{{text: c{n}{', correct: true' if n < 2 else ''}}}" for n in range(8))
    quiz = quiz_in(tmp_path, f"- {{id: one, type: multi, text: Which?, pick: 4, choices: [{choices}]}}")
    shown = set()
    for student in range(30):
        answer = only(quiz, student=f"s{student}").key.answer
        assert isinstance(answer, ChoiceKey) and len(answer.options) == 4
        assert {option.name for option in answer.options if option.right} == {"c1", "c2"}
        shown |= {option.name for option in answer.options}
    assert shown == {f"c{n}" for n in range(1, 9)}


def test_what_is_said_to_be_last_stays_last(tmp_path: Path) -> None:
    choices = "{text: none of these, last: true}, {text: a, correct: true}, {text: b}, {text: c}"
    quiz = quiz_in(tmp_path, f"- {{id: one, type: choice, text: Which?, choices: [{choices}]}}")
    for student in range(10):
        answer = only(quiz, student=f"s{student}").key.answer
        assert isinstance(answer, ChoiceKey) and answer.options[-1].name == "c1"


def test_without_shuffle_choices_stand_as_they_were_written(tmp_path: Path) -> None:
    choices = "{text: a}, {text: b, correct: true}, {text: c}, {text: d}"
    quiz = quiz_in(tmp_path, f"- {{id: one, type: choice, text: Which?, shuffle: false, choices: [{choices}]}}")
    answer = only(quiz).key.answer
    assert isinstance(answer, ChoiceKey) and [option.name for option in answer.options] == ["c1", "c2", "c3", "c4"]


# ------------------------------------------------------------------------------------------------------ collisions

COLLIDING = """
- id: one
  type: number
  text: "{{n}}?"
  params: {n: {int: [1, 3]}}
  answer: "{{n}}**2"
  wrong: [{value: "{{n}} + {{n}}", because: adds}]
"""


def test_a_variant_whose_wrong_answer_is_right_is_drawn_anew(tmp_path: Path) -> None:
    quiz = quiz_in(tmp_path, COLLIDING)
    variants = [only(quiz, student=f"s{number}") for number in range(40)]
    assert {variant.key.params["n"] for variant in variants} == {1, 3}, "2 + 2 is 2 ** 2"
    assert any(variant.redrawn for variant in variants) and not all(variant.redrawn for variant in variants)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("answer: 1.234, accept: {sig-figs: 3}, wrong: [{value: 1.231, because: near}]", ""),
        ("answer: 0.5, accept: {abs: 0.1}, wrong: [{value: 0.55, because: near}]", ""),
        (
            "answer: {code: f}, accept: {sig-figs: 3}",
            "def f(p, rng):\n    return {'answer': 1/3, 'wrong': [(0.33333, 'near')]}\n",
        ),
        ("answer: 3, wrong: [{value: 6/2, because: near}]", ""),
    ],
)
def test_what_counts_as_right_is_decided_at_the_accepted_precision(tmp_path: Path, question: str, code: str) -> None:
    quiz = quiz_in(tmp_path, f"- {{id: one, type: number, text: How many?, {question}}}", code)
    with pytest.raises(
        AuthorError, match=r"quiz\.yaml:5: questions\[0\]: the wrong answer .* \(near\) counts as right"
    ):
        only(quiz)


@pytest.mark.parametrize(
    "question",
    [
        'type: shape, answer: [2, 3], wrong: [{value: "(2, 3)", because: near}]',
        'type: matrix, answer: [[1, 0.5]], wrong: [{value: "[[1.0, 1/2]]", because: near}]',
        "type: expression, variables: {w: [1, 2]}, answer: w*2, wrong: [{value: w * 2, because: near}]",
        'type: code-output, code: f(), answer: "[1, 2]", wrong: [{value: "[1,2]", because: near}]',
        "type: code-output, code: f(), answer: error, wrong: [{value: ValueError, because: near}]",
    ],
)
def test_collisions_are_found_in_every_type_that_is_typed(tmp_path: Path, question: str) -> None:
    quiz = quiz_in(tmp_path, f"- {{id: one, text: What?, {question}}}")
    with pytest.raises(AuthorError, match="counts as right"):
        only(quiz)


def test_a_wrong_answer_of_another_value_is_no_collision(tmp_path: Path) -> None:
    answer = "answer: 1.234, accept: {sig-figs: 3}, wrong: [{value: 1.24, because: far}]"
    quiz = quiz_in(tmp_path, f"- {{id: one, type: number, text: What?, {answer}}}")
    assert typed(only(quiz)).wrong[0].value == "1.24"


@pytest.mark.parametrize(("colliding", "is_drawn"), [(MAX_REDRAWN, True), (MAX_REDRAWN + 1, False)])
def test_a_variant_is_drawn_anew_so_often_and_no_more(tmp_path: Path, colliding: int, is_drawn: bool) -> None:
    code = f"""
        calls = 0

        def f(p, rng):
            global calls
            calls += 1
            return {{"answer": 7, "wrong": [(7 if calls <= {colliding} else 8, "same")]}}
        """
    quiz = quiz_in(tmp_path, "- {id: one, type: number, text: What?, answer: {code: f}}", code)
    if is_drawn:
        assert only(quiz).redrawn == MAX_REDRAWN
    else:
        with pytest.raises(AuthorError, match="counts as right"):
            only(quiz)


def test_two_options_that_read_alike_are_refused(tmp_path: Path) -> None:
    choices = "{text: '{{n}}', correct: true}, {text: '2'}"
    quiz = quiz_in(
        tmp_path, f"- {{id: one, type: choice, text: Which?, params: {{n: {{int: [2, 2]}}}}, choices: [{choices}]}}"
    )
    with pytest.raises(AuthorError, match="two options read '2'"):
        only(quiz)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_answer_that_the_marker_cannot_read_is_the_authors_mistake(tmp_path: Path, language: str) -> None:
    quiz = quiz_in(tmp_path, "- {id: one, type: number, text: How many?, answer: several}")
    with pytest.raises(AuthorError) as caught:
        only(quiz)
    text = getattr(caught.value.text, language)
    assert (
        "quiz.yaml:5" in text and "several" in text and ("cannot be read" if language == "en" else "无法读取") in text
    )


# --------------------------------------------------------------------------------------------------------- versions


def test_a_version_is_a_digest_of_both_files_and_of_nothing_else(tmp_path: Path) -> None:
    code = "def f(p, rng):\n    return {'answer': 1}\n"
    first = quiz_in(tmp_path / "a", SUM, code)
    assert quiz_in(tmp_path / "b", SUM, code).version == first.version
    assert quiz_in(tmp_path / "c", SUM + "# a comment", code).version != first.version
    assert quiz_in(tmp_path / "d", SUM, code + "\n").version != first.version
    assert quiz_in(tmp_path / "e", SUM).version != first.version


def test_a_stored_variant_stays_what_it_was_when_the_quiz_is_edited(tmp_path: Path) -> None:
    folder = write_quiz(tmp_path, SUM)
    variant = only(read_quiz(folder))
    stored = key_document(variant.key), public_document(variant.public)
    edited = folder / "quiz.yaml"
    edited.write_text(edited.read_text().replace('answer: "{{n}} + {{m}}"', 'answer: "{{n}} - {{m}}"'))
    later = only(read_quiz(folder))
    assert read_key(stored[0]) == variant.key and read_key(stored[0]).version != later.key.version
    assert typed(variant).answer.count("+") == 1 and typed(later).answer.count("-") == 1
    assert later.key.seed != variant.key.seed


# ------------------------------------------------------------------------------------------------------ many at once


def test_many_are_drawn_as_each_would_be_alone(tmp_path: Path) -> None:
    quiz = quiz_in(
        tmp_path,
        '- {id: one, type: number, text: "{{n}} {{m}}", params: {n: {int: [1, 3]}, m: {code: f}}, answer: {code: g}}',
        """
        def f(p, rng):
            return rng.randint(1, 10**6)

        def g(p, rng):
            return {"answer": p["n"] ** 2, "wrong": [(p["n"] + p["n"], "adds")]}
        """,
    )
    with Generators(quiz) as generators:
        drawings = [drawing(quiz, generators, student=f"s{number}") for number in range(30)]
        together = draw_many(drawings, quiz.questions[0])
        assert together == [draw(one, quiz.questions[0]) for one in drawings]
    assert sum(variant.redrawn > 0 for variant in together if isinstance(variant, Variant)) > 0


def test_one_that_fails_hides_no_other(tmp_path: Path) -> None:
    quiz = quiz_in(
        tmp_path,
        '- {id: one, type: number, text: "{{n}}", params: {n: {int: [1, 4]}}, answer: {code: f}}',
        """
        import os

        def f(p, rng):
            if p["n"] == 2:
                os._exit(7)
            return {"answer": 1 // (p["n"] - 1)}
        """,
    )
    with Generators(quiz) as generators:
        found = draw_many([drawing(quiz, generators, student=f"s{number}") for number in range(12)], quiz.questions[0])
    failed = [str(one) for one in found if isinstance(one, AuthorError)]
    assert any("status 7" in one for one in failed) and any("ZeroDivisionError" in one for one in failed)
    answers = {typed(one).answer for one in found if isinstance(one, Variant)}
    assert answers == {"0"} and len(found) == 12


def test_the_quiz_of_the_specification_is_read_and_drawn(tmp_path: Path) -> None:
    """Every line of the format's first example, as it stands there."""
    quiz = read_quiz(write_quiz(tmp_path, SPECIFIED, SPECIFIED_CODE, head=SPECIFIED_HEAD))
    assert (quiz.time_limit_s, quiz.questions[0].rules.attempts) == (1200.0, 2)
    with drawing_of(quiz) as one:
        choice, shape, number, order = draw_all(one)
    assert typed(shape).answer.startswith("[") and [wrong.wrong.because for wrong in typed(shape).wrong] == [
        *("minus-one-flattens-all", "keeps-last-axis"),
    ]
    assert isinstance(number.public.body, TypedBody) and number.public.body.precision is not None
    assert "w=2.0" in number.public.text.en or "w=1.0" in number.public.text.en or "w=3.0" in number.public.text.en
    assert {choice.public.type.value, order.public.type.value} == {"choice", "order"}


SPECIFIED_HEAD = """\
# yaml-language-server: $schema=quiz-1.schema.json
dlgrade: quiz/1
id: quiz01
title: Tensors, loss and the training loop
defaults: {points: 1, attempts: 2, penalty: 0.33, feedback: after-attempt, shuffle: true}
reveal: {score: after-submit, answers: after-close}
time-limit: 20min
"""
SPECIFIED = r"""
- id: why-relu
  type: choice
  text: Why does an MLP need a nonlinearity between its linear layers?
  choices:
    - {text: "Without it the layers compose to one affine map.", correct: true}
    - {text: "It keeps every output in $[0,1]$.", because: activation-means-sigmoid, say: "ReLU is unbounded above."}
- id: view-shape
  type: shape
  params: {a: {int: [2, 5]}, b: {int: [2, 4]}, c: {int: [2, 4]}, d: {int: [2, 6]}}
  text: "`x.shape == ({{a}}, {{b}}, {{c}}, {{d}})`. Shape of `x.view(x.shape[0], -1)`?"
  answer: {code: view_shape}
  hint: "`-1` keeps the number of elements the same."
- id: sgd-step
  type: number
  params: {w: {choice: [1.0, 2.0, 3.0]}, lr: {choice: [0.1, 0.05]}, n: {int: [2, 4]}}
  text: |
    $\hat y = wx$, loss $\frac{1}{2|B|}\sum_{i\in B}(wx_i-y_i)^2$, $w={{w}}$, $\eta={{lr}}$, $B$ = {{batch}}.
    Give $w$ after one step.
  answer: {code: sgd_step}
  accept: {sig-figs: 3}
- id: loop
  type: order
  text: Order one PyTorch training step. Old gradients may be present.
  items:
    - {id: fwd,  code: "y_hat = net(X)"}
    - {id: loss, code: "l = loss(y_hat, y)",   after: [fwd]}
    - {id: zero, code: "optimizer.zero_grad()"}
    - {id: back, code: "l.backward()",         after: [loss, zero]}
    - {id: step, code: "optimizer.step()",     after: [back]}
  partial: lcs
"""
SPECIFIED_CODE = """
from math import prod

def view_shape(p, rng):
    a, *rest = p["a"], p["b"], p["c"], p["d"]
    wrong = [([a * prod(rest)], "minus-one-flattens-all"), ([a, rest[-1]], "keeps-last-axis")]
    return {"answer": [a, prod(rest)], "wrong": wrong}

def sgd_step(p, rng):
    batch = [(x, x + 3) for x in range(1, p["n"] + 1)]
    step = p["lr"] / p["n"] * sum(x * (p["w"] * x - y) for x, y in batch)
    return {"answer": p["w"] - step, "wrong": [], "params": {"batch": str(batch)}}
"""


# ----------------------------------------------------------------------------------------------------------- bounds


def test_what_a_generator_returns_has_room_in_a_question_too(tmp_path: Path) -> None:
    code = "def f(p, rng):\n    return {'answer': 'a' * 99, 'wrong': [[f'{n}' * 1_500, 'tag'] for n in range(50)]}\n"
    question = "- {id: one, type: code-output, text: What?, code: 'print(1)', answer: {code: f}}"
    with pytest.raises(AuthorError, match="longer than 100,000 characters"):
        only(quiz_in(tmp_path, question, code))
    assert only(quiz_in(tmp_path, question, code.replace("1_500", "100"))).public.id == "one"


@pytest.mark.parametrize(
    "question",
    [
        "type: choice, choices: [{text: right, correct: true}, "
        + ", ".join(f"{{text: '{'{{x}}' * 20}{number}'}}" for number in range(6))
        + "]",
        "type: multi-part, parts: ["
        + ", ".join(f"{{id: p{number}, type: number, text: '{'{{x}}' * 20}', answer: 1}}" for number in range(6))
        + "]",
    ],
    ids=["choices", "parts"],
)
def test_a_value_cannot_make_a_question_long_at_many_places(tmp_path: Path, question: str) -> None:
    """Lint keeps a thousand variants: a small file must not fill the memory with them."""
    head = f"id: one, text: '{{{{x}}}}', params: {{x: {{choice: [{'y' * 1_000}]}}}}"
    quiz = quiz_in(tmp_path, f"- {{{head}, {question}}}")
    with pytest.raises(AuthorError, match="longer than 100,000 characters") as caught:
        only(quiz)
    assert len(str(caught.value)) < 1_000
    fitting = quiz_in(tmp_path, f"- {{{head}, {question.replace('{{x}}' * 20, '{{x}}' * 10)}}}")
    assert only(fitting).public.id == "one"
