"""Tells of changes to storages and arguments that there are none of, twice each, and of other kinds."""
# /// attack
# class = 40
# goal = "write into the test's own tensors"
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


CHANGES = [
    Changes(dirty=[99]),
    Changes(dirty=[-1]),
    Changes(dirty=[0, 0]),
    Changes(updates=[Update(99, Atom(1))]),
    Changes(updates=[Update(0, Atom(1)), Update(0, Atom(1))]),
    Changes(updates=[Update(0, Items("list", [0]))]),
    Changes(updates=[Update(0, TensorSpec(0, "float64", [1 << 40], [1], 0))]),
    Changes(dirty=[1 << 62]),
]
COUNT = [0]


def replies(request, nodes, storages):
    changes = CHANGES[COUNT[0] % len(CHANGES)]
    COUNT[0] += 1
    yield Returned(nonce=request.nonce, graph=Graph(nodes=[Atom(None)]), root=nodes, changes=changes), []


def standardise(x):
    return x


squared_error = descend = above = batches = fit = standardise
