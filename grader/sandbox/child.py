"""The child: loads the student's module and serves calls. Everything here shares its process with hostile code.

Theory of operation. A child is forked from the zygote (or started afresh where there is no fork), enters the jail, and
holds two sockets: the wire, on which it answers the examiner's requests strictly in turn, and the output, which stands
behind its stdout and stderr. It has no other way out, and nothing to tell but values: it makes no verdict and reports
no score. Whatever the student's code does to this module, it can only return right or wrong values, or break the
protocol and be ended. Only `sandbox`, `records` and `errors` of ours are imported here.
"""

from __future__ import annotations

import faulthandler
import functools
import importlib
import io
import os
import random
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, Protocol

import numpy as np
import torch

from grader.sandbox import cuda, jail, operations, wire
from grader.sandbox.decode import Decoder, split_payload
from grader.sandbox.encode import Encoder
from grader.sandbox.graph import Table, Unsendable
from grader.sandbox.handles import Handles
from grader.sandbox.jail.box import Box
from grader.sandbox.messages import (
    MAX_CALL_DEPTH,
    REMOTE_ROOT,
    STUDENT_ROOT,
    Answer,
    CallbackSpec,
    Changes,
    DeviceStarted,
    Do,
    Graph,
    Invoke,
    Load,
    Loaded,
    Raised,
    Ready,
    Refused,
    Reply,
    Request,
    Returned,
    SourceText,
    StartDevice,
)
from grader.sandbox.scope import Scope
from grader.sandbox.student_module import (
    SubmissionImporter,
    builtin_bases,
    clean,
    forget_own_path,
    message_of,
    names_of,
    student_frames,
)
from grader.sandbox.tripwire import set_tripwires


class Callback:
    """Stands in the child for a function of the test, or a spy: calling it asks the examiner."""

    def __init__(self, spec: CallbackSpec, invoke: Callable[..., Any]) -> None:
        self.__name__ = spec.name
        self._callable = spec.callable
        self._invoke = functools.partial(invoke, spec.id)
        for method in spec.methods:
            setattr(self, method, functools.partial(self._invoke, method))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._callable:
            raise TypeError(f"{self.__name__!r} object is not callable")
        return self._invoke("", *args, **kwargs)


class Ends(Protocol):
    """What a server needs of its channel: `wire.Channel`, or a script of a recorded conversation."""

    def receive(self, decode: Callable[[wire.Buffer], Request]) -> tuple[Request, wire.Payload]: ...

    def send(self, message: Reply, buffers: Sequence[wire.Buffer] = ...) -> None: ...


