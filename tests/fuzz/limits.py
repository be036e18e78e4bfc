"""What a fuzzing process may do: nothing that would hurt the machine if a mutated request meant something."""

from __future__ import annotations

import os
import resource
import tempfile
from pathlib import Path

from grader.sandbox.jail import landlock, syscalls

MIB = 1024 * 1024
MAX_FILE_BYTES = 16 * MIB


def give_up_rights() -> None:
    """From here on, write to an empty folder of one's own alone, and signal nobody else.

    Raises: OSError where the kernel has no Landlock: then nothing should be fuzzed here.
    """
    folder = tempfile.mkdtemp(prefix="fuzz-")
    os.chdir(folder)
    os.environ.clear()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE_BYTES, MAX_FILE_BYTES))
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    syscalls.drop_capabilities()
    ruleset = landlock.make_ruleset(readable=("/",), writable=(folder, os.devnull))
    landlock.restrict(ruleset)
    os.close(ruleset)


def data_bytes() -> int:
    """Return how much private memory this process has asked for so far: what RLIMIT_DATA counts."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmData"))


def cap_memory(more_mib: int) -> None:
    """Let every allocation beyond so much fail, with an error that counts as a finding."""
    most = data_bytes() + more_mib * MIB
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def peak_mib() -> float:
    """Return the most memory that this process has really used."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
