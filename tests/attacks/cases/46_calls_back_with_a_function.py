"""Changes an argument and calls back with a function of the test's that there is none of."""
# /// attack
# class = 46
# goal = "have the grader fail in its own code, or be handed what it was never given"
# gain = "death"
# outcome = "crashed"
# exercise = "exercise95_walked"
# target = "least"
# naive = "in a grader of one process nothing crosses a wire."
# ///

import sys

from grader.sandbox.messages import CallbackSpec, Changes, Graph, Invoke, Items, Update


def least(cost, points):
    frame = sys._getframe()
    while type(frame.f_locals.get("self")).__name__ != "Server":
        frame = frame.f_back
    server = frame.f_locals["self"]
    scope = server._scopes[-1]
    at = next(i for i, node in enumerate(scope.table.nodes) if isinstance(node, Items) and node.kind == "list")
    message = Invoke(
        nonce=server._nonce,
        callback=0,
        method="",
        graph=Graph(storages=[], nodes=[CallbackSpec(id=999, name="x", callable=True, methods=[])]),
        args=[len(scope.table.objects)],
        kwargs=[],
        changes=Changes(dirty=[], updates=[Update(index=at, node=Items(kind="list", items=[]))]),
    )
    server._channel.send(message, [])
    return server._await_answer(scope, server._nonce)
