"""The child's own part in computing on a GPU: it starts the device before it is sent a line of the student's.

What fails here, with nothing of the student's in the process, is a fault of the machine or of the box, and is told as
such. All that follows shares its process with hostile code, and binds honest code only: the allocator's cap, which
gives a clean error before the watcher kills, and the wait for the GPU before each reply, so that the work of a call
lies within the examiner's clock. Code that takes the wait away gains nothing: what it returns is fetched from the GPU,
in the order of the default stream, and compared.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import torch

from grader.sandbox.jail.limits import MIB

_CACHE_OFF = "1"  # it would keep what it compiles in a scratch folder that nobody sees again


def start(uuid: str, *, memory_mib: int) -> Callable[[], None]:
    """Make this process's context on the GPU, and let torch's allocator have so much of its memory.

    Returns what waits for the GPU. Raises whatever torch and the driver raise.
    """
    os.environ.update(CUDA_VISIBLE_DEVICES=uuid, CUDA_CACHE_DISABLE=_CACHE_OFF)
    torch.cuda.init()  # type: ignore[no-untyped-call]
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(min(memory_mib * MIB / total, 1.0))
    torch.backends.cudnn.allow_tf32 = False  # results are compared with the reference's, which come from a CPU
    wait: Callable[[], None] = torch._C._cuda_synchronize
    if float(torch.ones(2, device="cuda").sum()) != 2.0:
        raise RuntimeError("the GPU cannot add")
    wait()
    return wait


def seed(number: int) -> None:
    """Seed the GPU's generator, once the GPU is started."""
    torch.cuda.manual_seed(number)
