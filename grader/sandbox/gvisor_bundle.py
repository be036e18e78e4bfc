"""What `runsc` is told: its command line, and the OCI bundle of one sandbox.

Theory of operation. The sandbox sees the same paths as a child of `strong`: the Python environment, read-only, and of
dlgrade itself the few modules that run in a child, without the course. It has no network but its own, which is empty,
and nothing of the machine that can be written. The flags are ones that releases have had since 2022; the platform is
left to the release (ptrace then, systrap since 2023). Sources: OCI runtime spec 1.0.2, config.md; `runsc flags`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import struct
import sys
from pathlib import Path

import grader
from grader.sandbox import fresh
from grader.sandbox.jail.layers import Layer, LayerMissing
from grader.sandbox.jail.python_paths import OWN_SCRATCH, PythonPaths, is_below_any

_OWN = "/dlgrade"  # where dlgrade's modules lie inside: an installed package would bring its course with it
# All that a child imports: test_architecture.py.
_MODULES = ("__init__.py", "records.py", "texts.py", "pictures.py", "errors.py", "sandbox")
_CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_KILL")  # of the zygote: mounts, accounts, the end
_FLAGS = (
    "--network=none",
    "--ignore-cgroups",  # whoever starts it counts it as a whole
    "--overlay2=none",  # nothing can be written, and the default leaves a file in the bundle
    "--file-access-mounts=exclusive",  # the Python environment does not change under an exam: no look at every name
)
_WHERE = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # our processes have no PATH of a person's
_SETTINGS = {"MALLOC_ARENA_MAX": "1"}  # an arena is 64 MiB of address space, which is what is limited inside
_ELF64 = b"\x7fELF\x02\x01"  # little-endian, as all machines that gVisor runs on
_PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
_PT_INTERP = 3


def find_runsc() -> str:
    """Return the path of `runsc`. Raises LayerMissing."""
    found = shutil.which("runsc", path=_WHERE)
    if found is None:
        raise LayerMissing(Layer.GVISOR, f"there is no runsc in {_WHERE}")
    return str(Path(found).resolve())


def command(runsc: str, place: Path) -> list[str]:
    """Return the command line that runs the bundle at `place` in the foreground."""
    return [runsc, "--root", str(place / "state"), *_FLAGS, "run", "--bundle", str(place), "exam"]


def write_bundle(place: Path, paths: PythonPaths, entry: str) -> None:
    """Write a bundle into an empty folder; `entry` is the "module:function" that runs inside."""
    rootfs = place / "rootfs"
    rootfs.mkdir()
    for link, target in paths.links.items():
        at = Path(f"{rootfs}{link}")
        at.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):  # a folder that was made on the way to another
            at.symlink_to(target)
    (place / "config.json").write_text(json.dumps(_config(paths, entry)), encoding="utf-8")


def _config(paths: PythonPaths, entry: str) -> dict[str, object]:
    settings = {**fresh.environment(), **_SETTINGS}
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False,
            "user": {"uid": 0, "gid": 0},
            "args": _python(paths, entry),
            "env": [f"{name}={value}" for name, value in settings.items()],
            "cwd": "/",
            "noNewPrivileges": True,
            "capabilities": dict.fromkeys(("bounding", "effective", "permitted"), _CAPABILITIES),
        },
        "root": {"path": "rootfs", "readonly": True},
        "hostname": "exam",
        "mounts": _mounts(paths),
        "linux": {"namespaces": [{"type": name} for name in ("pid", "network", "ipc", "uts", "mount")]},
    }


def _python(paths: PythonPaths, entry: str) -> list[str]:
    """Return the interpreter's command line: it imports from exactly those folders that the sandbox has."""
    folders = [path for path in sys.path if is_below_any(os.path.realpath(path), paths.folders)]
    module, _, function = entry.partition(":")
    code = f"import sys; sys.path[:] = {[_OWN, *folders]!r}; from {module} import {function} as entry; entry()"
    return [os.path.realpath(sys.executable), "-I", "-S", "-X", "utf8", "-c", code]


def _mounts(paths: PythonPaths) -> list[dict[str, object]]:
    interpreter = os.path.realpath(sys.executable)
    files = {*paths.files, interpreter, program_loader(interpreter)}
    mounts = [_mount("/proc", "proc", "proc")]
    # Before the binds, some of which may lie below: without a mount of ours gVisor makes a /tmp that all share.
    mounts += [_mount(place, "tmpfs", "tmpfs", "mode=0711", "size=64k") for place in ("/tmp", OWN_SCRATCH)]
    mounts += [_bind(folder) for folder in paths.folders]
    mounts += [_bind(file) for file in sorted(files) if file and not is_below_any(file, paths.folders)]
    mounts += [_mount(folder, "tmpfs", "tmpfs", "ro", "mode=0555") for folder in paths.hidden]
    package = Path(grader.__file__).resolve().parent
    mounts += [_bind(f"{_OWN}/grader/{name}", source=str(package / name)) for name in _MODULES]
    return mounts


def _bind(path: str, *, source: str = "") -> dict[str, object]:
    return _mount(path, "bind", os.path.realpath(source or path), "rbind", "ro")


def _mount(destination: str, kind: str, source: str, *options: str) -> dict[str, object]:
    return {"destination": destination, "type": kind, "source": source, "options": ["nosuid", "nodev", *options]}


def program_loader(program: str) -> str:
    """Return the dynamic loader that a program names; "" where it needs none. Source: elf(5), PT_INTERP."""
    with Path(program).open("rb") as file:
        head = file.read(64)
        if not head.startswith(_ELF64):
            return ""
        (offset,) = struct.unpack_from("<Q", head, 32)
        size, count = struct.unpack_from("<HH", head, 54)
        file.seek(offset)
        table = file.read(size * count)
        for at in range(0, len(table), size):
            kind, _, start, _, _, length, _, _ = _PROGRAM_HEADER.unpack_from(table, at)
            if kind == _PT_INTERP:
                file.seek(start)
                return file.read(length).rstrip(b"\0").decode()
    return ""
