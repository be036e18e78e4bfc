"""What the child tells of a loaded module and of an exception; tripwires; numbered objects."""

from __future__ import annotations

import contextlib
import inspect
import subprocess
import sys
import textwrap
import types
from collections.abc import Iterator

import pytest
import torch

from grader.sandbox.handles import Handles
from grader.sandbox.messages import SourceText
from grader.sandbox.scope import Scope
from grader.sandbox.student_module import (
    MAX_TEXT,
    SubmissionImporter,
    builtin_bases,
    clean,
    message_of,
    names_of,
    student_frames,
)
from grader.sandbox.tripwire import ForbiddenCall, set_tripwires


@pytest.fixture
def load() -> Iterator[object]:
    """Import these files as a submission; forget them afterwards."""
    importers: list[SubmissionImporter] = []
    before = set(sys.modules)

    def load(**texts: str) -> types.ModuleType:
        importer = SubmissionImporter([SourceText(name=f"{name}.py", text=text) for name, text in texts.items()])
        importers.append(importer)
        sys.meta_path.insert(0, importer)
        return __import__(next(iter(texts)))

    yield load
    for importer in importers:
        sys.meta_path.remove(importer)
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_files_of_a_submission_import_each_other(load) -> None:
    assert load(made_main="from made_helper import one\ntwo = one + 1", made_helper="one = 1").two == 2


def test_own_public_names_are_listed_with_kind_and_signature(load) -> None:
    module = load(
        made="import math\nfrom functools import partial\ndef f(a, b=2, *, c: int = 3) -> int: ...\n"
        "class Net:\n    def __init__(self, n): ...\n_hidden = 1\nglobals()[1] = 1\nRATE = 0.5\ng = partial(f, 1)\n"
    )
    found = {name.name: (name.kind, name.signature) for name in names_of(module)}
    assert found["f"] == ("function", "(a, b=2, *, c=3)")
    assert found["Net"] == ("class", "(n)")
    assert found["RATE"] == ("value", "")
    assert found["g"][0] == "function"
    assert "math" not in found
    assert 1 not in found
    assert "_hidden" not in found


def test_a_class_of_a_librarys_is_listed_without_its_signature(load, monkeypatch) -> None:
    module = load(
        made="from collections.abc import Iterable\nfrom other import Mine\nclass Bare: ...\n",
        other="class Mine:\n    def __init__(self, n): ...\n",
    )
    asked: list[object] = []
    signature = inspect.signature
    monkeypatch.setattr(inspect, "signature", lambda value: asked.append(value) or signature(value))
    found = {name.name: (name.kind, name.signature) for name in names_of(module)}
    assert found == {"Iterable": ("class", ""), "Mine": ("class", "(n)"), "Bare": ("class", "()")}
    assert module.Iterable not in asked  # Python copies the table of all modules for it


KINDS = """
import functools, types
import torch

class Says:
    def __init__(self, kind): self.kind = kind
    @property
    def __class__(self): return self.kind
    def __getattr__(self, name): raise SystemExit

class Calls:
    def __call__(self): ...
    def __getattr__(self, name): return "all that is asked for"

class Meta(type):
    __name__ = "made up"
    def __call__(cls): ...
    def __getattr__(cls, name): raise KeyError

class Made(metaclass=Meta): ...

says_type, says_module, says_function = Says(type), Says(types.ModuleType), Says(types.FunctionType)
calls, net = Calls(), torch.nn.Linear(1, 1)
builtin, method, partial, lam = torch.relu, [].append, functools.partial(print), lambda: 0
prop, tensor, made = property(print), torch.ones(1), object.__new__(Made)
"""


