"""What an author gets wrong in the rules is told when the exercise is loaded, and costs nobody a point."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.errors import AuthorError
from grader.examination.rules import Rules
from grader.examination.rules.author import check_names
from grader.exercise import load_course
from grader.records import Outcome, SourceFile
from grader.report import Status

ROOT = Path(__file__).parent.parent.parent
REFERENCE = "import torch\ndef f(x): return torch.exp(x)\n"
TESTS = "def test_it(student): close(student.f(torch.zeros(2)), torch.ones(2))"


def told(exams: Any, rules: str) -> str:
    """Return what the author of these rules is told."""
    with pytest.raises(AuthorError) as caught:
        check_names(exams.exercise("", reference=REFERENCE, manifest=f"[rules]\n{rules}"))
    assert caught.value.text.zh != caught.value.text.en
    return caught.value.text.en


@pytest.mark.parametrize(
    ("rules", "key", "meant"),
    [
        ('forbid = ["torch.nrom"]', 'rules.forbid[0] = "torch.nrom"', "Did you mean torch.norm?"),
        ('allow = ["math.*", "torch.sqqrt"]', 'rules.allow[1] = "torch.sqqrt"', "Did you mean torch.sqrt?"),
        ('forbid = ["torch.gelu"]', "got no gelu in torch", "Did you mean torch.nn.functional.gelu?"),
        ('forbid = ["torch.Tensor.sofmax"]', "no sofmax in torch.Tensor", "Did you mean torch.Tensor.softmax?"),
        ('forbid = ["torch.optim.SDG"]', "no SDG in torch.optim", "Did you mean torch.optim.SGD?"),
        ('forbid = ["numpy.linalg.nrom"]', "no nrom in numpy.linalg", "Did you mean numpy.linalg.norm?"),
        ('allow = ["math.sqrrt"]', "no sqrrt in math", "Did you mean math.sqrt?"),
        ('forbid = ["builtins.evall"]', "no evall in builtins", "Did you mean builtins.eval?"),
        ('forbid = ["eval"]', 'rules.forbid[0] = "eval"', "Did you mean builtins.eval?"),
        ('forbid = ["torch.xqzjwv"]', "got no xqzjwv in torch", "If another version has it"),
    ],
)
def test_a_name_that_nothing_has_is_told_with_file_key_and_guess(exams: Any, rules: str, key: str, meant: str) -> None:
    text = told(exams, rules)
    assert "_made/exercise.toml: rules." in text
    assert key in text
    assert meant in text


def test_a_misspelt_module_is_guessed_with_the_rest_of_the_name(exams: Any) -> None:
    assert "Did you mean torch.linalg.norm?" in told(exams, 'forbid = ["torch.linlag.norm"]')


def test_every_misspelt_name_is_told_at_once(exams: Any) -> None:
    text = told(exams, 'forbid = ["torch.nrom", "torch.exp", "torch.lgo"]')
    assert [line.split(" = ")[0].rpartition(" ")[2] for line in text.splitlines()] == [
        "rules.forbid[0]",
        "rules.forbid[2]",
    ]


@pytest.mark.parametrize("name", ["torch.linalg", "torch.nn.functional", "numpy.linalg", "torch.optim"])
def test_a_module_with_a_dot_is_no_allowed_name(exams: Any, name: str) -> None:
    text = told(exams, f'allow = ["{name}"]')
    assert f'rules.allow[0] = "{name}": `{name}` names a whole module: write `{name}.*` to allow all of it' in text


@pytest.mark.parametrize(
    "rules",
    [
        'forbid = ["torch.optim", "torch.nn.utils.rnn.pack_sequence", "torch._C._VariableFunctions.softmax"]',
        'forbid = ["torch.ops.aten.softmax", "torch.nrom*", "scipy.special.sofmax", "os.system"]',
        'forbid = ["torch.utils.tensorboard.SummaryWriter"]',  # there, but perhaps without what it imports
        'allow = ["torch.exp", "torch.Tensor", "torch.float32", "math.pi", "torch.linalg.*", "numpy.float64"]',
    ],
)
def test_names_that_are_there_patterns_and_other_libraries_are_let_be(exams: Any, rules: str) -> None:
    check_names(exams.exercise("", reference=REFERENCE, manifest=f"[rules]\n{rules}"))


@pytest.mark.parametrize("entry", load_course(ROOT).entries, ids=lambda entry: entry.name)
def test_the_courses_own_rules_name_what_is_there(entry: Any) -> None:
    check_names(entry.read())


# -- in an exam


def test_a_misspelt_rule_stops_the_exam_and_is_the_authors(exams: Any) -> None:
    with pytest.raises(AuthorError, match=r"Did you mean torch\.norm\?") as caught:
        exams.run(REFERENCE, TESTS, manifest='[rules]\nforbid = ["torch.nrom"]')
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("rules", ['forbid = ["torch.exp"]', 'allow = ["torch.log"]'])
def test_a_reference_that_breaks_its_own_rules_is_a_broken_exercise(exams: Any, rules: str) -> None:
    with pytest.raises(AuthorError) as caught:
        exams.run("def f(x): return x * 0 + 1", TESTS, reference=REFERENCE, manifest=f"[rules]\n{rules}")
    text = caught.value.text.en
    assert "_made/work.py:2: the reference breaks the exercise's own rules." + rules.partition(" ")[0] in text
    assert "`torch.exp` may not be used, in `def f(x): return torch.exp(x)`" in text


STUB = "import torch\nfrom torch import softmax\ndef f(x): raise NotImplementedError\n"
FORBID = '[rules]\nforbid = ["torch.softmax"]'


def with_a_stub_in_breach(exams: Any) -> Any:
    tests = f"import torch\nfrom grader.examination import *\n{TESTS}\n"
    return exams.exercise(tests, reference=REFERENCE, stub=STUB, manifest=FORBID)


def test_a_stub_that_breaks_its_own_rules_is_a_broken_exercise(exams: Any) -> None:
    with pytest.raises(AuthorError, match=r"the stub breaks the exercise's own rules\.forbid: `torch\.softmax`"):
        exams.examine(with_a_stub_in_breach(exams), STUB + "y = 1\n")


def test_who_writes_into_the_stub_itself_has_broken_the_rules_alone(exams: Any) -> None:
    report = exams.examine(with_a_stub_in_breach(exams), STUB)
    assert {test.outcome for test in report.tests} == {Outcome.FORBIDDEN}


def test_a_stub_that_is_being_written_into_is_nobodys_breach(exams: Any) -> None:
    exercise = with_a_stub_in_breach(exams)
    exams.examine(exercise, STUB)  # loaded
    Path(exercise.folder, "work.py").write_text(REFERENCE, encoding="utf-8")
    assert exams.examine(exercise, REFERENCE).status is Status.FULL


# -- what a breach of a list says


def next_step(exams: Any, code: str, rules: str) -> str:
    report = exams.run(code, TESTS, reference=REFERENCE, manifest=f"[rules]\n{rules}")
    explained = report.problem or report.tests[0].explanation
    assert explained is not None and explained.cause_id == "ended.forbidden"
    return explained.next_step.en


def test_a_breach_of_a_list_says_what_is_on_it_and_nothing_else(exams: Any) -> None:
    said = next_step(exams, "import torch\ndef f(x): return torch.log(x)", 'allow = ["torch.exp", "math.*"]')
    assert "on the list: `torch.exp`, `math.*`." in said
    assert "basic operations" not in said


def test_a_long_list_is_cut(exams: Any) -> None:
    names = ["torch.exp", *(f"torch.a{number}*" for number in range(11))]
    said = next_step(exams, "import os", f"allow = {names}".replace("'", '"'))
    assert "`torch.a6*` and 4 more." in said
    assert "torch.a7" not in said


def test_a_call_that_a_tripwire_catches_under_a_list_names_the_list_too(exams: Any) -> None:
    rules = 'allow = ["torch.exp"]\nforbid = ["torch.Tensor.softmax"]'
    assert "`torch.exp`" in next_step(exams, "def f(x): return x.softmax(-1)", rules)


def test_without_a_list_the_way_out_is_basic_operations(exams: Any) -> None:
    said = next_step(exams, "import torch\ndef f(x): return torch.log(x)", 'forbid = ["torch.log"]')
    assert "basic operations" in said


# -- a list of allowed names


@pytest.mark.parametrize("module", ["torch", "torch.linalg", "math", "numpy"])
def test_an_allowed_module_covers_nothing_that_lies_in_it(module: str) -> None:
    """The manifest's check and the examiner refuse such an entry; if it came through, it would allow too little."""
    rules = Rules((), (module, "numpy.linalg.*"))
    name = {"torch": "exp", "torch.linalg": "norm", "math": "sqrt", "numpy": "exp"}[module]
    looked = rules.look([SourceFile(name="a.py", text=f"import {module}\n{module}.{name}(x)")])
    assert looked.forbidden is not None
    assert looked.forbidden.detail == f"{module}.{name}"


@pytest.mark.parametrize(
    ("code", "allow", "breach"),
    [
        ("import torch\ntorch.Tensor.sum(x)", "torch.Tensor", None),
        ("import torch\ntorch.float32.itemsize", "torch.float32", None),
        ("import datetime\ndatetime.datetime.now()", "datetime.datetime", None),
        ("import torch.nn.functional as F\nF.relu(x)", "torch.nn.functional.relu", None),
        ("import torch\ntorch.linalg.norm(x)", "torch.linalg.*", None),
        ("import torch.nn.functional as F\nF.torch.log(x)", "torch.nn.functional.*", "torch.log"),
        ("import torch\ntorch.exp2(x)", "torch.exp", "torch.exp2"),
        ("import torch\ntorch.nn.functional.gelu(x)", "torch.nn.functional.relu", "torch.nn.functional.gelu"),
    ],
)
def test_an_allowed_name_means_itself_and_what_is_read_off_it(code: str, allow: str, breach: str | None) -> None:
    found = Rules((), (allow,)).look([SourceFile(name="a.py", text=code)]).forbidden
    assert (found and found.detail) == breach
