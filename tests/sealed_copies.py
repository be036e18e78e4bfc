"""Courses with a sealed copy beside them, for tests of what a key opens."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.seal import seal
from grader.exercise import Course, load_course
from grader.exercise.seal_key import SealKey, read_key_file, write_new_key
from grader.exercise.sealed_course import open_sealed

SOFTMAX = "exercise03_softmax"


@dataclass(frozen=True, slots=True)
class Sealed:
    """Two copies of one course: open, and sealed without its solutions."""

    open_root: Path
    root: Path
    key_file: Path

    @property
    def key(self) -> SealKey:
        return read_key_file(self.key_file)

    def course(self) -> Course:
        return open_sealed(load_course(self.root), self.key)

    @property
    def solution(self) -> Path:
        return self.open_root / "solutions" / SOFTMAX


def sealed_copy(open_root: Path, root: Path, key_file: Path) -> Sealed:
    """Seal the course at `open_root`, and copy it to `root` without its solutions."""
    write_new_key(key_file)
    seal(load_course(open_root), read_key_file(key_file))
    shutil.copytree(open_root, root, ignore=shutil.ignore_patterns("solutions", "__pycache__"))
    return Sealed(open_root, root, key_file)
