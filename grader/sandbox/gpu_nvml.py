"""What the driver's management library (NVML) tells of the GPUs; loaded in the watcher's own process only.

NVML starts threads and opens devices, and a process that has loaded it, or CUDA, must not fork children that compute on
a GPU (pytorch#83973). So nothing imports the binding at its top, and only `gpu_watcher` calls this.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from grader.sandbox.gpu_ledger import Reading
from grader.sandbox.gpu_records import Gpu, Lack, Lacks

_MIB = 1024 * 1024


class NvmlFails(Exception):
    """NVML does not tell what it was asked; the text is its own."""


class Nvml:
    """The library, loaded and started. Raises Lacks."""

    def __init__(self) -> None:
        try:
            self._library: Any = importlib.import_module("pynvml")
        except ImportError as error:
            raise Lacks(Lack.BINDING, str(error)) from None
        try:
            self._library.nvmlInit()
        except self._library.NVMLError as error:
            raise Lacks(Lack.DRIVER, str(error)) from None

    def gpus(self) -> tuple[Gpu, ...]:
        """Return every GPU that the driver shows, in its order, which is that of the PCI bus. Raises Lacks."""
        library = self._library
        try:
            driver = library.nvmlSystemGetDriverVersion()
            count = library.nvmlDeviceGetCount()
            return tuple(self._gpu(library.nvmlDeviceGetHandleByIndex(index), driver) for index in range(count))
        except library.NVMLError as error:
            raise Lacks(Lack.DRIVER, str(error)) from None

    def _gpu(self, handle: Any, driver: str) -> Gpu:
        library = self._library
        return Gpu(
            uuid=library.nvmlDeviceGetUUID(handle),
            name=library.nvmlDeviceGetName(handle),
            driver=driver,
            memory_mib=library.nvmlDeviceGetMemoryInfo(handle).total // _MIB,
            minor=library.nvmlDeviceGetMinorNumber(handle),
            libraries=_home_of_driver(),
            is_parted=self._is_parted(handle),
            takes_many=library.nvmlDeviceGetComputeMode(handle) == library.NVML_COMPUTEMODE_DEFAULT,
        )

    def _is_parted(self, handle: Any) -> bool:
        """Whether the GPU is in MIG mode; most models have none."""
        try:
            return bool(self._library.nvmlDeviceGetMigMode(handle)[0] == self._library.NVML_DEVICE_MIG_ENABLE)
        except self._library.NVMLError_NotSupported:
            return False

    def reader(self, uuid: str) -> Reader:
        """Return what reads the memory of this GPU. Raises Lacks."""
        try:
            return Reader(self._library, self._library.nvmlDeviceGetHandleByUUID(uuid))
        except self._library.NVMLError as error:
            raise Lacks(Lack.DRIVER, str(error)) from None


class Reader:
    """Reads one GPU's memory, again and again."""

    def __init__(self, library: Any, handle: Any) -> None:
        self._library = library
        self._handle = handle

    def __call__(self) -> Reading:
        """Return what the memory holds now. Raises NvmlFails."""
        library = self._library
        try:
            memory = library.nvmlDeviceGetMemoryInfo(self._handle)
            listed = [*library.nvmlDeviceGetComputeRunningProcesses_v3(self._handle), *self._drawing()]
        except library.NVMLError as error:
            raise NvmlFails(str(error)) from None
        return Reading(by_pid=_largest(listed), used_mib=memory.used / _MIB, total_mib=memory.total / _MIB)

    def _drawing(self) -> Iterable[Any]:
        """Return the processes that draw: a child may open such a context too."""
        try:
            drawing: Iterable[Any] = self._library.nvmlDeviceGetGraphicsRunningProcesses_v3(self._handle)
        except self._library.NVMLError_NotSupported:
            return ()
        return drawing


def _largest(listed: Iterable[Any]) -> dict[int, float]:
    """Return the memory of each process. One that computes and draws is listed twice, each time with all of it."""
    found: dict[int, float] = {}
    for process in listed:
        used_mib = (process.usedGpuMemory or 0) / _MIB  # None: the driver does not tell
        found[process.pid] = max(found.get(process.pid, 0.0), used_mib)
    return found


def _home_of_driver() -> str:
    """Return the folder that NVML was loaded from, where the driver's other libraries lie, too; "" where unknown."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        path = line[line.find("/") :] if "/" in line else ""
        if Path(path).name.startswith("libnvidia-ml.so"):
            return os.path.realpath(Path(path).parent)
    return ""
