"""Plugins from outside the package: found, used where they belong, and never a student's loss when they fail."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from desks import Order, command
from exams import Exams, submission_of
from one_base import sharing

from grader.cli.plugged import plugin_states
from grader.examination.requests import ExamRequest
from grader.pipeline import Grader
from grader.plugins import Group, Plugin, PluginError, find_plugin, found_plugins
from grader.records import Explanation, Outcome, Text
from grader.report import FORMATS, Report, Status, View, find_format
from grader.runners import Job
from grader.runners.find import make_runner

ROOT = Path(__file__).parent.parent
EXAMPLE = Path(__file__).parent / "plugin_example"
SOFT = "import torch\n\n\ndef choice(scores):\n    return torch.softmax(scores, dim=-1)\n"
HARD = "import torch\n\n\ndef choice(scores):\n    return (scores == scores.amax(-1, keepdim=True)).to(scores.dtype)\n"
TWICE = "import torch\n\n\ndef choice(scores):\n    return 2 * torch.softmax(scores, dim=-1)\n"
VISIBLE = '''
import torch
from grader.examination import close


def test_shares(student):
    """Every class gets its share.

    zh: 每个类别都分到份额。
    """
    scores = torch.arange(40.0).reshape(8, 5) ** 1.5 % 7
    close(student.choice(scores), torch.softmax(scores, dim=-1))
'''
HIDDEN = '''
import pytest
from grader.examination import close


def test_other_shares(student, reference, rand):
    """Every class gets its share, for other scores."""
    scores = rand.normal(16, 5)
    close(student.choice(scores), reference.choice(scores))
'''


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the example distribution is installed in, by pip, from its own pyproject.toml."""
    source = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("source") / "example")
    target = tmp_path_factory.mktemp("installed")
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--no-compile")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--target", target, *offline, source],
        check=True,
        capture_output=True,
    )
    return target


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of one exercise, which asks for a soft choice; its hidden tests give hints only."""
    root = tmp_path_factory.mktemp("course")
    with Grader() as unused:
        made = Exams(unused, root).exercise(HIDDEN, reference=SOFT, visible=VISIBLE, reveal="hint")
    (root / "hard.py").write_text(HARD, encoding="utf-8")
    assert Path(made.folder).parent == root / "exercises"
    return root


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str


def dlgrade(*arguments: str | Path, folder: Path, cwd: Path = ROOT) -> Done:
    """Run dlgrade where the distributions in `folder` can be found."""
    environment = {
        **os.environ,
        "LC_ALL": "C.UTF-8",
        "DLGRADE_LANG": "en",
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(folder))),
    }
    done = command(Order(arguments=[*map(str, arguments)], cwd=cwd, environment=environment))
    return Done(done.returncode, done.stdout, done.stderr)


# ------------------------------------------------------------------------------------------ the example, from outside


def test_format_of_a_plugin_is_written_and_shown(example: Path, course: Path, tmp_path: Path) -> None:
    done = dlgrade(
        *("check", "made", "--course", course, "--submission", course / "hard.py"),
        *("--format", "tsv,json", "--output", tmp_path),
        folder=example,
    )
    assert done.code == 1 and not done.err
    assert done.out.splitlines()[:2] == [
        "test\toutcome\tearned\tpoints\tclaim",
        "test_shares\tfailed\t0\t1\tEvery class gets its share.",
    ]
    assert (tmp_path / "tests.tsv").read_text("utf-8").rstrip() == done.out.rstrip()
    document = json.loads((tmp_path / "report.json").read_text("utf-8"))
    causes = {test["name"]: test["explanation"]["cause_id"] for test in document["tests"]}
    assert causes == dict.fromkeys(("test_shares", "test_other_shares"), "plugin.hardmax.one-hot")
    assert document["tests"][1]["explanation"]["cause"]["zh"].startswith("每一行只在最大元素处为 1")
    assert document["versions"]["dlgrade-example"] == "0.3.1"
    assert document["notes"] == []


def test_unknown_format_is_answered_with_those_of_plugins_too(example: Path, course: Path) -> None:
    done = dlgrade("check", "made", "--course", course, "--format", "tvs", folder=example)
    assert done.code == 2
    assert "Did you mean tsv? Available: text, json" in done.err and "tsv. Several" in done.err


def test_help_names_the_formats_of_plugins(example: Path) -> None:
    assert "From plugins: tsv." in " ".join(dlgrade("check", "--help", folder=example).out.split())


def test_doctor_lists_every_plugin_with_version_and_state(example: Path) -> None:
    document = json.loads(dlgrade("doctor", "--json", folder=example).out)
    assert [(one["group"], one["name"], one["version"], one["works"]) for one in document["plugins"]] == [
        ("dlgrade.diagnoses", "hardmax", "0.3.1", True),
        ("dlgrade.formats", "tsv", "0.3.1", True),
        ("dlgrade.runners", "one-by-one", "0.3.1", True),
    ]


@pytest.mark.usefixtures("shared_base")
def test_runner_of_a_plugin_holds_exams(example: Path, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.exercise import load_course

    monkeypatch.syspath_prepend(str(example))
    exercise = load_course(course).find("made")
    jobs = [
        Job(key=key, exercise=exercise, request=ExamRequest(submission=submission_of(source), seed=1))
        for key, source in (("soft", SOFT), ("hard", HARD))
    ]
    with make_runner("one-by-one", workers=1) as runner:
        runner.add(jobs)
        done = list(runner.done())
    assert [one.job.key for one in done] == ["soft", "hard"]
    passed = [
        [test.outcome for test in one.examination.tests] if one.examination is not None else one.error for one in done
    ]
    assert passed == [[Outcome.PASSED] * 2, [Outcome.FAILED] * 2]


@pytest.fixture(scope="module")
def plugged(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exams]:
    """One warm grader that finds the example."""
    with pytest.MonkeyPatch.context() as patch, sharing(Grader()) as grader:
        patch.syspath_prepend(str(example))
        yield Exams(grader, tmp_path_factory.mktemp("plugged"))


def test_nothing_of_a_plugin_is_in_the_child(plugged: Exams, example: Path) -> None:
    spying = (
        "import sys\n\n\ndef choice(scores):\n    return None\n\n\ndef seen():\n"
        "    named = [name for name in sys.modules if 'dlgrade_example' in name]\n"
        f"    return named + [path for path in sys.path if path == {str(example)!r}]\n"
    )
    tests = "def test_seen(student):\n    assert student.seen() == []\n" + HIDDEN
    exercise = plugged.exercise(tests, reference=SOFT + "\n\ndef seen():\n    return []\n")
    report = plugged.examine(exercise, spying)
    assert report.versions["dlgrade-example"] == "0.3.1"  # the examiner did load it
    assert {test.name: test.outcome for test in report.tests}["test_seen"] is Outcome.PASSED


def test_mistake_of_the_exercise_comes_before_a_plugin(plugged: Exams) -> None:
    mistake = f'"""You take the largest score alone.\n\nzh: 你只取了最大的分数。\n"""\n\n{HARD}'
    exercise = plugged.exercise(HIDDEN, reference=SOFT)
    folder = Path(exercise.solution_folder) / "mistakes"
    folder.mkdir()
    (folder / "largest_alone.py").write_text(mistake, encoding="utf-8")
    assert explained(plugged.examine(exercise, HARD)).cause_id == "misconception.largest_alone"


# ------------------------------------------------------------------------------------------------ plugins that fail


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Lays a distribution of one module with one entry point where this process finds it, as pip would."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def lay(source: str, *, group: Group, name: str = "odd", distribution: str = "odd-one") -> Path:
        module = f"module_{tmp_path.name}_{distribution}_{name}".replace("-", "_")
        (folder / f"{module}.py").write_text(source, encoding="utf-8")
        info = folder / f"{distribution.replace('-', '_')}-1.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.5\n")
        (info / "entry_points.txt").write_text(f"[{group.value}]\n{name} = {module}\n")
        from grader import plugins

        plugins._scan.cache_clear()  # nothing is installed while a process runs, but for this
        return folder

    return lay


def explained(report: Report) -> Explanation:
    found = next(test.explanation for test in report.tests if test.explanation is not None)
    assert found is not None
    return found


def told(error: PluginError) -> str:
    """Return the message, which must name the distribution, its version and the entry point in both languages."""
    for text in (error.text.en, error.text.zh):
        assert "odd-one 1.5 (dlgrade." in text and "pip uninstall odd-one" in text
    assert re.search("[一-鿿]", error.text.zh)
    assert error.exit_code == 3
    return error.text.en


SOUND = "api = 1\nfile_name = 'odd.txt'\ndef render(report, view):\n    return 'odd'\n"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import no_such_module\n", "cannot be imported: ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise SystemExit(0)\n", "cannot be imported: SystemExit: 0"),
        ("def render(:\n", "cannot be imported: SyntaxError"),
        (SOUND.replace("api = 1\n", ""), "must have `api = 1`, the version of the contract"),
        (SOUND.replace("api = 1", "api = True"), "must have `api = 1`"),
        (SOUND.replace("api = 1", "api = 2"), "it keeps contract 2, and this dlgrade has contract 1: upgrade dlgrade"),
        (SOUND.replace("api = 1", "api = 0"), "upgrade the plugin"),
        (SOUND.replace("def render", "def draw"), "must have `render`, a function; got none"),
        ("api = 1\nfile_name = 'odd.txt'\nrender = 'text'\n", "must have `render`, a function; got str"),
        (SOUND.replace("odd.txt", "../odd.txt"), "must have `file_name`, a plain file name"),
        (SOUND.replace("odd.txt", "Report.JSON"), "that no other format has"),
    ],
)
def test_format_that_keeps_no_contract_is_its_authors(install: Callable[..., Path], source: str, message: str) -> None:
    install(source, group=Group.FORMATS)
    with pytest.raises(PluginError) as caught:
        find_format("odd")
    assert message in told(caught.value)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise ValueError('the answer is 42')", "render raised ValueError at module_"),
        ("return b'bytes'", "render returned bytes, not text"),
    ],
)
def test_format_that_fails_to_render_says_that_the_exam_was_held(
    install: Callable[..., Path], body: str, message: str
) -> None:
    install(SOUND.replace("return 'odd'", body), group=Group.FORMATS)
    with pytest.raises(PluginError) as caught:
        find_format("odd").render(None, View())  # type: ignore[arg-type]  # it fails before it looks
    assert message in told(caught.value) and "`--format text` shows its report" in told(caught.value)
    assert "42" not in told(caught.value)


def test_format_that_fails_keeps_no_other_from_being_written(
    install: Callable[..., Path], course: Path, tmp_path: Path
) -> None:
    folder = install(SOUND.replace("return 'odd'", "return 1 / 0"), group=Group.FORMATS)
    done = dlgrade(
        *("check", "made", "--course", course, "--submission", course / "hard.py"),
        *("--format", "odd,json", "--output", tmp_path / "reports"),
        folder=folder,
    )
    assert done.code == 3 and not done.out
    assert done.err.startswith("Plugin error (not your fault): The plugin odd-one 1.5 (dlgrade.formats: odd) cannot be")
    assert json.loads((tmp_path / "reports" / "report.json").read_text("utf-8"))["status"] == "partial"


@pytest.mark.parametrize("name", ["json", "Odd Name", "odd_one"])
def test_format_with_a_name_that_cannot_be_used_is_told_by_doctor(install: Callable[..., Path], name: str) -> None:
    install(SOUND, group=Group.FORMATS, name=name)
    (state,) = (one for one in plugin_states(()) if one.plugin.distribution == "odd-one")
    assert state.works is False and state.problem is not None
    assert ("has one of that name itself" if name == "json" else "lower-case words") in state.problem.en
    assert find_format("json") is FORMATS["json"]


def test_name_that_two_distributions_offer_is_refused(install: Callable[..., Path]) -> None:
    install(SOUND, group=Group.FORMATS)
    install(SOUND, group=Group.FORMATS, distribution="odd-two")
    with pytest.raises(PluginError, match=r"'odd' is offered by odd-one 1\.5, odd-two 1\.5\. Uninstall all but one"):
        find_plugin(Group.FORMATS, "odd")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("api = 1\ndef make(**wanted):\n    return object()\n", "make returned object, which has no start"),
        ("api = 1\ndef make():\n    return None\n", "make raised TypeError"),
        ("api = 1\n", "must have `make`, a function"),
    ],
)
def test_runner_that_keeps_no_contract_is_its_authors(install: Callable[..., Path], source: str, message: str) -> None:
    install(source, group=Group.RUNNERS)
    with pytest.raises(PluginError) as caught:
        make_runner("odd")
    assert message in told(caught.value)


def test_diagnoses_that_fail_cost_a_note_and_no_exam(install: Callable[..., Path], tmp_path: Path) -> None:
    bodies = {
        "raises": "def diagnose(failure):\n    raise KeyError(str(failure.compared.mismatch.expected_values))\n",
        "leaves": "def diagnose(failure):\n    raise SystemExit(0)\n",
        "loops": "def diagnose(failure):\n    while True:\n        try:\n            sum(range(1000))\n        "
        "except Exception:\n            pass\n",
        "says": "def diagnose(failure):\n    return 'you are wrong'\n",
        "half": "from grader.diagnosis import Finding\n\n\ndef diagnose(failure):\n"
        "    return Finding(cause_id='x', hint='text', next_step=None)\n",
        "threads": "import threading, time\n\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "def diagnose(failure):\n    return None\n",
        "gone": "import no_such_module\n",
    }
    for name, body in bodies.items():
        install(f"api = 1\n{body}", group=Group.DIAGNOSES, name=name, distribution=f"odd-{name}")
    for distribution in ("odd-one", "odd-two"):
        install("raise AssertionError", group=Group.DIAGNOSES, name="same", distribution=distribution)
    with sharing(Grader()) as grader:
        made = Exams(grader, tmp_path)
        exercise = made.exercise(VISIBLE + HIDDEN, reference=SOFT, reveal="hint")
        report, again = made.examine(exercise, TWICE), made.examine(exercise, SOFT)
    assert report.status is Status.PARTIAL and report.score is not None
    causes = {test.explanation.cause_id for test in report.tests if test.explanation is not None}
    assert causes and all(cause.startswith("factor") for cause in causes)  # what is built in stands in
    assert again.status is Status.FULL
    said = {
        "raises": "diagnose raised KeyError at module_",
        "leaves": "diagnose raised SystemExit at module_",
        "loops": "diagnose took longer than 1 s",
        "says": "diagnose returned str, not a Finding or None",
        "half": "its Finding has a hint of type str",
        "threads": "it starts threads when it is imported",
        "gone": "cannot be imported: ModuleNotFoundError",
    }
    assert len(report.notes) == len(said) + 2
    assert sum("(dlgrade.diagnoses: same) cannot be used: another" in note.en for note in report.notes) == 2
    for name, what in said.items():
        (note,) = (note for note in report.notes if f"odd-{name} 1.5 (dlgrade.diagnoses: {name})" in note.en)
        assert what in note.en and note.en.endswith("No score is affected.")
        assert "odd-" in note.zh and note.zh.endswith("成绩不受影响。")
        assert "array" not in note.en and "tensor" not in note.en  # nothing of a hidden test's values


def test_note_reaches_a_person_and_the_state_reaches_doctor(
    install: Callable[..., Path], course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = install("api = 1\ndef diagnose(failure):\n    return 5\n", group=Group.DIAGNOSES)
    done = dlgrade("check", "made", "--course", course, "--submission", course / "hard.py", folder=folder)
    assert done.code == 1
    assert "The plugin odd-one 1.5 (dlgrade.diagnoses: odd) cannot be used" in done.err
    note = Text(en=done.err, zh=done.err)
    states = {one.plugin.name: one.works for one in plugin_states((note,))}
    assert states["odd"] is False
    assert {one.plugin.name: one.works for one in plugin_states(None)}["odd"] is None


# ------------------------------------------------------------------------------------------------------- where from


def test_folder_that_one_stands_in_is_never_searched(
    install: Callable[..., Path], course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = install("raise AssertionError('ran a student\\'s code')\n", group=Group.FORMATS)
    done = dlgrade("check", "made", "--course", course, "--format", "odd", folder=folder, cwd=folder)
    assert done.code == 2 and "there is no report format 'odd'" in done.err
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", ["", ".", *sys.path])
    assert not [plugin for plugin in found_plugins(Group.FORMATS) if plugin.distribution == "odd-one"]


def test_plugin_crosses_to_the_examiner_as_plain_data() -> None:
    import msgspec

    plugin = Plugin(group=Group.DIAGNOSES, name="a", distribution="b", version="1", target="c:d", folder="/e")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(plugin), type=Plugin) == plugin


def test_every_contract_is_documented_with_the_example_itself() -> None:
    page = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    for group in Group:
        assert f"`{group.value}`" in page
    for file in ("pyproject.toml", "src/dlgrade_example/hardmax.py", "src/dlgrade_example/tsv.py"):
        text = (EXAMPLE / file).read_text(encoding="utf-8")
        blocks = re.findall(r"```(?:python|toml)\n(.*?)```", page, re.DOTALL)
        assert any(block.rstrip() in text for block in blocks), f"docs/plugins.md does not show {file} as it is"
