"""A tar in which the file that is asked for is a symbolic link to the reference solution."""
# /// attack
# class = 65
# goal = "have the grader unpack a link, and follow it to the solution"
# gain = "score"
# kind = "build"
# outcome = "rejected"
# naive = true
# ///

import tarfile


def build(folder):
    path = folder / "handed_in.tar"
    member = tarfile.TarInfo("work.py")
    member.type = tarfile.SYMTYPE
    member.linkname = "@SOLUTIONS@/work.py"
    with tarfile.open(path, "w") as archive:
        archive.addfile(member)
    return path