class Server:
    """Serves one examiner until it closes the wire.

    With a `module` it is loaded already, and its handles count from `first_handle`: a replay by the examiner itself.
    """

    def __init__(self, channel: Ends, box: Box | None, *, module: Any = None, first_handle: int = 1) -> None:
        self._channel = channel
        self._box = box
        self._handles = Handles(first_handle)
        self._callbacks: dict[int, Callback] = {}
        self._files: list[SourceText] = []
        self._module = module
        self._scopes: list[Scope] = []  # of the operations under way, outermost first
        self._nonce = 0  # of the examiner's last question
        self._forbidden = ""
        self._device = "cpu"
        self._await_device: Callable[[], None] | None = None  # where there is one to wait for
        self._thread = threading.get_ident()

    def serve(self) -> None:
        while True:
            try:
                request, payload = self._channel.receive(wire.decode_request)
            except wire.PeerGone:
                return
            self._reply_to(request, payload)

    def _reply_to(self, request: Request, payload: wire.Payload) -> None:
        """Serve one request, whatever it raises, and send the reply."""
        self._nonce = request.nonce
        self._forbidden = ""
        buffers: list[wire.Buffer] = []
        try:
            if isinstance(request, Load):
                reply: Reply = self._load(request)
            elif isinstance(request, StartDevice):
                reply = self._start_device(request)
            elif isinstance(request, Do):
                reply, buffers = self._do(request, payload)
            else:
                raise wire.WireError("an answer to no question")
        except Unsendable as refusal:
            reply = self._refused(refusal)
        except BaseException as error:  # noqa: BLE001  SystemExit and KeyboardInterrupt of the student's code, too
            reply = self._raised(error)
        _flush_output()
        self._channel.send(reply, buffers)

    def _refused(self, refusal: Unsendable) -> Refused:
        return Refused(
            nonce=self._nonce,
            reason=refusal.reason,
            type_name=clean(refusal.type_name),
            shape=list(refusal.shape),
            nbytes=refusal.nbytes,
            forbidden=self._forbidden,
        )

    def _raised(self, error: BaseException) -> Raised:
        return Raised(
            nonce=self._nonce,
            type_name=clean(type(error).__name__),
            bases=builtin_bases(error),
            message=message_of(error),
            frames=student_frames(error, self._files, loading=self._module is None),
            forbidden=self._forbidden,
        )

    # -- loading

    def _start_device(self, request: StartDevice) -> DeviceStarted:
        try:
            self._await_device = cuda.start(request.uuid, memory_mib=request.memory_mib)
        except Exception as error:  # noqa: BLE001  nothing of the student's is here yet: ours, whatever it is
            return DeviceStarted(nonce=request.nonce, problem=f"{type(error).__name__}: {error}"[:1000])
        return DeviceStarted(nonce=request.nonce)

    def _load(self, request: Load) -> Loaded:
        assert self._box is not None, "nothing is loaded in a replay"
        self._box.limit(memory_mib=request.memory_mib, cpu_s=request.cpu_s, device=request.device)
        forget_own_path()
        self._files = request.files
        self._device = request.device
        self._reseed(request.seed)
        set_tripwires(request.forbid, self._note_forbidden)
        sys.meta_path.insert(0, SubmissionImporter(request.files))
        self._module = importlib.import_module(request.files[0].name.removesuffix(".py"))
        return Loaded(nonce=request.nonce, names=names_of(self._module))

    def _note_forbidden(self, name: str) -> None:
        self._forbidden = name

    def _reseed(self, seed: int) -> None:
        """Begin a test from a known state, whatever an earlier one left behind."""
        torch.default_generator.manual_seed(seed)
        if self._await_device is not None:
            cuda.seed(seed)
        np.random.seed(seed % (1 << 32))
        random.seed(seed)
        torch.set_grad_enabled(True)
        if torch.get_default_dtype() is not torch.float32:
            torch.set_default_dtype(torch.float32)

    # -- operations

    def _do(self, request: Do, payload: wire.Payload) -> tuple[Returned, list[wire.Buffer]]:
        self._handles.release(request.release)
        if request.reseed is not None:
            self._callbacks.clear()
            self._reseed(request.reseed)
        retained = self._handles.scope_of(request.handle) if request.op == "next" else None
        scope = retained or Scope()
        mark = scope.table.mark()
        self._scopes.append(scope)
        try:
            args, kwargs = self._arguments(request, payload, scope)
            if retained is None:
                scope.freeze()
                mark = scope.table.mark()
            target = self._resolve(request.handle, request.path)
            try:
                result = operations.perform(request.op, target, args, kwargs)
                if self._await_device is not None:
                    self._await_device()  # the work belongs to the call, and so does what goes wrong with it
            except operations.Exhausted:
                return self._returned(request, scope, operations.NOTHING)
            return self._returned(request, scope, result)
        finally:
            scope.table.truncate(mark)
            self._scopes.pop()

    def _arguments(self, request: Do, payload: wire.Payload, scope: Scope) -> tuple[list[Any], dict[str, Any]]:
        decoder = self._decoder(scope.table)
        decoder.read(request.graph, split_payload(payload, request.graph.storages))
        args = [decoder.value(ref) for ref in request.args]
        return args, {name: decoder.value(ref) for name, ref in request.kwargs}

    def _resolve(self, handle: int, path: list[str]) -> Any:
        if handle == REMOTE_ROOT:
            return operations.import_path(path)
        target = self._module if handle == STUDENT_ROOT else self._handles.object(handle)
        for name in path:
            target = getattr(target, name)
        return target

    def _returned(self, request: Do, scope: Scope, result: Any) -> tuple[Returned, list[wire.Buffer]]:
        retaining = functools.partial(self._handles.spec, scope=scope)
        encoder = Encoder(scope.table, whole=False, other=retaining)
        if result is operations.NOTHING:
            root = -1
        elif request.keep and not operations.is_plain(result):
            root = scope.table.add(result, self._handles.spec(result, scope=scope), identity=False)
        else:
            root = encoder.add(result)
        changes, graph, buffers = _finish(scope, encoder)
        return Returned(nonce=self._nonce, graph=graph, root=root, changes=changes, forbidden=self._forbidden), buffers

    def _decoder(self, table: Table) -> Decoder:
        return Decoder(
            table,
            handle=lambda spec: self._handles.object(spec.id),
            callback=self._callback,
            device=self._device,
        )

    # -- calling back

    def _callback(self, spec: CallbackSpec) -> Callback:
        if spec.id not in self._callbacks:
            self._callbacks[spec.id] = Callback(spec, self._invoke)
        return self._callbacks[spec.id]

    def _invoke(self, callback: int, method: str, *args: Any, **kwargs: Any) -> Any:
        """Ask the examiner to call a function of the test; serve what it asks meanwhile."""
        if threading.get_ident() != self._thread or not self._scopes:
            raise RuntimeError("a function of the test can only be called while the test calls you, from its thread")
        if len(self._scopes) > MAX_CALL_DEPTH:
            raise RecursionError("too many calls within calls")
        scope, nonce = self._scopes[-1], self._nonce
        mark = scope.table.mark()
        encoder = Encoder(scope.table, whole=False, other=functools.partial(self._handles.spec, scope=scope))
        try:
            refs = [encoder.add(arg) for arg in args]
            named = [(name, encoder.add(arg)) for name, arg in kwargs.items()]
            changes, graph, buffers = _finish(scope, encoder)
            _flush_output()
            self._channel.send(
                Invoke(
                    nonce=nonce, callback=callback, method=method, graph=graph, args=refs, kwargs=named, changes=changes
                ),
                buffers,
            )
            return self._await_answer(scope, nonce)
        except Unsendable as refusal:
            raise TypeError(f"cannot pass a {refusal.type_name} to {callback}: {refusal.reason}") from None
        finally:
            scope.table.truncate(mark)

    def _await_answer(self, scope: Scope, nonce: int) -> Any:
        while True:
            request, payload = self._channel.receive(wire.decode_request)
            if not isinstance(request, Answer):  # the function of the test calls the student's code in its turn
                forbidden = self._forbidden
                self._reply_to(request, payload)
                self._nonce, self._forbidden = nonce, forbidden
                continue
            self._nonce = request.nonce  # each question has its own, and what comes next belongs to this one
            if request.error is not None:
                raise CallbackFailed(request.error)
            decoder = self._decoder(scope.table)
            decoder.read(request.graph, split_payload(payload, request.graph.storages))
            return decoder.value(request.root)


