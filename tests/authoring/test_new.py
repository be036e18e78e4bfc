"""`dlgrade new`: the exercise that it writes is proven by real exams, and nothing half-made is ever left."""

from __future__ import annotations

import ast
import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from one_base import sharing

from grader.authoring.leftovers import MARK, leftover_findings
from grader.authoring.markers import has_markers, stub_findings
from grader.authoring.new import STAGING, create_exercise, finish_earlier
from grader.authoring.new_files import Wish
from grader.authoring.new_place import find_place
from grader.cli.app import run
from grader.errors import UsageError
from grader.exercise import create_workspace, load_course
from grader.pipeline import Grader
from grader.records import Device, Exercise, Outcome, Text
from grader.report import Report, Status
from grader.submission import collect

ROOT = Path(__file__).parent.parent.parent
SAMPLE = Wish(slug="layer_norm", title=Text(en="Layer norm", zh="层归一化"), topics=("norm",), function="normalise")
WORDS_OF_THE_TEMPLATE = ("exercise00", "sample_", "Sample title", "示例标题", "sample-topic")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs in this process speaks English, and finds no course by the environment."""
    monkeypatch.setenv("DLGRADE_LANG", "en")
    monkeypatch.delenv("DLGRADE_COURSE", raising=False)


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with sharing(Grader()) as warm:
        warm.start()
        yield warm


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    """The exercise of a new course, as `new` writes it."""
    return create_exercise(find_place(tmp_path_factory.mktemp("courses") / "deep"), SAMPLE).exercise


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current directory."""
    folder = tmp_path / "course"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def everything(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def exam(grader: Grader, exercise: Exercise, submission: Path, *, seed: int = 1) -> Report:
    return grader.examine(exercise, collect(exercise, submission), seed=seed)


def hidden(exercise: Exercise, name: str = "") -> Path:
    return Path(exercise.solution_folder, name)


# ---------------------------------------------------------------------------------------------- what it writes


@pytest.mark.parametrize("seed", [1, 2, 3, 2**63 - 1])
def test_the_reference_gets_full_score(grader: Grader, exercise: Exercise, seed: int) -> None:
    report = exam(grader, exercise, hidden(exercise, "layer_norm.py"), seed=seed)
    assert report.status is Status.FULL, report
    assert (report.counts.hidden, len(report.tests)) == (7, 9)


def test_the_stub_is_recognised(grader: Grader, exercise: Exercise) -> None:
    report = exam(grader, exercise, Path(exercise.folder))
    assert report.status is Status.NOT_STARTED
    assert report.score is not None
    assert report.score.earned == 0


def test_a_mistake_gives_wrong_answers_and_its_feedback_is_in_both_languages(
    grader: Grader, exercise: Exercise
) -> None:
    files = sorted(hidden(exercise, "mistakes").glob("*.py"))
    assert len(files) == 2
    for file in files:
        report = exam(grader, exercise, file)
        assert report.status is Status.PARTIAL, report
        assert {test.outcome for test in report.tests} <= {Outcome.PASSED, Outcome.FAILED, Outcome.BLOCKED}
        english, _, chinese = (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").partition("\n\nzh: ")
        assert english.isascii()
        assert re.search("[\u4e00-\u9fff]", chinese)


def test_the_cheat_is_caught_by_the_rules(grader: Grader, exercise: Exercise) -> None:
    (file,) = hidden(exercise, "cheats").glob("*.py")
    report = exam(grader, exercise, file)
    assert {test.outcome for test in report.tests} == {Outcome.FORBIDDEN}


@pytest.mark.usefixtures("shared_base")
def test_verify_accepts_it_at_once_with_no_more_than_a_note(
    exercise: Exercise, capsys: pytest.CaptureFixture[str]
) -> None:
    root = Path(exercise.folder).parent.parent
    assert run(["verify", "--course", str(root), "--seeds", "3", "--jobs", "1", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (proof,) = told["exercises"]
    assert [finding["check"] for finding in proof["findings"]] == ["sample.left"]
    assert {row["mistake"]: row["diagnosis"] for row in proof["confusion"]} == {
        "normalised_over_the_batch": "itself",
        "variance_divided_by_one_less": "itself",
    }
    mutants = proof["figures"]["mutants"]
    assert mutants["killed"] >= 20
    assert mutants["survived"] == 0


def test_the_stub_is_what_the_markers_make(exercise: Exercise) -> None:
    assert has_markers(hidden(exercise, "layer_norm.py").read_text(encoding="utf-8"))
    assert stub_findings(exercise) == []


def test_no_word_of_the_template_is_left(exercise: Exercise) -> None:
    files = [file for half in (Path(exercise.folder), hidden(exercise)) for file in half.rglob("*") if file.is_file()]
    assert len(files) == 11
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert not [word for word in WORDS_OF_THE_TEMPLATE if word in text or word in file.name], file
        made = (Path(exercise.folder, "layer_norm.py"), hidden(exercise, "expected.toml"))  # by `verify --fix`
        assert MARK in text or file in made, "it tells its author nothing"


def test_what_is_still_the_samples_is_one_note_with_its_places(exercise: Exercise) -> None:
    (finding,) = leftover_findings(exercise)
    assert finding.severity == "note"
    assert len(finding.detail.splitlines()) == 9
    file, row = finding.detail.splitlines()[0].rsplit(":", 1)
    root = Path(exercise.folder).parent.parent
    assert MARK in (root / file).read_text(encoding="utf-8").splitlines()[int(row) - 1]


def test_the_authors_words_stand_in_every_file_as_they_were_given(tmp_path: Path) -> None:
    title = Text(en='A "norm" \\ of exercise00 $x$', zh="“归一化” sample_function")
    wish = Wish(
        slug="batch-norm",
        title=title,
        topics=("norm", "batch"),
        function="whiten",
        devices=(Device.CPU, Device.CUDA),
        number=7,
    )
    exercise = create_exercise(find_place(tmp_path), wish).exercise
    assert (exercise.id, exercise.name, exercise.title) == ("exercise07", "exercise07_batch-norm", title)
    assert (exercise.topics, exercise.files) == (("norm", "batch"), ("batch_norm.py",))
    assert exercise.devices == (Device.CPU, Device.CUDA)
    statements = [Path(exercise.folder, name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")]
    assert statements[0].splitlines()[0] == f"# Exercise 07: {title.en}"
    assert statements[1].splitlines()[0] == f"# 练习 07：{title.zh}"
    assert all("`whiten(x, gain, bias, eps)`" in text and "batch_norm.py" in text for text in statements)
    assert "def whiten(" in Path(exercise.folder, "batch_norm.py").read_text(encoding="utf-8")


def test_without_markers_the_stub_is_the_same(tmp_path: Path, exercise: Exercise) -> None:
    plain = create_exercise(find_place(tmp_path), replace(SAMPLE, markers=False)).exercise
    reference = hidden(plain, "layer_norm.py").read_text(encoding="utf-8")
    assert not has_markers(reference)
    assert "return" in reference
    stubs = [Path(one.folder, "layer_norm.py").read_text(encoding="utf-8") for one in (plain, exercise)]
    assert stubs[0] == stubs[1]


# ---------------------------------------------------------------------------------------------- where it goes


def test_in_an_empty_folder_it_makes_a_course(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (empty / ".git").mkdir()
    (empty / "README.md").write_text("# Deep learning\n")
    assert run(["new", "layer_norm"]) == 0
    out = capsys.readouterr().out
    for said in ("dlgrade.toml", "exercise01_layer_norm", "dlgrade check exercise01", "dlgrade verify exercise01"):
        assert said in out
    course = load_course()
    assert [entry.name for entry in course.entries] == ["exercise01_layer_norm"]
    assert course.file.name == Text(en="course", zh="course")
    assert [name for name in everything(empty) if ".dlgrade-new" in name] == []


def test_it_says_the_same_in_chinese(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "layer_norm", "--language", "zh"]) == 0
    out = capsys.readouterr().out
    assert "新练习：exercise01_layer_norm" in out
    assert "证明整个练习成立" in out
    assert load_course().find("1").title == Text(en="Layer norm", zh="layer norm 练习")


@pytest.mark.usefixtures("shared_base")
def test_the_commands_that_it_names_do_what_it_says(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "layer_norm", "--course", "my course"]) == 0
    commands = re.findall(r"^  dlgrade (check .*?)(?:   .*)?$", capsys.readouterr().out, re.MULTILINE)
    assert len(commands) == 2
    assert [run(shlex.split(command)) for command in commands] == [0, 1]


def test_in_a_folder_of_other_things_it_asks_for_the_course(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (empty / "thesis.tex").write_text("")
    assert run(["new", "layer_norm"]) == 2
    assert "`--course .` makes one here" in capsys.readouterr().err
    assert everything(empty) == ["thesis.tex"]
    assert run(["new", "layer_norm", "--course", "."]) == 0
    assert (empty / "exercises" / "exercise01_layer_norm" / "exercise.toml").is_file()


def test_below_a_course_it_goes_into_that_course(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["new", "layer_norm"]) == 0
    monkeypatch.chdir(empty / "exercises" / "exercise01_layer_norm")
    assert run(["new", "dropout"]) == 0
    assert [entry.name for entry in load_course(empty).entries] == ["exercise01_layer_norm", "exercise02_dropout"]


def test_the_courses_own_folders_are_used(empty: Path) -> None:
    (empty / "dlgrade.toml").write_text(
        'schema = "course/1"\nname = { en = "Deep", zh = "深度学习" }\nsolutions = "../private"\n', encoding="utf-8"
    )
    assert run(["new", "layer_norm"]) == 0
    assert (empty.parent / "private" / "exercise01_layer_norm" / "test_hidden.py").is_file()
    assert not (empty / "solutions").exists()
    assert load_course().find("1").solution_folder == str(empty.parent / "private" / "exercise01_layer_norm")


def test_a_course_in_english_gets_no_chinese_half_and_packs_without_one(empty: Path) -> None:
    (empty / "dlgrade.toml").write_text(
        'schema = "course/1"\nname = { en = "Deep" }\nlanguages = ["en"]\n', encoding="utf-8"
    )
    assert run(["new", "layer_norm"]) == 0
    files = [file for file in empty.rglob("*") if file.is_file() and file.parts[-2] != ".dlgrade"]
    assert len(files) == 11 and not [file for file in files if file.name == "README.zh.md"]
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert not re.search("[\u4e00-\u9fff]|zh:|zh=", text), file
        if file.suffix == ".py":
            ast.parse(text)
    assert run(["pack", "--output", "../packed"]) == 0
    assert {file.name for file in (empty.parent / "packed").glob("*.md")} == {"README.md"}


def test_a_students_workspace_is_no_place_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = create_workspace(tmp_path / "mine", load_course(ROOT)).root
    before = everything(workspace)
    for course in (None, workspace):
        with pytest.raises(UsageError, match="student's workspace"):
            find_place(course, cwd=workspace)
    assert everything(workspace) == before


def test_a_sealed_hidden_half_is_not_put_beside_a_second_one(empty: Path) -> None:
    assert run(["new", "layer_norm"]) == 0
    (empty / "solutions").rename(empty.parent / "elsewhere")
    (empty / "solutions.sealed").write_bytes(b"")
    with pytest.raises(UsageError, match="sealed"):
        find_place(cwd=empty)


# ---------------------------------------------------------------------------------------------- names and numbers


def test_the_next_number_is_above_all_that_are_there(empty: Path) -> None:
    assert run(["new", "first"]) == 0
    assert run(["new", "fifth", "--number", "5"]) == 0
    (empty / "solutions" / "exercise08_begun").mkdir()
    assert run(["new", "ninth"]) == 0
    names = [entry.name for entry in load_course().entries]
    assert names == ["exercise01_first", "exercise05_fifth", "exercise09_ninth"]


WRONG = {
    "capitals": (["Layer_Norm"], "For example: layer_norm."),
    "chinese": (["归一化"], "For example: layer_norm."),
    "accents": (["Übung eins"], "For example: ubung_eins."),
    "a digit first": (["3d_conv"], "For example: my_3d_conv."),
    "a path": (["../../evil"], "For example: evil."),
    "nothing": ([""], "expected lower-case words"),
    "two dashes": (["layer--norm"], "For example: layer_norm."),
    "too long": (["x" * 41], "longer than 40 characters"),
    "a keyword": (["lambda"], "For example: my_lambda."),
    "a module of Python": (["random"], "For example: my_random."),
    "a module that exams need": (["torch"], "For example: my_torch."),
    "a test": (["test_norm"], "For example: my_test_norm."),
    "a taken slug": (["layer-norm"], "exercise01_layer_norm is called so already. For example: layer-norm_2."),
    "a taken number": (["dropout", "--number", "1"], "exercise01_layer_norm has it. The next free one is 2."),
    "a title of two lines": (["dropout", "--title", "one\ntwo"], "expected one line of text"),
    "a title with an escape": (["dropout", "--title-zh", "\x1b[31m红"], "expected one line of text"),
    "an empty title": (["dropout", "--title", " "], "expected one line of text"),
    "a topic of two words": (["dropout", "--topic", "deep learning"], "For example: deep-learning."),
    "a function that is no name": (["dropout", "--function", "drop out"], "For example: drop_out."),
    "a function that is a keyword": (["dropout", "--function", "pass"], "expected a name of Python"),
    "no slug": ([], "SLUG is missing"),
    "a course that is a file": (["dropout", "--course", "dlgrade.toml"], "dlgrade.toml is a file"),
    "a folder of exercises": (["dropout", "--course", "exercises"], "Did you mean .?"),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with exercise01_layer_norm, which no test may change."""
    root = tmp_path_factory.mktemp("courses") / "kept"
    create_exercise(find_place(root), SAMPLE)
    return root


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_refused_with_one_that_would_do(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    arguments, said = WRONG[name]
    monkeypatch.chdir(course)
    before = everything(course)
    assert run(["new", *arguments, "--yes"]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""
    assert "\x1b" not in captured.err
    monkeypatch.setenv("DLGRADE_LANG", "zh")
    assert run(["new", *arguments, "--yes"]) == 2
    assert re.search("[\u4e00-\u9fff]{2}", capsys.readouterr().err)
    assert everything(course) == before


# ---------------------------------------------------------------------------------------------- questions


def on_a_terminal(*said: tuple[str, str], arguments: tuple[str, ...] = (), cwd: Path) -> tuple[int, str]:
    """Run `dlgrade new` on a terminal where somebody types each answer once its question is shown.

    Returns the exit code, and all that was shown.
    """
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(cwd)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "DLGRADE_LANG": "en", "TERM": "dumb"}
        os.execve(sys.executable, [sys.executable, "-m", "grader", "new", *arguments], environment)
    shown, read, answers = b"", 0, list(said)  # `read`: up to where the questions have been answered
    last, silences = b"", 0
    while (piece := read_from(terminal)) != b"":
        silences = silences + 1 if piece is None else 0
        if silences > MAX_SILENCES:
            os.kill(child, signal.SIGKILL)
            raise AssertionError(f"waiting for {answers}; shown so far:\n{shown.decode()}")
        if silences and last == CTRL_C:
            os.write(terminal, last)  # Python misses one that comes just before it begins to read
        shown += piece or b""
        while answers and (found := shown.find(answers[0][0].encode(), read)) >= 0:
            read, last = found + 1, answers.pop(0)[1].encode()
            os.write(terminal, last)
    os.close(terminal)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert not answers, f"never asked: {answers}; {shown.decode()}"
    return code, shown.decode()


CTRL_C = b"\x03"
MAX_SILENCES = 60  # of half a second each


def read_from(terminal: int) -> bytes | None:
    """Return what is shown next, b"" at the end, None where nothing comes for half a second."""
    if not select.select([terminal], [], [], 0.5)[0]:
        return None
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux's way to say that the other end is closed
        return b""


def test_on_a_terminal_it_asks_and_asks_again_after_a_wrong_answer(empty: Path) -> None:
    code, shown = on_a_terminal(
        ("Slug, such as layer_norm: ", "Batch Norm\n"),
        ("Slug, such as layer_norm: ", "batch_norm\n"),
        ("Title in English [Batch norm]: ", "\n"),
        ("Title in Chinese [batch norm 练习]: ", "批归一化\n"),
        ("Function to write [batch_norm]: ", "1st\n"),
        ("Function to write [batch_norm]: ", "whiten\n"),
        ("Topics [batch-norm]: ", "norms Big batch\n"),
        ("Topics [batch-norm]: ", "norms batch\n"),
        cwd=empty,
    )
    assert code == 0, shown
    for suggestion in ("For example: batch_norm.", "For example: my_1st.", "For example: big."):
        assert suggestion in shown
    exercise = load_course().find("1")
    assert exercise.name == "exercise01_batch_norm"
    assert exercise.title == Text(en="Batch norm", zh="批归一化")
    assert exercise.topics == ("norms", "batch")
    assert "def whiten(" in Path(exercise.folder, "batch_norm.py").read_text(encoding="utf-8")


def test_what_is_given_is_not_asked_and_yes_asks_nothing(empty: Path) -> None:
    code, shown = on_a_terminal(
        ("Title in Chinese", "\n"),
        ("Function", "\n"),
        arguments=("layer_norm", "--title", "Norms", "--topic", "norm"),
        cwd=empty,
    )
    assert code == 0, shown
    assert "Title in English" not in shown
    assert "Topics" not in shown
    code, shown = on_a_terminal(arguments=("dropout", "--yes"), cwd=empty)
    assert code == 0, shown
    assert "Title" not in shown


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving_at_a_question_leaves_nothing_behind(empty: Path, key: str) -> None:
    code, shown = on_a_terminal(("Slug", "layer_norm\n"), ("Title in English", key), cwd=empty)
    assert code == 130, shown
    assert "Stopped." in shown
    assert everything(empty) == []


# ---------------------------------------------------------------------------------------------- all or nothing


def test_many_at_once_never_take_the_same_number(empty: Path) -> None:
    command = [sys.executable, "-m", "grader", "new", "--yes"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    slugs = [f"slug_{letter}" for letter in "abcdef"]
    running = [subprocess.Popen([*command, slug], env=environment, stdout=subprocess.DEVNULL) for slug in slugs]
    assert [child.wait(timeout=60) for child in running] == [0] * len(slugs)
    exercises = [entry.read() for entry in load_course().entries]
    assert [exercise.id for exercise in exercises] == [f"exercise0{number}" for number in range(1, 7)]
    assert sorted(exercise.slug for exercise in exercises) == slugs
    assert all(exercise.solution_folder for exercise in exercises)


def stopped_at(step: int, end: Callable[[], None], root: Path) -> bool:
    """Write an exercise in a process that is stopped at its `step`-th change of a folder; False: it came to its end."""
    child = os.fork()
    if child == 0:
        changes = 0

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal changes
            writes = event == "open" and str(arguments[0]).startswith(str(root)) and arguments[1] != "r"
            if writes or event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir"):
                changes += 1
                if changes == step:
                    end()

        code = 2
        try:
            place = find_place(root)
            sys.addaudithook(watch)
            create_exercise(place, SAMPLE)
            code = 0
        except KeyboardInterrupt:
            code = 1
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 1, -signal.SIGKILL), "it failed in another way"
    return code != 0


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "end", [lambda: os.kill(os.getpid(), signal.SIGKILL), interrupt], ids=["killed", "interrupted"]
)
def test_whenever_it_is_stopped_an_exercise_is_whole_or_not_there(tmp_path: Path, end: Callable[[], None]) -> None:
    step, seen = 0, set[int]()
    while True:
        step += 1
        root = tmp_path / str(step)
        if not stopped_at(step, end, root):
            break
        there = load_course(root).entries if list(root.glob("exercises/exercise*")) else ()
        assert all(entry.read().solution_folder for entry in there), f"half an exercise after step {step}"
        seen.add(len(there))
        finished = finish_earlier(find_place(root))
        if not there and not finished:
            create_exercise(find_place(root), SAMPLE)
        (entry,) = load_course(root).entries
        assert entry.name == "exercise01_layer_norm"
        assert entry.read().solution_folder, f"after step {step}"
        assert not list(root.rglob(STAGING)), f"leftovers after step {step}"
    assert step > 20
    assert seen == {0, 1}, "it was stopped both before and after the exercise was there"


def test_an_interrupted_run_leaves_not_even_the_folders_that_it_made(tmp_path: Path) -> None:
    root = tmp_path / "deep" / "course"
    assert stopped_at(12, interrupt, root)
    assert everything(tmp_path) == []


def test_what_cannot_be_written_is_wrong_usage_and_leaves_nothing(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if os.geteuid() == 0:
        target = Path("/proc/nowhere")
    else:
        target = empty / "closed"
        target.mkdir(mode=0o500)
    assert run(["new", "layer_norm", "--course", str(target)]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["exercises", "solutions", "exercises/.dlgrade-new", "solutions/.dlgrade-new"])
def test_nothing_is_written_or_removed_through_a_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    victim, root = tmp_path / "victim", tmp_path / "course"
    (victim / "kept").mkdir(parents=True)
    (root / name).parent.mkdir(parents=True)
    (root / name).symlink_to(victim)
    assert run(["new", "pairs", "--yes", "--course", str(root)]) == 2
    assert f"{name}: a link" in capsys.readouterr().err.replace(str(root) + "/", "")
    assert [path.name for path in victim.iterdir()] == ["kept"]
