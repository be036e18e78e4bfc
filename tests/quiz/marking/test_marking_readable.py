"""What is asked back is known from the public half alone: the marker asks back the very same, and nothing more."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quiz.quiz_folders import drawing_of, quiz_in

from grader.quiz.drawing import draw_all
from grader.quiz.marking.algebra import Algebra
from grader.quiz.marking.mark import Unreadable
from grader.quiz.marking.marker import Marker
from grader.quiz.marking.readable import readings
from grader.quiz.marking.responses import Response
from grader.quiz.model import MatchBody, OptionsBody, PublicQuestion, Variant

QUESTIONS = """
- {id: c, type: choice, text: T, choices: [{text: a, correct: true}, {text: b}]}
- {id: m, type: multi, text: T, choices: [{text: a, correct: true}, {text: b}]}
- {id: n, type: number, text: T, answer: "7"}
- {id: s, type: shape, text: T, answer: "(2, 3)"}
- {id: o, type: order, text: T, items: [{id: x, text: x}, {id: y, text: y, after: [x]}]}
- id: p
  type: match
  text: T
  rows: [{id: r, text: r, match: one}, {id: s, text: s, match: two}]
  options: [{id: one, text: "1"}, {id: two, text: "2"}]
- {id: t, type: code-output, text: T, code: print(1), answer: "1"}
- {id: x, type: matrix, text: T, answer: [[1, 2]]}
- id: w
  type: multi-part
  text: T
  parts:
    - {id: k, type: shape, text: T, answer: "(2, 3)"}
    - {id: l, type: choice, text: T, choices: [{text: a, correct: true}, {text: b}]}
"""


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> tuple[Variant, ...]:
    with drawing_of(quiz_in(tmp_path_factory.mktemp("readable"), QUESTIONS)) as drawing:
        return draw_all(drawing)


def ids_in(public: PublicQuestion) -> list[str]:
    body = public.body
    if isinstance(body, OptionsBody):
        return [one.id for one in body.options]
    return [one.id for one in (*body.rows, *body.options)] if isinstance(body, MatchBody) else ["k", "l"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_marker_asks_back_exactly_what_is_found_unreadable(
    variants: tuple[Variant, ...], data: st.DataObject
) -> None:
    variant = data.draw(st.sampled_from(variants))
    words = st.sampled_from([*ids_in(variant.public), "", " ", "7", "(2, 3)", "1 2", "1,234", "zz", "inf"]) | st.text(
        max_size=6
    )
    lists = st.lists(words, max_size=3)
    response: Response = data.draw(
        words | lists | st.lists(lists, max_size=2) | st.dictionaries(words, words | lists, max_size=3)
    )
    asked = [one for one in readings(variant.public, response).values() if isinstance(one, Unreadable)]
    mark = Marker(Algebra()).mark(variant.public, variant.key, response)
    assert isinstance(mark, Unreadable) == bool(asked), (variant.public.type, response, mark, asked)
