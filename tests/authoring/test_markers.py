"""A stub made of a reference by markers: what is taken out, what is left, and which markers are refused."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from grader.authoring.marker_errors import MarkerError
from grader.authoring.markers import has_markers, stub_findings, stub_of, without_markers
from grader.errors import AuthorError
from grader.exercise import load_course
from grader.records import Exercise, Severity


def reference(text: str) -> str:
    return dedent(text).lstrip("\n")


# Each reference and the stub that it makes, as an author would write both.
STUBS = {
    "a function's body leaves one line that raises": (
        '''
        """Softmax."""

        def softmax(x):
            """Return shares."""
            # BEGIN SOLUTION
            weights = x.exp()
            return weights / weights.sum()
            # END SOLUTION
        ''',
        '''
        """Softmax."""

        def softmax(x):
            """Return shares."""
            raise NotImplementedError("softmax is not written yet")
        ''',
    ),
    "nbgrader's spelling, and any case": (
        """
        def f():
            ### BEGIN SOLUTION
            return 1
            ### END SOLUTION


        def g():
            #begin solution
            return 2
            #  End Solution
        """,
        """
        def f():
            raise NotImplementedError("f is not written yet")


        def g():
            raise NotImplementedError("g is not written yet")
        """,
    ),
    "a method is named with its class, and its neighbours stay": (
        """
        class Linear:
            size = 3

            def forward(self, x):
                y = x @ self.w
                # BEGIN SOLUTION
                y = y + self.b
                # END SOLUTION
                return y
        """,
        """
        class Linear:
            size = 3

            def forward(self, x):
                y = x @ self.w
                raise NotImplementedError("Linear.forward is not written yet")
                return y
        """,
    ),
    "helpers and imports outside of functions leave nothing": (
        """
        import torch
        # BEGIN SOLUTION
        import math
        # END SOLUTION


        # BEGIN SOLUTION
        @cached
        def helper(x):
            return x


        LIMIT = 3
        # END SOLUTION


        def f(x):
            # BEGIN SOLUTION
            return helper(x)
            # END SOLUTION
        """,
        """
        import torch


        def f(x):
            raise NotImplementedError("f is not written yet")
        """,
    ),
    "STUB lines say what is left, with their own indentation": (
        """
        def train(batches):
            for batch in batches:
                # BEGIN SOLUTION
                # STUB: if batch is None:
                # STUB:     continue
                # STUB: loss = ...  # your code here
                loss = (batch**2).sum()
                loss.backward()
                # END SOLUTION
            return loss
        """,
        """
        def train(batches):
            for batch in batches:
                if batch is None:
                    continue
                loss = ...  # your code here
            return loss
        """,
    ),
    "an empty STUB line leaves nothing": (
        """
        def f(x):
            # BEGIN SOLUTION
            # STUB:
            x = x + 1
            # END SOLUTION
            return x
        """,
        """
        def f(x):
            return x
        """,
    ),
    "a marker in a string is none": (
        '''
        def f():
            # BEGIN SOLUTION
            text = """
            # END SOLUTION
            """
            # END SOLUTION


        HELP = """
        # BEGIN SOLUTION
        """
        ''',
        '''
        def f():
            raise NotImplementedError("f is not written yet")


        HELP = """
        # BEGIN SOLUTION
        """
        ''',
    ),
    "a branch of an if, an except, a case": (
        """
        def f(x):
            if x:
                # BEGIN SOLUTION
                x = 1
                # END SOLUTION
            else:
                # BEGIN SOLUTION
                # STUB: pass
                x = 2
                # END SOLUTION
            try:
                pass
            except ValueError:
                # BEGIN SOLUTION
                x = 3
                # END SOLUTION
            match x:
                case 1:
                    # BEGIN SOLUTION
                    x = 4
                    # END SOLUTION
            return x
        """,
        """
        def f(x):
            if x:
                raise NotImplementedError("f is not written yet")
            else:
                pass
            try:
                pass
            except ValueError:
                raise NotImplementedError("f is not written yet")
            match x:
                case 1:
                    raise NotImplementedError("f is not written yet")
            return x
        """,
    ),
    "an inner function in a region goes with it, one around it is named": (
        """
        def outer():
            def inner(x):
                # BEGIN SOLUTION
                def helper():
                    return x
                return helper()
                # END SOLUTION
            return inner
        """,
        """
        def outer():
            def inner(x):
                raise NotImplementedError("outer.inner is not written yet")
            return inner
        """,
    ),
    "a class's attributes leave nothing": (
        """
        class Net:
            size = 3
            # BEGIN SOLUTION
            scale = 2
            # END SOLUTION
        """,
        """
        class Net:
            size = 3
        """,
    ),
}


@pytest.mark.parametrize("name", STUBS)
def test_a_reference_makes_this_stub(name: str) -> None:
    given, wanted = map(reference, STUBS[name])
    assert stub_of(given) == wanted


@pytest.mark.parametrize("name", STUBS)
def test_without_its_markers_a_reference_means_the_same(name: str) -> None:
    given = reference(STUBS[name][0])
    plain = without_markers(given)
    assert ast.dump(ast.parse(plain)) == ast.dump(ast.parse(given))
    assert not has_markers(plain)


def test_a_reference_without_markers_is_left_as_it_is() -> None:
    text = "def f():\n    return 1  # the solution begins here\n\n\n"
    assert stub_of(text) == text
    assert not has_markers(text)


# Each wrong reference: the line of the error, and words of it.
WRONG = {
    "never closed": ("def f():\n    # BEGIN SOLUTION\n    return 1\n", 2, "never closed"),
    "never opened": ("def f():\n    return 1\n    # END SOLUTION\n", 3, "without `# BEGIN SOLUTION`"),
    "nested": ("def f():\n    # BEGIN SOLUTION\n    # BEGIN SOLUTION\n    return 1\n    # END SOLUTION\n", 3, "line 2"),
    "empty": ("def f():\n    # BEGIN SOLUTION\n    # a thought\n    # END SOLUTION\n    return 1\n", 2, "no statement"),
    "behind code": ("def f():\n    x = 1  # BEGIN SOLUTION\n    return x\n    # END SOLUTION\n", 2, "behind code"),
    "another word": ("def f():\n    # START SOLUTION\n    return 1\n    # END SOLUTION\n", 2, "looks like a marker"),
    "another order": ("def f():\n    return 1\n    # SOLUTION END\n", 3, "looks like a marker"),
    "more behind it": ("def f():\n    # BEGIN SOLUTION NO PROMPT\n    return 1\n", 2, "looks like a marker"),
    "otter-grader's own": ("def f():\n    return 1  # SOLUTION\n", 2, "looks like a marker"),
    "with an underscore": ("def f():\n    # BEGIN_SOLUTION\n    return 1\n", 2, "looks like a marker"),
    "within a statement": (
        "def f():\n    return g(\n        # BEGIN SOLUTION\n        1,\n        # END SOLUTION\n    )\n",
        3,
        "cut a statement",
    ),
    "half of a statement": ("# BEGIN SOLUTION\nx = [\n    1,\n    # END SOLUTION\n]\n", 1, "cut a statement"),
    "an else": (
        "def f(x):\n    if x:\n        y = 1\n    # BEGIN SOLUTION\n    else:\n        y = 2\n    # END SOLUTION\n"
        "    return y\n",
        4,
        "cut a statement",
    ),
    "two blocks": (
        "def f(x):\n    if x:\n        # BEGIN SOLUTION\n        y = 1\n    y = 2\n    # END SOLUTION\n    return y\n",
        3,
        "cut a statement",
    ),
    "into the next function": (
        "def f():\n    # BEGIN SOLUTION\n    return 1\n\n\ndef g():\n    return 2\n    # END SOLUTION\n",
        2,
        "cut a statement",
    ),
    "between decorator and function": (
        "@first\n# BEGIN SOLUTION\n@second\ndef f():\n    return 1\n# END SOLUTION\n",
        2,
        "cut a statement",
    ),
    "a class without a body": ("class A:\n    # BEGIN SOLUTION\n    x = 1\n    # END SOLUTION\n", 2, "block is empty"),
    "STUB outside": ("def f():\n    # STUB: pass\n    return 1\n", 2, "outside of a solution"),
    "STUB is no Python": (
        "def f():\n    # BEGIN SOLUTION\n    # STUB: if x\n    return 1\n    # END SOLUTION\n",
        2,
        "no Python",
    ),
    "no Python at all": ("def f(:\n    # BEGIN SOLUTION\n    return 1\n    # END SOLUTION\n", 1, "no Python"),
}


@pytest.mark.parametrize("name", WRONG)
def test_markers_that_are_not_understood_are_refused_with_their_line(name: str) -> None:
    source, line, words = WRONG[name]
    with pytest.raises(MarkerError) as caught:
        stub_of(source, name="work.py")
    assert caught.value.line == line
    assert f"work.py:{line}: " in caught.value.text.en
    assert words in caught.value.text.en
    assert f"work.py:{line}: " in caught.value.text.zh
    assert caught.value.text.zh != caught.value.text.en
    assert isinstance(caught.value, AuthorError)


# ---------------------------------------------------------------------------------------------- in step


REFERENCE = "def softmax(x):\n    # BEGIN SOLUTION\n    return x.exp() / x.exp().sum()\n    # END SOLUTION\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course of one exercise whose reference has markers, with the stub that they make."""
    folder, hidden = (tmp_path / part / "exercise03_softmax" for part in ("exercises", "solutions"))
    for half in (folder, hidden):
        half.mkdir(parents=True)
    files = {
        folder / "exercise.toml": 'schema = "exercise/1"\nid = "exercise03"\nslug = "softmax"\n'
        'title = { en = "Softmax", zh = "softmax 练习" }\nfiles = ["softmax.py"]\n',
        folder / "README.md": "# Softmax\n",
        folder / "README.zh.md": "# softmax 练习\n",
        folder / "test_visible.py": "def test_it(student): ...\n",
        folder / "softmax.py": stub_of(REFERENCE),
        hidden / "test_hidden.py": "def test_more(student): ...\n",
        hidden / "softmax.py": REFERENCE,
    }
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")
    return tmp_path


