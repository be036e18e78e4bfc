"""The groups of a zygote's children: where the kernel counts each as a whole, if it does."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.sandbox.jail import cgroups
from grader.sandbox.jail.root import SCRATCH_MIB

_UNCOUNTED_MIB = 128  # what RLIMIT_DATA does not count: pages inherited and then written to, page tables, buffers


@dataclass(slots=True)
class ChildGroups:
    """Gives each child a group with its caps; `pool` None: nothing counts here."""

    pool: cgroups.Pool | None
    memory_mib: int
    _left: list[cgroups.Group] = field(default_factory=list)

    def descriptors(self) -> tuple[int, ...]:
        """Return what the zygote keeps, and a child closes."""
        return () if self.pool is None else self.pool.descriptors

    def take(self) -> cgroups.Group | None:
        """Return a group for a new child. The cap lies above RLIMIT_DATA, which gives a clean MemoryError first."""
        if self.pool is None:
            return None
        group = self.pool.take()
        group.limit(memory_mib=self.memory_mib + SCRATCH_MIB + _UNCOUNTED_MIB)
        return group

    def leave(self, group: cgroups.Group | None) -> None:
        """Note that the child of a group has been reaped; `give_back` does the rest when nobody waits."""
        if group is not None:
            self._left.append(group)

    def give_back(self) -> None:
        """Make the groups that were left ready for others."""
        for group in self._left:
            assert self.pool is not None
            self.pool.give_back(group)
        self._left.clear()

    def close(self) -> None:
        """Remove every group."""
        if self.pool is not None:
            self.pool.close()
