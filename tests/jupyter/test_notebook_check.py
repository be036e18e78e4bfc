"""A check in a notebook: what is graded, what is shown in place, and which processes there are afterwards."""

from __future__ import annotations

import html
import os
import signal
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from kernels import ROOT, Kernel

SOLUTION = (ROOT / "solutions" / "exercise03_softmax" / "softmax.py").read_text(encoding="utf-8")
HOSTILE = '</iframe><script>alert(1)</script>"><img src=x onerror=alert(2)>'


@pytest.fixture(scope="module", autouse=True)
def loaded(kernel: Kernel) -> None:
    kernel.clean("import grader, os, torch\n%load_ext grader")


@pytest.fixture(autouse=True)
def solved(kernel: Kernel) -> None:
    kernel.clean(SOLUTION)


def frame_of(markup: str) -> str:
    """Return the page within the one element that some HTML consists of: a frame that may do nothing."""

    class Elements(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[tuple[str, dict[str, str | None]]] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found.append((tag, dict(attrs)))

        def handle_data(self, data: str) -> None:
            raise AssertionError(f"text outside of the frame: {data[:40]}")

    parser = Elements()
    parser.feed(markup)
    ((tag, attributes),) = parser.found
    assert tag == "iframe"
    assert attributes["sandbox"] == ""
    assert set(attributes) == {"title", "sandbox", "referrerpolicy", "style", "srcdoc"}
    return attributes["srcdoc"] or ""


def test_functions_get_the_score_that_their_file_gets(kernel: Kernel) -> None:
    given = "softmax=softmax, log_softmax=log_softmax, cross_entropy=cross_entropy"
    shown = kernel.clean(f"grader.check('exercise03', {given}, seed=1)")
    assert "20 / 20 points" in shown.text
    file = ROOT / "solutions" / "exercise03_softmax"
    assert kernel.clean(f"print(grader.check('exercise03', {str(file)!r}, seed=1).score.earned)").out == "20.0\n"


def test_a_report_shows_itself_in_a_frame_that_may_do_nothing(kernel: Kernel) -> None:
    cell = f"def softmax(logits, dim):\n    print({HOSTILE!r})\n    raise ValueError({HOSTILE!r})"
    kernel.clean(cell)
    (data,) = kernel.clean("grader.check('exercise03', softmax=softmax, seed=1)").data
    page = frame_of(data["text/html"])
    assert "default-src 'none'" in html.unescape(page)
    assert "<script" not in page
    assert "<img" not in page
    assert html.escape("</iframe><script>alert(1)</script>", quote=False) in page


def test_a_line_is_named_by_the_cell_that_was_run(kernel: Kernel) -> None:
    number = kernel.clean("import math\n\ndef softmax(logits, dim):\n    return logits.nothing()").number
    (data,) = kernel.clean("grader.check('exercise03', softmax=softmax, seed=1)").data
    assert f"In [{number}], line 4, in softmax" in data["text/plain"]
    assert f"In [{number}], line 4, in softmax" in frame_of(data["text/html"])


def test_what_was_not_given_is_told(kernel: Kernel) -> None:
    (data,) = kernel.clean("grader.check('exercise03', softmax=softmax, seed=1)").data
    told = "Not given: log_softmax, cross_entropy. Graded was softmax alone."
    assert told in data["text/plain"]
    assert told in frame_of(data["text/html"])


def test_what_fails_is_told_in_the_words_of_a_notebook(kernel: Kernel) -> None:
    """There is no file, no module to import, and no command line."""
    kernel.clean("def softmax(logits, dim):\n    return logits.exp()")
    for language, nothing, step in (
        ("en", "`cross_entropy` is not among what was given.", "Change your code in its cell"),
        ("zh", "没有给出 `cross_entropy`。", "修改单元格中的代码"),
    ):
        kernel.clean(f"os.environ['DLGRADE_LANG'] = {language!r}")
        printed = kernel.clean("print(grader.check('exercise03', softmax=softmax, seed=1))").out
        short = kernel.clean(f"%dlgrade exercise03 --seed 1 --language {language}").text
        assert nothing in printed
        for told in (printed, short):
            assert step in told
            assert "print(softmax(" in told
            assert "softmax.py" not in told
            assert "from softmax" not in told
        assert "`%dlgrade exercise03 -v`" in short
    kernel.clean("os.environ['DLGRADE_LANG'] = 'en'")


@pytest.mark.parametrize(
    ("language", "renaming", "step"),
    [
        ("en", ("Did you mean", "rename"), "Define `log_softmax` in a cell, run it, and check again; "),
        ("zh", ("是不是", "改名"), "在单元格中定义 `log_softmax`"),
    ],
)
def test_a_function_that_is_right_is_not_to_be_renamed(
    kernel: Kernel, language: str, renaming: tuple[str, ...], step: str
) -> None:
    """It alone was given: what the others are called it need not be."""
    kernel.clean(f"os.environ['DLGRADE_LANG'] = {language!r}")
    told = kernel.clean("grader.check('exercise03', softmax=softmax, seed=1)").text
    kernel.clean("os.environ['DLGRADE_LANG'] = 'en'")
    assert step in told
    assert "`log_softmax=…`" in told
    assert not [words for words in renaming if words in told]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_functions_or_a_file_the_way_out_is_one_of_a_notebook(kernel: Kernel, language: str) -> None:
    """The kernel works in no workspace, and in no course either."""
    kernel.clean(f"course = os.environ.pop('DLGRADE_COURSE'); os.environ['DLGRADE_LANG'] = {language!r}")
    error = kernel.run("grader.check('exercise03')").error
    kernel.clean("os.environ.update(DLGRADE_COURSE=course, DLGRADE_LANG='en')")
    problem = {"en": "you are in no workspace", "zh": "当前不在任何工作区中"}[language]
    assert problem in error
    assert "--submission" not in error
    assert 'grader.check("exercise03", softmax=softmax, log_softmax=log_softmax, cross_entropy=cross_entropy)' in error
    assert 'grader.check("exercise03", "softmax.py")' in error


def test_an_unknown_function_is_answered_with_the_one_that_was_meant(kernel: Kernel) -> None:
    error = kernel.run("grader.check('exercise03', sofmax=softmax)").error
    assert error.startswith("UsageError: exercise03_softmax does not ask for 'sofmax'. Did you mean softmax?")
    assert "Traceback" not in error


def test_a_file_and_functions_at_once_are_refused(kernel: Kernel) -> None:
    error = kernel.run("grader.check('exercise03', 'softmax.py', softmax=softmax)").error
    assert error.startswith("UsageError: Both a file and functions were given.")


def test_the_cell_magic_runs_the_cell_and_grades_it_with_earlier_ones(kernel: Kernel) -> None:
    kernel.clean("SHIFT = 1\ndef total(x, dim): return x.sum(dim, keepdim=True)")
    shown = kernel.run(
        "%%dlgrade exercise03 --seed 1 -v\nprint('ran')\ndef softmax(logits, dim):\n"
        "    exps = logits.exp() * SHIFT\n    return exps / total(exps, dim).boom"
    )
    assert shown.out == "ran\n"
    assert f"In [{shown.number}], line 5, in softmax" in shown.text
    assert "the option `-v`" not in shown.text
    assert kernel.clean("print(softmax.__name__)").out == "softmax\n"


def test_the_line_magic_grades_what_the_exercise_asks_for(kernel: Kernel) -> None:
    assert "20 / 20 分" in kernel.clean("%dlgrade softmax --seed 1 --language zh").text


def test_a_cell_that_fails_is_shown_as_always_and_not_graded(kernel: Kernel) -> None:
    shown = kernel.run("%%dlgrade exercise03\nsoftmax = 1 / 0")
    assert "ZeroDivisionError" in shown.error
    assert "line 2" in shown.error
    assert shown.data == []


def test_an_error_in_a_graded_cell_names_that_cell(kernel: Kernel) -> None:
    shown = kernel.run("%%dlgrade exercise03\ndef softmax(logits, dim):\n    return logits.nothing\nsoftmax(1, 2)")
    assert f"Cell In[{shown.number}], line 4" in shown.error
    assert f"Cell In[{shown.number}], line 3, in softmax" in shown.error
    slip = kernel.run("%%dlgrade exercise03\ndef softmax(:\n")
    assert f"Cell In[{slip.number}], line 2" in slip.error
    after = kernel.run("softmax(1, 2)")
    assert f"Cell In[{shown.number}], line 3, in softmax" in after.error
    assert f"Cell In[{after.number}], line 1" in after.error


def test_what_a_graded_cell_shows_is_kept_under_its_own_number(kernel: Kernel) -> None:
    number = kernel.run("%%dlgrade exercise03 --seed 1\n'an output'").number
    assert kernel.clean(f"print(Out[{number}])").out == "an output\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "%dlgrade: which exercise?"),
        ("softmax --sed 1", "there is no option '--sed'. Did you mean --seed?"),
        ("softmax --seed=x", "--seed = 'x': expected a whole number from 0 below 2**63."),
        ("softmax sgd", "one exercise at a time, got 'sgd' too."),
        ("softmx", "Did you mean exercise03 softmax?"),
        ("sgd", "The notebook defines nothing that exercise01_sgd asks for: "),
        ("sgd --language zh", "笔记本中没有定义 exercise01_sgd 所要求的内容："),
        ("'sgd", "No closing quotation"),
    ],
)
def test_a_wrong_request_is_answered_in_a_sentence(kernel: Kernel, line: str, told: str) -> None:
    shown = kernel.run(f"%dlgrade {line}")
    assert told in shown.err
    assert not shown.error
    assert shown.data == []


