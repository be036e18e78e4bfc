"""Small courses on disk, for tests of what reads them, and the fixtures that give them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

STUB = 'def softmax(logits, dim=-1):\n    """Turn scores into probabilities."""\n    raise NotImplementedError\n'
REFERENCE = "def softmax(logits, dim=-1):\n    return (logits - logits.logsumexp(dim, keepdim=True)).exp()\n"


def manifest_text(name: str = "exercise03_softmax", *, files: tuple[str, ...] = ("softmax.py",), more: str = "") -> str:
    """Return a valid manifest with the keys that every one has; `more` follows them."""
    identifier, _, slug = name.partition("_")
    listed = ", ".join(f'"{file}"' for file in files)
    return (
        f'schema = "exercise/1"\nid = "{identifier}"\nslug = "{slug}"\n'
        f'title = {{ en = "Title of {slug}", zh = "{slug} 的标题" }}\nfiles = [{listed}]\n{more}\n'
    )


class CourseFiles:
    """Writes exercises/ and solutions/ below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def add(
        self,
        name: str = "exercise03_softmax",
        *,
        files: tuple[str, ...] = ("softmax.py",),
        manifest: str | None = None,
        more: str = "",
        solution: bool = True,
    ) -> Path:
        """Write one complete exercise, and its hidden half unless `solution` is false; return its folder."""
        folder, hidden = self.root / "exercises" / name, self.root / "solutions" / name
        folder.mkdir(parents=True)
        text = manifest_text(name, files=files, more=more) if manifest is None else manifest
        (folder / "exercise.toml").write_text(text, encoding="utf-8")
        (folder / "README.md").write_text(f"# {name}\n", encoding="utf-8")
        (folder / "README.zh.md").write_text(f"# {name} 题面\n", encoding="utf-8")
        (folder / "test_visible.py").write_text("def test_it(student): ...\n", encoding="utf-8")
        for file in files:
            (folder / file).write_text(STUB, encoding="utf-8")
        if solution:
            hidden.mkdir(parents=True)
            (hidden / "test_hidden.py").write_text("def test_more(student): ...\n", encoding="utf-8")
            for file in files:
                (hidden / file).write_text(REFERENCE, encoding="utf-8")
        return folder

    def hidden(self, name: str = "exercise03_softmax") -> Path:
        """Return the folder of an exercise's hidden half."""
        return self.root / "solutions" / name


@pytest.fixture
def course_files(tmp_path: Path) -> CourseFiles:
    """A course below tmp_path/course, without exercises yet."""
    return CourseFiles(tmp_path / "course")


@pytest.fixture
def powerless(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of one's own, and no rights beyond it: root reads and writes whatever the permissions say."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        monkeypatch.chdir(folder)
        if os.geteuid() != 0:
            yield folder
            return
        os.chown(folder, 65534, 65534)
        try:
            os.seteuid(65534)
        except OSError:
            pytest.skip("root here may not take another user's rights (a user namespace with one user)")
        try:
            yield folder
        finally:
            os.seteuid(0)
