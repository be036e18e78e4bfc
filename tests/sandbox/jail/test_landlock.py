"""Landlock: what a bound child can open, and what it cannot, tried in real children."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from confined import confined, linux_only

from grader.sandbox.jail import landlock, syscalls

pytestmark = [
    linux_only,
    pytest.mark.skipif(landlock.abi() == 0, reason="this kernel has no Landlock"),
]
TCP = pytest.mark.skipif(landlock.abi() < 4, reason="this kernel's Landlock knows no TCP")
SCOPES = pytest.mark.skipif(landlock.abi() < 6, reason="this kernel's Landlock knows no scopes")


class Place:
    """Folders of three kinds, with a file each: granted to read, granted to write, not granted."""

    def __init__(self, base: Path) -> None:
        self.readable, self.writable, self.outside = base / "readable", base / "writable", base / "outside"
        for folder in (self.readable, self.writable, self.outside):
            folder.mkdir()
            (folder / "file").write_text(folder.name)
        self.ruleset = landlock.make_ruleset(
            readable=[str(self.readable)], writable=[str(self.writable), os.devnull], listable=[]
        )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("landlock"))
    yield made
    os.close(made.ruleset)


def attempt(action: Callable[[], object]) -> str:
    """Return the name of the error that an action ends with; "" for none."""
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return ""


def names(folder: Path | str) -> list[str]:
    return sorted(entry.name for entry in Path(folder).iterdir())


def test_a_granted_folder_can_be_read_and_listed(place: Place) -> None:
    read = confined(lambda: [(place.readable / "file").read_text(), names(place.readable)], ruleset=place.ruleset)
    assert read == ["readable", ["file"]]


@pytest.mark.parametrize(
    "how",
    [
        lambda outside: (outside / "file").read_text(),
        lambda outside: names(outside),
        lambda outside: (outside / "file").open("r+").close(),
        lambda outside: (outside / "new").touch(),
        lambda outside: (outside / "new").mkdir(),
        lambda outside: (outside / "file").unlink(),
        lambda outside: os.truncate(outside / "file", 0),
        lambda outside: os.mkfifo(outside / "pipe"),
        lambda outside: (outside / "link").symlink_to("/"),
        lambda outside: names("/"),
        lambda outside: names(f"/proc/{os.getppid()}"),
    ],
)
def test_a_folder_that_was_not_granted_is_closed(place: Place, tmp_path: Path, how: Callable[[Path], object]) -> None:
    for name in ("control", "outside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    assert confined(lambda: attempt(lambda: how(tmp_path / "control"))) == ""
    assert confined(lambda: attempt(lambda: how(tmp_path / "outside")), ruleset=place.ruleset) == "PermissionError"
    assert names(tmp_path / "outside") == ["file"]
    assert (tmp_path / "outside" / "file").read_text() == "outside"


@pytest.mark.parametrize(
    "how",
    [
        lambda readable: (readable / "file").open("r+").close(),
        lambda readable: (readable / "new").touch(),
        lambda readable: (readable / "file").unlink(),
        lambda readable: (readable / "file").rename(readable / "other"),
        lambda readable: (readable / "link").hardlink_to(readable / "file"),
    ],
)
def test_a_readable_folder_cannot_be_changed(place: Place, how: Callable[[Path], object]) -> None:
    assert confined(lambda: attempt(lambda: how(place.readable)), ruleset=place.ruleset) == "PermissionError"
    assert names(place.readable) == ["file"]


def test_a_writable_folder_serves_files_of_every_ordinary_kind(place: Place) -> None:
    def use() -> str:
        tempfile.tempdir = str(place.writable)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "a")
            path.write_text("one two")
            os.truncate(path, 3)
            Path(folder, "sub").mkdir()
            path.rename(Path(folder, "sub", "b"))  # into another folder: the right to refer
            Path(folder, "link").symlink_to("sub/b")
            return Path(folder, "link").read_text()

    assert confined(use, ruleset=place.ruleset) == "one"


def test_nothing_can_be_moved_from_the_readable_into_the_writable_folder(place: Place) -> None:
    def move() -> object:
        return (place.writable / "stolen").hardlink_to(place.readable / "file")

    assert confined(lambda: attempt(move), ruleset=place.ruleset) in ("PermissionError", "OSError")  # EXDEV
    assert not (place.writable / "stolen").exists()


def test_no_device_pipe_or_socket_can_be_made_in_a_writable_folder(place: Place) -> None:
    def make() -> list[str]:
        listener = socket.socket(socket.AF_UNIX)
        return [
            attempt(lambda: os.mkfifo(place.writable / "pipe")),
            attempt(lambda: listener.bind(str(place.writable / "socket"))),
        ]

    assert confined(make, ruleset=place.ruleset) == ["PermissionError"] * 2


def test_the_null_device_can_be_written_to(place: Place) -> None:
    assert confined(lambda: Path(os.devnull).write_text("gone"), ruleset=place.ruleset) == 4


def test_a_listable_folder_is_listed_but_not_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("hidden")
    ruleset = landlock.make_ruleset(readable=[], listable=[str(tmp_path)], writable=[])
    try:
        seen = confined(lambda: [names(tmp_path), attempt(lambda: (tmp_path / "file").read_text())], ruleset=ruleset)
    finally:
        os.close(ruleset)
    assert seen == [["file"], "PermissionError"]


def test_a_single_file_can_be_granted_without_its_neighbours(tmp_path: Path) -> None:
    for name in ("granted", "other"):
        (tmp_path / name).write_text(name)
    ruleset = landlock.make_ruleset(readable=[str(tmp_path / "granted")], writable=[])
    try:
        seen = confined(
            lambda: [(tmp_path / "granted").read_text(), attempt(lambda: (tmp_path / "other").read_text())],
            ruleset=ruleset,
        )
    finally:
        os.close(ruleset)
    assert seen == ["granted", "PermissionError"]


def test_a_link_out_of_a_granted_folder_leads_nowhere(place: Place) -> None:
    def follow() -> str:
        link = place.writable / "out"
        link.symlink_to(place.outside / "file")
        try:
            return attempt(link.read_text)
        finally:
            link.unlink()

    assert confined(follow, ruleset=place.ruleset) == "PermissionError"


def test_a_shared_library_can_be_mapped_but_no_program_run() -> None:
    ruleset = landlock.make_ruleset(readable=["/usr", *(path for path in ("/lib", "/lib64") if Path(path).exists())])

    def use() -> list[str]:
        return [attempt(lambda: ctypes.CDLL("libm.so.6")), attempt(lambda: os.execv("/usr/bin/env", ["env"]))]

    try:
        assert confined(use, ruleset=ruleset) == ["", "PermissionError"]
    finally:
        os.close(ruleset)


def test_a_path_that_does_not_exist_is_an_error_and_leaves_no_descriptor(tmp_path: Path) -> None:
    before = names("/proc/self/fd")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        landlock.make_ruleset(readable=[str(tmp_path), str(tmp_path / "nowhere")])
    assert names("/proc/self/fd") == before


def test_a_bound_child_cannot_free_itself_by_another_ruleset(place: Place) -> None:
    def wider() -> str:
        landlock.restrict(landlock.make_ruleset(readable=[str(place.readable)], writable=[str(place.outside)]))
        return attempt((place.outside / "file").read_text)

    def open_paths() -> str:
        return attempt(lambda: landlock.make_ruleset(readable=[], writable=[str(place.outside)]))

    assert confined(open_paths, ruleset=place.ruleset) == ""  # O_PATH needs no right
    assert confined(wider, ruleset=place.ruleset) == "PermissionError"


@TCP
def test_tcp_is_refused_even_to_this_machine(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def reach() -> list[str]:
            return [
                attempt(lambda: socket.create_connection(("127.0.0.1", port), timeout=2)),
                attempt(lambda: socket.create_server(("127.0.0.1", 0))),
            ]

        assert confined(reach) == ["", ""]
        assert confined(reach, ruleset=place.ruleset) == ["PermissionError"] * 2


@SCOPES
def test_abstract_sockets_of_others_are_out_of_reach(place: Place) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0dlgrade-test-{os.getpid()}")
        server.listen()

        def reach() -> str:
            return attempt(lambda: socket.socket(socket.AF_UNIX).connect(server.getsockname()))

        assert confined(reach) == ""
        assert confined(reach, ruleset=place.ruleset) == "PermissionError"


@SCOPES
def test_no_process_outside_can_be_signalled(place: Place) -> None:
    def signals() -> list[str]:
        return [attempt(lambda: os.kill(os.getppid(), 0)), attempt(lambda: os.kill(os.getpid(), 0))]

    assert confined(signals) == ["", ""]
    assert confined(signals, ruleset=place.ruleset) == ["PermissionError", ""]


def test_the_parent_can_still_end_a_bound_child(place: Place) -> None:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
        landlock.restrict(place.ruleset)
        os.write(writing, b"x")
        signal.pause()
    os.read(reading, 1)
    os.close(reading)
    os.close(writing)
    os.kill(pid, signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL


@pytest.mark.parametrize("version", range(1, min(landlock.abi(), 9) + 1))
def test_an_older_landlock_holds_with_the_rights_that_it_knows(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    monkeypatch.setattr(landlock, "abi", lambda: version)
    (tmp_path / "file").write_text("text")
    ruleset = landlock.make_ruleset(readable=[str(tmp_path)], writable=[str(place.writable)], devices=[os.devnull])

    def use() -> list[str]:
        return [
            attempt((tmp_path / "file").read_text),
            attempt(lambda: (tmp_path / "new").touch()),
            attempt(lambda: (place.writable / "old").touch()),
            attempt((place.readable / "file").read_text),
        ]

    try:
        assert confined(use, ruleset=ruleset) == ["", "PermissionError", "", "PermissionError"]
    finally:
        os.close(ruleset)


def test_a_newer_landlock_is_asked_for_the_rights_that_are_known_here(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(landlock, "abi", lambda: 99)
    monkeypatch.setattr(syscalls, "landlock_create_ruleset", lambda handled: asked.append(handled.files) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        landlock.make_ruleset(readable=[])
    assert asked == [(1 << 17) - 1]


def test_a_kernel_without_landlock_is_an_error_and_no_empty_ruleset(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object) -> int:
        raise OSError(errno.ENOSYS, "landlock_create_ruleset: Function not implemented")

    monkeypatch.setattr(syscalls, "landlock_create_ruleset", absent)
    assert landlock.abi() == 0
    with pytest.raises(OSError, match="switched off"):
        landlock.make_ruleset(readable=["/"])


def test_a_device_is_given_requests_only_where_it_was_granted_as_one() -> None:
    if landlock.abi() < 5:
        pytest.skip("this kernel's Landlock knows no ioctl on devices")
    random_size = 0x8004_5200  # RNDGETENTCNT

    def ask() -> int:
        import fcntl

        with Path("/dev/urandom").open("rb") as device:
            try:
                fcntl.ioctl(device, random_size, bytes(4))
            except OSError as error:
                return error.errno or 0
        return 0

    found = []
    for layers in ({"readable": ["/dev/urandom"]}, {"readable": [], "devices": ["/dev/urandom"]}):
        ruleset = landlock.make_ruleset(**layers)
        found.append(confined(ask, ruleset=ruleset))
        os.close(ruleset)
    assert found == [errno.EACCES, 0]
