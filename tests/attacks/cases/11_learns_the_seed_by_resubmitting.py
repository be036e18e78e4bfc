"""Hands in one guess after another while the class is graded again and again, until a constant passes; then goes on."""
# /// attack
# class = 11
# goal = "find the constant that passes on the hidden inputs of this batch, one --resume after another"
# gain = "score"
# kind = "driver"
# outcome = "failed"
# target = "fit"
# naive = true
# ///

import tempfile
from pathlib import Path

from grader.batch.grade import Mode, Request, grade_class
from grader.exercise import load_course
from grader.report.reading import read_report
from grader.runners.local import LocalRunner

WORK = """# {note}
def fit(measure, count):
    return {guess}
"""
GUESSES = range(6)
AGAIN = ("one", "two", "three", "four", "five")  # by luck all of these pass once in 6^5 batches


def sources(passes):
    """Return whether the constant that passed once goes on to pass; `passes` hands a source in."""
    guess = next((guess for guess in GUESSES if passes(WORK.format(note="guess", guess=guess))), None)
    return guess is not None and all(passes(WORK.format(note=note, guess=guess)) for note in AGAIN)


def attack(arena):
    course = load_course(arena.arena.root)
    asked = course.find_entry(arena.exercise)
    with tempfile.TemporaryDirectory() as name, LocalRunner(1, isolation=arena.degree, others=True) as runner:
        handed, output = Path(name, "handed"), Path(name, "out")
        handed.mkdir()

        def passes(source):
            (handed / "mallory.py").write_text(source)
            request = Request(
                course=course,
                output=output,
                exercises=(asked,),
                submissions=(handed,),
                mode=Mode.RESUME if output.exists() else Mode.NEW,
                seed=1,
            )
            found = grade_class(request, runner, workers=1)
            report = read_report(found.places.report("mallory", asked.name))
            return any(test.name == "test_fit" and test.outcome == "passed" for test in report.tests)

        return ["a constant passes again and again: every submission had the same inputs"] if sources(passes) else []


def naive(arena):
    return ["a constant passes"] if sources(lambda source: arena.naive(source).earned >= 1) else []
