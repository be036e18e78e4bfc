"""Every sentence exists in both languages, takes the same facts in both, and is short."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator

import pytest

from grader.diagnosis.wording import Sentences, causes, errors, fill, kinds, problems, t
from grader.records import Text

TABLES = {"causes": causes.CAUSES, "kinds": kinds.KINDS, "errors": errors.ERRORS, "problems": problems.CAUSES}


def texts() -> Iterator[tuple[str, Text]]:
    for table, entries in TABLES.items():
        for key, sentences in entries.items():
            for field in ("hint", "next_step", "shape", "full", "problem"):
                text = getattr(sentences, field)
                if text is not None:
                    yield f"{table}.{key}.{field}", text
    for key, text in problems.PROBLEMS.items():
        yield f"problem.{key}", text


TEXTS = list(texts())


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def holds_for_all(is_so: Callable[[Text], bool]) -> None:
    """Fail with every sentence that it does not hold for."""
    wrong = [f"{name}: {text.en!r} {text.zh!r}" for name, text in TEXTS if not is_so(text)]
    assert not wrong, "\n".join(wrong)


def test_both_languages_take_the_same_facts() -> None:
    holds_for_all(lambda text: fields(text.en) == fields(text.zh))


def test_the_chinese_is_chinese_and_the_english_is_not() -> None:
    holds_for_all(lambda text: is_chinese(text.zh) and not is_chinese(text.en))


def test_a_sentence_is_short_enough_to_be_read() -> None:
    holds_for_all(lambda text: len(text.en) <= 190)


def test_there_are_sentences_to_be_read() -> None:
    assert len(TEXTS) > 400


@pytest.mark.parametrize("table", TABLES)
def test_cause_and_next_step_end_as_sentences_do(table: str) -> None:
    for key, sentences in TABLES[table].items():
        for text in (sentences.hint, sentences.next_step):
            assert text.en.endswith((".", "?")) and text.zh.endswith(("。", "？", "）。")), key
            assert text.en[0].isupper() or text.en[0] in "`({", key


@pytest.mark.parametrize("table", TABLES)
def test_no_sentence_blames(table: str) -> None:
    words = (
        "stupid",
        "obvious",
        "simply",
        "just ",
        "of course",
        "error on your part",
        "careless",
        "you failed",
        "bad ",
    )
    for sentences in TABLES[table].values():
        joined = f"{sentences.hint.en} {sentences.next_step.en}".lower()
        assert not any(word in joined for word in words), joined


def test_a_filled_in_fact_is_never_read_as_a_template() -> None:
    assert fill(t("got {x}", "得到 {x}"), x="{0.__class__}{y}") == Text(
        en="got {0.__class__}{y}", zh="得到 {0.__class__}{y}"
    )


def test_a_text_fills_each_language_with_its_own() -> None:
    assert fill(t("it is {x}", "是{x}"), x=t("the batch", "批次")) == Text(en="it is the batch", zh="是批次")


def test_entries_are_sentences() -> None:
    assert all(isinstance(s, Sentences) for table in TABLES.values() for s in table.values())