# ------------------------------------------------------------------------------------------------- processes


def parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:  # it has ended since
                continue
            state, parent = stat.rpartition(")")[2].split()[:2]
            if state != "Z":
                yield int(folder.name), int(parent)


def below(pid: int) -> set[int]:
    """Return every process that descends from one."""
    known = dict(parents())
    found = {pid}
    while more := {child for child, parent in known.items() if parent in found} - found:
        found |= more
    return found - {pid}


def gone(pids: set[int]) -> bool:
    """Wait until none of these processes is left; False: some stay."""
    for _ in range(200):
        if not pids & {pid for pid, _ in parents()}:
            return True
        time.sleep(0.05)
    return False


def test_an_interrupt_ends_every_process_and_the_next_check_works(kernel: Kernel) -> None:
    before = below(kernel.pid)
    kernel.clean("def softmax(logits, dim):\n    while True: pass")
    kernel.client.execute("grader.check('exercise03', softmax=softmax)", stop_on_error=False)
    during = before
    for _ in range(400):
        during = below(kernel.pid)
        if during - before:  # the exam's child is there, and never answers
            break
        time.sleep(0.02)
    assert during - before
    kernel.manager.interrupt_kernel()
    reply = kernel.client.get_shell_msg(timeout=60)
    assert reply["content"].get("ename") == "KeyboardInterrupt"
    assert gone(during)
    kernel.clean(SOLUTION)
    assert "20 / 20 points" in kernel.clean("%dlgrade softmax").text


def test_later_checks_find_torch_imported(kernel: Kernel) -> None:
    kernel.clean("%dlgrade softmax --seed 1")
    warm = {pid for pid, parent in parents() if parent == kernel.pid}
    kernel.clean("%dlgrade softmax --seed 2")
    assert {pid for pid, parent in parents() if parent == kernel.pid} == warm


def test_a_plain_python_has_no_functions_to_grade() -> None:
    import grader
    from grader.errors import UsageError

    with pytest.raises(UsageError, match="from a notebook or IPython only"):
        grader.check("exercise03", course=ROOT, softmax=gone)


def test_a_kernel_that_is_killed_leaves_no_process(kernel: Kernel) -> None:
    """The last test here: it is the kernel of them all."""
    kernel.clean("%dlgrade softmax --seed 1")
    warm = below(kernel.pid)
    assert warm
    os.kill(kernel.pid, signal.SIGKILL)
    assert gone(warm)
