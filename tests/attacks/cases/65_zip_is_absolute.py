"""A zip with a member whose name starts at the root."""
# /// attack
# class = 65
# goal = "write a file of one's choice, by its whole path"
# gain = "effect"
# kind = "build"
# outcome = "rejected"
# naive = true
# ///

import zipfile


def build(folder):
    path = folder / "handed_in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("work.py", "def standardise(x):\n    return x\n")
        archive.writestr("@OUTSIDE@/written", "here")
    return path
