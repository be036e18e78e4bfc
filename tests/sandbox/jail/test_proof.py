"""The self-test of the jail: it holds where the layers are, and names the layer where one is not."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import msgspec
import pytest
from sandbox.living import linux_only

from grader.records import Isolation
from grader.sandbox.jail.box import Box, Materials
from grader.sandbox.jail.boxes import LandlockBox, StrongBox
from grader.sandbox.jail.layers import Layer, LayerMissing, Proof
from grader.sandbox.jail.proof import planted, prove

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
            finally:
                os.write(writing, msgspec.msgpack.encode(proof))
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as file:
            data = file.read()
        os.waitpid(pid, 0)
    return msgspec.msgpack.decode(data, type=Proof)


def without(kind: type[Box], layer: Layer) -> Callable[[Materials], Box]:
    """Return boxes of this kind with a hole: one layer is left out."""

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
def test_the_box_for_a_gpu_holds_but_for_shared_memory(kind: type[Box]) -> None:
    proof = proof_of(kind, device="cuda")
    assert proof.missing is None, proof.why
    assert proof.holds, proof.problem()
    assert "share memory outside the limit" not in [one.what for one in proof.tries]


@pytest.mark.parametrize(
    ("kind", "layer", "got_through"),
    [
        (StrongBox, Layer.SECCOMP, "open a unix socket"),
        (StrongBox, Layer.LANDLOCK, "write to a device that anybody may write to (landlock alone)"),
        (StrongBox, Layer.ACCOUNT, "become another account (namespaces alone)"),
        (StrongBox, Layer.LIMITS, "take more memory than allowed (namespaces alone)"),
        (LandlockBox, Layer.SECCOMP, "open a unix socket"),
        (LandlockBox, Layer.LANDLOCK, "read a file of the machine (landlock alone)"),
        (LandlockBox, Layer.LIMITS, "take more memory than allowed (landlock alone)"),
    ],
)
def test_a_hole_is_found_and_the_degree_refused(kind: type[Box], layer: Layer, got_through: str) -> None:
    proof = proof_of(without(kind, layer))
    assert not proof.holds
    assert got_through in [one.what for one in proof.tries if not one.stopped]
    assert got_through in proof.problem().en or len([one for one in proof.tries if not one.stopped]) > 1
    assert proof.remedy() is not None


def test_a_child_that_dies_in_its_jail_proves_nothing() -> None:
    class Deadly(LandlockBox):
        def _restrict_files(self) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

    proof = proof_of(Deadly)
    assert not proof.holds
    assert "without an answer" in proof.why


def test_a_layer_that_the_system_refuses_is_named() -> None:
    class Barred(StrongBox):
        def _take_own_namespaces(self) -> None:
            raise PermissionError(1, "unshare: Operation not permitted")

    proof = proof_of(Barred)
    assert not proof.holds
    assert proof.missing is Layer.NAMESPACES
    assert "Operation not permitted" in proof.problem().en
