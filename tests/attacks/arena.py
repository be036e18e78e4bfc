"""The place where attacks happen: a course, a home, another student, a bystander, made for it, with secrets in them.

Everything lies below one folder that every user may read, so that what keeps an attack out is the jail and not a mode
bit. After each attack the folder is compared with what was planted, and put right again.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from attacks.canaries import Canaries
from attacks.listeners import Listeners
from grader.exercise.manifest import read_exercise
from grader.records import Exercise

_HERE = Path(__file__).parent
_LARGE = 1 << 20
_BYSTANDER = """
    import os, signal, sys
    secret = os.environ.pop("SECRET_OF_MEMORY")
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    print("ready", flush=True)
    sys.stdin.read()  # until the arena closes
"""


class Arena:
    """The files, sockets and processes that attacks may aim at; a context manager."""

    def __init__(self) -> None:
        # Not below /tmp, which a jail may replace anyhow.
        place = "/var/tmp" if Path("/var/tmp").is_dir() else None
        self.root = Path(tempfile.mkdtemp(prefix="attacked-", dir=place))
        self.root.chmod(0o755)
        self.canaries = Canaries()
        self.exercises: dict[str, Exercise] = {}
        self.outside = self.root / "outside"
        self._make_files()
        solution = (self.solutions("exercise90_lab") / "work.py").read_text(encoding="utf-8")
        self.listeners = Listeners(self.root / "listener", solution)
        self.bystander = self._start_bystander()
        self._planted = dict(_contents(self.root))

    # -- what there is

    @property
    def desk(self) -> Path:
        """The folder that a submission lies in."""
        return self.root / "desk"

    def solutions(self, exercise: str) -> Path:
        return self.root / "solutions" / exercise

    def honest(self, exercise: str) -> str:
        """The source of an honest submission, which earns full marks."""
        return (_HERE / "solutions" / exercise / "work.py").read_text(encoding="utf-8")

    def replace(self, source: str, *, exercise: str, word: str = "nothing") -> str:
        """Tell an attack where things lie: replace the names that README.md lists."""
        for name, value in {
            "@SOLUTIONS@": self.solutions(exercise),
            "@HOME@": self.root / "home",
            "@OTHERS@": self.root / "others",
            "@DESK@": self.desk,
            "@OUTSIDE@": self.outside,
            "@TCP@": self.listeners.port,
            "@SOCKET@": self.listeners.path,
            "@ABSTRACT@": self.listeners.abstract,
            "@BYSTANDER@": self.bystander.pid,
            "@PYTHON@": sys.executable,
            "@WORD@": word,
        }.items():
            source = source.replace(name, str(value))
        return source

    # -- making it

    def _make_files(self) -> None:
        for name in ("exercises", "solutions"):
            shutil.copytree(_HERE / name, self.root / name, ignore=shutil.ignore_patterns("__pycache__"))
        for file in self.root.rglob("*"):
            if file.is_file():
                file.write_text(self._with_secrets(file.read_text(encoding="utf-8")), encoding="utf-8")
        self._write("home/.netrc", f"machine example.org password {self.canaries.home}\n")
        self._write("others/student2/work.py", f'"""{self.canaries.others}"""\n{self.honest("exercise90_lab")}')
        self._write("desk/work.py", "")
        self._write_history()
        self.outside.mkdir()
        for folder in (self.outside, self.desk):
            folder.chmod(0o777)
        for manifest in sorted(self.root.glob("exercises/*/exercise.toml")):
            name = manifest.parent.name
            self.exercises[name] = read_exercise(manifest.parent, solution_folder=self.solutions(name))

    def _with_secrets(self, text: str) -> str:
        secrets = {
            "@REFERENCE_SECRET@": self.canaries.reference,
            "@ANSWERS_SECRET@": self.canaries.answers,
            "@TESTS_SECRET@": self.canaries.tests,
            "@NUMBER@": self.canaries.number,
        }
        for name, value in secrets.items():
            text = text.replace(name, value)
        return text

    def _write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def _write_history(self) -> None:
        """Put a commit's worth of git beside the submission: a blob with a secret, and the log of heads."""
        body = f"solution of last year: {self.canaries.history}\n".encode()
        blob = self.desk / ".git" / "objects" / "0a" / f"{1:038x}"
        blob.parent.mkdir(parents=True)
        blob.write_bytes(zlib.compress(b"blob %d\0" % len(body) + body))
        self._write("desk/.git/HEAD", "ref: refs/heads/main\n")

    def _start_bystander(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-S", "-c", textwrap.dedent(_BYSTANDER), "--token", self.canaries.arguments],
            env={"TOKEN": self.canaries.environment, "SECRET_OF_MEMORY": self.canaries.memory},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=os.sep,
            start_new_session=True,
        )
        assert process.stdout is not None
        process.stdout.readline()
        return process

    # -- watching it

    def damage(self) -> list[str]:
        """Say what an attack has done to the arena since it was last in order, and put it in order again."""
        found = [f"reached the listener on {name}" for name in self.listeners.take()]
        if self.bystander.poll() is not None:
            found.append(f"ended a bystander (status {self.bystander.returncode})")
            self._end_bystander()
            self.bystander = self._start_bystander()
        now = dict(_contents(self.root))
        for name in sorted(now.keys() | self._planted.keys()):
            before, after = self._planted.get(name), now.get(name)
            if before != after and not name.startswith("desk/work.py"):
                done = "made" if before is None else "removed" if after is None else "changed"
                found.append(f"{done} {name}")
        if now != self._planted:
            self._put_right(now)
        return found

    def _put_right(self, now: dict[str, _Entry]) -> None:
        for name in sorted(now.keys() - self._planted.keys(), reverse=True):
            path = self.root / name
            path.rmdir() if now[name].kind == "folder" else path.unlink()
        for name, entry in sorted(self._planted.items()):
            path = self.root / name
            if now.get(name) == entry or entry.kind == "other":
                continue
            if now.get(name, entry).kind != entry.kind:
                path.unlink()
            if entry.kind == "folder":
                path.mkdir(exist_ok=True)
            else:
                path.write_bytes(entry.data)
            path.chmod(entry.mode)

    def _end_bystander(self) -> None:
        assert self.bystander.stdin is not None
        assert self.bystander.stdout is not None
        self.bystander.stdin.close()
        self.bystander.stdout.close()
        if self.bystander.poll() is None:
            os.kill(self.bystander.pid, signal.SIGKILL)  # it may be stopped
        self.bystander.wait()

    def close(self) -> None:
        self._end_bystander()
        self.listeners.close()
        shutil.rmtree(self.root)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: str
    mode: int
    data: bytes = b""


def _contents(root: Path) -> Iterator[tuple[str, _Entry]]:
    """Yield every name below a folder with what it is; links are not followed, large files are cut."""
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            status = path.lstat()
            mode = stat.S_IMODE(status.st_mode)
            shown = str(path.relative_to(root))
            if stat.S_ISDIR(status.st_mode):
                yield shown, _Entry("folder", mode)
            elif stat.S_ISLNK(status.st_mode):
                yield shown, _Entry("link", mode, os.fsencode(path.readlink()))
            elif stat.S_ISREG(status.st_mode):
                with path.open("rb") as stream:
                    yield shown, _Entry("file", mode, stream.read(_LARGE))
            else:
                yield shown, _Entry("other", mode)
