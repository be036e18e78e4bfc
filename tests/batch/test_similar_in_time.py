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
    assert tokens_of(CODE + HANGS) == []
    assert time.process_time() - began < 0.5


def test_a_long_file_has_the_tokens_of_a_short_one_and_its_own() -> None:
    long = tokens_of(CODE + "y = 3\n" * 6_000)
    assert long[: len(tokens_of(CODE))] == tokens_of(CODE)
    assert tokens_of(CODE + "y = 3\n" * 6_000, given=["y"])[-3].sign == "y"
    assert long[-3].sign == "name"
