"""Returns tensors whose shape, stride, offset or storage is not what was sent."""
# /// attack
# class = 39
# goal = "have the grader read or write outside of what was sent"
# gain = "death"
# outcome = "crashed"
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


SPECS = [
    dict(shape=[1 << 40], stride=[1]),
    dict(shape=[1 << 62, 4], stride=[0, 0]),
    dict(shape=[2], stride=[1 << 62]),
    dict(shape=[2], stride=[-1]),
    dict(shape=[4], stride=[1], offset=1 << 40),
    dict(shape=[4], stride=[1], offset=-64),
    dict(shape=[4], stride=[1], offset=3),
    dict(shape=[1] * 4000, stride=[1] * 4000),
    dict(shape=[2, 2], stride=[1]),
    dict(shape=[4], stride=[1], dtype="quint8"),
    dict(shape=[4], stride=[1], device="cuda:7"),
    dict(shape=[4], stride=[1], storage=999),
    dict(shape=[4], stride=[1], storage=-1),
    dict(shape=[4], stride=[1], grad=77),
]
COUNT = [0]


def replies(request, nodes, storages):
    spec = {"storage": storages, "dtype": "float32", "offset": 0} | SPECS[COUNT[0] % len(SPECS)]
    COUNT[0] += 1
    graph = Graph(storages=[16], nodes=[TensorSpec(**spec)])
    yield Returned(nonce=request.nonce, graph=graph, root=nodes, changes=Changes()), [bytes(16)]


def standardise(x):
    return x


squared_error = descend = above = batches = fit = standardise
