"""Sends values that an honest encoder never makes: integers without end, keys twice, strange strings, unknown kinds."""
# /// attack
# class = 40
# goal = "have the decoder fail outside of its rules"
# gain = "death"
# target = ""
# outcome = ["failed", "crashed"]
# naive = "in a grader of one process nothing crosses a wire."
# ///

import numpy as np

from grader.sandbox import child, wire
from grader.sandbox.messages import ArraySpec, Atom, BigInt, Blob, CallbackSpec, Changes, Do, Graph, HandleSpec, Invoke
from grader.sandbox.messages import Items, Load, Mapping, Raised, Ready, Refused, Returned, SliceSpec, TensorSpec, Token, Update


original = child.Server._reply_to


def reply_to(self, request, payload):
    if not isinstance(request, Do):
        return original(self, request, payload)
    for message, buffers in replies(request, len(request.graph.nodes), len(request.graph.storages)):
        self._channel.send(message, buffers)


child.Server._reply_to = reply_to


NODES = [
    [BigInt("f" * 2_000_000)],
    [BigInt("zz")],
    [BigInt("-" * 9)],
    [Atom("k"), Mapping([0, 0], [0, 0])],
    [Items("set", [0])],
    [Items("list", [0])],
    [Items("list", [5])],
    [Items("list", [-3])],
    [Token("torch.dtype", "os.system")],
    [Token("range", "0:1:0")],
    [Token("torch.device", "cuda:9999999")],
    [Token("eval", "__import__('os')")],
    [SliceSpec(0, 0, 0)],
    [HandleSpec(-5, "object", "x" * 1_000_000)],
    [CallbackSpec(1, "f", True, ["m"])],
    [ArraySpec(0, "O", [1], [8], 0)],
    [ArraySpec(0, "float32", [4], [-4], 0)],
    [Blob(b"x" * 3_000_000)],
]
COUNT = [0]


def moved(node, base):
    """Count references from the first object of this frame."""
    if isinstance(node, Items):
        return Items(node.kind, [base + item for item in node.items])
    if isinstance(node, Mapping):
        return Mapping([base + key for key in node.keys], [base + value for value in node.values])
    return node


def replies(request, nodes, storages):
    made = [moved(node, nodes) for node in NODES[COUNT[0] % len(NODES)]]
    COUNT[0] += 1
    graph = Graph(storages=[16], nodes=made)
    root = nodes + len(made) - 1
    yield Returned(nonce=request.nonce, graph=graph, root=root, changes=Changes()), [bytes(16)]


def standardise(x):
    return x


squared_error = descend = above = batches = fit = standardise