def test_an_objects_own_class_says_its_kind(load) -> None:
    found = {name.name: (name.kind, name.type_name) for name in names_of(load(made=KINDS))}
    classes = {"Says", "Calls", "Meta", "Made"}
    assert {name for name, told in found.items() if told == ("class", "")} == classes
    assert {name for name, told in found.items() if told == ("callable", "")} == {"calls", "net"}
    functions = {name for name, told in found.items() if told == ("function", "")}
    assert functions == {"builtin", "method", "partial", "lam"}
    values = {name: told for name, told in found.items() if name not in classes | functions | {"calls", "net"}}
    says = {"says_type", "says_module", "says_function"}
    assert values == {
        **dict.fromkeys(says, ("value", "Says")),
        "prop": ("value", "property"),
        "tensor": ("value", "Tensor"),
        "made": ("value", "Made"),
    }


def test_names_that_fill_a_header_are_listed_until_it_is_full(load) -> None:
    found = names_of(load(made='first = 1\nfor i in range(2000):\n    globals()["é" * 3000 + str(i)] = i\n'))
    assert found[0].name == "first"
    assert 100 < len(found) < 200


def test_a_signature_that_cannot_be_written_hides_no_name(load) -> None:
    module = load(
        made="class Broken:\n    def __repr__(self): raise KeyError\n"
        "def f(x, y=Broken()): ...\ndef g(x): ...\ng.__signature__ = 3\ndef h(x): ...\n"
    )
    found = {name.name: (name.kind, name.signature) for name in names_of(module)}
    assert found == {"Broken": ("class", "()"), "f": ("function", ""), "g": ("function", ""), "h": ("function", "(x)")}


def test_frames_are_the_students_own_outermost_first(load) -> None:
    text = "def outer():\n    return inner()\n\n\ndef inner():\n    return sorted([1, 2], key=lambda x: x / 0)\n"
    module = load(made=text)
    with pytest.raises(ZeroDivisionError) as caught:
        module.outer()
    frames = student_frames(caught.value, [SourceText(name="made.py", text=text)])
    assert [(frame.function, frame.line) for frame in frames] == [("outer", 2), ("inner", 6), ("<lambda>", 6)]
    assert frames[0].source == "    return inner()"
    assert frames[0].column == 12


def test_the_place_in_a_syntax_error_counts_only_while_the_file_is_loaded() -> None:
    files = [SourceText(name="made.py", text="def f(:\n")]
    error = SyntaxError("invalid syntax", ("made.py", 1, 7, "def f(:\n"))
    assert [frame.line for frame in student_frames(error, files, loading=True)] == [1]
    assert student_frames(error, files) == []


def test_a_long_traceback_keeps_its_beginning_and_its_end(load) -> None:
    text = "def f(n):\n    return f(n + 1)\n\n\ndef start():\n    return f(0)\n"
    module = load(made=text)
    with pytest.raises(RecursionError) as caught:
        module.start()
    frames = student_frames(caught.value, [SourceText(name="made.py", text=text)])
    assert len(frames) == 20
    assert frames[0].function == "start"


def test_builtin_ancestors_are_named_nearest_first() -> None:
    class Own(KeyError):
        pass

    assert builtin_bases(Own()) == ["KeyError", "LookupError", "Exception", "BaseException"]


def test_a_message_that_fails_names_its_failure() -> None:
    class Own(Exception):
        def __str__(self) -> str:
            raise SystemExit

    assert message_of(Own()) == "(its message cannot be shown: SystemExit)"


def test_text_is_capped_and_valid() -> None:
    assert len(clean("x" * 10_000)) == MAX_TEXT
    assert clean("a\ud800") == "a\\ud800"