def exercise_of(course: Path) -> Exercise:
    return load_course(course).find("exercise03")


def test_a_stub_in_step_is_not_mentioned(course: Path) -> None:
    assert stub_findings(exercise_of(course)) == []


def test_a_stub_out_of_step_is_found_and_mended_by_its_edit(course: Path) -> None:
    stub = course / "exercises" / "exercise03_softmax" / "softmax.py"
    stub.write_text('def softmax(x, dim):\n    raise NotImplementedError("softmax is not written yet")\n')
    (finding,) = stub_findings(exercise_of(course))
    assert (finding.check, finding.severity, finding.line) == ("stub.out-of-step", Severity.ERROR, 1)
    assert "-def softmax(x, dim):\n+def softmax(x):\n" in finding.detail
    assert "exp" not in finding.detail, "the solution shows"
    (edit,) = finding.edits
    (course / edit.file).write_text(edit.text)
    assert stub_findings(exercise_of(course)) == []


def test_a_wrong_marker_is_found_at_its_line(course: Path) -> None:
    file = course / "solutions" / "exercise03_softmax" / "softmax.py"
    file.write_text(REFERENCE.replace("END SOLUTION", "END SOLUTIONS"))
    (finding,) = stub_findings(exercise_of(course))
    assert (finding.check, finding.file, finding.line) == (
        "stub.markers",
        "solutions/exercise03_softmax/softmax.py",
        4,
    )
    assert finding.edits == ()


