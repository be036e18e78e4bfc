"""Notebooks that are no tree of cells: nested without end, with keys twice, with numbers that no machine holds."""
# /// attack
# class = 71
# goal = "end the process that reads the notebook, which is the grader's own"
# gain = "death"
# kind = "driver"
# outcome = "rejected"
# naive = "Python's JSON refuses the first in good order; the others concern readers that trust what they decoded."
# ///

from grader.errors import SubmissionError

CELL = '{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, "source": %s}'
WHOLE = '{"cells": [%s], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
NOTEBOOKS = {
    "brackets": '{"cells": ' + "[" * 100_000,
    "objects": '{"cells": ' + '{"a":' * 100_000,
    "no list": '{"cells": 5, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    "no cells": '{"cells": [5, null, []], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    "number as source": WHOLE % CELL % "5",
    "deep source": WHOLE % CELL % ("[" * 900 + '"x"' + "]" * 900),
    "huge version": '{"cells": [], "metadata": {}, "nbformat": ' + "9" * 5000 + ', "nbformat_minor": 5}',
    "infinite version": '{"cells": [], "metadata": {}, "nbformat": Infinity, "nbformat_minor": NaN}',
    "half characters": WHOLE % CELL % '"x = \'\\ud800\'"',
    "many cells": WHOLE % ",".join([CELL % '""'] * 30_000),
    "cells twice": '{"cells": [%s], "cells": [], "metadata": {}, "nbformat": 4}' % CELL % '"x = 1"',
}


def attack(arena):
    gained = []
    for name, text in NOTEBOOKS.items():
        file = arena.arena.desk / "work.ipynb"
        file.write_text(text)
        try:
            report = arena.grade(file)
        except SubmissionError:
            continue
        finally:
            file.unlink()
        if report.score is None or report.score.earned > 0:
            gained.append(f"{name}: {report.status}")
    return gained
