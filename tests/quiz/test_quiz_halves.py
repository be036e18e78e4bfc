"""The public half of a variant: what cannot be in it, and what nobody can tell from it."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from quiz.quiz_canaries import CODE, EVERY_TYPE
from quiz.quiz_folders import drawing_of, quiz_in

from grader.errors import GraderFault
from grader.quiz.drawing import draw, draw_all
from grader.quiz.model import ChoiceKey, Key, MatchKey, OrderKey, PartsKey, PublicQuestion, TypedKey, Variant
from grader.quiz.stored import key_document, public_document, read_key, read_public


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> tuple[Variant, ...]:
    quiz = quiz_in(tmp_path_factory.mktemp("every"), EVERY_TYPE, CODE)
    with drawing_of(quiz) as drawing:
        return draw_all(drawing)


def reachable(kind: Any, seen: set[type] | None = None) -> set[type]:
    """Return the dataclasses that a value of this type can hold."""
    found = set() if seen is None else seen
    if get_origin(kind) in (Union, types.UnionType, tuple, list, dict) or get_args(kind):
        for argument in get_args(kind):
            reachable(argument, found)
    elif is_dataclass(kind) and isinstance(kind, type) and kind not in found:
        found.add(kind)
        for hint in get_type_hints(kind).values():
            reachable(hint, found)
    return found


def test_no_public_type_can_hold_an_answer() -> None:
    public = reachable(PublicQuestion)
    assert {kind.__name__ for kind in public} == {
        *("PublicQuestion", "OptionsBody", "MatchBody", "TypedBody", "PartsBody", "Option", "Precision", "Text")
    }
    secret = ("answer", "right", "correct", "wrong", "because", "say", "key", "seed", "version", "param", "function")
    for kind in public:
        for field in fields(kind):
            assert not any(word in field.name for word in secret), f"{kind.__name__}.{field.name}"
    assert not public & (reachable(Key) - reachable(PublicQuestion))


def test_no_secret_is_in_the_public_half_of_any_type(variants: tuple[Variant, ...]) -> None:
    assert len({variant.public.type for variant in variants}) == 10
    for variant in variants:
        public = public_document(variant.public).decode().lower()
        key = key_document(variant.key).decode().lower()
        assert "canary" in key or "4242" in key, f"{variant.public.id}: the test plants nothing"
        for token in ("canary", "4242", "5353", variant.key.version, variant.key.seed):
            assert token not in public, f"{variant.public.id}: {token} is public"


def test_the_key_has_what_the_public_half_lacks(variants: tuple[Variant, ...]) -> None:
    keys = {variant.key.id: variant.key for variant in variants}
    choice, count = keys["one"].answer, keys["count"].answer
    assert isinstance(choice, ChoiceKey) and isinstance(count, TypedKey)
    said = {option.name: option.wrong.say for option in choice.options if option.wrong.say}
    assert {name: text.en for name, text in said.items()} == {
        **{"canary-name-a": "CANARY right", "canary-name-b": "CANARY say", "c3": "CANARY map"}
    }
    assert (count.answer, [(one.value, one.wrong.because) for one in count.wrong]) == (
        *("424242", [("535353", "canary-twice")]),
    )
    assert keys["one"].hints[0].en == "CANARY hint" and variants[0].public.hints == 1


def test_both_halves_come_back_from_their_documents_as_they_were(variants: tuple[Variant, ...]) -> None:
    for variant in variants:
        assert read_public(public_document(variant.public)) == variant.public
        assert read_key(key_document(variant.key)) == variant.key


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"form":2}', b'{"form":1,"type":"choice"}', b"\xff"])
def test_a_damaged_document_is_our_fault_and_no_wrong_answer(document: bytes) -> None:
    with pytest.raises(GraderFault, match="cannot be read"):
        read_key(document)
    with pytest.raises(GraderFault, match="cannot be read"):
        read_public(document)


def test_a_key_cannot_be_read_as_a_public_half(variants: tuple[Variant, ...]) -> None:
    document = key_document(variants[0].key)
    with pytest.raises(GraderFault):
        read_public(document)


# ------------------------------------------------------------------------------------------- indistinguishability

SWAPPED = """
- id: one
  type: choice
  text: Which?
  choices:
    - {{text: first{0}}}
    - {{text: second{1}}}
    - {{text: third{2}}}
    - {{text: none of these{3}, last: true}}
- id: several
  type: multi
  text: Which?
  choices:
    - {{text: first{0}}}
    - {{text: second{1}}}
    - {{text: third{2}}}
- id: pairs
  type: match
  text: Match them.
  options: [{{id: p, text: p}}, {{id: q, text: q}}, {{id: r, text: r}}, {{id: s, text: s}}]
  rows:
    - {{id: a, text: a, match: {4}}}
    - {{id: b, text: b, match: p}}
- id: steps
  type: order
  text: Order them.
  items:
    - {{id: x, code: x()}}
    - {{id: y, code: y(), after: [{5}]}}
    - {{id: z, code: z()}}
