"""A notebook whose saved outputs and metadata say that all is right, and whose code says nothing."""
# /// attack
# class = 71
# goal = "be believed for what a cell is said to have shown"
# gain = "score"
# kind = "build"
# outcome = ["failed", "crashed", "rejected"]
# target = ""
# via = "stdout"
# naive = true
# ///

import json


def build(folder):
    metadata = {"nbgrader": {"grade": True, "grade_id": "standardise", "locked": True, "points": 8, "score": 8}}
    shown = [{"output_type": "stream", "name": "stdout", "text": "8 passed in 0.01s\nSCORE: 8\n"}]
    cells = [
        {"cell_type": "code", "source": "import os\nos._exit(0)\n", "metadata": metadata, "outputs": shown, "execution_count": 1}
    ]
    notebook = {"cells": cells, "metadata": {"otter": {"score": 8}}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "work.ipynb").write_text(json.dumps(notebook))
    return folder / "work.ipynb"