def test_a_marker_in_the_stub_is_found(course: Path) -> None:
    stub = course / "exercises" / "exercise03_softmax" / "softmax.py"
    stub.write_text(REFERENCE)
    findings = stub_findings(exercise_of(course))
    assert [finding.check for finding in findings] == ["stub.markers", "stub.out-of-step"]
    assert (findings[0].file, findings[0].line) == ("exercises/exercise03_softmax/softmax.py", 2)


def test_a_reference_without_markers_keeps_its_stub_by_hand(course: Path) -> None:
    (course / "solutions" / "exercise03_softmax" / "softmax.py").write_text(without_markers(REFERENCE))
    (course / "exercises" / "exercise03_softmax" / "softmax.py").write_text("def softmax(x, dim): ...\n")
    assert stub_findings(exercise_of(course)) == []


def test_where_the_hidden_half_is_not_at_hand_nothing_is_said(course: Path) -> None:
    (course / "solutions").rename(course / "elsewhere")
    assert stub_findings(exercise_of(course)) == []


def test_files_are_named_and_mended_where_the_courses_file_says_that_they_lie(course: Path) -> None:
    (course / "exercises").rename(course / "tasks")
    (course / "solutions").rename(course / "answers")
    (course / "dlgrade.toml").write_text(
        'schema = "course/1"\nname = { en = "A", zh = "甲" }\nexercises = "tasks"\nsolutions = "answers"\n',
        encoding="utf-8",
    )
    (course / "tasks" / "exercise03_softmax" / "softmax.py").write_text("def softmax(x): ...\n")
    (finding,) = stub_findings(exercise_of(course), course)
    (edit,) = finding.edits
    assert finding.file == edit.file == "tasks/exercise03_softmax/softmax.py"
