"""The layers of a jail, as people are told of them: what each stops, and what brings a missing one."""

from __future__ import annotations

from enum import StrEnum

from grader.records import Isolation, Text


class Layer(StrEnum):
    """One layer of the jail; each has its own way of failing."""

    NAMESPACES = "namespaces"
    ROOT = "root"
    ACCOUNT = "account"
    LANDLOCK = "landlock"
    SECCOMP = "seccomp"
    LIMITS = "limits"
    CGROUPS = "cgroups"
    GVISOR = "gvisor"


STOPS: dict[Layer, Text] = {
    Layer.NAMESPACES: Text(
        en="seeing or signalling other processes, the network, shared memory, the machine's name",
        zh="查看其他进程或向其发信号、网络、共享内存、主机名",
    ),
    Layer.ROOT: Text(
        en="reading tests, solutions, homes and /proc; writing anywhere but 16 MiB of its own",
        zh="读取测试、参考答案、主目录和 /proc；除自己的 16 MiB 外写入任何地方",
    ),
    Layer.ACCOUNT: Text(
        en="acting with a person's rights: no capability, no way to gain one, as root an account of its own",
        zh="以他人的权限行事：没有任何特权，也无法取得；以 root 运行时使用独立账户",
    ),
    Layer.LANDLOCK: Text(
        en="opening any file outside the Python environment, also by a way that mounts overlooked",
        zh="打开 Python 环境以外的任何文件，包括挂载遗漏的途径",
    ),
    Layer.SECCOMP: Text(
        en="system calls beyond computing: processes, sockets, tracing, mounts, locks, shared mappings",
        zh="计算以外的系统调用：进程、套接字、跟踪、挂载、锁、共享映射",
    ),
    Layer.LIMITS: Text(
        en="using up memory, CPU time, threads, descriptors or disk",
        zh="耗尽内存、CPU 时间、线程、文件描述符或磁盘",
    ),
    Layer.CGROUPS: Text(
        en="the same once more, counted by the kernel for the whole child",
        zh="同上，由内核对整个子进程再次计量",
    ),
    Layer.GVISOR: Text(
        en="reaching the machine's kernel: system calls end in a kernel of gVisor's, a process without rights",
        zh="接触本机内核：系统调用止于 gVisor 的内核，那是一个没有权限的进程",
    ),
}

_NAMESPACES_REMEDY = Text(
    en=(
        "Run as root with CAP_SYS_ADMIN and CAP_SETUID, or as an ordinary user with user namespaces allowed: "
        "`sudo sysctl user.max_user_namespaces=10000`; on Debian "
        "`kernel.unprivileged_userns_clone=1`; on Ubuntu 24.04 `kernel.apparmor_restrict_unprivileged_userns=0`; "
        "in a container `--security-opt seccomp=unconfined --security-opt apparmor=unconfined`."
    ),
    zh=(
        "请以具有 CAP_SYS_ADMIN 和 CAP_SETUID 的 root 运行，或以普通用户运行并允许用户命名空间："
        "`sudo sysctl user.max_user_namespaces=10000`；Debian 上 "
        "`kernel.unprivileged_userns_clone=1`；Ubuntu 24.04 上 `kernel.apparmor_restrict_unprivileged_userns=0`；"
        "容器内使用 `--security-opt seccomp=unconfined --security-opt apparmor=unconfined`。"
    ),
)
REMEDIES: dict[Layer, Text] = {
    Layer.NAMESPACES: _NAMESPACES_REMEDY,
    Layer.ROOT: Text(
        en="Linux 5.12 or newer, with the right to mount. " + _NAMESPACES_REMEDY.en,
        zh="需要 Linux 5.12 或更新版本，并有权挂载。" + _NAMESPACES_REMEDY.zh,
    ),
    Layer.ACCOUNT: Text(en="Run as root or as an ordinary user.", zh="请以 root 或普通用户运行。"),
    Layer.LANDLOCK: Text(
        en="Linux 5.13 or newer with Landlock: boot with `lsm=landlock,…` (see /sys/kernel/security/lsm).",
        zh="需要带 Landlock 的 Linux 5.13 或更新版本：以 `lsm=landlock,…` 启动（见 /sys/kernel/security/lsm）。",
    ),
    Layer.SECCOMP: Text(
        en="Install libseccomp: `apt-get install libseccomp2` or `dnf install libseccomp`.",
        zh="请安装 libseccomp：`apt-get install libseccomp2` 或 `dnf install libseccomp`。",
    ),
    Layer.LIMITS: Text(en="Run `dlgrade` on Linux.", zh="请在 Linux 上运行 `dlgrade`。"),
    Layer.CGROUPS: Text(
        en="Run as root, or in a scope of its own: `systemd-run --user --scope -p Delegate=yes dlgrade …`.",
        zh="请以 root 运行，或在独立 scope 中运行：`systemd-run --user --scope -p Delegate=yes dlgrade …`。",
    ),
    Layer.GVISOR: Text(
        en="Install gVisor, `apt-get install runsc` or from gvisor.dev/docs/user_guide/install, and run as root.",
        zh="请安装 gVisor（`apt-get install runsc`，或见 gvisor.dev/docs/user_guide/install），并以 root 运行。",
    ),
}

# gVisor is there, and its own remedy would tell to install it.
RUNSC_NEEDS_ROOT = "runsc needs root to run a bundle"
RUN_AS_ROOT = Text(en="Run as root.", zh="请以 root 运行。")

DEGREES_STOP: dict[Isolation, Text] = {
    Isolation.STRONG: Text(
        en="stops reading any file, the network, other processes, exhausting the machine",
        zh="拦住读取任何文件、网络、其他进程以及耗尽机器资源",
    ),
    Isolation.LANDLOCK: Text(
        en="stops reading any file, the network, dangerous system calls",
        zh="拦住读取任何文件、网络以及危险的系统调用",
    ),
    Isolation.GVISOR: Text(en="stops faults of the kernel itself, too", zh="还能防住内核自身的缺陷"),
    Isolation.PROCESS: Text(
        en="stops forging a score and reading the tests' memory; for your own code only",
        zh="拦住伪造分数和读取测试的内存；仅适合自己的代码",
    ),
}

NEEDED: dict[Isolation, tuple[Layer, ...]] = {
    Isolation.STRONG: (
        Layer.NAMESPACES,
        Layer.ROOT,
        Layer.ACCOUNT,
        Layer.LANDLOCK,
        Layer.SECCOMP,
        Layer.LIMITS,
    ),
    Isolation.LANDLOCK: (Layer.ACCOUNT, Layer.LANDLOCK, Layer.SECCOMP, Layer.LIMITS),
    Isolation.PROCESS: (),
    Isolation.GVISOR: (
        Layer.GVISOR,
        Layer.NAMESPACES,
        Layer.ROOT,
        Layer.ACCOUNT,
        Layer.SECCOMP,
        Layer.LIMITS,
    ),
}


class LayerMissing(Exception):
    """A layer cannot be had on this machine. `why` is what the system said."""

    def __init__(self, layer: Layer, why: str) -> None:
        super().__init__(f"{layer.value}: {why}")
        self.layer = layer
        self.why = why
