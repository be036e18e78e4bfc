"""An exam's conversation with the student's code: one child after another, one test after another.

The session owns the living child and replaces a dead one, turns every reply into the value or the failure that the
test should see, and keeps what a failed test's explanation needs. It makes no verdict: `judge` does.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import torch

from grader.errors import GraderFault
from grader.examination.evidence import Call, Ended, Evidence, Raised
from grader.examination.exam_time import ExamTime
from grader.examination.functions import Functions
from grader.examination.operation import EXHAUSTED, Operation, TestState, added, shape_of_last
from grader.examination.patience import Patience, Wait
from grader.examination.recording import MAX_RECORDED_BYTES, CallLog, RecordedCall
from grader.examination.replies import Around, evidence_of, evidence_of_end, input_changed, leaves_spoilt, use_of
from grader.examination.signals import TestIsBroken, TestStopped, student_raised
from grader.examination.signatures import NameKind, Signatures
from grader.examination.transcript import MAX_EXAM_BYTES, Transcript, kept
from grader.records import Exercise, Outcome, Resources, SourceFile
from grader.sandbox import messages
from grader.sandbox.calls import CallScope, Hooks
from grader.sandbox.children import ChildSource
from grader.sandbox.client import Client, Nonces, Served
from grader.sandbox.cpu import limit_for
from grader.sandbox.endings import ChildEnded
from grader.sandbox.graph import Unsendable
from grader.sandbox.messages import Do, HandleSpec, Invoke, Load, Loaded, Name, Node, Reply, Returned
from grader.sandbox.run_queue import MOST
from grader.sandbox.wire import Buffer, Payload, WireError

LOAD_FACTOR = 2.0  # importing the module may take this many times `call_s`


class Session:
    """Talks to the children of one exam, whose time begins now."""

    def __init__(
        self,
        source: ChildSource,
        exercise: Exercise,
        files: Sequence[SourceFile],
        *,
        seed: int,
        device: str,
        signatures: Signatures,
    ) -> None:
        self._source = source
        self._exercise = exercise
        self._files = files
        self._seed = seed
        self._device = device
        self._time = ExamTime(exercise.limits.exam_s)
        self._signatures = signatures
        self._client: Client | None = None
        self._names: dict[str, Name] = {}
        self._finished = Resources()
        self.proxies: Any = None
        self._functions = Functions()
        self._nonces = Nonces()
        self._hooks = Hooks(other=self._node_of, handle=self._proxy_of)
        self._released: list[int] = []
        self._depth = 0
        self._last_output = ""
        self._test = TestState()
        self._patience = Patience(device)
        self._room = MAX_EXAM_BYTES  # for what is said in the tests
        self.on_call: Callable[[str, RecordedCall], None] | None = None  # told of each call, by those who judge tests
        self.generation = 0  # which child: a handle of an earlier one is dead
        self.fault: GraderFault | None = None  # a process of ours failed; no test may hide that

    # -- the child

    def load(self) -> str:
        """Start a child and import the submission in it; return what it printed. Raises TestStopped with the reason."""
        try:
            client = self._client = Client(self._source, self._files)
        except GraderFault as fault:
            raise self._note(fault) from None
        self.generation += 1
        self._time.watch(client)
        limits = self._exercise.limits
        request = Load(
            nonce=self._nonces.next(),
            files=[messages.SourceText(name=file.name, text=file.text) for file in self._files],
            forbid=list(self._exercise.forbid),
            seed=self._seed,
            memory_mib=limits.memory_mib,
            cpu_s=limit_for(limits.exam_s + LOAD_FACTOR * limits.call_s + client.device_s),
            device=self._device,
        )
        wait = Wait(limit_s=LOAD_FACTOR * limits.call_s)
        reply, _ = self._exchange(client, request, [], wait=wait, call=None, serve=None)
        if not isinstance(reply, Loaded):
            self._end_child()
            raise self.stop(self._evidence_of(reply, None))
        self._names = {name.name: name for name in reply.names}
        return client.take_output()

    def begin_test(self, *, seed: int, limit_s: float | None, fresh: bool) -> None:
        """Begin a test: generators are seeded anew; a dead child is replaced. Raises TestStopped."""
        transcript = Transcript(self._room)
        self._test = TestState(seed=seed, limit_s=limit_s or self._exercise.limits.call_s, transcript=transcript)
        self._functions.clear()
        if fresh:
            self._end_child()
        if self._client is None:
            self.load()

    def begin_example(self) -> None:
        """Begin an example of a property, as a test of its own with the same seed, in the same child."""
        before, transcript = self._test, Transcript(self._room)
        before.output = self._take_output()
        self._test = TestState(seed=before.seed, limit_s=before.limit_s, transcript=transcript, is_example=True)
        self._functions.clear()

    def end_as(self, example: TestState) -> None:
        """Let the test end as it did in an example before, or in this one."""
        if example is not self._test:
            self._take_output()
        self._test = example

    def end_test(self) -> str:
        """End a test; return what the student's code printed."""
        self._room -= self._test.transcript.nbytes
        return self._take_output() if self._test.output is None else self._test.output

    def _take_output(self) -> str:
        return self._client.take_output() if self._client is not None else self._last_output

    @property
    def test(self) -> TestState:
        """What is kept of the test, or of a property's example."""
        return self._test

    @property
    def stopped(self) -> Evidence | None:
        """What stopped the test, even if the test then caught it."""
        return self._test.stopped

    @property
    def log(self) -> CallLog:
        """The calls of the test so far."""
        return self._test.log

    def used(self) -> Resources:
        """Return what all children used until now; complete once the session is closed."""
        return self._finished if self._client is None else added(self._finished, self._client.resources)

    def close(self) -> Resources:
        """End the child; return what all children used."""
        self._end_child()
        return self._finished

    def _end_child(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            client.end()
        except GraderFault as fault:
            raise self._note(fault) from None
        self._last_output = client.take_output()
        self._finished = added(self._finished, client.resources)

    @property
    def deadline(self) -> float:
        """When the exam is over as far as is known, in `time.monotonic()` seconds: waiting for a core moves it."""
        return self._time.ends()

    def _note(self, fault: GraderFault) -> GraderFault:
        self.fault = self.fault or fault
        return fault

    def cpu_s(self) -> float | None:
        """Return the CPU seconds of the living child, exact while it waits; None where they cannot be had."""
        work = self._client.work if self._client is not None else None
        return work.total_s if work is not None and work.known else None

    def waited_s(self) -> float:
        """Return how long the living child was waited for; a new one begins at 0."""
        return self._client.waited_s if self._client is not None else 0.0

    def settle(self) -> None:
        """End a child that goes on computing after its last reply: that fails the test. Raises GraderFault."""
        if self._client is None:
            return
        try:
            self._client.settle()
        except ChildEnded as ended:
            self.stop(self._evidence_of_end(ended, limit_s=0.0, call=self.log.last()))
            self._end_child()
        except GraderFault as fault:
            raise self._note(fault) from None

    # -- operations

    def perform(self, operation: Operation) -> Any:
        """Do one operation in the child and return its value. Raises StudentRaised, TestStopped, TestIsBroken."""
        client = self._client
        if client is None:
            raise self.stop(self._test.stopped or Ended(outcome=Outcome.CRASHED, detail="gone"))
        scope = operation.scope or CallScope(self._hooks)
        recorded, request, buffers = self._request(operation, scope)
        call = recorded.evidence
        self._test.transcript.asked(request, recorded.payload)
        self._depth += 1
        try:
            reply, payload = self._exchange(
                client,
                request,
                buffers,
                wait=self._patience.wait(operation, request, self._test.limit_s),
                spent_s=operation.spent_s,
                call=call,
                serve=functools.partial(self._serve, scope),
            )
            self._test.transcript.answered(reply, payload)
            value = self._value(reply, payload, scope, recorded)
            if value is EXHAUSTED and operation.op != "next":
                raise WireError("no result")
            return value
        except WireError:
            self._test.transcript.spoil()
            self._end_child()
            raise self.stop(Ended(outcome=Outcome.CRASHED, detail="wire", call=call())) from None
        finally:
            self._depth -= 1
            scope.forget_results()

    def _request(self, operation: Operation, scope: CallScope) -> tuple[RecordedCall, Do, list[Buffer]]:
        names = self._signatures.parameters(operation.name, len(operation.args))
        mutates = self._signatures.mutable(operation.name, names)
        try:
            graph, refs, named, buffers = scope.encode(operation.args, operation.kwargs, places=names, mutates=mutates)
        except Unsendable as refusal:
            raise TestIsBroken(f"an argument of {operation.name} cannot be sent: {refusal.reason}") from None
        recorded = RecordedCall(
            function=operation.name,
            args=operation.args,
            kwargs=operation.kwargs,
            names=names,
            graph=graph,
            refs=refs,
            named=named,
            target=operation.target(self._files[0]),
            objects=tuple(scope.table.objects[len(scope.table.objects) - len(graph.nodes) :]),
            payload=b"".join(buffers) if sum(map(len, buffers)) <= MAX_RECORDED_BYTES else None,
        )
        if operation.op in ("call", "grad", "next"):
            self._test.log.add(recorded)
            if self.on_call is not None:
                self.on_call(operation.op, recorded)
        reseed, self._test.reseed = (self._test.seed if self._test.reseed else None), False
        released, self._released = self._released, []
        request = Do(
            nonce=self._nonces.next(),
            op=operation.op,
            handle=operation.handle,
            path=list(operation.path),
            graph=graph,
            args=refs,
            kwargs=named,
            keep=operation.keep,
            reseed=reseed,
            release=released,
        )
        return recorded, request, buffers

    def _exchange(
        self,
        client: Client,
        request: Load | Do,
        buffers: Sequence[Buffer],
        *,
        wait: Wait,
        call: Callable[[], Call | None] | None,
        serve: Callable[[Invoke, Payload], Served] | None,
        spent_s: float = 0.0,
    ) -> tuple[Reply, Payload]:
        latest = self._time.ends(within_s=(1 + MOST) * wait.limit_s)
        deadline = min(time.monotonic() + wait.limit_s - spent_s, latest)
        try:
            found = client.exchange(request, buffers, deadline=deadline, latest=latest, serve=serve)
        except ChildEnded as ended:
            self._test.transcript.spoil()
            evidence = wait.ran_out(self._evidence_of_end(ended, limit_s=wait.limit_s, call=call() if call else None))
            self._end_child()
            raise self.stop(evidence) from None
        except GraderFault as fault:
            raise self._note(fault) from None
        wait.ended()
        return found

    def _evidence_of_end(self, ended: ChildEnded, *, limit_s: float, call: Call | None) -> Ended:
        is_late = time.monotonic() >= self.deadline
        return evidence_of_end(ended, self._exercise.limits, limit_s=limit_s, is_late=is_late, call=call)

    # -- replies

    def _value(self, reply: Reply, payload: Payload, scope: CallScope, recorded: RecordedCall) -> Any:
        error = self._functions.take_error()
        if error is not None:
            raise error
        if not isinstance(reply, Returned) or reply.forbidden:
            evidence = self._evidence_of(reply, recorded)
            if isinstance(evidence, Raised) and isinstance(reply, messages.Raised):
                raise student_raised(evidence, reply.bases)
            raise self.stop(evidence)
        decoder, _ = scope.receive(reply.graph, reply.changes, payload, calling_back=False)
        changes = scope.protected_changes()
        value: Any = EXHAUSTED if reply.root == -1 else decoder.value(reply.root)
        recorded.result = value
        if changes:
            raise self.stop(input_changed(changes[0], recorded.evidence()))
        if type(value) is torch.Tensor and reply.root >= 0:
            node = scope.table.nodes[reply.root]
            recorded.in_graph = isinstance(node, messages.TensorSpec) and (node.in_graph or node.requires_grad)
            value.__dict__["in_graph"] = recorded.in_graph
        return value

    def _evidence_of(self, reply: Reply, recorded: RecordedCall | None) -> Evidence:
        """Say what a reply means that is no value; a child that is out of memory or broke the rules is ended."""
        name = recorded.function if recorded else ""
        evidence = evidence_of(
            reply,
            Around(
                call=recorded.evidence() if recorded else None,
                files=self._files,
                limits=self._exercise.limits,
                rules=(self._exercise.forbid, self._exercise.allow),
                signature=f"{name}{self._names[name].signature}" if name in self._names else "",
                expected_signature=self._signatures.text(name),
                upstream_shape=shape_of_last(recorded),
            ),
        )
        if leaves_spoilt(evidence):
            self._end_child()  # what it holds would starve the next test
        return evidence

    def stop(self, evidence: Evidence) -> TestStopped:
        """Return what to raise for a failure, as proxies find some themselves; the first one counts."""
        if self._test.stopped is None:
            self._test.stopped = evidence
        return TestStopped(evidence)

    def overran(self) -> TestStopped:
        """Return what to raise when a test goes on after the exam's deadline, whatever it is doing; end the child."""
        self._end_child()
        limit = self._exercise.limits.exam_s
        return self.stop(Ended(outcome=Outcome.TIMEOUT, detail="exam", limit=limit, call=self.log.last()))

    # -- names of the module

    def require(self, name: str) -> NameKind:
        """Return what a public name is used as. Raises TestStopped where the submission has none such."""
        found = use_of(name, self._names, self._signatures, self._files[0])
        if not isinstance(found, NameKind):
            raise self.stop(found)
        return found

    # -- callbacks

    def use_proxies(self, proxies: Any) -> None:
        """Say who makes the proxies: `node(value)` and `make(spec, scope)`."""
        self.proxies = proxies

    def _node_of(self, value: object) -> Node:
        node: HandleSpec | None = self.proxies.node(value)
        return node if node is not None else self._functions.node(value)

    def _proxy_of(self, spec: HandleSpec, scope: CallScope) -> object:
        return self.proxies.make(spec, scope)

    def release(self, handle: int, generation: int) -> None:
        """Let the child forget an object, with the next request."""
        if generation == self.generation:
            self._released.append(handle)

    def _serve(self, scope: CallScope, invoke: Invoke, payload: Payload) -> Served:
        if self._depth > messages.MAX_CALL_DEPTH:
            raise WireError("too many calls within calls")
        self._test.transcript.answered(invoke, payload)
        served = self._functions.serve(scope, invoke, payload)
        self._test.transcript.asked(served.answer, kept(served.buffers))
        return replace(served, answer=msgspec.structs.replace(served.answer, nonce=self._nonces.next()))
