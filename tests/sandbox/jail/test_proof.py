"""The self-test of the jail: it holds where the layers are, and names the layer where one is not."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from sandbox.living import linux_only

from grader.errors import GraderFault
from grader.records import Isolation
from grader.sandbox.jail import syscalls
from grader.sandbox.jail.box import Box, Materials, closing
from grader.sandbox.jail.boxes import LandlockBox, StrongBox
from grader.sandbox.jail.layers import NEEDED, Layer, LayerMissing
from grader.sandbox.jail.proof import planted, prove
from grader.sandbox.jail.proofs import Proof

pytestmark = linux_only
CONFINED = (StrongBox, LandlockBox)


def proof_of(make: Callable[[Materials], Box], *, device: str = "cpu") -> Proof:
    """Settle a box and prove it, in a process of its own, as a zygote does."""
    materials = Materials.find(device=device)
    reading, writing = os.pipe()
    with planted() as plant:
        pid = os.fork()
        if pid == 0:
            try:
                box = make(materials)
                box.settle()
                proof = prove(box, plant)
            except LayerMissing as missing:
                proof = Proof(isolation=Isolation.PROCESS, missing=missing.layer, why=missing.why)
            except (GraderFault, OSError) as fault:
                proof = Proof(isolation=Isolation.PROCESS, why=f"fault: {fault}")
            finally:
                os.write(writing, msgspec.msgpack.encode(proof))
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as file:
            data = file.read()
        os.waitpid(pid, 0)
    if not data:
        raise GraderFault("fault: the zygote was killed")
    proof = msgspec.msgpack.decode(data, type=Proof)
    if proof.why.startswith("fault: "):
        raise GraderFault(proof.why)
    return proof


def without(kind: type[Box], layer: Layer) -> Callable[[Materials], Box]:
    """Return boxes of this kind with a hole: one layer is left out of their children."""

    class Holed(kind):  # type: ignore[valid-type,misc]
        def _steps(self):  # type: ignore[no-untyped-def]
            return tuple(step for step in super()._steps() if step[0] is not layer)

        def limit(self, **limits: object) -> None:
            if layer is not Layer.LIMITS:
                super().limit(**limits)

    return Holed


@pytest.mark.parametrize("kind", CONFINED)
def test_every_attempt_is_made_and_stopped(kind: type[Box]) -> None:
    proof = proof_of(kind)
    assert proof.missing is None, proof.why
    assert not [one.what for one in proof.tries if not one.stopped]
    assert proof.holds
    assert len(proof.tries) >= 25


@pytest.mark.parametrize("kind", CONFINED)
def test_memory_that_the_zygote_freed_and_kept_is_no_hole(kind: type[Box]) -> None:
    class Roomy(kind):  # type: ignore[valid-type,misc]
        def settle(self) -> None:
            blocks = [bytes(100_000) for _ in range(4_000)]
            end = bytes(100_000)  # lies behind them, so that malloc keeps what they leave: 400 MB in one piece
            blocks.clear()
            super().settle()
            self.end = end

    proof = proof_of(Roomy)
    assert proof.holds, proof.problem()


@pytest.mark.parametrize("kind", CONFINED)
def test_the_box_for_a_gpu_holds_but_for_shared_memory(kind: type[Box]) -> None:
    proof = proof_of(kind, device="cuda")
    assert proof.missing is None, proof.why
    assert proof.holds, proof.problem()
    assert "share memory outside the limit" not in [one.what for one in proof.tries]


HOLES = [(kind, layer) for kind in CONFINED for layer in NEEDED[kind.isolation]]


@pytest.mark.parametrize(("kind", "layer"), HOLES, ids=lambda one: getattr(one, "__name__", one))
def test_a_layer_that_is_left_out_is_found_and_the_degree_refused(kind: type[Box], layer: Layer) -> None:
    proof = proof_of(without(kind, layer))
    assert not proof.holds
    failed = [one for one in proof.tries if not one.stopped]
    if layer is Layer.NAMESPACES and not failed:  # its mount then fails in the zygote's own, read-only namespace
        assert proof.missing is Layer.ROOT or proof.why
    else:
        assert failed[0].what in proof.problem().en
    assert proof.remedy() is not None


def test_without_a_pid_namespace_strong_is_refused() -> None:
    class Together(StrongBox):
        def fork(self) -> int:
            return Box.fork(self)

    failed = [one.what for one in proof_of(Together).tries if not one.stopped]
    assert "share a PID namespace (namespaces alone)" in failed


def test_a_child_of_root_that_keeps_its_capabilities_is_refused() -> None:
    class Mighty(LandlockBox):
        def _give_up_rights(self) -> None:
            syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)

    if os.geteuid() != 0:
        pytest.skip("only root has capabilities to keep")
    failed = [one.what for one in proof_of(Mighty).tries if not one.stopped]
    assert "keep a capability (landlock alone)" in failed


def test_a_child_that_ends_in_its_jail_proves_nothing() -> None:
    class Deadly(LandlockBox):
        def _restrict_files(self) -> None:
            os._exit(3)

    proof = proof_of(Deadly)
    assert not proof.holds
    assert "without an answer" in proof.problem().en


def test_a_child_that_is_killed_from_outside_is_our_fault_and_no_lack_of_the_machine() -> None:
    class Shot(LandlockBox):
        def _restrict_files(self) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(GraderFault, match="killed from outside"):
        proof_of(Shot)


def test_a_machine_without_memory_is_our_fault_and_no_lack_of_a_layer() -> None:
    class Starved(StrongBox):
        def settle(self) -> None:
            with closing(Layer.NAMESPACES):
                raise OSError(errno.ENOMEM, "fork: Cannot allocate memory")

    with pytest.raises(GraderFault, match="allocate"):
        proof_of(Starved)


def test_a_layer_that_the_system_refuses_is_named() -> None:
    class Barred(StrongBox):
        def _take_own_namespaces(self) -> None:
            raise PermissionError(errno.EPERM, "unshare: Operation not permitted")

    proof = proof_of(Barred)
    assert not proof.holds
    assert proof.missing is Layer.NAMESPACES
    assert "Operation not permitted" in proof.problem().en


# ---------------------------------------------------------------------------------------------------------- the plant


def test_what_is_planted_can_be_had_outside_the_jail_and_is_taken_away() -> None:
    with planted() as plant:
        secret = Path(plant.secret)
        assert secret.read_text()
        with socket.create_connection(("127.0.0.1", plant.port), timeout=5):
            pass
    assert not secret.parent.exists()


def test_a_plant_whose_base_was_killed_is_removed_and_one_in_use_is_not(tmp_path: Path) -> None:
    abandoned = Path(tempfile.mkdtemp(prefix="dlgrade-proof-"))
    with planted() as used:
        assert not abandoned.exists()
        with planted():
            assert Path(used.secret).exists()


@pytest.mark.parametrize("name", ["dlgrade-proof-99999999999999999999-x", "dlgrade-proof-", "dlgrade-proof-a b"])
def test_no_folder_that_somebody_else_makes_stops_a_proof(name: str) -> None:
    folder = Path(tempfile.gettempdir(), name)
    folder.mkdir(exist_ok=True)
    try:
        with planted() as plant:
            assert Path(plant.secret).exists()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