class CallbackFailed(BaseException):
    """The function of the test raised; the examiner knows why, and `except Exception` must not hide it."""


def _finish(scope: Scope, encoder: Encoder) -> tuple[Changes, Graph, list[wire.Buffer]]:
    dirty, updates, dirty_buffers = scope.changes(encoder)
    graph, buffers = encoder.finish()
    return Changes(dirty=dirty, updates=updates), graph, [*buffers, *dirty_buffers]


def _flush_output() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # the student closed or replaced it: nothing is left to flush
            continue


def become_child(wire_socket: socket.socket, output: socket.socket, box: Box) -> NoReturn:
    """Turn this process into a child that serves `wire_socket` from inside the box, and never return."""
    channel = wire.Channel(wire_socket)
    try:
        box.enter()
        sys.dont_write_bytecode = True
        _redirect_output(output)
        faulthandler.enable()
        if hasattr(faulthandler, "register"):
            faulthandler.register(jail.TRACE_SIGNAL, all_threads=False)
        channel.send(Ready())
    except BaseException:  # noqa: BLE001  ours, before anything of the student's: the examiner misses `Ready`
        try:
            traceback.print_exc(file=sys.__stderr__)
        finally:  # also where that file is full: this fork must not go on as the zygote
            os._exit(1)
    try:
        Server(channel, box).serve()
    finally:
        os._exit(0)


def _redirect_output(output: socket.socket) -> None:
    """Put the output socket behind stdout and stderr, for Python and for C alike."""
    if os.name == "posix":
        for descriptor in (1, 2):
            os.dup2(output.fileno(), descriptor)
        output.close()
        raw: Callable[[], Any] = lambda: io.FileIO(1, "w", closefd=False)  # noqa: E731
    else:
        raw = lambda: socket.SocketIO(output, "w")  # noqa: E731
    for name in ("stdout", "stderr"):
        stream = io.TextIOWrapper(io.BufferedWriter(raw()), encoding="utf-8", errors="backslashreplace")
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
