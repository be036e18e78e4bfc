"""A tar with members that climb out, start at the root, and go through a link."""
# /// attack
# class = 65
# goal = "write files outside the folder that the archive is unpacked to"
# gain = "effect"
# kind = "build"
# outcome = "rejected"
# naive = true
# ///

import io
import tarfile


def build(folder):
    path = folder / "handed_in.tar"
    with tarfile.open(path, "w") as archive:
        for name in ("work.py", "@OUTSIDE@/absolute", "../" * 20 + "@OUTSIDE@"[1:] + "/climbed"):
            text = b"def standardise(x):\n    return x\n"
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    return path
