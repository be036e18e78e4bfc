"""Answers that are computed: each function is named by `code:` in quiz.yaml.

`p` has the parameters. `rng` is a random.Random of this student's seed: take chance from it alone.
"""


def steps_per_epoch(p, rng):
    examples, size = p["examples"], p["size"]
    return {
        "answer": -(-examples // size),
        "wrong": [
            (examples // size, "drops-the-last-batch"),
            (examples, "one-step-per-example"),
        ],
    }
