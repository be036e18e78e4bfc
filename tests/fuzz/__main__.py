"""Fuzz the wire: `python -m tests.fuzz reply --seconds 60`, from the root of a checkout; Linux only.

    reply | server   coverage-guided, with atheris (`pip install dlgrade[fuzz]`), from the committed corpus
    frames           a million malformed frames, without atheris: reproducible from the seed, ends with its figures
    requests         the same for the child's server
    corpus           writes the corpus anew, from honest frames

A finding ends the run with a traceback and the input; add that input to `corpus/TARGET/` with the fix, and a test runs
it ever after. Every mode gives up its rights first and runs under a cap on memory and a limit on time.
"""

from __future__ import annotations

import argparse
import faulthandler
import itertools
import json
import os
import random
import struct
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

HANG_S = 10  # one input; the deadlines of the targets themselves are shorter
MORE_MIB = 700  # beyond what the process has when it begins: twice the caps of a frame and its decoding
PROGRESS = 50_000
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def main() -> int:
    options = _options()
    if any(os.environ.get(name) != value for name, value in THREADS.items()):  # torch reads them when it is imported
        command = [sys.executable, "-m", "tests.fuzz", *sys.argv[1:]]
        os.execve(sys.executable, command, {**os.environ, **THREADS})
    if options.mode == "corpus":
        from targets import write_corpus

        write_corpus()
        return 0
    if options.mode in ("frames", "requests"):
        return _malformed(options)
    return _guided(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("mode", choices=["reply", "server", "frames", "requests", "corpus"])
    parser.add_argument("--runs", type=int, default=1_000_000, help="inputs at most (default: a million)")
    parser.add_argument("--seconds", type=int, default=600, help="time at most (default: ten minutes)")
    parser.add_argument("--seed", type=int, default=1, help="repeats a run of frames and requests exactly")
    parser.add_argument("--memory-mib", type=int, default=MORE_MIB, help="memory at most, beyond what torch takes")
    return parser.parse_args()


# ---------------------------------------------------------------------------------------------------- by a generator


def _malformed(options: argparse.Namespace) -> int:
    """Send malformed frames until the count or the time is reached; print the figures as JSON."""
    from limits import cap_memory, give_up_rights, peak_mib
    from targets import TARGETS, Malformer, seeds

    target = TARGETS["reply" if options.mode == "frames" else "server"]
    honest = seeds()["reply" if options.mode == "frames" else "server"]
    for data in honest:  # whatever torch imports on first use is imported now
        target(data)
    malformer = Malformer(options.seed, honest)
    give_up_rights()
    cap_memory(options.memory_mib)
    before_mib, outcomes, slowest_s, began = peak_mib(), Counter[str](), 0.0, time.monotonic()
    for number in itertools.count():
        if number == options.runs or time.monotonic() - began > options.seconds:
            break
        data = malformer.next() if options.mode == "frames" else b"".join(malformer.conversation())
        faulthandler.dump_traceback_later(HANG_S, exit=True)
        start = time.monotonic()
        try:
            outcomes[target(data)] += 1
        except BaseException:
            print(f"finding, input {number} of seed {options.seed}: {data!r}", file=sys.stderr)
            raise
        slowest_s = max(slowest_s, time.monotonic() - start)
        if number % PROGRESS == PROGRESS - 1:
            print(f"{number + 1:,} inputs, {time.monotonic() - began:.0f} s", file=sys.stderr)
    faulthandler.cancel_dump_traceback_later()
    figures = {
        "inputs": sum(outcomes.values()),
        "seconds": round(time.monotonic() - began, 1),
        "slowest_s": round(slowest_s, 3),
        "grown_mib": round(peak_mib() - before_mib, 1),
        "outcomes": dict(outcomes.most_common()),
    }
    print(json.dumps(figures))
    return 0


# ---------------------------------------------------------------------------------------------------- by coverage


def _guided(options: argparse.Namespace) -> int:
    """Let atheris look for inputs that reach new code; it ends the process itself."""
    try:
        import atheris
    except ImportError:
        print("atheris is not installed: pip install 'dlgrade[fuzz]'", file=sys.stderr)
        return 2
    with atheris.instrument_imports(include=["grader.sandbox"]):
        from targets import TARGETS, Malformer, corpus, frames_of
    from limits import give_up_rights, peak_mib

    def mutated(data: bytes, max_size: int, seed: int) -> bytes:
        """Change bytes anywhere, or one frame as the generator does: with lengths that fit, so that it goes deeper."""
        chance = random.Random(seed)
        frames = frames_of(data)
        which = chance.randrange(len(frames)) if frames else 0
        if not frames or chance.random() < 0.5:
            return bytes(atheris.Mutate(data, max_size))
        try:
            frames[which] = Malformer(seed, [frames[which]]).next()
        except (ValueError, TypeError, LookupError, RecursionError, struct.error):  # it is no honest frame any more
            return bytes(atheris.Mutate(data, max_size))
        return b"".join(frames)[:max_size]

    target = TARGETS[options.mode]

    def one_input(data: bytes) -> None:
        target(data)

    inputs = [path.read_bytes() for path in corpus(options.mode)]
    for data in inputs:
        target(data)
    give_up_rights()
    folder = Path("corpus")
    folder.mkdir()
    for number, data in enumerate(inputs):
        (folder / f"{number}.bin").write_bytes(data)
    arguments = [
        sys.argv[0],
        f"-runs={options.runs}",
        f"-max_total_time={options.seconds}",
        f"-timeout={HANG_S}",
        f"-rss_limit_mb={int(peak_mib()) + options.memory_mib}",
        f"-seed={options.seed}",
        "-max_len=4096",
        str(folder.resolve()),
    ]
    atheris.Setup(arguments, one_input, custom_mutator=mutated)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
