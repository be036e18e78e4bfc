"""What is said of GPUs between our processes, and to people: which there are, and what keeps one from being used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from grader.errors import SandboxUnavailable
from grader.records import Text


class Gpu(msgspec.Struct, frozen=True, kw_only=True):
    """One GPU, as the driver's management library tells of it."""

    uuid: str
    name: str
    driver: str  # its version
    memory_mib: int
    minor: int  # its device file is /dev/nvidia<minor>
    libraries: str = ""  # the folder of the driver's libraries
    is_parted: bool = False  # in MIG mode
    takes_many: bool = True  # several processes may compute on it at a time


class Lack(StrEnum):
    """What keeps a GPU from being graded on."""

    PLATFORM = "platform"
    DEVICE = "device"
    BINDING = "binding"
    DRIVER = "driver"
    WATCHER = "watcher"
    INVISIBLE = "invisible"
    PARTED = "parted"
    ALONE = "alone"
    UVM = "uvm"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class _Words:
    why: Text
    remedy: Text


_WORDS: dict[Lack, _Words] = {
    Lack.PLATFORM: _Words(
        Text(en="GPUs are graded on under Linux only", zh="仅在 Linux 下支持在 GPU 上评分"),
        Text(en="Use `--device cpu`.", zh="请使用 `--device cpu`。"),
    ),
    Lack.DEVICE: _Words(
        Text(
            en="this machine has no NVIDIA device (/dev/nvidiactl is missing)",
            zh="这台机器没有 NVIDIA 设备（缺少 /dev/nvidiactl）",
        ),
        Text(
            en="Use `--device cpu`. With a GPU, install NVIDIA's driver; in a container, start it with `--gpus all`.",
            zh="请使用 `--device cpu`。若有 GPU，请安装 NVIDIA 驱动；在容器中请以 `--gpus all` 启动。",
        ),
    ),
    Lack.BINDING: _Words(
        Text(
            en="nvidia-ml-py is not installed, so no cap on the GPU's memory can be held",
            zh="未安装 nvidia-ml-py，因此无法限制 GPU 内存",
        ),
        Text(en="Run: pip install 'dlgrade[gpu]'", zh="请运行：pip install 'dlgrade[gpu]'"),
    ),
    Lack.DRIVER: _Words(
        Text(
            en="NVIDIA's management library (NVML) does not answer, so no cap on the GPU's memory can be held",
            zh="NVIDIA 管理库（NVML）没有应答，因此无法限制 GPU 内存",
        ),
        Text(
            en="See what `nvidia-smi` says; in a container, start it with NVIDIA_DRIVER_CAPABILITIES=compute,utility.",
            zh="请查看 `nvidia-smi` 的输出；在容器中请以 NVIDIA_DRIVER_CAPABILITIES=compute,utility 启动。",
        ),
    ),
    Lack.WATCHER: _Words(
        Text(en="the process that watches the GPU did not come up", zh="监视 GPU 的进程未能启动"),
        Text(en="See what `nvidia-smi` says, and how long it takes.", zh="请查看 `nvidia-smi` 的输出及其耗时。"),
    ),
    Lack.INVISIBLE: _Words(
        Text(en="CUDA_VISIBLE_DEVICES names no GPU of this machine", zh="CUDA_VISIBLE_DEVICES 未指定本机的任何 GPU"),
        Text(
            en="Unset it, or name one: a number or an identifier that `nvidia-smi -L` lists.",
            zh="请取消设置，或填写 `nvidia-smi -L` 列出的序号或标识。",
        ),
    ),
    Lack.PARTED: _Words(
        Text(
            en="the GPU is parted (MIG), which dlgrade does not support",
            zh="该 GPU 处于分区（MIG）模式，dlgrade 不支持",
        ),
        Text(
            en="Name another by CUDA_VISIBLE_DEVICES, or switch MIG off: `sudo nvidia-smi -mig 0`.",
            zh="请用 CUDA_VISIBLE_DEVICES 指定另一块，或关闭 MIG：`sudo nvidia-smi -mig 0`。",
        ),
    ),
    Lack.ALONE: _Words(
        Text(
            en="the GPU takes one process at a time, and the reference computes beside the student",
            zh="该 GPU 同时只允许一个进程，而参考解需与学生代码并行计算",
        ),
        Text(en="Allow several: `sudo nvidia-smi -c DEFAULT`.", zh="请允许多个进程：`sudo nvidia-smi -c DEFAULT`。"),
    ),
    Lack.UVM: _Words(
        Text(
            en="CUDA's part of the driver is not loaded (no /dev/nvidia-uvm), and no jailed process may load it",
            zh="驱动的 CUDA 部分未加载（缺少 /dev/nvidia-uvm），而受限进程不得加载它",
        ),
        Text(en="Run: sudo nvidia-modprobe -u -c 0", zh="请运行：sudo nvidia-modprobe -u -c 0"),
    ),
    Lack.CLOSED: _Words(
        Text(
            en="the GPU's device files are closed to the accounts that students' code gets",
            zh="GPU 设备文件不对学生代码所用账户开放",
        ),
        Text(
            en="Run dlgrade as an ordinary user who may use the GPU, or open them: the driver's option "
            "NVreg_DeviceFileMode=0666.",
            zh="请以有权使用 GPU 的普通用户运行 dlgrade，或放开权限：驱动选项 NVreg_DeviceFileMode=0666。",
        ),
    ),
}


class Lacks(Exception):
    """A GPU cannot be used here. `detail` is what the system said, where it said something."""

    def __init__(self, lack: Lack, detail: str = "") -> None:
        super().__init__(f"{lack.value}: {detail}")
        self.lack = lack
        self.detail = detail

    @property
    def why(self) -> Text:
        """What is the matter, without a full stop."""
        words = _WORDS[self.lack].why
        if not self.detail:
            return words
        return Text(en=f"{words.en} ({self.detail})", zh=f"{words.zh}（{self.detail}）")

    @property
    def remedy(self) -> Text:
        return _WORDS[self.lack].remedy

    def unavailable(self) -> SandboxUnavailable:
        """Return the error that tells people."""
        return SandboxUnavailable(
            Text(en=f"Device cuda cannot be had here: {self.why.en}.", zh=f"无法使用设备 cuda：{self.why.zh}。"),
            remedy=self.remedy,
        )