"""


def public_bytes(folder: Path, right: int) -> list[bytes]:
    """Return the public halves of a quiz in which the choice, row and item of this number are right."""
    marks = ["", "", "", ""]
    marks[right] = ", correct: true, say: Quite so., because: a-tag"
    quiz = quiz_in(folder, SWAPPED.format(*marks, "pqr"[right], "xzx"[right]))
    with drawing_of(quiz, version="one and the same") as drawing:
        return [public_document(variant.public) for variant in draw_all(drawing)]


def test_which_choice_is_right_changes_no_public_byte(tmp_path: Path) -> None:
    first, second, third = (public_bytes(tmp_path / str(right), right) for right in range(3))
    assert len(first) == 4
    assert first == second == third


def test_swapping_a_computed_answer_with_a_wrong_one_moves_nothing_but_their_texts(tmp_path: Path) -> None:
    """The generated choices stand at the same places under the same ids, whichever text is the right one."""
    question = "- {id: one, type: choice, text: Which?, answer: {code: one}}"
    code = "def one(p, rng):\n    return {{'answer': {0!r}, 'wrong': [({1!r}, 'a-tag'), ('sea', 'b-tag')]}}\n"
    shown = []
    for right, wrong in (("sun", "moon"), ("moon", "sun")):
        quiz = quiz_in(tmp_path / right, question, code.format(right, wrong))
        with drawing_of(quiz, version="same") as drawing:
            public = json.loads(public_document(draw(drawing, quiz.questions[0]).public))
        shown.append([(option["id"], option["text"]["en"]) for option in public["body"]["options"]])
    swapped = {"sun": "moon", "moon": "sun", "sea": "sea"}
    assert shown[1] == [(name, swapped[text]) for name, text in shown[0]]


def ids_in(key: Key) -> Iterator[tuple[str, str]]:
    answer = key.answer
    if isinstance(answer, ChoiceKey | OrderKey):
        entries = answer.options if isinstance(answer, ChoiceKey) else answer.items
        yield from ((one.name, one.id) for one in entries)
    elif isinstance(answer, MatchKey):
        yield from ((name, own) for own, name in answer.names.items())
    elif isinstance(answer, PartsKey):
        for part in answer.parts:
            yield from ids_in(part)


def test_option_ids_are_new_in_every_attempt_and_for_every_student(tmp_path: Path) -> None:
    quiz = quiz_in(tmp_path, EVERY_TYPE, CODE)
    seen: dict[tuple[str, str, str], set[str]] = {}
    count = 0
    for student, attempt in (("ada", 1), ("ada", 2), ("bob", 1)):
        with drawing_of(quiz, student=student, attempt=attempt) as drawing:
            for variant in draw_all(drawing):
                for name, own in ids_in(variant.key):
                    seen.setdefault((variant.key.id, variant.key.part, name), set()).add(own)
                    count += 1
    assert count == 3 * len(seen)
    assert all(len(ids) == 3 for ids in seen.values())


def test_an_id_goes_with_the_place_that_is_shown_and_not_with_the_option(tmp_path: Path) -> None:
    """Otherwise an id would name the option's place in the file, where the right one often stands first."""
    choices = [f"{{text: c{number}{', correct: true' if number == 0 else ''}}}" for number in range(5)]
    orders = []
    for order in (choices, choices[::-1]):
        quiz = quiz_in(
            tmp_path / str(len(orders)), f"- {{id: one, type: choice, text: Which?, choices: [{', '.join(order)}]}}"
        )
        with drawing_of(quiz, version="same") as drawing:
            body = draw(drawing, quiz.questions[0]).public.body
        orders.append([option.id for option in body.options])  # type: ignore[union-attr]
    assert orders[0] == orders[1] and len(set(orders[0])) == 5


def test_right_answers_stand_at_every_place_alike(tmp_path: Path) -> None:
    """The known complaint: the same letter is right in every part, as one generator was seeded alike for each."""
    choices = "[{text: a, correct: true}, {text: b}, {text: c}, {text: d}]"
    parts = "\n".join(f"    - {{id: p{n}, type: choice, text: Which?, choices: {choices}}}" for n in range(12))
    quiz = quiz_in(tmp_path, f"- id: whole\n  type: multi-part\n  text: Twelve.\n  parts:\n{parts}")
    with drawing_of(quiz) as drawing:
        places = []
        for student in range(20):
            one = replace(drawing, seeds=replace(drawing.seeds, student=f"s{student}"))
            answer = draw(one, quiz.questions[0]).key.answer
            assert isinstance(answer, PartsKey)
            rows = [[option.right for option in part.answer.options].index(True) for part in answer.parts]  # type: ignore[union-attr]
            assert len(set(rows)) > 1, "all parts of one student have the same place"
            places += rows
    counts = [places.count(place) for place in range(4)]
    assert min(counts) > 240 / 4 * 0.6, counts  # 60 each expected, 3.6 standard deviations below
