"""Runs a command on a machine that lacks something: `python lesser.py HOW… -- COMMAND…`, as root on Linux.

user                   as an ordinary user without any right, to whom Python and this checkout are made reachable
no-user-namespaces     where no further user namespace can be made
no-CALL                where the kernel does not know a system call (no-landlock_create_ruleset)
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from pathlib import Path

import pyseccomp

from grader.sandbox.jail import syscalls

ACCOUNT = 12345


def expose(paths: list[Path]) -> None:
    """Let everybody reach these paths: what lies above them and is closed is replaced by an open folder."""
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount("none", "/", "", syscalls.MS_REC | syscalls.MS_PRIVATE)
    while closed := next((up for path in paths for up in path.parents[::-1] if not up.stat().st_mode & 0o001), None):
        beneath = [path for path in paths if closed in path.parents]
        aside = tempfile.mkdtemp()
        syscalls.mount(str(closed), aside, "", syscalls.MS_BIND | syscalls.MS_REC)
        syscalls.mount("tmpfs", str(closed), "tmpfs", 0, "mode=0755")
        for path in beneath:
            path.mkdir(parents=True, exist_ok=True)
            source = str(Path(aside, path.relative_to(closed)))
            syscalls.mount(source, str(path), "", syscalls.MS_BIND | syscalls.MS_REC)
        syscalls.unmount(aside, syscalls.MNT_DETACH)
        Path(aside).rmdir()


def become_somebody() -> None:
    root = Path(__file__).resolve().parents[3]
    wanted = {root, Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()}
    expose([path for path in wanted if not any(other in path.parents for other in wanted)])
    os.setgroups([])
    os.setresgid(ACCOUNT, ACCOUNT, ACCOUNT)
    os.setresuid(ACCOUNT, ACCOUNT, ACCOUNT)
    os.chdir("/")


def bar_user_namespaces() -> None:
    syscalls.unshare(syscalls.CLONE_NEWUSER)
    Path("/proc/self/uid_map").write_text("0 0 1")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text("0 0 1")
    Path("/proc/sys/user/max_user_namespaces").write_text("0")


def forget_call(name: str) -> None:
    made = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    made.add_rule(pyseccomp.ERRNO(errno.ENOSYS), name)
    made.load()


def main() -> None:
    split = sys.argv.index("--")
    for how in sys.argv[1:split]:
        if how == "user":
            become_somebody()
        elif how == "no-user-namespaces":
            bar_user_namespaces()
        else:
            forget_call(how.removeprefix("no-"))
    command = sys.argv[split + 1 :]
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
