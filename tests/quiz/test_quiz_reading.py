"""A quiz.yaml that is wrong: what its author is told, in which line, in both languages, all at once."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from quiz.quiz_folders import HEAD, quiz_in, write_quiz
from ruamel.yaml import YAML

from grader.errors import AuthorError
from grader.quiz import kept
from grader.quiz.authored import Gap, Pool
from grader.quiz.model import Variable, When
from grader.quiz.problems import SCHEMA
from grader.quiz.reading import read_quiz
from grader.quiz.yaml_file import MAX_BYTES, parse_yaml
from grader.records import Language

# The first question stands in line 5 of a file that `write_quiz` writes.
NUMBER = "id: one, type: number, text: What?"


def refusal(folder: Path, questions: str, code: str | None = None, *, head: str = HEAD) -> AuthorError:
    with pytest.raises(AuthorError) as caught:
        quiz_in(folder, questions, code, head=head)
    return caught.value


def first_line(error: AuthorError) -> str:
    """Return the English of the first problem, without the folder."""
    return str(error).splitlines()[0].partition("quiz01_test/")[2]


MISTAKES = YAML(typ="safe", pure=True).load((Path(__file__).parent / "quiz_mistakes.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake["says"][:60] for mistake in MISTAKES])
def test_a_mistake_is_told_with_its_line_key_value_and_fix(tmp_path: Path, mistake: dict[str, str]) -> None:
    error = refusal(tmp_path, f"- {mistake['question']}", "def g(p, rng):\n    return {'answer': 1}\n")
    assert first_line(error).startswith(f"quiz.yaml:5: {mistake['says']}")
    assert mistake["zh"] in error.text.zh


TOP_MISTAKES = [
    ("dlgrade: quiz/2\nid: quiz01\ntitle: T\n", 'quiz.yaml:1: dlgrade = "quiz/2": expected quiz/1'),
    ("dlgrade: quiz/1\nid: quiz02\ntitle: T\n", 'quiz.yaml:2: id = "quiz02": expected quiz01, as the folder is called'),
    ("dlgrade: quiz/1\nid: quiz01\n", "quiz.yaml:1: title: missing"),
    (HEAD + "time-limit: 20\n", "quiz.yaml:4: time-limit = 20: expected a duration such as 20min"),
    (HEAD + "time-limit: 20m\n", 'quiz.yaml:4: time-limit = "20m": expected a duration'),
    (HEAD + "time-limit: 0s\n", 'quiz.yaml:4: time-limit = "0s": expected more than nothing'),
    (HEAD + "closes: 2026-12-01T18:00\n", 'quiz.yaml:4: closes = "2026-12-01T18:00": expected a date and time with an'),
    (HEAD + "closes: 2026-13-01T18:00Z\n", 'quiz.yaml:4: closes = "2026-13-01T18:00Z": expected a day and time that'),
    (HEAD + "opens: 2026-12-01T18:00Z\ncloses: 2026-12-01T18:00+01:00\n", "quiz.yaml:5: closes = "),
    (
        HEAD + "topics: {shapes: {title: Shapes}}\n",
        'quiz.yaml:6: questions[0].topics[0] = "shape": expected the id of one',
    ),
    (
        HEAD + "misconceptions: {no-max-shift: 'x {{n}}'}\n",
        "quiz.yaml:4: misconceptions.no-max-shift: {{n}}: no parameter",
    ),
    (
        HEAD + "reveal: {answers: later}\n",
        'quiz.yaml:4: reveal.answers = "later": expected after-attempt or after-submit',
    ),
]


@pytest.mark.parametrize(("head", "begins"), TOP_MISTAKES, ids=[begins[10:60] for _, begins in TOP_MISTAKES])
def test_a_mistake_at_the_top_is_told_alike(tmp_path: Path, head: str, begins: str) -> None:
    error = refusal(tmp_path, f"- {{{NUMBER}, answer: 1, topics: [shape]}}", head=head)
    assert first_line(error).startswith(begins)


def test_all_problems_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    error = refusal(
        tmp_path,
        """
        - {id: one, type: number, text: What?, answer: 1, points: -1}
        - id: two
          type: choice
          text: Which?
          choices:
            - {text: a, corect: true}
            - {text: b, because: Not Good}
        - {id: three, type: number, text: What?}
        """,
    )
    places = [
        line.partition("quiz.yaml:")[2].partition(" = ")[0].partition(": ")[::2] for line in str(error).splitlines()
    ]
    assert [line for line, _ in places] == ["5", "10", "11", "12"]
    assert len(error.text.zh.splitlines()) == 4


# ----------------------------------------------------------------------------------------------------------- YAML

BOMB = b"k0: &k0 [x]\n" + b"".join(
    b"k%d: &k%d [%s]\n" % (n, n, b",".join([b"*k%d" % (n - 1)] * 9)) for n in range(1, 9)
)

BAD_YAML = [
    (b"a: 1\nb: 2\na: 3\n", "quiz.yaml:3: a: this key stands in line 1 already"),
    (b"a: &a [*a]\n", "quiz.yaml:1: an alias stands within what it names"),
    (b"a: &a {b: *a}\n", "quiz.yaml:1: an alias stands within what it names"),
    (b"{a: " * 4000, "quiz.yaml:1: nested in more than"),
    (b"- " * 40 + b"x", "quiz.yaml:1: nested in more than"),
    (b"a: !!python/object/apply:os.system [touch x]\n", "2002:python/object/apply:os.system: only text, numbers"),
    (b"a: !!binary aGk=\n", "quiz.yaml:1: tag:yaml.org,2002:binary: only text"),
    (b"x: {<<: {a: 1}}\n", "quiz.yaml:1: <<: merging is no part of YAML 1.2"),
    (b"1: x\n", "quiz.yaml:1: 1: a key must be text"),
    (b"? [a, b]\n: x\n", "quiz.yaml:1: …: a key must be text"),
    (b"%YAML 1.1\n---\na: no\n", "quiz.yaml:1: expected YAML 1.2"),
    (b"---\na: 1\n---\nb: 2\n", "quiz.yaml:3: not YAML: expected a single document"),
    (b"a: `x`\n", "quiz.yaml:1: not YAML: "),
    (b"a: b: c\n", "quiz.yaml:1: not YAML: mapping values are not allowed here"),
    (b"a: 'x\n", "quiz.yaml:2: not YAML: "),
    (b"a: \x01\n", "quiz.yaml: cannot be read as YAML"),
    (b"a: 1\nb: \xff\n", "quiz.yaml:2: cannot be read"),
    (b"a: " + b"9" * 5000, "quiz.yaml:1: 9999999999999999999999999999999999999999…: a number that cannot be read"),
    (b"a: x\n" * 1 + b"#" * MAX_BYTES, "quiz.yaml: larger than 512 KiB"),
    (BOMB, "quiz.yaml:1: more than 50,000 values"),
]


@pytest.mark.parametrize(("content", "message"), BAD_YAML, ids=[message[:50] for _, message in BAD_YAML])
def test_yaml_that_is_broken_or_hostile_is_refused_with_its_line(content: bytes, message: str) -> None:
    with pytest.raises(AuthorError) as caught:
        parse_yaml(Path("quiz.yaml"), content)
    shown = str(caught.value)
    assert message in shown or message in shown.replace("quiz.yaml:1:", "quiz.yaml:")


def test_yaml_1_2_means_what_it_says() -> None:
    tree = parse_yaml(Path("q"), b"[no, on, 1e-3, 1.0000, 0o17, 2026-01-01, 12:30:45, ~, .inf, '1', True, =, 1_000]")
    assert tree.value == [
        "no",
        "on",
        0.001,
        1.0,
        15,
        "2026-01-01",
        "12:30:45",
        None,
        float("inf"),
        "1",
        True,
        "=",
        1000,
    ]
    assert tree.written((3,)) == "1.0000", "five significant figures, which a float has not"


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"- a\n", b"just text\n"])
def test_a_file_that_is_no_mapping_is_told_how_a_quiz_begins(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "quiz.yaml").write_bytes(content)
    with pytest.raises(AuthorError, match="It begins with: dlgrade: quiz/1"):
        read_quiz(tmp_path)


# ----------------------------------------------------------------------------------------------- the sibling file


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("def f(:\n", "quiz.py:1: not Python: invalid syntax"),
        ("x = 1\ny = (\n", "quiz.py:2: not Python"),
        ("x = '\0'", "not Python"),
        ("(" * 500 + ")" * 500, "quiz.py"),
    ],
)
def test_code_that_is_no_python_is_told_with_its_line(tmp_path: Path, code: str, message: str) -> None:
    assert message in str(refusal(tmp_path, f"- {{{NUMBER}, answer: 1}}", code))


@pytest.mark.parametrize("name", ["quiz.yaml", "quiz.py"])
def test_a_link_is_not_followed(tmp_path: Path, name: str) -> None:
    """It could lead into a student's folder, and that file would then be run."""
    folder = write_quiz(tmp_path, f"- {{{NUMBER}, answer: {{code: f}}}}", "def f(p, rng):\n    return {'answer': 1}\n")
    elsewhere = tmp_path / "elsewhere"
    (folder / name).rename(elsewhere)
    (folder / name).symlink_to(elsewhere)
    with pytest.raises(AuthorError, match=f"{name}: not a file of its own"):
        read_quiz(folder)


