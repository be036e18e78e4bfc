"""Comparing submissions ends, whatever stands in one of them: Python's own tokenizer does not."""

from __future__ import annotations

import os
import time

import pytest

from grader.batch.similar_tokens import tokens_of
from grader.submission import apart

CODE = "def f(x):\n    return 2 * x + 1\n"
HANGS = "a" + " " * 20_000 + "$\n"  # no Python; its tokenizer goes back over the white space again and again


@pytest.mark.skipif(os.name != "posix", reason="no limits on processor time here")
def test_a_short_text_that_the_tokenizer_hangs_on_has_no_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "LIMIT_S", 1)
    began = time.process_time()
    tokens = tokens_of(CODE + HANGS)
    assert time.process_time() - began < 0.5
    assert not tokens.found
    assert not tokens.is_whole


def test_a_long_file_has_the_tokens_that_it_would_have_as_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    text = CODE + "".join(f"y{number} = {number}\n" for number in range(4_000))
    assert apart.is_long(text)
    apart_from_us = tokens_of(text, given=["y7"])
    monkeypatch.setattr(apart, "CHARACTERS", len(text))
    assert tokens_of(text, given=["y7"]) == apart_from_us
    assert "y7" in {token.sign for token in apart_from_us.found}
    assert apart_from_us.is_whole
