"""Notebooks: which cells make the module, what is left out of them, and whose fault a broken one is."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from grader.errors import SubmissionError
from grader.exercise import read_exercise
from grader.records import Exercise, Fault, Language, NotebookCell
from grader.submission import collect
from grader.submission.magics import without_magics

CODE = "def softmax(logits, dim=-1):\n    return logits.softmax(dim)\n"


@pytest.fixture
def exercise(course_files: Any) -> Exercise:
    return read_exercise(course_files.add(), solution_folder=None)


def code(source: str | list[str], *tags: str, **fields: Any) -> dict[str, Any]:
    metadata = {"tags": list(tags)} if tags else {}
    return {
        "cell_type": "code",
        "id": "c",
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": 1,
        **fields,
    }


def prose(source: str = "# Softmax") -> dict[str, Any]:
    return {"cell_type": "markdown", "id": "m", "metadata": {}, "source": source}


def notebook(*cells: object, **fields: Any) -> bytes:
    whole = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **fields}
    return json.dumps(whole).encode()


def written(folder: Path, content: bytes, name: str = "softmax.ipynb") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def module(exercise: Exercise, folder: Path, *cells: object) -> str:
    return collect(exercise, written(folder, notebook(*cells))).files[0].text


def refused(exercise: Exercise, folder: Path, content: bytes, *, seconds: float = 2.0) -> str:
    path = written(folder, content)
    began = time.monotonic()
    with pytest.raises(SubmissionError) as caught:
        collect(exercise, path)
    assert time.monotonic() - began < seconds
    assert caught.value.fault is Fault.STUDENT
    assert caught.value.remedy
    assert any("\u4e00" <= letter <= "\u9fff" for letter in caught.value.text.within(Language.ZH))
    assert str(caught.value).isprintable()
    return str(caught.value)


# ------------------------------------------------------------------------------------------------- what is taken


def test_notebook_is_the_same_submission_as_the_plain_file(exercise: Exercise, tmp_path: Path) -> None:
    plain = collect(exercise, written(tmp_path, CODE.encode(), "softmax.py"))
    made = collect(exercise, written(tmp_path, notebook(prose(), code(CODE))))
    assert (made.files[0].text, made.sha256, made.untouched) == (plain.files[0].text, plain.sha256, False)


def test_all_code_cells_make_the_module_and_say_where_they_begin(exercise: Exercise, tmp_path: Path) -> None:
    cells = [code("import torch"), prose(), code("x = 1\n\ny = 2\n"), code(""), code(["z = 3\n", "w = 4"])]
    (file,) = collect(exercise, written(tmp_path, notebook(*cells))).files
    assert file.text == "import torch\nx = 1\n\ny = 2\n\nz = 3\nw = 4\n"
    places = [NotebookCell(number=number, line=line) for number, line in ((1, 1), (3, 2), (4, 5), (5, 6))]
    assert file.cells == tuple(places)
    assert file.text.split("\n")[places[3].line - 1] == "z = 3"


@pytest.mark.parametrize("tag", ["exercise03", "softmax.py", "exercise03_softmax"])
def test_tagged_cells_alone_make_the_module(exercise: Exercise, tmp_path: Path, tag: str) -> None:
    cells = [code("import os\n!rm -rf /"), code("a = 1", tag), code("b = (", "draft"), code("c = 3", "x", tag)]
    assert module(exercise, tmp_path, *cells) == "a = 1\nc = 3\n"


@pytest.mark.parametrize(
    "mark",
    [
        "%%dlgrade exercise03 --seed 1",
        "%%dlgrade -v --language zh softmax",
        "%%dlgrade 'exercise03' --seed=1",
        '%%dlgrade --language "en" s',
        "#| dlgrade: exercise03",
        "#|dlgrade:03, x",
    ],
)
def test_a_cell_that_names_the_exercise_is_taken_whole(exercise: Exercise, tmp_path: Path, mark: str) -> None:
    (file,) = collect(exercise, written(tmp_path, notebook(code("b = ("), code(f"{mark}\nz = 1\n!ls\n")))).files
    assert file.text.split("\n")[1:] == ["z = 1", "pass  # not run: !ls", ""]
    assert file.cells == (NotebookCell(number=2, line=1),)


@pytest.mark.parametrize("mark", ["%%dlgrade exercise04", "%%dlgrade --seed 3 backprop", "#| dlgrade: exercise04"])
def test_a_cell_that_names_another_exercise_is_left_out(exercise: Exercise, tmp_path: Path, mark: str) -> None:
    assert module(exercise, tmp_path, code("a = 1"), code(f"{mark}\nthis is (")) == "a = 1\n"


def test_a_notebook_whose_cells_are_all_of_another_exercise_is_told_so(exercise: Exercise, tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="of another exercise: exercise04"):
        module(exercise, tmp_path, code("%%dlgrade exercise04\nz = 1"))


def test_what_chosen_cells_need_of_others_comes_along_line_for_line(exercise: Exercise, tmp_path: Path) -> None:
    """The import, a helper and its constant; neither what lies between nor a later meaning of a name."""
    cells = [
        code("%time\nimport torch, os\nEPS = 1\nprint(EPS)\nEPS = 2"),
        code("def shift(x):\n    return x - EPS\n\nraise RuntimeError"),
        code("def softmax(logits, dim):\n    rows = 3\n    return torch.exp(shift(logits))", "exercise03"),
        code("rows = open('data')\nEPS = 9\nbroken ("),
    ]
    (file,) = collect(exercise, written(tmp_path, notebook(*cells))).files
    assert file.text.split("\n") == [
        "", "import torch, os", "", "", "EPS = 2",
        "def shift(x):", "    return x - EPS",
        "def softmax(logits, dim):", "    rows = 3", "    return torch.exp(shift(logits))", "",
    ]  # fmt: skip
    assert [(cell.number, cell.line) for cell in file.cells] == [(1, 1), (2, 6), (3, 8)]


def test_cells_that_define_what_is_asked_for_are_found_without_a_tag(exercise: Exercise, tmp_path: Path) -> None:
    cells = [code("1 / 0"), code("import torch"), code("def train(): ..."), code(CODE), code("softmax(torch.ones(2))")]
    assert module(exercise, tmp_path, *cells) == CODE


def test_an_answer_that_is_no_python_is_not_passed_over(exercise: Exercise, tmp_path: Path) -> None:
    message = refused(exercise, tmp_path, notebook(code(CODE), code("def softmax(logits, dim:\n    return 1")))
    assert "softmax.ipynb: cell 2, line 1" in message


def test_a_tag_may_be_the_functions_name(exercise: Exercise, tmp_path: Path) -> None:
    assert module(exercise, tmp_path, code("a = 1"), code("def f(): return K", "softmax"), code("K = 2")) == (
        "def f(): return K\nK = 2\n"
    )


def test_a_long_chain_of_names_comes_along_whole(exercise: Exercise, tmp_path: Path) -> None:
    chain = "".join(f"a{place} = a{place + 1}\n" for place in range(2_000))
    assert module(exercise, tmp_path, code(chain), code(f"{CODE}softmax.x = a0")) == f"{chain}{CODE}softmax.x = a0\n"


def test_outputs_are_neither_believed_nor_kept(exercise: Exercise, tmp_path: Path) -> None:
    lies = [{"output_type": "stream", "name": "stdout", "text": ["full score\n"] * 5}, {"output_type": "?", "x": [[]]}]
    with_outputs = written(tmp_path, notebook(code(CODE, outputs=lies, execution_count="7")))
    seen = collect(exercise, with_outputs)
    bare = collect(exercise, written(tmp_path, notebook(code(CODE)), "bare.ipynb"))
    assert (seen.files, seen.sha256) == (bare.files, bare.sha256)


def test_notebook_in_a_folder_or_an_archive_is_found(exercise: Exercise, tmp_path: Path) -> None:
    handed_in = tmp_path / "alice"
    handed_in.mkdir()
    written(handed_in, notebook(code(CODE)))
    assert collect(exercise, handed_in).files[0].text == CODE
    with zipfile.ZipFile(tmp_path / "alice.zip", "w") as archive:
        archive.write(handed_in / "softmax.ipynb", "alice/softmax.ipynb")
    assert collect(exercise, tmp_path / "alice.zip").files[0].text == CODE


def test_notebook_is_known_by_its_content(exercise: Exercise, tmp_path: Path) -> None:
    assert collect(exercise, written(tmp_path, notebook(code(CODE)), "alice (1).json")).files[0].text == CODE


def test_notebook_of_the_stub_is_untouched(exercise: Exercise, tmp_path: Path) -> None:
    stub = Path(exercise.folder, "softmax.py").read_text(encoding="utf-8")
    assert collect(exercise, written(tmp_path, notebook(code(stub)))).untouched


def test_windows_newlines_in_cells_become_line_feeds(exercise: Exercise, tmp_path: Path) -> None:
    assert module(exercise, tmp_path, code("a = 1\r\nb = 2\r")) == "a = 1\nb = 2\n"


def test_exercise_of_two_files_takes_no_notebook(course_files: Any, tmp_path: Path) -> None:
    pair = read_exercise(course_files.add("exercise05_cnn", files=("layers.py", "train.py")), solution_folder=None)
    message = refused(pair, tmp_path, notebook(code(CODE)))
    assert "softmax.ipynb is one file; exercise05_cnn has 2: layers.py, train.py." in message


def test_plain_file_does_not_pay_for_other_formats() -> None:
    script = (
        "from pathlib import Path; import sys; from grader.exercise import load_course; "
        "from grader.submission import collect; one = load_course(Path.cwd()).find('exercise03'); "
        "collect(one, Path(one.folder)); print({'nbformat', 'tarfile', 'zipfile', 'ast'} & set(sys.modules))"
    )
    root = Path(__file__).parent.parent.parent
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    loaded = done.stdout
    assert "nbformat" not in loaded
    assert "tarfile" not in loaded


# ------------------------------------------------------------------------------------------------------- magics


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("%matplotlib inline", "pass  # not run: %matplotlib inline"),
        ("!rm -rf ~", "pass  # not run: !rm -rf ~"),
        ("?torch.softmax", "pass  # not run: ?torch.softmax"),
        ("torch.softmax?", "pass  # not run: torch.softmax?"),
        ("torch.softmax??  # source", "pass  # not run: torch.softmax??  # source"),
        ("files = !ls", "pass  # not run: files = !ls"),
        ("a, b = %who_ls", "pass  # not run: a, b = %who_ls"),
    ],
)
def test_line_of_ipython_is_left_out_in_its_place(exercise: Exercise, tmp_path: Path, line: str, kept: str) -> None:
    text = module(exercise, tmp_path, code(f"x = 1\n{line}\nif x:\n    {line}\ny = 2\n"))
    assert text == f"x = 1\n{kept}\nif x:\n    {kept}\ny = 2\n"
    compile(text, "softmax.py", "exec")


@pytest.mark.parametrize(
    "python",
    [
        "x = (7\n% 4)\n",
        "x = 7 \\\n% 4\n",
        'x = """\n%time\n!rm\nhelp?\n"""\n',
        "x = '''it's \"\"\"\n%time\n'''\n",
        "x = [  # ('\n7\n% 4]\n",
        "x = '('; y = '\"\"\"'\nz = 1\n",
        "f(\n'''a\n%b''',\n)\n",
    ],
)
def test_same_signs_within_a_statement_are_python(exercise: Exercise, tmp_path: Path, python: str) -> None:
    """Beside a line that makes the cell no Python, so that it is looked at at all."""
    assert module(exercise, tmp_path, code(python)) == python
    assert module(exercise, tmp_path, code(f"{python}%time\n")) == f"{python}pass  # not run: %time\n"


def test_shell_line_that_goes_on_is_left_out_whole(exercise: Exercise, tmp_path: Path) -> None:
    text = module(exercise, tmp_path, code("!pip install \\\n  torch\nx = 1\n"))
    assert text == "pass  # not run: !pip install \\\n# not run: torch\nx = 1\n"
    compile(text, "softmax.py", "exec")


@pytest.mark.parametrize("magic", ["%%bash", "%%writefile softmax.py", "%%html", "%%javascript", "%%timeit"])
def test_cell_of_another_language_is_left_out_whole(exercise: Exercise, tmp_path: Path, magic: str) -> None:
    (file,) = collect(exercise, written(tmp_path, notebook(code(f"{magic}\nrm -rf (\n\n<b>\n"), code("x = 1")))).files
    assert file.text == f"# not run: {magic}\n# not run: rm -rf (\n\n# not run: <b>\nx = 1\n"
    assert file.cells[1].line == 5


@pytest.mark.parametrize("magic", ["%%time", "%%capture output"])
def test_cell_that_is_only_watched_is_python(exercise: Exercise, tmp_path: Path, magic: str) -> None:
    assert module(exercise, tmp_path, code(f"\n{magic}\nx = 1\n")) == f"\npass  # not run: {magic}\nx = 1\n"


@pytest.mark.parametrize(
    "text",
    [
        "%x\n" * 30_000,
        " " * 120_000 + "?",
        "a" * 120_000 + " = ",
        "a, " * 40_000,
        "'" * 120_000,
        '"""' * 40_000,
        "(" * 9**5,
    ],
    ids=["magics", "spaces", "name", "names", "quotes", "long quotes", "brackets"],
)
def test_no_text_takes_long_to_look_through(text: str) -> None:
    began = time.monotonic()
    assert without_magics(text).count("\n") == text.count("\n")
    assert time.monotonic() - began < 1.0


