"""Returns handles and calls functions of the test by numbers that it was never given."""
# /// attack
# class = 46
# goal = "reach objects of the test's"
# gain = "score"
# target = ""
# outcome = ["failed", "crashed"]
# naive = "in a grader of one process nothing crosses a wire."
# gvisor = true
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


COUNT = [0]


def replies(request, nodes, storages):
    COUNT[0] += 1
    nonce = request.nonce
    handle = HandleSpec(id=[1, 4242, -1, -2, 2**62][COUNT[0] % 5], kind=["object", "callable", "iterator", "module", "tensor"][COUNT[0] % 5], type_name="Tensor")
    if COUNT[0] % 2:
        yield Returned(nonce=nonce, graph=Graph(nodes=[handle]), root=nodes, changes=Changes()), []
    else:
        yield Invoke(nonce=nonce, callback=4242, method="__class__", graph=Graph(), args=[], kwargs=[], changes=Changes()), []


def standardise(x):
    return x


squared_error = descend = above = batches = fit = standardise
