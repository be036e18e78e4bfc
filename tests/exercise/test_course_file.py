"""dlgrade.toml: what a course says of itself, what its exercises inherit, and what its author is told of a slip."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from grader.errors import AuthorError, UsageError
from grader.exercise import Course, create_workspace, load_course, record_score
from grader.exercise.course_file import (
    COURSE_FILE,
    COURSE_SCHEMA,
    CourseFile,
    course_file,
    course_text,
    problems_in,
    read_course_file,
)
from grader.exercise.defaults import STANDARD
from grader.records import Device, Language, Reveal, Text

ROOT = Path(__file__).parent.parent.parent
BASE = 'schema = "course/1"\nname = { en = "Tensors", zh = "张量" }\n'
NAMES = ("exercise01_sgd", "exercise02_views", "exercise03_softmax")


@pytest.fixture
def root(course_files: Any) -> Path:
    """A course of three exercises with solutions, without its file yet."""
    for name in NAMES:
        course_files.add(name)
    folder: Path = course_files.root
    return folder


def course_of(root: Path, text: str) -> Course:
    """Return the course at `root`, with `text` after the keys that every course's file has."""
    (root / COURSE_FILE).write_text(BASE + text, encoding="utf-8")
    return load_course(root)


def refused(folder: Path, text: str) -> str:
    """Return what the author of a whole dlgrade.toml is told; it must be said in Chinese, too, and name the file."""
    folder.mkdir(exist_ok=True)
    (folder / COURSE_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(AuthorError) as caught:
        read_course_file(folder)
    told = caught.value.text
    assert COURSE_FILE in told.en and COURSE_FILE in told.zh
    assert re.search("[一-鿿]", told.zh)
    return told.en


# ------------------------------------------------------------------------------------------------------ what it says


def test_course_without_the_file_is_what_it_was(root: Path) -> None:
    course = load_course(root)
    assert course.file == CourseFile()
    assert [entry.name for entry in course.entries] == list(NAMES)
    assert course.exercises_folder == root / "exercises"


def test_name_is_read_in_both_languages(root: Path) -> None:
    assert course_of(root, "").file.name == Text(en="Tensors", zh="张量")


def test_order_comes_first_and_the_others_follow_by_number(root: Path) -> None:
    course = course_of(root, 'order = ["softmax", "exercise01"]\n')
    assert [entry.id for entry in course.entries] == ["exercise03", "exercise01", "exercise02"]
    after = course.after(course.find("softmax"))
    assert after is not None and after.id == "exercise01"


def test_name_in_order_that_no_exercise_has_is_told_and_hides_nothing(root: Path) -> None:
    course = course_of(root, 'order = ["softmx", "exercise02"]\n[dates.exercise09]\ndue = 2026-10-01T00:00:00Z\n')
    assert [entry.id for entry in course.entries] == ["exercise02", "exercise01", "exercise03"]
    first, second = course.unknown
    assert first.en.startswith(
        'dlgrade.toml: order[0] = "softmx": no exercise here is called so. Did you mean exercise03'
    )
    assert second.en.startswith("dlgrade.toml: dates.exercise09: no exercise here")


def test_folders_may_lie_elsewhere(root: Path) -> None:
    (root / "exercises").rename(root / "week")
    (root / "solutions").rename(root.parent / "private")
    course = course_of(root, 'exercises = "week"\nsolutions = "../private"\n')
    exercise = course.find("softmax")
    assert exercise.folder == str(root / "week" / "exercise03_softmax")
    assert exercise.solution_folder == str(root.parent / "private" / "exercise03_softmax")
    assert course.own_files(exercise) == root / "week" / "exercise03_softmax"


def test_course_of_one_language_needs_no_other_statement(root: Path) -> None:
    folder = root / "exercises" / "exercise03_softmax"
    (folder / "README.zh.md").unlink()
    manifest = folder / "exercise.toml"
    manifest.write_text(re.sub(r', zh = "[^"]*"', "", manifest.read_text("utf-8")), encoding="utf-8")
    exercise = course_of(root, 'languages = ["en"]\n').find("softmax")
    assert exercise.languages == (Language.EN,)
    assert exercise.title == Text(en="Title of softmax", zh="Title of softmax")
    made = create_workspace(root.parent / "mine", load_course(root))
    assert not made.broken and Path("exercise03_softmax/README.md") in made.copied
    with pytest.raises(AuthorError, match=r"title\.zh: missing"):
        course_of(root, "").find("softmax")


def test_statement_in_a_language_of_the_course_must_be_there(root: Path) -> None:
    (root / "exercises" / "exercise03_softmax" / "README.md").unlink()
    assert course_of(root, 'languages = ["zh"]\n').find("softmax").languages == (Language.ZH,)
    with pytest.raises(AuthorError, match=r"README\.md: missing"):
        course_of(root, 'languages = ["en", "zh"]\n').find("softmax")


# --------------------------------------------------------------------------------------------------------- defaults


def test_exercise_inherits_where_its_manifest_is_silent(course_files: Any) -> None:
    course_files.add(more='[limits]\ncall_s = 1.5\n[reveal]\nhidden = "full"\n')
    course_files.add("exercise04_silent")
    text = '[defaults]\ndevices = ["cpu", "cuda"]\nlimits = { exam_s = 45, memory_mib = 1024 }\n'
    course = course_of(course_files.root, text + 'reveal = { hidden = "shape" }\n')
    spoken, silent = course.find("softmax"), course.find("silent")
    assert spoken.devices == silent.devices == (Device.CPU, Device.CUDA)
    assert (spoken.limits.call_s, spoken.limits.exam_s, spoken.limits.memory_mib) == (1.5, 45.0, 1024)
    assert spoken.reveal_hidden is Reveal.FULL and silent.reveal_hidden is Reveal.SHAPE


def test_inherited_limit_yields_to_the_one_that_is_written(course_files: Any) -> None:
    course_files.add(more="[limits]\nexam_s = 5\n")
    exercise = course_of(course_files.root, "[defaults.limits]\ncall_s = 60\n").find("softmax")
    assert (exercise.limits.call_s, exercise.limits.exam_s) == (5.0, 5.0)


def test_fingerprint_covers_what_is_inherited_and_nothing_else_of_the_file(root: Path) -> None:
    plain = load_course(root).find("softmax").sha256
    assert course_of(root, 'order = ["softmax"]\n[dates]\ndue = 2026-10-01T00:00:00Z\n').find("softmax").sha256 == plain
    assert course_of(root, "[defaults.limits]\ncall_s = 2.0\n").find("softmax").sha256 == plain
    changed = course_of(root, "[defaults.limits]\ncall_s = 3.0\n").find("softmax").sha256
    revealed = course_of(root, '[defaults.reveal]\nhidden = "none"\n').find("softmax").sha256
    assert len({plain, changed, revealed}) == 3


def test_default_that_the_manifest_overrides_changes_no_fingerprint(course_files: Any) -> None:
    course_files.add(more='[reveal]\nhidden = "full"\n')
    plain = load_course(course_files.root).find("softmax").sha256
    assert course_of(course_files.root, '[defaults.reveal]\nhidden = "none"\n').find("softmax").sha256 == plain


# ------------------------------------------------------------------------------------------------------------ dates


def test_dates_of_all_are_those_of_each_but_where_it_has_its_own(root: Path) -> None:
    course = course_of(
        root,
        'timezone = "Europe/Zurich"\n[dates]\nrelease = 2026-09-14T08:00:00\ndue = 2026-09-28T23:59:00\n'
        "[dates.softmax]\ndue = 2026-10-05T20:00:00-02:00\n",
    )
    views, softmax = course.find_entry("views").dates, course.find_entry("softmax").dates
    assert views.release == softmax.release == datetime(2026, 9, 14, 6, 0, tzinfo=UTC)
    assert views.due == datetime(2026, 9, 28, 21, 59, tzinfo=UTC)
    assert softmax.due is not None and softmax.due.isoformat() == "2026-10-06T00:00:00+02:00"
    assert not views.is_late(views.due) and views.is_late(views.due + timedelta(seconds=1))


def test_hour_that_comes_twice_is_the_later_one(root: Path) -> None:
    course = course_of(root, 'timezone = "Europe/Zurich"\n[dates]\ndue = 2026-10-25T02:30:00\n')
    due = course.find_entry("views").dates.due
    assert due is not None and due.astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_exercise_that_is_not_given_out_is_left_out_of_a_workspace_until_then(root: Path) -> None:
    course = course_of(root, "[dates.exercise02]\nrelease = 2026-09-14T08:00:00Z\n")
    before, after = datetime(2026, 9, 14, 7, 59, tzinfo=UTC), datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
    made = create_workspace(root.parent / "mine", course, now=before)
    assert [entry.id for entry in made.unreleased] == ["exercise02"]
    assert not (made.root / "exercise02_views").exists()
    following = course.after(course.find("sgd"), now=before)
    assert following is not None and following.id == "exercise03"
    assert Path("exercise02_views/views.py") not in made.copied
    again = create_workspace(root.parent / "mine", course, now=after)
    assert not again.unreleased and (made.root / "exercise02_views" / "README.md").is_file()


# ----------------------------------------------------------------------------------------------- what authors are told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{BASE}[dates]\ndue = 0001-01-01T00:00:00Z", "expected a year in [1970, 8999], got 1"),
        ("", 'schema: missing; expected "course/1"'),
        ('schema = "course/2"\nname = { en = "T", zh = "T" }', "written for another dlgrade: upgrade"),
        (f'{BASE}nmae = "x"', "nmae: unknown key. Allowed here: schema, name, languages"),
        ('schema = "course/1"\nname = "Tensors"', 'name = "Tensors": expected a table, got text'),
        ('schema = "course/1"\nname = { en = "Tensors" }', "name.zh: missing"),
        (f'{BASE}languages = ["de"]', 'languages[0] = "de": expected "en" or "zh"'),
        (f'{BASE}order = "softmax"', 'Put it in brackets: ["softmax"]'),
        (f"{BASE}[defaults]\nlimits = {{ call_s = 0 }}", "defaults.limits.call_s = 0: expected a number in (0, 120]"),
        (f"{BASE}[defaults.limits]\ncall_s = 9\nexam_s = 3", "expected at most defaults.limits.exam_s = 3, got 9"),
        (f"{BASE}[defaults.limits]\ncall_s = nan", "defaults.limits.call_s = nan: expected a number"),
        (f'{BASE}[defaults.reveal]\nhidden = "hints"', 'Did you mean "hint"?'),
        (f"{BASE}[defaults]\npreload = []", "defaults.preload: unknown key"),
        (f'{BASE}timezone = "Europe/Zurch"', 'Did you mean "Europe/Zurich"?'),
        (f'{BASE}timezone = "../../etc/passwd"', "expected the name of a time zone"),
        (f'{BASE}[dates]\ndue = "2026-09-28T23:59:00"', "expected a date with a time, got text. Remove the quotes."),
        (f'{BASE}[dates]\ndue = "soon"', "For example: due = 2026-09-28T23:59:00"),
        (f"{BASE}[dates]\ndue = 2026-09-28", "got a date alone. Add the time: due = 2026-09-28T23:59:00"),
        (f"{BASE}[dates]\ndue = 23:59:00", "got a time alone"),
        (f"{BASE}[dates]\ndue = 2026-09-28T23:59:00", 'Add timezone = "Europe/Zurich" above the first [table]'),
        (
            f"{BASE}[dates]\nduo = 2026-09-28T23:59:00Z",
            "dates.duo: unknown key. Allowed there: release, due. Did you mean due?",
        ),
        (f"{BASE}[dates.exercise01]\nduo = 1", "dates.exercise01.duo: unknown key"),
        (f"{BASE}[dates.exercise01]\ndue = 5", "dates.exercise01.due = 5: expected a date with a time"),
        (f"{BASE}dates = 5", "dates = 5: expected a table"),
        (
            f'{BASE}timezone = "Europe/Zurich"\n[dates]\ndue = 2026-03-29T02:30:00',
            "expected a time that exists in Europe/Zurich, got one that is skipped",
        ),
        (
            f"{BASE}[dates]\nrelease = 2026-09-28T00:00:00Z\n[dates.exercise01]\ndue = 2026-09-27T00:00:00Z",
            "dates.exercise01.due = 2026-09-27 00:00:00+00:00: expected a time after release",
        ),
        (f'{BASE}solutions = "a\\u0000b"', "expected the path of a folder"),
        (f'{BASE}exercises = "e\\n"', "a line feed at its end"),
        (f"{BASE}name =", "line 3, column"),
    ],
)
def test_slip_is_answered_with_file_key_value_what_is_allowed_and_the_fix(tmp_path: Path, text: str, told: str) -> None:
    assert told in refused(tmp_path, text)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    message = refused(
        tmp_path, f'{BASE}timezone = "UTC"\n[dates]\ndue = 2026-09-28\nduo = 1\n[defaults.limits]\ncall_s = nan\n'
    )
    assert len(message.splitlines()) == 3