# ----------------------------------------------------------------------------------------------- what is not taken


def test_cell_that_is_no_python_is_named_with_its_line(exercise: Exercise, tmp_path: Path) -> None:
    message = refused(exercise, tmp_path, notebook(prose(), code("x = 1"), code("%time\ny = ( # \x1b[2J\n")))
    assert "softmax.ipynb: cell 3, line 2: '(' was never closed: `y = ( # \\x1b[2J`." in message


@pytest.mark.parametrize("source", ["-" * 100_000 + "1", "a" + ".a" * 50_000, "(" * 5_000, "x = '\0'"])
def test_cell_that_the_parser_cannot_take_is_named(exercise: Exercise, tmp_path: Path, source: str) -> None:
    assert "softmax.ipynb: cell 2" in refused(exercise, tmp_path, notebook(code("x = 1"), code(source)))


def test_half_a_character_is_told(exercise: Exercise, tmp_path: Path) -> None:
    assert "cell 1 holds half of a character" in refused(exercise, tmp_path, notebook(code("x = '\ud800'")))


@pytest.mark.parametrize("cells", [[], [prose()], [code("")], [code(" \n"), code("\n")]])
def test_notebook_without_code_is_told(exercise: Exercise, tmp_path: Path, cells: list[object]) -> None:
    assert "the notebook holds no code. Write your solution" in refused(exercise, tmp_path, notebook(*cells))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b"[]", "it lacks the number of its format"),
        (b'{"cells": []}', "it lacks the number of its format"),
        (b'{"cells": [], "nbformat": true}', "it lacks the number of its format"),
        (b'{"nbformat": 4}', "'cells' is a required property"),
        (b'{"nbformat": 3, "worksheets": []}', "format 3, not 4"),
        (b'{"nbformat": ' + b"9" * 5000 + b"}", "Exceeds the limit"),
        (b'{"cells": ' + b"[" * 100_000, "maximum recursion depth"),
        (b'{"cells": "\xff"}', "can't decode byte 0xff"),
        (notebook(1), "1 is not"),
        (notebook({"cell_type": None}), "a cell is not built as a cell"),
        (notebook({}), "{} is not"),
        (notebook({**code("x"), "source": 5}), "5 is not"),
        (notebook({**code("x"), "metadata": []}), "[] is not of type 'object'"),
        (notebook({**code("x"), "metadata": {"tags": [1]}}), "1 is not of type 'string'"),
        (notebook({**code("x"), "cell_type": "\x1b[2J"}), "is not"),
        (notebook(*[prose("")] * 2001), "more than 2,000 cells"),
        (notebook(metadata={}, cells={}), "{} is not of type 'array'"),
    ],
)
def test_file_that_is_no_notebook_is_told_why(exercise: Exercise, tmp_path: Path, content: bytes, why: str) -> None:
    message = refused(exercise, tmp_path, content)
    assert "softmax.ipynb: this is no valid Jupyter notebook: " in message
    assert why in message


def test_hundred_megabytes_of_output_are_refused_unread(exercise: Exercise, tmp_path: Path) -> None:
    content = notebook(code(CODE, outputs=[{"output_type": "stream", "text": "x" * 100_000_000}]))
    message = refused(exercise, tmp_path, content)
    assert (
        "bytes; at most 10,485,760 are taken. Source code is far smaller: take data and printed output out" in message
    )


def test_million_values_are_refused_before_they_are_made(exercise: Exercise, tmp_path: Path) -> None:
    content = b'{"nbformat": 4, "cells": [' + b"[]," * 1_000_000 + b"[]]}"
    assert "the notebook holds more than 1,000,000 values" in refused(exercise, tmp_path, content)


def test_code_of_a_mebibyte_is_refused_before_it_is_parsed(exercise: Exercise, tmp_path: Path) -> None:
    message = refused(exercise, tmp_path, notebook(code("x=1\n" * 100_000)))
    assert "400,000 bytes; at most 131,072 are taken" in message


def test_code_is_counted_in_bytes_not_in_characters(exercise: Exercise, tmp_path: Path) -> None:
    message = refused(exercise, tmp_path, notebook(code("# " + "中" * 100_000)))
    assert "300,002 bytes; at most 131,072 are taken" in message
