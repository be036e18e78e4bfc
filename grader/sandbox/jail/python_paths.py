"""What a child must be able to read: the Python environment it runs in, and nothing else of the machine.

Lazy imports and lazily loaded libraries happen after the jail has closed, so the folders that they come from stay
readable: the standard library, installed packages, and shared libraries. Not among them: the user's home, the course
and its solutions, folders that a `.pth` file adds (an editable installation points into somebody's work), and dlgrade
itself, whose wheel carries the solutions of its own course.
"""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import grader

DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
OWN_SCRATCH = "/scratch"
_LIBRARY_ROOTS = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib")
_SYSTEM_PREFIXES = ("/", "/usr", "/usr/local")  # their `lib` holds more than one Python's
_PACKAGE_FOLDERS = ("site-packages", "dist-packages", "lib-dynload")
_LOADER_CACHE = "/etc/ld.so.cache"  # where the dynamic loader looks a library's name up


@dataclass(frozen=True, slots=True)
class PythonPaths:
    """Real paths, none below another: `folders` whole, `files` one by one; `hidden` lie in `folders` and must not show.

    `links` are the symbolic links on the way to them: path -> what it holds.
    """

    folders: tuple[str, ...]
    files: tuple[str, ...]
    hidden: tuple[str, ...]
    links: dict[str, str]

    @property
    def scratch(self) -> str:
        """Where a child's own place to write is mounted: `/tmp`, but where an environment below it would be covered."""
        mounted = (*self.folders, *self.files, *self.links)
        return OWN_SCRATCH if any(is_below_any(path, ("/tmp",)) for path in mounted) else "/tmp"


def find_python_paths(*, more: Sequence[str] = ()) -> PythonPaths:
    """Return what this process, with all that it has imported, would need again, and `more` folders. Linux only."""
    wanted = [path for path in (*_import_folders(), *_package_homes(), *more) if Path(path).is_dir()]
    links: dict[str, str] = {}
    folders = _outermost(_real(path, links) for path in wanted)
    libraries = list(_mapped_libraries())
    folders = _outermost((*folders, *(folder for path in libraries if (folder := _system_folder(path, links)))))
    files = [_real(path, links) for path in (*libraries, _LOADER_CACHE) if Path(path).is_file()]
    for link in _LIBRARY_ROOTS:
        _real(link, links)  # `/lib -> usr/lib` is on the way of many names that the loader knows
    return PythonPaths(
        folders=folders,
        files=tuple(sorted({file for file in files if not is_below_any(file, folders)})),
        hidden=tuple(sorted(_own_packages(folders))),
        links=links,
    )


def _own_packages(folders: Iterable[str]) -> set[str]:
    """Return where dlgrade itself, with its course, lies in these folders: this one, or another Python's."""
    found = {os.path.realpath(Path(grader.__file__).parent)}
    for folder in folders:
        for packages in (Path(folder), Path(folder, "site-packages"), *Path(folder).glob("python3*/site-packages")):
            if Path(packages, "grader", "_course").is_dir():
                found.add(os.path.realpath(packages / "grader"))
    return {path for path in found if is_below_any(path, folders)}


def _import_folders() -> Iterator[str]:
    for name in ("stdlib", "platstdlib", "purelib", "platlib"):
        yield sysconfig.get_path(name)
    yield from site.getsitepackages()
    yield from (path for path in sys.path if Path(path).name in _PACKAGE_FOLDERS)
    if sys.base_prefix not in _SYSTEM_PREFIXES:
        yield str(Path(sys.base_prefix, "lib"))  # a Python of its own: its libraries lie there, too


def _package_homes() -> Iterator[str]:
    """Yield the folders of torch and NumPy, wherever they were imported from."""
    for name in ("torch", "numpy"):
        module = sys.modules.get(name)
        if module is not None and module.__file__:
            yield str(Path(module.__file__).parent)


def _mapped_libraries() -> Iterator[str]:
    seen: set[str] = set()
    for line in Path("/proc/self/maps").read_text().splitlines():
        path = line[line.find("/") :] if "/" in line else ""
        if ".so" in Path(path).name and path not in seen:
            seen.add(path)
            yield path


def _system_folder(library: str, links: dict[str, str]) -> str | None:
    """Return the folder of a library of the system; None for one that lies among somebody's own files."""
    folder = _real(str(Path(library).parent), links)
    return folder if is_below_any(folder, _LIBRARY_ROOTS) else None


def _real(path: str, links: dict[str, str], depth: int = 0) -> str:
    """Return the real path, noting each symbolic link on the way."""
    here = "/"
    parts = Path(path).parts[1:]
    for number, part in enumerate(parts):
        step = str(Path(here, part))
        if depth < 40 and Path(step).is_symlink():
            target = str(Path(step).readlink())
            links[step] = target
            rest = parts[number + 1 :]
            return _real(os.path.normpath(Path(here, target, *rest)), links, depth + 1)
        here = step
    return here


def _outermost(paths: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not is_below_any(path, kept):
            kept.append(path)
    return tuple(kept)


def is_below_any(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder.rstrip('/')}/") for folder in folders)
