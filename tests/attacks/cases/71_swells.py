"""A notebook with a saved output of a hundred megabytes."""
# /// attack
# class = 71
# goal = "exhaust whoever reads or shows the notebook"
# gain = "effect"
# kind = "build"
# outcome = "rejected"
# naive = true
# ///


def build(folder):
    head = '{"cells": [{"cell_type": "code", "metadata": {}, "execution_count": 1, "source": "def standardise(x): return x", '
    with (folder / "work.ipynb").open("w") as stream:
        stream.write(head + '"outputs": [{"output_type": "stream", "name": "stdout", "text": "')
        for _ in range(100):
            stream.write("y" * (1 << 20))
        stream.write('"}]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    return folder / "work.ipynb"
