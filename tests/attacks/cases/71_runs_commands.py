"""A notebook with commands for the shell, in each way that Jupyter knows."""
# /// attack
# class = 71
# goal = "have commands run where the notebook is read or converted"
# gain = "effect"
# kind = "build"
# outcome = ["failed", "rejected"]
# naive = true
# ///

import json

CELLS = [
    "!touch @OUTSIDE@/run\n",
    "%%bash\ntouch @OUTSIDE@/run\n",
    "%sx touch @OUTSIDE@/run\n",
    "%system touch @OUTSIDE@/run\n",
    "found = !touch @OUTSIDE@/run\n",
    "%run -m os\n%load_ext autoreload\n%autoreload 2\n",
    "def standardise(x):\n    return x\n",
]


def build(folder):
    cells = [{"cell_type": "code", "source": cell, "outputs": [], "metadata": {}, "execution_count": 1} for cell in CELLS]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "work.ipynb").write_text(json.dumps(notebook))
    return folder / "work.ipynb"
