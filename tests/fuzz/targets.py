"""What is fuzzed: bytes from a child in the examiner, and an examiner's requests in the child's server.

Each target takes any bytes and must come back: with a value, a refusal, or a closed wire. An exception that escapes is
a finding, and so is a frame that takes long or needs more memory than the caps allow.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
sys.path[:0] = [str(HERE.parent / "sandbox"), str(HERE.parent.parent)]  # tests/ is no package

from malformed_frames import Malformer, outcome_of  # noqa: E402
from small_child import frames_of, honest_requests, loads_again, served  # noqa: E402
from small_examiner import honest_frames  # noqa: E402


def reply(data: bytes) -> str:
    """Take one frame in as the examiner does: `Channel.receive`, `decode_reply`, `Decoder`, the arguments' changes."""
    return outcome_of(data)


def server(data: bytes) -> str:
    """Let the child's `Server` read these frames, one after the other, behind a submission that is loaded."""
    frames = frames_of(data)
    if loads_again(frames):
        return "passed over"
    return served(frames)


TARGETS: dict[str, Callable[[bytes], str]] = {"reply": reply, "server": server}


def seeds() -> dict[str, list[bytes]]:
    """Return what the corpus is made of: whole frames as honest processes send them."""
    requests = honest_requests()
    callback = next(index for index, one in enumerate(requests) if b"step" in one)
    conversation = b"".join(requests[callback : callback + 2])
    return {"reply": honest_frames(), "server": [*requests, conversation]}


def corpus(target: str) -> list[Path]:
    """Return the committed inputs of a target."""
    return sorted((CORPUS / target).glob("*.bin"))


def write_corpus() -> None:
    """Write the corpus anew. Raises ValueError where a seed is not what its target takes."""
    for target, inputs in seeds().items():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("seed-*.bin"):
            old.unlink()
        for number, data in enumerate(inputs):
            (folder / f"seed-{number:02}.bin").write_bytes(data)


__all__ = ["TARGETS", "Malformer", "corpus", "frames_of", "outcome_of", "seeds", "write_corpus"]
