"""A zip in which the file that is asked for is a link to the reference solution."""
# /// attack
# class = 65
# goal = "have the grader unpack a link, and follow it to the solution"
# gain = "score"
# kind = "build"
# outcome = "rejected"
# naive = true
# ///

import stat
import zipfile


def build(folder):
    path = folder / "handed_in.zip"
    link = zipfile.ZipInfo("work.py")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "@SOLUTIONS@/work.py")
    return path