def test_a_folder_without_a_quiz_says_so(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match=r"quiz\.yaml: no such file"):
        read_quiz(tmp_path)


# ------------------------------------------------------------------------------------------------------ what it says


def test_questions_inherit_from_the_quiz_and_parts_from_their_question(tmp_path: Path) -> None:
    quiz = quiz_in(
        tmp_path,
        """
        - {id: one, type: number, text: What?, answer: 1}
        - id: two
          type: multi-part
          text: Parts.
          points: 3
          topics: [shapes]
          attempts: unlimited
          say: {a-tag: own}
          parts:
            - {id: a, type: number, text: x, answer: 1, penalty: 0}
            - {id: b, type: number, text: x, answer: 1, wrong: [{value: 2, because: a-tag}, {value: 3, because: b-tag}]}
        """,
        head=HEAD + "defaults: {points: 2, attempts: 5, penalty: 0.5, feedback: after-close}\n"
        "misconceptions: {a-tag: shared a, b-tag: shared b}\ntopics: {shapes: {title: Shapes, read: exercise02}}\n",
    )
    one, two = quiz.questions
    first, second = two.parts
    assert (one.rules.points, one.rules.attempts, one.rules.penalty, one.rules.feedback) == (
        2,
        5,
        0.5,
        When.AFTER_CLOSE,
    )
    assert (first.rules.points, first.rules.attempts, first.rules.penalty) == (3, None, 0)
    assert (first.id, first.part, first.label, first.topics) == ("two", "a", "two/a", ("shapes",))
    assert [wrong.wrong.say.en for wrong in second.wrong if wrong.wrong.say] == ["own", "shared b"]


