"""The seccomp filter: which system calls a child may make, decided by the kernel at every call.

Theory of operation. The warm base compiles the policy (`policy`) once, through libseccomp, into a program for the
kernel's filter machine: bytes that every fork inherits. Each child installs it as the last thing before it serves,
which nothing can take back. A call that the policy does not name fails with EPERM, or with the error that makes a
caller try another way; a call of another architecture (32-bit, x32), which could pass for an allowed one, kills.

A child may signal itself only, and its process id is not known when the program is compiled. So the program is compiled
with `OWN_PID` in its place, and each child puts its own there: the one change made to the bytes by hand. Where the
program does not look exactly as expected, the child refuses to start.

The filter binds the thread that installs it and all that it starts, so the child installs it while it has one thread.
Sources: seccomp(2), seccomp_rule_add(3), include/uapi/linux/filter.h. pyseccomp is the binding to libseccomp.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import functools
import importlib
import os
import struct
from types import ModuleType
from typing import Any

from grader.sandbox.jail import policy, syscalls
from grader.sandbox.jail.layers import Layer, LayerMissing

MACHINES = ("x86_64", "aarch64")  # those whose calls pass their arguments in the order that the policy names
_BINARY_TREE = 2  # of SCMP_FLTATR_CTL_OPTIMIZE: a search over the numbers, not a list of all
_SECCOMP_MODE_FILTER = 2
_INSTRUCTION = struct.Struct("<HBBI")  # code, jump if true, jump if false, constant
_JUMP_IF_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K


def compile_filter(*, cuda: bool = False, scratch: bool = True, machine: str = "") -> bytes:
    """Return the filter as a program for the kernel, for children of this process to install.

    `cuda`: with what NVIDIA's driver needs. `scratch`: the child has a file system of its own to write in; without, no
    call changes a file's name, mode, times or length. `machine` as `os.uname` names it; by default, this one.
    Raises LayerMissing where there is no libseccomp, or the machine is of another kind.
    """
    library = _library()
    machine = machine or os.uname().machine
    if machine not in MACHINES:
        raise LayerMissing(Layer.SECCOMP, f"no filter for {machine}, only for {' and '.join(MACHINES)}")
    wanted = {"x86_64": library.Arch.X86_64, "aarch64": library.Arch.AARCH64}[machine]
    try:
        made = _empty_filter(library, wanted)
        _add_rules(library, made, wanted, cuda=cuda, scratch=scratch)
        with os.fdopen(os.memfd_create("filter"), "w+b") as file:
            made.export_bpf(file)
            file.seek(0)
            return file.read()
    except OSError as error:
        raise LayerMissing(Layer.SECCOMP, f"libseccomp: {error}") from None


def install(program: bytes, *, own_pid: int) -> None:
    """Bind this process to the filter, for good. `own_pid`: its id as it sees it itself, the one that it may signal.

    It must have no_new_privs set and one thread. Raises OSError where the kernel refuses, and LayerMissing where the
    program is not as `compile_filter` makes it.
    """
    code = ctypes.create_string_buffer(_with_own_pid(program, own_pid), len(program))
    header = _Program(len(program) // _INSTRUCTION.size, ctypes.addressof(code))
    syscalls.prctl(syscalls.PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(header))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def _with_own_pid(program: bytes, own_pid: int) -> bytes:
    """Return the program with this process id in the place of OWN_PID, which only comparisons hold."""
    patched = bytearray(program)
    places = 0
    for at, (code, _, _, constant) in enumerate(_INSTRUCTION.iter_unpack(program)):
        if constant != policy.OWN_PID:
            continue
        if code != _JUMP_IF_EQUAL:
            raise LayerMissing(Layer.SECCOMP, f"instruction {at} of the filter, {code:#x}, holds the process id")
        struct.pack_into("<I", patched, at * _INSTRUCTION.size + 4, own_pid)
        places += 1
    if not 1 <= places <= len(policy.OWN_PID_CALLS):  # calls with the same checks share their instructions
        raise LayerMissing(Layer.SECCOMP, f"the filter compares {places} times with the process id")
    return bytes(patched)


@functools.cache
def _library() -> ModuleType:
    """Return the binding of libseccomp, which looks for the library as it is imported (5 ms, no thread)."""
    try:
        return importlib.import_module("pyseccomp")
    except (ImportError, RuntimeError, OSError) as error:  # RuntimeError is its word for a library that is not there
        raise LayerMissing(Layer.SECCOMP, str(error)) from None


def _empty_filter(library: ModuleType, wanted: int) -> Any:
    made = library.SyscallFilter(library.ERRNO(errno.EPERM))
    if wanted != library.system_arch():
        made.add_arch(wanted)
        made.remove_arch(library.system_arch())
    made.set_attr(library.Attr.ACT_BADARCH, library.KILL_PROCESS)
    with contextlib.suppress(OSError):  # before libseccomp 2.5 there is only the list: slower, and the same answers
        made.set_attr(library.Attr.CTL_OPTIMIZE, _BINARY_TREE)
    return made


def _add_rules(library: ModuleType, made: Any, wanted: int, *, cuda: bool, scratch: bool) -> None:
    """Add every rule whose call exists on that machine: each has lost some that the other keeps (open, stat, pipe)."""
    named = set()
    for rule in policy.rules(cuda=cuda, scratch=scratch):
        number = library.resolve_syscall(wanted, rule.call)
        if number < 0:
            continue
        named.add(number)
        checks = [library.Arg(one.argument, library.MASKED_EQ, one.mask, one.value) for one in rule.checks]
        made.add_rule(library.ERRNO(rule.error) if rule.error else library.ALLOW, rule.call, *checks)
    if wanted == library.system_arch():  # for another, libseccomp takes no number that it has no name for
        for number in set(range(policy.FIRST_NEW_CALL, policy.LAST_NEW_CALL + 1)) - named:
            made.add_rule(library.ERRNO(errno.ENOSYS), number)
