"""Takes in what was handed in as a hurried person would: checks it out, unpacks it, builds it, executes notebooks.

Nothing here looks at names, links, kinds, amounts or sizes, which is the point of it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path


def take_in(submission: Path, work: Path) -> None:
    """Put what was handed in into the folder `work`, which does not exist yet, ready to be imported."""
    if submission.is_dir():
        if (submission / ".git").exists():
            subprocess.run(["git", "checkout", "-q", "-f", "HEAD", "--", "."], cwd=submission, check=False)
        shutil.copytree(submission, work)
    else:
        work.mkdir()
        if submission.suffix == ".zip":
            _unzip(submission, work)
        elif tarfile.is_tarfile(submission):
            with tarfile.open(submission) as archive:
                archive.extractall(work, filter="fully_trusted")
        elif submission.suffix == ".ipynb":
            _execute_notebook(submission, work / "work.py")
        else:
            shutil.copy(submission, work / "work.py")
    if (work / "setup.py").exists():  # extensions are built in place
        command = [sys.executable, "setup.py", "build_ext", "--inplace"]
        subprocess.run(command, cwd=work, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _unzip(submission: Path, work: Path) -> None:
    """Unpack by hand, since zipfile forgets the links and the modes."""
    with zipfile.ZipFile(submission) as archive:
        for info in archive.infolist():
            path = os.path.join(work, info.filename)
            if info.is_dir():
                os.makedirs(path, exist_ok=True)
                continue
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if (info.external_attr >> 28) == 0o12:
                os.symlink(archive.read(info).decode(), path)
            else:
                with open(path, "wb") as stream:
                    stream.write(archive.read(info))


def _execute_notebook(submission: Path, module: Path) -> None:
    """Join the code cells; commands run as they would in Jupyter. What cells have shown is shown with the results."""
    notebook = json.loads(submission.read_text(encoding="utf-8"))
    lines = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            print("".join(output.get("text", ())), flush=True)
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        if source.startswith(("%%bash", "%%sh")):
            os.system(source.partition("\n")[2])
            continue
        for line in source.splitlines():
            if line.lstrip().startswith(("!", "%sx ", "%system ")):
                os.system(line.lstrip().lstrip("!").removeprefix("%sx ").removeprefix("%system "))
            elif not line.lstrip().startswith("%"):
                lines.append(line)
    module.write_text("\n".join(lines) + "\n", encoding="utf-8")
