"""The jail: what a child may do to the machine, in degrees, each proven before it is relied on.

Theory of operation. The warm base chooses a *box* (`boxes`): the strongest degree that this machine proves. The slot's
zygote calls `Box.settle` once, before it forks: with `strong` it moves into a read-only root of its own. It forks each
child by `Box.fork`; the child calls `Box.enter` at once, before it reads a byte from anyone, and `Box.limit` when it
learns what its exercise allows, before it runs a line of the student's code. The first child of every zygote is no
exam's: it is an attacker of our own (`proof`), which tries each layer from inside, and where it gets through the degree
is not offered. Layers: `root` (mounts), `landlock`, `seccomp`, `limits`, `cgroups`; `own` is what our own processes do
to themselves; `syscalls` is the little that is written by hand.
"""

from grader.sandbox.jail.limits import MAX_FILE_BYTES, MAX_OPEN_FILES, MIB, limit, limit_memory, spare_memory
from grader.sandbox.jail.own import LINUX, TRACE_SIGNAL, die_with_parent, shield, take_no_more_large_pages

__all__ = [
    "LINUX",
    "MAX_FILE_BYTES",
    "MAX_OPEN_FILES",
    "MIB",
    "TRACE_SIGNAL",
    "die_with_parent",
    "limit",
    "limit_memory",
    "shield",
    "spare_memory",
    "take_no_more_large_pages",
]
