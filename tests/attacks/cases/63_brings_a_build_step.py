"""Brings the files with which Python projects say how they are built, all of which run code."""
# /// attack
# class = 63
# goal = "run code outside the box, where the submission is built or installed"
# gain = "effect"
# kind = "build"
# outcome = "failed"
# naive = true
# ///

TOUCH = "open('@OUTSIDE@/built', 'w').close()\n"
FILES = {
    "work.py": "def standardise(x):\n    return x\n",
    "setup.py": TOUCH,
    "sitecustomize.py": TOUCH,
    "usercustomize.py": TOUCH,
    "conftest.py": TOUCH,
    "noxfile.py": TOUCH,
    "build.pth": f"import sys; exec({TOUCH!r})\n",
    "backend.py": f"{TOUCH}def build_wheel(*args, **kwargs):\n    {TOUCH}",
    "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    "requirements.txt": "-e .\n",
    "Makefile": "all:\n\ttouch @OUTSIDE@/built\n",
    "Dockerfile": "FROM scratch\nRUN touch @OUTSIDE@/built\n",
}


def build(folder):
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder
