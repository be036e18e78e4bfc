"""Hands in NUL bytes, half characters, byte order marks and encodings that do not exist."""
# /// attack
# class = 85
# goal = "end the process that reads the source, or have it read as something else by each reader"
# gain = "death"
# kind = "driver"
# outcome = "failed"
# naive = "Python refuses each of them in good order; what reads the file before Python often does not."
# ///

from grader.errors import SubmissionError

RIGHT = b"def standardise(x): return x\n"
SOURCES = {
    "NUL": b"x = 1\0\n" + RIGHT,
    "NUL in a comment": b"# \0\n" + RIGHT,
    "half a character": b"x = '\xe4\xb8'\n" + RIGHT,
    "a surrogate": b"x = '\xed\xa0\x80'\n" + RIGHT,
    "an overlong form": b"x = '\xc0\xaf'\n" + RIGHT,
    "UTF-16": RIGHT.decode().encode("utf-16"),
    "UTF-32": RIGHT.decode().encode("utf-32"),
    "two marks": b"\xef\xbb\xbf\xef\xbb\xbf" + RIGHT,
    "no such encoding": b"# coding: kanari\n" + RIGHT,
    "an encoding of bytes": b"# coding: hex\n" + RIGHT,
    "form feeds": b"\x0c\x0b\x1c\x1d\x85\n" + RIGHT,
    "a lone return": b"x = 1\rdef standardise(x): return x\r",
    "an end of file mark": b"x = 1\x1a\n" + RIGHT,
    "nothing": b"",
}


def attack(arena):
    gained = []
    for name, source in SOURCES.items():
        file = arena.arena.desk / "work.py"
        file.write_bytes(source)
        try:
            report = arena.grade(file)
        except SubmissionError:
            continue
        if report.score is None or report.score.earned > 0:
            gained.append(f"{name}: {report.status}")
    return gained
