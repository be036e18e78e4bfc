"""The committed inputs of the fuzzers: every seed, and every input that was ever a finding, still ends as it should."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from targets import CORPUS, corpus, frames_of, outcome_of, seeds

from grader.sandbox.children import ForkedChildren


@pytest.mark.parametrize("path", corpus("reply"), ids=lambda path: path.stem)
def test_a_reply_of_the_corpus_is_taken_or_refused(path: Path) -> None:
    assert outcome_of(path.read_bytes())


@pytest.fixture(scope="module")
def source() -> Iterator[ForkedChildren]:
    from server_host import children

    with children() as forked:
        yield forked


@pytest.mark.skipif(sys.platform != "linux", reason="the children of these tests live in a box of Linux")
def test_each_conversation_of_the_corpus_comes_to_its_end(source: ForkedChildren) -> None:
    from server_host import asked
    from small_child import BEFORE

    for path in corpus("server"):
        asked(source, [*BEFORE, *frames_of(path.read_bytes())], seconds=10.0)


def test_the_corpus_holds_every_kind_of_frame() -> None:
    """After a change of the messages: `python -m tests.fuzz corpus`."""
    for target, inputs in seeds().items():
        written = {path.read_bytes() for path in (CORPUS / target).glob("seed-*.bin")}
        assert written == set(inputs), f"{target}: run python -m tests.fuzz corpus"
