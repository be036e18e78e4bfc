"""A zip with members whose names climb out of the folder that it is unpacked to, in each way of writing that."""
# /// attack
# class = 65
# goal = "write a file outside the folder that the archive is unpacked to"
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
        archive.writestr("../" * 20 + "@OUTSIDE@"[1:] + "/climbed", "here")
        archive.writestr("..\\..\\climbed", "here")
        archive.writestr("a/../../../climbed", "here")
    return path
