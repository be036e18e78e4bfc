"""Parses in a moment, but has nine thousand parts of one text, each of which may be any of twenty-six letters."""
# /// attack
# class = 85
# goal = "hold whoever follows what names a source may put together, and be left without a score"
# gain = "hang"
# kind = "build"
# outcome = "failed"
# naive = "it does not read the source."
# ///

LETTERS = "".join(f"x = '{letter}'\n" for letter in "abcdefghijklmnopqrstuvwxyz")
TEXTS = ["y = f'" + "{x}" * 4_500 + "'\n", "y = ''.join([" + "x, " * 4_500 + "])\n"]


def build(folder):
    (folder / "work.py").write_text(LETTERS + "".join(TEXTS) + "\n\ndef standardise(x):\n    return x\n")
    return folder / "work.py"