def test_numbers_keep_the_figures_that_their_author_wrote(tmp_path: Path) -> None:
    quiz = quiz_in(
        tmp_path,
        """
        - {id: a, type: number, text: x, answer: 1.0000, accept: {rel: 1e-3, abs: 0.10}}
        - {id: b, type: number, text: x, answer: -.inf}
        - {id: c, type: matrix, text: x, answer: [[1.50, 1/3], [2, "{{n}}"]], params: {n: {int: [1, 2]}}}
        - {id: d, type: shape, text: x, answer: []}
        """,
    )
    a, b, c, d = quiz.questions
    assert [one.answer for one in (a, b, c, d)] == ["1.0000", "-inf", "[[1.50, 1/3], [2, {{n}}]]", "[]"]
    assert a.precision and (a.precision.relative, a.precision.absolute) == ("1e-3", "0.10")


def test_variables_have_an_interval_of_numbers_or_of_whole_ones(tmp_path: Path) -> None:
    question = "- {id: a, type: expression, text: x, answer: N/r, variables: {r: [0.5, 2], N: {int: [1, 100]}}}"
    (one,) = quiz_in(tmp_path, question).questions
    assert one.variables == (
        Variable(name="r", low=0.5, high=2.0),
        Variable(name="N", low=1.0, high=100.0, whole=True),
    )


def test_a_missing_language_is_a_gap_for_lint_and_no_error(tmp_path: Path) -> None:
    quiz = quiz_in(tmp_path, "- {id: one, type: number, text: {en: What?}, answer: 1, hint: Think.}")
    assert quiz.questions[0].text.zh == "What?"
    assert [(gap.languages, gap.text, gap.where.path) for gap in quiz.gaps] == [
        ((Language.ZH,), "What?", "questions[0].text"),
        ((), "Think.", "questions[0].hint"),
    ]
    english = quiz_in(
        tmp_path / "en", "- {id: one, type: number, text: What?, answer: 1}", head=HEAD + "languages: [en]\n"
    )
    assert english.gaps == tuple[Gap]()


def test_pools_hold_questions_that_are_questions_like_others(tmp_path: Path) -> None:
    quiz = quiz_in(tmp_path, "- {pool: some, pick: 1, questions: [{id: one, type: number, text: x, answer: 1}]}")
    assert isinstance(quiz.items[0], Pool) and quiz.question("one") is quiz.items[0].questions[0]
    with pytest.raises(KeyError):
        quiz.question("two")


def test_ordinary_yaml_is_enough_for_the_schema_of_an_editor() -> None:
    """What editors show: every key has a title, a description and an example."""
    schema = json.loads(SCHEMA.read_text())
    parts = [schema, *schema["$defs"].values()]
    checked = 0
    while parts:
        part = parts.pop()
        for child in part.get("properties", {}).values():
            if "$ref" not in child and "const" not in child:
                assert child["title"] and child["description"] and child["examples"], child
                checked += 1
            parts.append(child)
        parts += [part[key] for key in ("items", "additionalProperties") if isinstance(part.get(key), dict)]
    assert checked > 100


