"""Archives in which several members could be meant: the same name twice, in other letters, or with invisible marks."""
# /// attack
# class = 65
# goal = "show the reader one file and have another graded"
# gain = "score"
# kind = "driver"
# outcome = "rejected"
# naive = "A naive grader takes whichever comes last; which one is looked at by a person is beyond it."
# ///

import io
import tarfile
import tempfile
import warnings
import zipfile
from pathlib import Path

from grader.errors import SubmissionError

SHOWN = "def standardise(x):\n    return x\n"
NAMES = {
    "twice": ["work.py", "work.py"],
    "in a folder, too": ["work.py", "a/work.py"],
    "in capitals": ["work.py", "WORK.PY"],
    "with a mark of no width": ["work.py", "work\u200b.py"],
    "with a dot at its end": ["work.py", "work.py."],
    "turned around": ["work.py", "\u202eyp.krow"],
    "in another composition": ["work.py", "./work.py"],
    "with backslashes": ["work.py", "a\\work.py"],
}


def attack(arena):
    gained = []
    graded = arena.arena.honest(arena.exercise)
    with tempfile.TemporaryDirectory() as name:
        for told, members in NAMES.items():
            zipped, tarred = Path(name) / "handed_in.zip", Path(name) / "handed_in.tar"
            warnings.simplefilter("ignore")  # of zipfile, that a name comes twice
            with zipfile.ZipFile(zipped, "w") as archive:
                for member, text in zip(members, (SHOWN, graded), strict=True):
                    archive.writestr(zipfile.ZipInfo(member), text)
            with tarfile.open(tarred, "w") as archive:
                for member, text in zip(members, (SHOWN, graded), strict=True):
                    info = tarfile.TarInfo(member)
                    info.size = len(text.encode())
                    archive.addfile(info, io.BytesIO(text.encode()))
            for path in (zipped, tarred):
                try:
                    report = arena.grade(path)
                except SubmissionError:
                    continue
                if report.score is None or report.score.earned > 0:
                    gained.append(f"{path.suffix}, {told}: {report.score}")
    return gained
