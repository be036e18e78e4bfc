"""Answers every call twice, with the nonce of the call: the second answer waits for the next question."""
# /// attack
# class = 38
# goal = "answer a question that is still to come"
# gain = "score"
# earns = 1.0  # True is the right answer to one test, and the second one may come too late to spoil it
# outcome = ["failed", "crashed", "passed"]
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


def replies(request, nodes, storages):
    answer = Returned(nonce=request.nonce, graph=Graph(nodes=[Atom(True)]), root=nodes, changes=Changes())
    yield answer, []
    yield answer, []


def standardise(x):
    return x


squared_error = descend = above = batches = fit = standardise
