"""The stubs that an exercise's references make, also of one that cannot be read: a stub may be what it is broken by.

An old stub that breaks the exercise's new rules, or one that is not there, keeps every exam from being held, and so
every finding about it from being made. What the markers leave is known all the same: from the manifest's list of files
and the references alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.authoring.findings import Edit, place_in_course
from grader.authoring.markers import has_markers, stub_of
from grader.errors import AuthorError
from grader.exercise import Entry
from grader.exercise.manifest import MANIFEST
from grader.exercise.paths import is_file
from grader.exercise.text_file import read_source
from grader.exercise.toml_file import read_toml
from grader.exercise.unlinked import is_link
from grader.records import Text


def remade_stubs(entry: Entry, root: Path) -> tuple[Edit, ...]:
    """Return the stubs that differ from what the markers make; none where a person has to look first.

    `root` is the course's folder, from which files are named.
    """
    if entry.solution_folder is None or entry.hidden is not None:
        return ()
    try:
        manifest = read_toml(entry.folder / MANIFEST, missing=Text(en="", zh=""))
        return tuple(_remade(entry, entry.solution_folder, manifest.get("files"), root))
    except AuthorError:  # the manifest, a reference or its markers: that is what is told, and no stub mends it
        return ()


def _remade(entry: Entry, solution: Path, files: object, root: Path) -> Iterator[Edit]:
    for name in files if isinstance(files, list) else ():
        if not isinstance(name, str) or Path(name).name != name or not is_file(solution / name):
            continue
        stub, reference = entry.folder / name, read_source(solution / name)
        if is_link(stub) or not has_markers(reference):
            continue
        wanted = stub_of(reference, name=name)
        if not is_file(stub) or read_source(stub) != wanted:
            yield Edit(file=place_in_course(entry.folder, name, root), text=wanted)
