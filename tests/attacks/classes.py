"""The 92 classes of attack that have been seen on graders, in six groups: every class has at least one case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """What the attacker is after."""

    SECRETS = "Reading secrets"
    SCORE = "Forging a score"
    TIMING = "Forging a time"
    ESCAPE = "Escaping"
    EXHAUSTION = "Exhausting the machine"
    ACROSS = "Reaching other submissions and readers"


@dataclass(frozen=True, slots=True)
class AttackClass:
    number: int
    group: Group
    title: str


_TITLES: dict[Group, tuple[str, ...]] = {
    Group.SECRETS: (
        "reads the hidden tests or the reference from disk",
        "finds the expected tensors among the garbage collector's objects",
        "walks up the frames to the caller's local variables",
        "imports the reference that the grader has imported already",
        "scans its own memory for what was left there",
        "reads environment variables through /proc",
        "reads secrets in command lines",
        "carries a secret out over the network",
        "uses a descriptor that it inherited",
        "reads the git history beside the submission",
        "draws the hidden inputs again from a known seed",
        "finds the reference's result in memory that was just freed",
        "puts the hidden inputs into its output or its exceptions",
        "sends one bit a submission through the verdict",
        "traces the harness with settrace, setprofile or sys.monitoring",
        "reads what other students handed in",
        "downloads the solution",
    ),
    Group.SCORE: (
        "overwrites the file of results, or the harness",
        "writes a result of its own where the grader listens, and leaves",
        "exits with status 0 before a test has failed",
        "has a thread or an exit handler change the result later",
        "puts its own file over the grader's descriptor",
        "changes C's stdout underneath the grader",
        "hands in a conftest.py that makes the verdicts",
        "hands in modules with the names of libraries",
        "redefines the harness's functions",
        "puts a program of its own on the PATH",
        "returns an object whose operators always agree",
        "returns a tensor subclass that answers for torch",
        "hangs methods of its own on the tensor that it returns",
        "returns something that runs code when it is unpickled",
        "replaces the function that compares",
        "changes the inputs so that the reference agrees",
        "returns NaN, which no comparison finds too large",
        "returns an empty or a scalar tensor, which broadcasts",
        "computes with fewer bits than were asked for",
        "returns a constant",
        "answers before it is asked",
        "sends lengths, shapes or amounts that are not so",
        "sends values that no honest encoder makes",
        "opens or writes another process's memory",
        "overwrites machine code or function pointers",
        "swallows the grader's writes with a filter of its own",
        "falls back to the library call that it was to write",
        "replays what another submission computed",
        "names an object or a function that was never given to it",
        "claims that the grader is at fault",
        "raises exceptions whose text lies, hangs or is huge",
    ),
    Group.TIMING: (
        "replaces Python's clocks",
        "replaces the GPU events that measure",
        "works on a stream that nobody waits for",
        "goes on working in a thread after it has answered",
        "returns a promise, and computes when it is compared",
        "recognises an input that it has seen",
        "does the work of many calls in the first",
        "keeps results on disk for the next run",
        "works less while it is only being warmed up",
        "leaves its data in the GPU's cache",
        "takes more threads than it was given",
        "disturbs the reference while it is being timed",
    ),
    Group.ESCAPE: (
        "lays a link where a privileged process will write",
        "lays a link where the grader will read a result",
        "has its code run by a build step outside the box",
        "types into the terminal of whoever started the grader",
        "hands in an archive that unpacks to somewhere else, or to far too much",
        "opens a user namespace of its own",
        "reaches the kernel through calls that filters forget",
        "mounts, changes its root, or joins other namespaces",
        "leaves through /proc, /sys or a block device",
        "talks to the machine's own sockets",
        "hands in a notebook whose cells run, lie or swell",
    ),
    Group.EXHAUSTION: (
        "forks without end",
        "starts threads without end",
        "takes memory without end, or recurses without end",
        "fills the disk with bytes or with files",
        "spins on, whatever signal it is sent",
        "prints without end",
        "returns a tensor that is huge only when it is used",
        "answers one byte at a time",
        "dies of a signal, an abort, or at import",
        "leaves a process behind",
        "calls back a million times, or within each other",
        "sends its parents a storm of signals",
        "computes something endless in C while it is imported",
        "hands in a source that the parser chokes on",
    ),
    Group.ACROSS: (
        "leaves a note in a shared folder for temporary files",
        "leaves a note in shared memory",
        "signals by locks on a shared file",
        "sees or ends the processes of another submission",
        "poisons a cache that others will use",
        "leaves torch or Python changed for the next test",
        "writes to the reader: markup, terminal escapes, workflow commands, formulas",
    ),
}


def _numbered() -> dict[int, AttackClass]:
    titles = [(group, title) for group, titles in _TITLES.items() for title in titles]
    return {number: AttackClass(number, group, title) for number, (group, title) in enumerate(titles, start=1)}


CLASSES: dict[int, AttackClass] = _numbered()
