"""The messages between the examiner and a child, and the object graphs that they carry: data only.

Each is a msgspec struct, so that decoding a header yields exactly these fields with exactly these types, or fails.
"""

from __future__ import annotations

import msgspec

STUDENT_ROOT = -1  # as `Do.handle`: the student's module
REMOTE_ROOT = -2  # the importable modules
MAX_CALL_DEPTH = 16  # calls within callbacks within calls

# ------------------------------------------------------------------------------------------- the object graph


class Atom(msgspec.Struct, tag=0, array_like=True, frozen=True):
    """A plain value without identity. NaN and infinities are ordinary floats of msgpack."""

    value: bool | int | float | str | None


class Blob(msgspec.Struct, tag=11, array_like=True, frozen=True):
    """A bytes object."""

    data: bytes


class BigInt(msgspec.Struct, tag=1, array_like=True, frozen=True):
    """An int beyond 64 bits, in hexadecimal digits."""

    digits: str


class Complex(msgspec.Struct, tag=2, array_like=True, frozen=True):
    real: float
    imag: float


class Items(msgspec.Struct, tag=3, array_like=True, frozen=True):
    """A list, tuple or torch.Size; `items` are references."""

    kind: str
    items: list[int]


class Mapping(msgspec.Struct, tag=4, array_like=True, frozen=True):
    """A dict, in its order; `keys` and `values` are references."""

    keys: list[int]
    values: list[int]


class TensorSpec(msgspec.Struct, tag=5, array_like=True, frozen=True):
    """A torch tensor over a storage; `offset` in bytes, `stride` in elements; `grad` a reference or -1."""

    storage: int
    dtype: str
    shape: list[int]
    stride: list[int]
    offset: int
    requires_grad: bool = False
    in_graph: bool = False
    grad: int = -1
    device: str = "cpu"


class ArraySpec(msgspec.Struct, tag=6, array_like=True, frozen=True):
    """A NumPy array, or with `scalar` a NumPy scalar; `offset` and `strides` in bytes."""

    storage: int
    dtype: str
    shape: list[int]
    strides: list[int]
    offset: int
    scalar: bool = False


class Token(msgspec.Struct, tag=7, array_like=True, frozen=True):
    """A constant of a library: kind "torch.dtype", "torch.device", "numpy.dtype", "ellipsis" or "range"."""

    kind: str
    text: str


class SliceSpec(msgspec.Struct, tag=8, array_like=True, frozen=True):
    start: int
    stop: int
    step: int


class HandleSpec(msgspec.Struct, tag=9, array_like=True, frozen=True):
    """An object that stays in the child. `kind`: "object", "iterator", "callable", "class", "module", "tensor"."""

    id: int
    kind: str
    type_name: str


class CallbackSpec(msgspec.Struct, tag=10, array_like=True, frozen=True):
    """A function of the test, or a spy with `methods`; only the examiner sends these."""

    id: int
    name: str
    callable: bool
    methods: list[str]


Node = (
    Atom
    | Blob
    | BigInt
    | Complex
    | Items
    | Mapping
    | TensorSpec
    | ArraySpec
    | Token
    | SliceSpec
    | HandleSpec
    | CallbackSpec
)


class Graph(msgspec.Struct, array_like=True, frozen=True):
    """New objects of one frame. References count from the first object of the scope: see `graph.Table`."""

    storages: list[int] = []  # bytes of each new storage, in the payload's order
    nodes: list[Node] = []


class Update(msgspec.Struct, array_like=True, frozen=True):
    """A known object (an argument) that is no longer what was sent."""

    index: int
    node: Node


class Changes(msgspec.Struct, array_like=True, frozen=True):
    """What became of the arguments since the last exchange.

    `dirty` are indices of known storages whose bytes changed; their new bytes follow the graph's storages in the
    payload, whole and in this order.
    """

    dirty: list[int] = []
    updates: list[Update] = []


# ------------------------------------------------------------------------------------------------- messages


