"""Hands in sources that nest deeper than a parser, a compiler or a walk over the tree can go."""
# /// attack
# class = 85
# goal = "end the process that reads the source, which in many graders is the judge's own"
# gain = "death"
# kind = "driver"
# outcome = "failed"
# naive = "CPython 3.11 and later refuse these in good order; what walks over their trees often does not."
# ///

DEEP = 60_000
SOURCES = {
    "brackets": "x = " + "[" * DEEP + "]" * DEEP,
    "signs": "x = " + "-" * DEEP + "1",
    "negations": "x = " + "not " * DEEP + "1",
    "attributes": "x = ()" + ".a" * DEEP,
    "calls": "x = len" + "()" * DEEP,
    "sums": "x = 1" + "+1" * DEEP,
    "powers": "x = 1" + "**1" * DEEP,
    "lambdas": "x = " + "lambda:" * DEEP + "1",
    "conditions": "x = " + "1 if 1 else " * DEEP + "1",
    "blocks": "".join(" " * depth + "if 1:\n" for depth in range(99)) + " " * 99 + "pass",
    "alternatives": "if 0:\n  pass\n" + "elif 0:\n  pass\n" * 20_000,
    "strings": "x = " + 'f"{' * 150 + "1" + '}"' * 150,
    "names": "import torch\nimport torch as a\n" + ("a=a" + ".abcdefghij" * 28 + "\n") * 2800,
}


def attack(arena):
    gained = []
    for name, source in SOURCES.items():
        report = arena.grade(source + "\n\ndef standardise(x):\n    return x\n")
        if report.score is None or report.score.earned > 0:
            gained.append(f"{name}: {report.status}")
        if report.timings.total_s > 6:
            gained.append(f"{name}: held the grader for {report.timings.total_s:.1f} s")
    return gained
