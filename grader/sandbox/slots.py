"""Slots of the warm base: a zygote in a box that holds, and an examiner beside it.

Theory of operation. The base forks the zygote for the first degree that is asked for. The zygote enters its box, has it
proven, and says so; where the box does not hold it leaves, and the next degree is tried. What did not hold once is not
tried again by this base. A zygote that is killed, late or starved says nothing of the machine's layers: that is a fault
of our own, and never a weaker degree. The examiner is a fork of the nursery, which the first slot starts: it imports
what examiners need while the zygote is at it.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import time
from dataclasses import dataclass, field, replace
from typing import NoReturn

from grader.errors import GraderFault, both
from grader.records import Isolation, Text
from grader.sandbox import gvisor, jail
from grader.sandbox.descriptors import close_all_but
from grader.sandbox.forked import become_examiner, say_why_and_leave
from grader.sandbox.jail import boxes, cgroups, own
from grader.sandbox.jail.box import Materials
from grader.sandbox.jail.child_groups import ChildGroups
from grader.sandbox.jail.layers import REMEDIES, Layer, LayerMissing
from grader.sandbox.jail.proof import Plant, planted
from grader.sandbox.jail.proofs import Proof
from grader.sandbox.link import receive_record
from grader.sandbox.nursery import Imports, Nursery
from grader.sandbox.orders import OpenSlot, Prove, Proven, Settled, SlotOpened
from grader.sandbox.zygote import Zygote

_ZYGOTE_GRACE_S = 3.0
CUDA_MIB = 2_048  # of the machine's memory that the driver and CUDA's libraries may take in a child: docs/design/gpu.md


@dataclass(slots=True)
class Slot:
    """An examiner and its zygote; their exit is collected here, so that neither is left to another process."""

    examiner: int
    zygote: int

    def has_ended(self) -> bool:
        """Collect an examiner that left by itself; its zygote follows at once. False while the examiner lives."""
        if os.waitpid(self.examiner, os.WNOHANG)[0] == 0:
            return False
        _await_zygote(self.zygote)
        return True

    def stop(self) -> None:
        """Begin to end both: the zygote sees its examiner go, kills its children, and leaves by itself."""
        os.kill(self.examiner, signal.SIGKILL)

    def await_end(self) -> None:
        """Collect both, once they are stopped."""
        os.waitpid(self.examiner, 0)
        _await_zygote(self.zygote)


@dataclass(slots=True)
class Slots:
    """Every slot of this base, and what it knows of the machine."""

    place: cgroups.Place | cgroups.Missing
    open_slots: list[Slot] = field(default_factory=list)
    _refused: dict[tuple[Isolation, str], Proof] = field(default_factory=dict)  # by degree and device
    _materials: dict[str, Materials] = field(default_factory=dict)  # by device
    _branch: cgroups.Branch | None = None
    _nursery: Nursery | None = None
    _preloaded: set[str] = field(default_factory=set)  # by any request: what is forked from now on has all of it
    _own: own.OwnProcess | None = field(default_factory=lambda: own.OwnProcess() if jail.LINUX else None)

    def open(self, request: OpenSlot) -> tuple[SlotOpened, socket.socket | None]:
        """Open a slot; return what to tell the controller, and its end of the examiner's socket."""
        self.collect()
        try:
            for name in request.preload:
                importlib.import_module(name)
                self._preloaded.add(name)
        except ImportError as error:
            return SlotOpened(error=str(error)), None
        self._make_ready()
        ours, examiner_control = socket.socketpair()
        examiner_zygote, zygote_control = socket.socketpair()
        with examiner_control, examiner_zygote, zygote_control:
            nursery = self._nursery_for(request)
            settled = self._settle(request.degrees, request, zygote_control)
            if settled is None:
                return SlotOpened(proofs=[self._refused[one, request.device] for one in request.degrees]), None
            try:
                fork = _fork_examiner if nursery is None else nursery.fork_examiner
                examiner = fork(request.entry, examiner_control, examiner_zygote)
            except BaseException:
                self._end_nursery()  # it may hold the examiner's end of the zygote's socket
                examiner_zygote.close()
                _await_zygote(settled.pid)
                raise
        self.open_slots.append(Slot(examiner, settled.pid))
        return SlotOpened(examiner=examiner, zygote=settled.pid, proofs=[settled.proof]), ours

    def prove(self, request: Prove) -> Proven:
        """Try each degree, and end what was started for it."""
        self._make_ready()
        proofs: list[Proof] = []
        for isolation in request.degrees:
            ours, theirs = socket.socketpair()
            with ours, theirs:
                settled = self._settle([isolation], request, theirs)
            # The zygote sees that our end is closed, and leaves.
            if settled is not None:
                os.waitpid(settled.pid, 0)
            proofs.append(self._refused[isolation, request.device] if settled is None else settled.proof)
        return Proven(proofs=[self._with_cgroups(proof) for proof in proofs])

    def _with_cgroups(self, proof: Proof) -> Proof:
        """Say what the kernel counts for the whole child, beside what the degree itself proves."""
        if proof.isolation is Isolation.PROCESS:
            return proof
        if isinstance(self.place, cgroups.Missing):
            return replace(proof, cgroups_missing=self.place.why, cgroups_remedy=self.place.remedy)
        lacks = ", ".join(one.value for one in self.place.lacks)
        return replace(
            proof,
            cgroups=", ".join(one.value for one in self.place.caps),
            cgroups_missing=Text(en=f"no cap on: {lacks}", zh=f"无法限制：{lacks}") if lacks else None,
        )

    def collect(self) -> None:
        """Forget the slots that have ended."""
        self.open_slots = [slot for slot in self.open_slots if not slot.has_ended()]

    def end(self) -> None:
        """End every process, and remove every group."""
        for slot in self.open_slots:
            slot.stop()
        for slot in self.open_slots:  # they end side by side
            slot.await_end()
        self._end_nursery()
        if self._branch is not None:
            self._branch.close()

    def _nursery_for(self, request: OpenSlot) -> Nursery | None:
        """Return what examiners are forked from, if not from here; a new one begins to import, and this goes on."""
        if not request.ahead or not jail.LINUX:
            return None
        imports = Imports(tuple(request.ahead), tuple(request.later), frozenset(self._preloaded))
        wanted = replace(imports, preload=frozenset(request.preload))
        if self._nursery is not None and not self._nursery.imports.has(wanted):
            self._end_nursery()
        if self._nursery is None:
            self._nursery = Nursery(imports)
        return self._nursery

    def _end_nursery(self) -> None:
        if self._nursery is not None:
            self._nursery.end()
            self._nursery = None

    def _make_ready(self) -> None:
        own.adopt_orphans()  # a zygote without root forks itself once, and is then ours to collect
        gc.freeze()
        if self._own is not None:
            self._own.assert_one_thread()

    def _settle(self, degrees: list[Isolation], request: OpenSlot | Prove, control: socket.socket) -> Settled | None:
        """Return a zygote in the first box that holds; None when none does."""
        for isolation in degrees:
            if (isolation, request.device) in self._refused:
                continue
            try:
                zygote = self._make_zygote(isolation, request, control)
            except LayerMissing as missing:
                self._refused[isolation, request.device] = Proof(
                    isolation=isolation, missing=missing.layer, why=missing.why
                )
                continue
            settled = self._start_zygote(zygote, control)
            if settled.proof.holds:
                return settled
            self._refused[isolation, request.device] = settled.proof
        return None

    def _make_zygote(
        self, isolation: Isolation, request: OpenSlot | Prove, control: socket.socket
    ) -> Zygote | gvisor.Keeper:
        if isolation is Isolation.GVISOR:
            preload = request.preload if isinstance(request, OpenSlot) else []
            groups = ChildGroups(self._pool(isolation), request.memory_mib)
            return gvisor.Keeper(control, groups, preload=tuple(preload), device=request.device)
        forked = isolation in (Isolation.STRONG, Isolation.LANDLOCK)
        if forked and request.device == "cuda" and not self._counts_memory:
            raise LayerMissing(Layer.CGROUPS, "with CUDA nothing else bounds the machine's own memory")
        box = boxes.make_box(isolation, self._of(isolation, request))
        extra_mib = CUDA_MIB if request.device == "cuda" else 0
        groups = ChildGroups(self._pool(isolation), request.memory_mib + extra_mib)
        return Zygote(control, box, groups, request.forbid if isinstance(request, OpenSlot) else ())

    def _pool(self, isolation: Isolation) -> cgroups.Pool | None:
        """Return the groups for a new zygote's children; None where nothing counts them."""
        if isolation is Isolation.PROCESS or isinstance(self.place, cgroups.Missing):
            return None
        if self._branch is None:
            try:
                self._branch = self.place.open()
            except (GraderFault, OSError) as error:  # the limits of the single process remain
                self.place = cgroups.Missing(why=both(str(error)), remedy=REMEDIES[Layer.CGROUPS])
                return None
        return self._branch.pool()

    @property
    def _counts_memory(self) -> bool:
        self._pool(Isolation.STRONG)  # it may turn out only now that no group can be made
        return isinstance(self.place, cgroups.Place) and cgroups.Controller.MEMORY in self.place.caps

    def _of(self, isolation: Isolation, request: OpenSlot | Prove) -> Materials | None:
        if isolation is Isolation.PROCESS:
            return None
        if request.device not in self._materials:
            self._materials[request.device] = Materials.find(device=request.device, gpu=request.gpu)
        return self._materials[request.device]

    def _start_zygote(self, zygote: Zygote | gvisor.Keeper, control: socket.socket) -> Settled:
        """Fork a zygote and wait until it has proven its box; one that did not is collected. Raises GraderFault."""
        before = self._children()
        report, theirs = socket.socketpair()
        with report, theirs, planted() as plant:
            pid = os.fork()
            if pid == 0:
                close_all_but(control.fileno(), theirs.fileno(), *zygote.groups.descriptors())
                _become_zygote(zygote, theirs, plant)
            theirs.close()
            try:
                settled, _ = receive_record(report, Settled, deadline=time.monotonic() + zygote.settle_s)
            except GraderFault:
                _kill(pid)
                self._kill_but(before)  # it may have forked itself once, and hang there
                raise
        if settled.pid != pid or not settled.proof.holds:
            os.waitpid(pid, 0)
        if settled.pid != pid and not settled.proof.holds:
            os.waitpid(settled.pid, 0)
        return settled

    def _children(self) -> set[int]:
        return set() if self._own is None else self._own.children()

    def _kill_but(self, known: set[int]) -> None:
        for pid in self._children() - known:
            _kill(pid)


def _become_zygote(zygote: Zygote | gvisor.Keeper, report: socket.socket, plant: Plant) -> NoReturn:
    try:
        zygote.settle(report, plant)
        zygote.serve()
    except BaseException:  # noqa: BLE001  the process ends here, and says why
        say_why_and_leave()


def _fork_examiner(entry: str, control: socket.socket, zygote: socket.socket) -> int:
    base = os.getpid()
    pid = os.fork()
    if pid == 0:
        jail.die_with_parent(base)  # the zygote sees its examiner go, and ends the children in order
        become_examiner(entry, control, zygote)
    return pid


def _await_zygote(pid: int) -> None:
    os.kill(pid, signal.SIGCONT)  # one that a student's code has stopped would not see that its examiner is gone
    deadline = time.monotonic() + _ZYGOTE_GRACE_S
    while os.waitpid(pid, os.WNOHANG)[0] == 0:
        if time.monotonic() > deadline:
            _kill(pid)
            return
        time.sleep(0.001)


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