# -- tripwires


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A library with some functions."""
    module = types.ModuleType("made_library")
    module.softmax = module.log_softmax = module.relu = lambda *_: "called"  # type: ignore[attr-defined]
    module.limit = 3  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "made_library", module)
    return module


def test_a_forbidden_function_raises_and_is_noted(library) -> None:
    noted: list[str] = []
    set_tripwires(["made_library.*softmax"], noted.append)
    with pytest.raises(ForbiddenCall, match=r"made_library\.softmax"):
        library.softmax(1)
    assert noted == ["made_library.softmax"]


def test_tripwires_that_are_set_ahead_are_heard_by_whoever_comes_later() -> None:
    told = in_a_new_process("""
        tripwire.set_tripwires_ahead(["torch.relu", "torch._C._nn.gelu"])
        ahead = torch.relu
        noted = []
        tripwire.set_tripwires(["torch.relu", "torch._C._nn.gelu"], noted.append)
        assert torch.relu is ahead
        trips(lambda: ahead(torch.ones(1)))
        trips(lambda: torch._C._nn.gelu(torch.ones(1)))
        print(noted)
    """)
    assert told == "['torch.relu', 'torch._C._nn.gelu']"


def test_other_tripwires_than_those_set_ahead_are_set_as_well() -> None:
    told = in_a_new_process("""
        tripwire.set_tripwires_ahead(["torch.relu"])
        tripwire.set_tripwires(["torch.relu", "torch.abs", "numpy.linalg.norm"], lambda name: print(name, end=" "))
        trips(lambda: torch.relu(torch.ones(1)))
        trips(lambda: torch.abs(torch.ones(1)))
        trips(lambda: numpy.linalg.norm([1.0]))
    """)
    assert told == "torch.relu torch.abs numpy.linalg.norm"


def test_nothing_is_imported_to_set_tripwires_ahead_and_no_function_of_pythons_is_closed() -> None:
    told = in_a_new_process("""
        import io, socket
        had = set(sys.modules)
        tripwire.set_tripwires_ahead(["socket.socket", "io.open", "wave.open", "torch._dynamo.*", "torch._C.*", "os.*"])
        socket.socketpair()
        print(sorted(set(sys.modules) - had))
    """)
    assert told == "[]"


def in_a_new_process(code: str) -> str:
    """Return what this code prints in a process in which no tripwire is set."""
    start = """
        import sys, numpy, torch
        from grader.sandbox import tripwire

        def trips(call):
            try: call()
            except tripwire.ForbiddenCall: return
            raise AssertionError("it was called")
    """
    text = textwrap.dedent(start) + textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout.strip()


def test_a_tripwire_cannot_be_caught_as_an_exception(library) -> None:
    set_tripwires(["made_library.softmax"], lambda name: None)
    with pytest.raises(ForbiddenCall), contextlib.suppress(Exception):
        library.softmax(1)


def test_other_names_stay_as_they_are(library) -> None:
    set_tripwires(["made_library.*softmax", "made_library.limit", "no_such_library.f", "made_library.none"], print)
    assert library.relu() == "called"
    assert library.limit == 3
    assert not hasattr(library, "none")


# -- handles


class Thing:
    pass


class Disguised:
    """Says that it is a tensor."""

    @property
    def __class__(self) -> type:
        return torch.Tensor


def test_the_same_object_has_the_same_number() -> None:
    handles, one, other = Handles(), Thing(), Thing()
    assert handles.spec(one, scope=None) == handles.spec(one, scope=None)
    assert handles.spec(one, scope=None).id != handles.spec(other, scope=None).id


def test_a_released_number_is_never_used_again() -> None:
    handles, thing = Handles(), Thing()
    number = handles.spec(thing, scope=None).id
    handles.release([number])
    with pytest.raises(KeyError):
        handles.object(number)
    assert handles.spec(thing, scope=None).id != number
    handles.release([number, 12345])


def test_only_iterators_keep_their_calls_scope() -> None:
    handles, scope = Handles(), Scope()
    assert handles.scope_of(handles.spec(iter([1]), scope=scope).id) is scope
    assert handles.scope_of(handles.spec(Thing(), scope=scope).id) is None


@pytest.mark.parametrize(
    ("value", "kind"),
    [(Thing, "class"), (Thing(), "object"), (sys, "module"), (iter(()), "iterator"), (print, "callable"),
     (torch.ones(1), "tensor"), (Disguised(), "object")],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_handle_says_how_it_may_be_used(value: object, kind: str) -> None:
    spec = Handles().spec(value, scope=None)
    assert spec.kind == kind
    assert spec.type_name == type(value).__name__