# -------------------------------------------------------------------------------------------------------- the cache


def test_a_kept_tree_gives_the_same_quiz_and_the_same_errors(tmp_path: Path) -> None:
    questions = (
        "- {id: one, type: number, text: '{{n}} .inf', params: {n: {int: [1, 2]}}, answer: 1.0000, accept: {rel: .5}}"
    )
    folder, cache = write_quiz(tmp_path, questions), tmp_path / "cache"
    first = read_quiz(folder, cache=cache)
    (file,) = cache.iterdir()
    assert (cache.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert read_quiz(folder, cache=cache) == first == read_quiz(folder)
    write_quiz(tmp_path, questions.replace("{{n}}", "{{m}}"))
    for _ in range(2):
        with pytest.raises(AuthorError, match=r"quiz\.yaml:5: questions\[0\]\.text: \{\{m\}\}"):
            read_quiz(folder, cache=cache)


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b'{"value": 1, "places": 3}', b"\xff", b"[" * 100_000])
def test_a_damaged_cache_is_read_past(tmp_path: Path, damage: bytes) -> None:
    folder, cache = write_quiz(tmp_path, f"- {{{NUMBER}, answer: 1}}"), tmp_path / "cache"
    whole = read_quiz(folder, cache=cache)
    (file,) = cache.iterdir()
    content = file.read_bytes()
    for changed in (damage, content.replace(b'"number"', b'"letter"'), content[:-9] + content[-8:]):
        assert changed != content
        file.write_bytes(changed)
        assert read_quiz(folder, cache=cache) == whole
        assert file.read_bytes() == content, "and is kept anew"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_tree_that_another_could_have_written_is_read_past(tmp_path: Path) -> None:
    """Whoever may write it could put another key in the place of the author's."""
    folder, cache = write_quiz(tmp_path, f"- {{{NUMBER}, answer: 1}}"), tmp_path / "cache"
    read_quiz(folder, cache=cache)
    (file,) = cache.iterdir()
    file.chmod(0o666)
    assert kept.kept_tree(cache, (folder / "quiz.yaml").read_bytes()) is None
    read_quiz(folder, cache=cache)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = write_quiz(tmp_path, f"- {{{NUMBER}, answer: 1}}")
    assert read_quiz(folder, cache=tmp_path / "file" / "below") == read_quiz(folder)


def test_aliases_cannot_make_a_kept_tree_large(tmp_path: Path) -> None:
    """Every value has its line and its path; neither costs more than the value itself."""
    names = "".join(f"{letter}{'x' * 98}: {{" for letter in "abcdefghij")
    deep = f"about: {{{names}last: [{'1, ' * 2_000}]{'}' * 11}\n"
    file = tmp_path / "quiz.yaml"
    tree = parse_yaml(file, deep.encode())
    kept.keep_tree(tmp_path / "cache", deep.encode(), tree)
    (one,) = (tmp_path / "cache").iterdir()
    assert one.stat().st_size < 12 * len(deep)
    again = kept.kept_tree(tmp_path / "cache", deep.encode())
    assert again is not None and (again.value, again.places) == (tree.value, tree.places)


def test_a_file_whose_aliases_make_it_long_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    long = "about: &a " + "x" * 300_000 + "\nhints: [*a, *a, *a, *a]\n"
    with pytest.raises(AuthorError, match=r"quiz\.yaml:1: more than 1,048,576 characters, aliases \(\*name\) followed"):
        parse_yaml(tmp_path / "quiz.yaml", long.encode())
    keys = "a: &a {" + "k" * 90 + ": 1}\nb: [" + "*a, " * 12_000 + "*a]\n"
    with pytest.raises(AuthorError, match="more than 1,048,576 characters"):
        parse_yaml(tmp_path / "quiz.yaml", keys.encode())
    whole = "about: " + "x" * 500_000 + "\n"
    assert parse_yaml(tmp_path / "quiz.yaml", whole.encode()).value == {"about": "x" * 500_000}


def test_a_key_has_a_largest_length(tmp_path: Path) -> None:
    with pytest.raises(AuthorError) as caught:
        parse_yaml(tmp_path / "quiz.yaml", f"{'k' * 300}: 1\n".encode())
    assert "a key of 300 characters; it may have 100" in str(caught.value) and len(str(caught.value)) < 400


def test_the_cache_lies_with_the_users_own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kept.cache_folder() == tmp_path / "dlgrade" / "quiz"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert kept.cache_folder() == tmp_path / "home" / ".cache" / "dlgrade" / "quiz"


def test_an_account_without_a_home_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", _no_home)
    assert kept.cache_folder() is None


def _no_home() -> Path:
    raise RuntimeError("Could not determine home directory.")