MOMENTS = st.datetimes() | st.datetimes(timezones=st.just(UTC)) | st.dates() | st.times()
KEYS = [
    *json.loads(COURSE_SCHEMA.read_text(encoding="utf-8"))["properties"],
    "due",
    "release",
    "limits",
    "en",
    "zh",
    "x",
]


@given(
    table=st.dictionaries(
        st.sampled_from(KEYS),
        st.recursive(
            st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(KEYS) | MOMENTS,
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
            max_leaves=6,
        ),
        max_size=4,
    ),
    dates=st.dictionaries(
        st.sampled_from(["release", "due", "exercise01", "x"]),
        MOMENTS | st.dictionaries(st.sampled_from(["release", "due"]), MOMENTS),
    ),
    zone=st.sampled_from(["UTC", "Europe/Zurich", "Asia/Shanghai", "x"]),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_table_is_read_or_explained(table: dict[str, Any], dates: dict[str, Any], zone: str) -> None:
    sound = {"schema": "course/1", "name": {"en": "T", "zh": "T"}, "timezone": zone, "dates": dates}
    for given_table in (table, {**sound, **table}, sound):
        problems = problems_in(given_table)
        assert all(problem.en and problem.zh for problem in problems)
        if not problems:
            assert course_file(given_table).name == Text(en="T", zh="T")


def test_schema_is_valid_and_every_key_has_an_example_that_obeys_it() -> None:
    schema = json.loads(COURSE_SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    for name, key in schema["properties"].items():
        assert key["description"] and key["examples"], name


# -------------------------------------------------------------------------------------------------- where courses lie


def test_our_own_course_has_a_name(tmp_path: Path) -> None:
    course = load_course(ROOT, cwd=tmp_path)
    assert course.file.name == Text(en="Deep learning from scratch", zh="从零开始的深度学习")
    assert not course.unknown


def test_any_folder_of_exercises_is_a_course_when_it_is_named(root: Path, tmp_path: Path) -> None:
    flat = tmp_path / "flat"
    (root / "exercises").rename(flat)
    course = load_course(flat, cwd=tmp_path)
    assert [entry.name for entry in course.entries] == list(NAMES)
    assert course.exercises_folder == flat and course.find("softmax").solution_folder == ""
    (root / "solutions").rename(flat / "solutions")
    assert load_course(flat).find("softmax").solution_folder == str(flat / "solutions" / "exercise03_softmax")


def test_exercises_of_a_course_are_not_taken_for_a_course_of_their_own(root: Path) -> None:
    (root / "exercises").rename(root / "week")
    course_of(root, 'exercises = "week"\n')
    with pytest.raises(UsageError, match=rf"Did you mean {re.escape(str(root))}\?"):
        load_course(root / "week")


def test_exercises_in_two_places_are_refused_until_the_file_says_which(root: Path, course_files: Any) -> None:
    type(course_files)(root / "other").add("exercise07_new").rename(root / "exercise07_new")
    with pytest.raises(AuthorError, match=r'Write exercises = "exercises" or exercises = "\."'):
        load_course(root)
    assert len(course_of(root, 'exercises = "exercises"\n').entries) == 3
    assert len(course_of(root, 'exercises = "."\n').entries) == 1


@pytest.mark.parametrize(("place", "meant"), [("exercises", ".."), ("", "exercises")])
def test_file_that_leads_past_the_exercises_is_told_the_way(root: Path, place: str, meant: str) -> None:
    for name in NAMES:
        (root / "exercises" / name).rename(root / name) if meant == ".." else None
    folder = root / place
    text = BASE if meant == ".." else BASE + 'exercises = "none"\n'
    (folder / COURSE_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(AuthorError, match=rf'Did you mean exercises = "{re.escape(meant)}"\?'):
        load_course(folder)


def test_new_course_may_have_no_exercise_yet(tmp_path: Path) -> None:
    (tmp_path / COURSE_FILE).write_text(BASE, encoding="utf-8")
    course = load_course(tmp_path)
    assert course.entries == ()
    with pytest.raises(UsageError, match=r"has no exercises yet\. `dlgrade new` makes one"):
        course.find("softmax")


def test_folder_of_several_courses_names_them(root: Path, course_files: Any) -> None:
    other = type(course_files)(root.parent / "vision")
    other.add("exercise01_cnn")
    with pytest.raises(UsageError, match=r"It holds courses; name one: .*course, .*vision\."):
        load_course(root.parent)


def test_nearest_course_wins_where_they_are_nested(root: Path, course_files: Any) -> None:
    inner = type(course_files)(root / "extra")
    inner.add("exercise09_more")
    assert load_course(cwd=inner.root / "exercises" / "exercise09_more").root == inner.root
    assert load_course(cwd=root / "exercises").root == root
    made = create_workspace(root.parent / "mine", load_course(root))
    nested = type(course_files)(made.root / "vision")
    nested.add("exercise01_cnn")
    assert load_course(cwd=nested.root).root == nested.root
    assert load_course(cwd=made.root).root == root


def test_variable_names_the_course_and_the_option_comes_before_it(
    root: Path, course_files: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = type(course_files)(tmp_path / "other")
    other.add("exercise05_cnn")
    monkeypatch.setenv("DLGRADE_COURSE", str(root))
    assert load_course(cwd=other.root).root == root
    assert load_course(other.root, cwd=tmp_path).root == other.root
    monkeypatch.setenv("DLGRADE_COURSE", str(tmp_path / "gone"))
    with pytest.raises(UsageError, match=r"^DLGRADE_COURSE=.*gone: .*is no course"):
        load_course(cwd=other.root)


def test_progress_in_two_courses_of_one_workspace_is_kept_apart(root: Path, course_files: Any, tmp_path: Path) -> None:
    other = type(course_files)(tmp_path / "other")
    other.add("exercise03_softmax")
    mine = create_workspace(tmp_path / "mine", load_course(root)).root
    own, foreign = load_course(cwd=mine), load_course(other.root, cwd=mine)
    assert own.progress_root == mine == load_course(root, cwd=mine).progress_root
    assert foreign.progress_root is not None and foreign.progress_root.is_relative_to(mine / ".dlgrade")
    kept = record_score(foreign.progress_root, "exercise03_softmax", earned=1, points=2)
    assert kept.warning is None
    assert not (mine / ".dlgrade" / "progress.json").exists()


def test_progress_follows_a_course_that_has_moved(root: Path, tmp_path: Path) -> None:
    mine = create_workspace(tmp_path / "mine", load_course(root)).root
    moved = root.rename(tmp_path / "moved")
    assert load_course(moved, cwd=mine).progress_root == mine


def test_workspace_is_no_course_and_its_marker_is_another_file(root: Path, tmp_path: Path) -> None:
    course_of(root, "")
    made = create_workspace(tmp_path / "mine", load_course(root))
    assert not (made.root / COURSE_FILE).exists()
    assert load_course(made.root, cwd=tmp_path).root == root


# ------------------------------------------------------------------------------------------------------ a new course's


@pytest.mark.parametrize("languages", [(Language.EN, Language.ZH), (Language.ZH,)])
def test_text_of_a_new_course_says_what_was_asked(tmp_path: Path, languages: tuple[Language, ...]) -> None:
    name = Text(en='Tensors "from" \\scratch\x7f', zh="张量")
    (tmp_path / COURSE_FILE).write_text(course_text(name, languages=languages, timezone="UTC"), encoding="utf-8")
    file = read_course_file(tmp_path)
    assert file.name is not None
    assert [file.name.within(language) for language in languages] == [name.within(language) for language in languages]
    assert file.defaults.languages == languages


def test_what_a_new_course_leaves_as_comments_holds_when_it_is_uncommented(tmp_path: Path) -> None:
    lines = course_text(Text(en="T", zh="T")).splitlines()
    keys = [line[2:] if re.match(r"# [a-z]+ = |# \[", line) else line for line in lines]
    (tmp_path / COURSE_FILE).write_text("\n".join(keys), encoding="utf-8")
    file = read_course_file(tmp_path)
    assert file.order and file.dates.own and file.solutions == "../private/solutions"
    assert file.defaults == STANDARD


def test_unreadable_course_file_is_the_authors_to_fix(powerless: Path) -> None:
    (powerless / COURSE_FILE).write_text(BASE, encoding="utf-8")
    (powerless / COURSE_FILE).chmod(0)
    with pytest.raises(AuthorError, match=r"dlgrade\.toml: cannot be read \(Permission denied\)"):
        load_course(powerless)


def test_example_in_the_manual_is_a_sound_course_file(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    (block,) = re.findall(r'```toml\n(schema = "course/1"\n.*?)```', page, re.DOTALL)
    (tmp_path / COURSE_FILE).write_text(block, encoding="utf-8")
    file = read_course_file(tmp_path)
    assert file.defaults.reveal_hidden is Reveal.SHAPE and file.defaults.limits.memory_mib == 1024
    assert [name for name, _ in file.dates.own] == ["softmax"]