class SourceText(msgspec.Struct, array_like=True, frozen=True):
    name: str
    text: str


class Load(msgspec.Struct, tag="load", frozen=True):
    """Import the submission: `files[0]` is the module that the tests talk to."""

    nonce: int
    files: list[SourceText]
    forbid: list[str]
    seed: int
    memory_mib: int
    cpu_s: float
    device: str


class Do(msgspec.Struct, tag="do", frozen=True):
    """One operation in the child.

    `op`: "call", "get", "set", "item", "setitem", "len", "iter", "next", "fetch", "grad", "enter", "exit".
    The target is `path` from a root: handle `handle`, or STUDENT_ROOT, or REMOTE_ROOT.
    `keep`: leave results that are no plain values in the child. `reseed`: a test begins; seed the generators anew
    and restore torch's defaults first. `release`: handles that the examiner no longer holds.
    """

    nonce: int
    op: str
    handle: int
    path: list[str]
    graph: Graph
    args: list[int]
    kwargs: list[tuple[str, int]]
    keep: bool = False
    reseed: int | None = None
    release: list[int] = []


class Answer(msgspec.Struct, tag="answer", frozen=True):
    """What the called-back function returned; or `error`, its exception's text, when it raised.

    Its nonce is a new one: whatever the child sends next must carry it, and cannot have been sent before.
    """

    nonce: int
    graph: Graph
    root: int
    error: str | None = None


class StartDevice(msgspec.Struct, tag="start-device", frozen=True):
    """Start the GPU `uuid` with so much memory for tensors: sent before `Load`, and only with `--device cuda`."""

    nonce: int
    uuid: str
    memory_mib: int


Request = Load | Do | Answer | StartDevice


class Ready(msgspec.Struct, tag="ready", frozen=True):
    """The child is up and jailed, and has run nothing of anybody's: sent once, unasked, before anything else."""

    nonce: int = 0


class DeviceStarted(msgspec.Struct, tag="device-started", frozen=True):
    """The GPU is started; or `problem`, in the words of torch or the driver. Nothing of the student's is here yet."""

    nonce: int
    problem: str = ""


class Name(msgspec.Struct, array_like=True, frozen=True):
    """A public name of the loaded module; `kind`: "function", "class", "callable" (another object that can be called)
    or "value", which has a `type_name`."""

    name: str
    kind: str
    signature: str
    type_name: str = ""


class Loaded(msgspec.Struct, tag="loaded", frozen=True):
    nonce: int
    names: list[Name]


class Frame(msgspec.Struct, array_like=True, frozen=True):
    """One of the student's own lines in a traceback."""

    file: str
    line: int
    function: str
    source: str
    column: int


class Returned(msgspec.Struct, tag="returned", frozen=True):
    """The operation is done; `root` is its result, or -1 at an iterator's end."""

    nonce: int
    graph: Graph
    root: int
    changes: Changes
    forbidden: str = ""


class Raised(msgspec.Struct, tag="raised", frozen=True):
    """The student's code raised; `bases` are the exception's builtin ancestors, nearest first."""

    nonce: int
    type_name: str
    bases: list[str]
    message: str
    frames: list[Frame]
    forbidden: str = ""


class Refused(msgspec.Struct, tag="refused", frozen=True):
    """The result is not sent.

    `reason`: "too-large", "unsupported", "not-in-graph", or "gradient-shape" (the upstream gradient does not fit).
    """

    nonce: int
    reason: str
    type_name: str
    shape: list[int]
    nbytes: int
    forbidden: str = ""


class Invoke(msgspec.Struct, tag="invoke", frozen=True):
    """Call function `callback` of the test, or its method `method`, and answer."""

    nonce: int
    callback: int
    method: str
    graph: Graph
    args: list[int]
    kwargs: list[tuple[str, int]]
    changes: Changes


Reply = Ready | DeviceStarted | Loaded | Returned | Raised | Refused | Invoke
