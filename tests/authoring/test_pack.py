"""`dlgrade pack`: students get what is allowed, the same bytes each time, and nothing of the hidden half."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import stat
import subprocess
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from grader.authoring.bundle import bundle_files
from grader.authoring.leaks import leaks
from grader.authoring.pack import Wish, make_bundle
from grader.authoring.pack_write import Kind, write_bundle
from grader.authoring.seal import seal
from grader.cli.app import run
from grader.errors import AuthorError, UsageError
from grader.exercise import load_course
from grader.exercise.seal_key import VARIABLE, SealKey, write_new_key

ROOT = Path(__file__).parent.parent.parent
NAME = "exercise03_softmax"
WISH = Wish(install="dlgrade==0.1.0")
KEY = SealKey(secret=bytes(range(32)), origin="key")
OF_AN_EXERCISE = {"README.md", "README.zh.md", "exercise.toml", "softmax.py", "test_visible.py"}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLGRADE_LANG", "en")
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of one exercise of the course, with files around that no student should get."""
    for part in ("exercises", "solutions"):
        shutil.copytree(ROOT / part / NAME, tmp_path / "course" / part / NAME)
    folder = tmp_path / "course" / "exercises" / NAME
    for name in ("softmax.py.orig", ".softmax.py.swp", "notes.md", "conftest.py"):
        (folder / name).write_text("exponentials = 1\n", encoding="utf-8")
    (folder / "__pycache__").mkdir(exist_ok=True)
    return tmp_path / "course"


def folder_of(root: Path) -> Path:
    return root / "exercises" / NAME


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def tree(folder: Path) -> dict[str, bytes]:
    """Return all files below, but for git's own."""
    paths = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


# ------------------------------------------------------------------------------------------------------- what is in it


def test_students_get_the_allowed_files_and_no_others(root: Path) -> None:
    files = make_bundle(load_course(root), (), WISH).files
    common = {"README.md", "README.zh.md", ".gitignore", ".gitattributes"}
    assert set(files) == common | {f"exercises/{NAME}/{name}" for name in OF_AN_EXERCISE}
    for name in OF_AN_EXERCISE:
        assert files[f"exercises/{NAME}/{name}"] == (folder_of(root) / name).read_bytes()


def test_what_a_statement_links_to_comes_along(root: Path) -> None:
    folder = folder_of(root)
    (folder / "img").mkdir()
    for name in ("img/curve one.png", "table.csv", "shown.svg", "unused.png"):
        (folder / name).write_bytes(b"1,2\n")
    append(folder / "README.md", "\n![c](img/curve%20one.png) [t](table.csv#top) [web](https://example.org/x.png)\n")
    append(folder / "README.zh.md", '\n<img src="shown.svg" alt="x"> `[no](code.png)` [up](../../solutions/x.py)\n')
    names = set(bundle_files(load_course(root).find("3")))
    assert names == OF_AN_EXERCISE | {"img/curve one.png", "table.csv", "shown.svg"}


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("gone.png", "there is no such file"),
        ("all.zip", "students get no file of this kind"),
        ("link.png", "a link; put the file itself there"),
        ("more/softmax.py", "a link; put the file itself there"),
        ("more/README.md", "a link; put the file itself there"),
    ],
)
def test_a_linked_file_that_students_cannot_get_is_named_with_its_line(root: Path, link: str, says: str) -> None:
    folder = folder_of(root)
    (folder / "all.zip").write_bytes(b"PK")
    (folder / "link.png").symlink_to(root / "solutions" / NAME / "softmax.py")
    (folder / "more").symlink_to(root / "solutions" / NAME)
    append(folder / "README.md", f"\n[a]({link})\n")
    line = (folder / "README.md").read_text(encoding="utf-8").count("\n")
    with pytest.raises(AuthorError, match=rf"README\.md:{line}: {link}: {says}"):
        make_bundle(load_course(root), (), WISH)
    (found,) = leaks(load_course(root).find("3"))
    assert (found.check, found.file) == ("bundle", f"exercises/{NAME}")
    assert f"README.md:{line}: {link}: {says}" in found.problem.en


def test_a_stub_that_is_a_link_to_its_reference_is_refused(root: Path) -> None:
    (folder_of(root) / "softmax.py").unlink()
    (folder_of(root) / "softmax.py").symlink_to(root / "solutions" / NAME / "softmax.py")
    with pytest.raises(AuthorError, match=r"softmax\.py: a link"):
        make_bundle(load_course(root), (), WISH)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("name", ["table.csv", "shown.svg", "test_visible.py"])
def test_a_text_that_is_no_utf8_is_refused_for_nobody_could_look_into_it(root: Path, name: str, encoding: str) -> None:
    append(folder_of(root) / "README.md", f"\n[a]({name})\n")
    secret = (root / "solutions" / NAME / "softmax.py").read_text(encoding="utf-8")
    (folder_of(root) / name).write_bytes(secret.encode(encoding))
    with pytest.raises(AuthorError, match=rf"{name}: holds NUL bytes"):
        make_bundle(load_course(root), (), WISH)


def test_a_leak_is_refused_and_nothing_is_written(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = (root / "solutions" / NAME / "softmax.py").read_text(encoding="utf-8")
    line = next(line.strip() for line in reference.split("\n") if "amax" in line or ".max(" in line)
    append(folder_of(root) / "README.zh.md", f"\n```python\n{line}\n```\n")
    before = sorted(tmp_path.iterdir())
    assert run(["pack", "--course", str(root), "--output", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert f"exercises/{NAME}/README.zh.md:" in said
    assert f"solutions/{NAME}/softmax.py" in said
    assert sorted(tmp_path.iterdir()) == before


def test_a_quizs_answer_in_a_statement_is_a_leak(root: Path) -> None:
    answer = "the seventh answer counts every logit once and divides by their number afterwards"
    (root / "solutions" / "quiz01").mkdir()
    (root / "solutions" / "quiz01" / "quiz.yaml").write_text(f"- answer: {answer}\n", encoding="utf-8")
    append(folder_of(root) / "README.md", f"\nRemember: {answer}.\n")
    with pytest.raises(AuthorError, match=r"solutions/quiz01/quiz\.yaml"):
        make_bundle(load_course(root), (), WISH)


def test_without_solutions_nothing_is_packed_for_nothing_proves_it(root: Path) -> None:
    shutil.rmtree(root / "solutions")
    with pytest.raises(UsageError, match="the solutions are not at hand"):
        make_bundle(load_course(root), (), WISH)


def test_a_sealed_course_is_packed_with_its_key(root: Path) -> None:
    opened = make_bundle(load_course(root), (), WISH)
    seal(load_course(root), KEY)
    shutil.rmtree(root / "solutions")
    assert make_bundle(load_course(root), (), WISH, KEY) == opened


def test_some_exercises_can_be_chosen(tmp_path: Path) -> None:
    bundle = make_bundle(load_course(ROOT), ("softmax", "1"), WISH)
    assert bundle.exercises == ("exercise01_sgd", NAME)
    assert not any("exercise02" in name for name in bundle.files)


# ----------------------------------------------------------------------------------------------- how it is written


@pytest.mark.parametrize("kind", list(Kind))
def test_two_runs_write_the_same_under_any_umask(root: Path, tmp_path: Path, kind: Kind) -> None:
    files = make_bundle(load_course(root), (), Wish(install="dlgrade", workflow=True)).files
    seen = []
    for umask in (0o022, 0o077):
        before = os.umask(umask)
        try:
            write_bundle(files, target := tmp_path / f"out{umask}", kind)
        finally:
            os.umask(before)
        if kind is Kind.ZIP:
            seen.append(hashlib.sha256(target.read_bytes()).hexdigest())
            continue
        assert {stat.S_IMODE(path.stat().st_mode) for path in target.iterdir() if path.is_file()} == {0o644}
        assert stat.S_IMODE((target / "exercises" / NAME).stat().st_mode) == 0o755
        assert tree(target) == files if kind is Kind.FOLDER else True
        seen.append(head(target) if kind is Kind.GIT else str(sorted(tree(target).items())))
    assert seen[0] == seen[1]


def head(repository: Path) -> str:
    done = subprocess.run(
        ["git", "-c", f"safe.directory={repository}", "log", "--format=%H %an %aI %s"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_repository_is_clean_has_one_commit_and_no_setting_of_this_user(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = (
        "[user]\nname = Secret Person\n[commit]\ngpgsign = true\n[core]\nautocrlf = true\n[init]\ndefaultBranch = x\n"
    )
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text(settings, encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    files = make_bundle(load_course(root), (), WISH).files
    write_bundle(files, tmp_path / "repository", Kind.GIT)
    monkeypatch.delenv("GIT_DIR")
    told = head(tmp_path / "repository")
    assert told.count("\n") == 1
    assert "dlgrade 2000-01-01T00:00:00" in told
    listed = subprocess.run(
        ["git", "ls-tree", "-r", "--name-only", "main"],
        cwd=tmp_path / "repository",
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(listed.stdout.split()) == set(files)
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=tmp_path / "repository", capture_output=True, text=True, check=True
    )
    assert status.stdout == ""


def test_a_zip_holds_plain_files_without_times_or_users(root: Path, tmp_path: Path) -> None:
    write_bundle(make_bundle(load_course(root), (), WISH).files, tmp_path / "a.zip", Kind.ZIP)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        infos = archive.infolist()
        assert archive.testzip() is None
    assert [info.filename for info in infos] == sorted(info.filename for info in infos)
    assert {(info.date_time, info.external_attr >> 16, info.extra) for info in infos} == {
        ((1980, 1, 1, 0, 0, 0), 0o100644, b"")
    }


@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_is_overwritten(tmp_path: Path, kind: Kind) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine").write_text("x", encoding="utf-8")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for name in ("taken", "file"):
        with pytest.raises(UsageError, match="nothing is overwritten"):
            write_bundle({"a": b"1"}, tmp_path / name, kind)
    assert tree(tmp_path) == {"taken/mine": b"x", "file": b"x"}


@pytest.mark.parametrize("kind", [Kind.FOLDER, Kind.GIT])
def test_an_empty_folder_may_be_filled(tmp_path: Path, kind: Kind) -> None:
    (tmp_path / "empty").mkdir()
    write_bundle({"a/b": b"1"}, tmp_path / "empty", kind)
    assert tree(tmp_path / "empty") == {"a/b": b"1"}


def test_a_broken_off_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_bundle({"a": b"1", "a/b": b"2"}, tmp_path / "out", Kind.FOLDER)
    assert not list(tmp_path.iterdir())


# ------------------------------------------------------------------------------------------------------- the workflow


def test_the_workflow_checks_every_exercise_and_reads_the_key_from_a_secret(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_new_key(key := tmp_path / "key")
    assert run(["seal", "--course", str(root), "--key-file", str(key)]) == 0
    options = [
        "--with-workflow",
        "--sealed",
        "--key-file",
        str(key),
        "--install",
        "dlgrade @ git+https://example.org/x",
    ]
    assert run(["pack", "--course", str(root), "--output", str(tmp_path / "out"), *options]) == 0
    assert "Nothing of the hidden half was found" in capsys.readouterr().out
    workflow = (tmp_path / "out" / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8")
    assert "permissions:\n  contents: read\n" in workflow
    assert """run: "pip install 'dlgrade @ git+https://example.org/x'"\n""" in workflow
    assert f"run: dlgrade check {NAME} --verbose\n" in workflow
    assert f"{VARIABLE}: ${{{{ secrets.{VARIABLE} }}}}\n" in workflow
    assert (tmp_path / "out" / "solutions.sealed").read_bytes() == (root / "solutions.sealed").read_bytes()
    actions = {line.strip(" -") for line in workflow.splitlines() if "uses:" in line}
    own = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert actions <= {line.strip(" -") for line in own.splitlines() if "uses:" in line}


def test_a_sealed_bundle_opens_with_its_key_as_it_was_packed(root: Path, tmp_path: Path) -> None:
    from grader.exercise.sealed_course import open_sealed

    seal(load_course(root), KEY)
    bundle = make_bundle(load_course(root), (), Wish(install="dlgrade", workflow=True, sealed=True), KEY)
    write_bundle(bundle.files, tmp_path / "out", Kind.GIT)
    exercise = open_sealed(load_course(tmp_path / "out"), KEY).find(NAME)
    assert exercise.sealed["softmax.py"] == (root / "solutions" / NAME / "softmax.py").read_text(encoding="utf-8")


def test_a_sealed_file_that_is_out_of_date_is_not_packed(root: Path) -> None:
    seal(load_course(root), KEY)
    append(root / "solutions" / NAME / "test_hidden.py", "\n# more\n")
    with pytest.raises(UsageError, match="out of date"):
        make_bundle(load_course(root), (), Wish(install="dlgrade", sealed=True), KEY)


def test_without_the_key_it_is_said_that_the_sealed_file_was_not_compared(root: Path) -> None:
    seal(load_course(root), KEY)
    append(root / "solutions" / NAME / "test_hidden.py", "\n# more\n")
    sealed = Wish(install="dlgrade", sealed=True)
    (note,) = make_bundle(load_course(root), (), sealed).notes
    assert "solutions.sealed was packed without a look into it" in note.en and "--key-file" in note.zh
    seal(load_course(root), KEY)
    assert make_bundle(load_course(root), (), sealed, KEY).notes == ()
    assert make_bundle(load_course(root), (), WISH).notes == ()


@pytest.mark.parametrize("install", ["", "a\nb", "${{ secrets.X }}", "a $(b)", "--index-url x", "a`b`"])
def test_what_could_be_more_than_a_requirement_is_refused(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], install: str
) -> None:
    assert run(["pack", "--course", str(root), "--output", str(tmp_path / "out"), "--install", install]) == 2
    assert "on one line" in capsys.readouterr().err


# ----------------------------------------------------------------------------------- nothing of any size is read


def sparse(file: Path, size: int) -> None:
    """Make a file of any size that takes no room on the disk."""
    with file.open("wb") as stream:
        stream.truncate(size)


@pytest.mark.parametrize(
    ("half", "file", "says"),
    [
        ("exercises", "softmax.py", "larger than 1024 KiB"),
        ("exercises", "test_visible.py", "larger than 1024 KiB"),
        ("exercises", "README.zh.md", "larger than 1024 KiB"),
        ("solutions", "softmax.py", "larger than 1024 KiB"),
        ("solutions", "mistakes/huge.py", "larger than 1024 KiB"),
        ("solutions", "huge.npz", "larger than 16 MiB"),
    ],
)
def test_a_file_of_any_size_is_refused_before_it_is_read(root: Path, half: str, file: str, says: str) -> None:
    sparse(root / half / NAME / file, 1 << 36)
    with pytest.raises((AuthorError, UsageError), match=rf"{file}: {says}"):
        make_bundle(load_course(root), (), WISH)


@pytest.mark.parametrize(("name", "most"), [("table.csv", 4), ("array.npy", 16)])
def test_what_a_statement_offers_has_a_size_that_is_said(root: Path, name: str, most: int) -> None:
    append(folder_of(root) / "README.md", f"\n[a]({name})\n")
    sparse(folder_of(root) / name, most * 2**20 + 1)
    with pytest.raises(AuthorError, match=rf"README\.md:\d+: {name}: larger than {most} MiB"):
        make_bundle(load_course(root), (), WISH)


def test_many_files_that_are_too_much_together_are_refused(root: Path) -> None:
    for number in range(5):
        append(folder_of(root) / "README.md", f"\n[a](a{number}.npy)\n")
        sparse(folder_of(root) / f"a{number}.npy", 15 * 2**20)
    with pytest.raises(AuthorError, match=r"75\.\d MiB for students; at most 64 MiB"):
        make_bundle(load_course(root), (), WISH)


def test_a_hidden_table_that_is_too_long_to_compare_is_refused_with_the_way_out(root: Path) -> None:
    (root / "solutions" / NAME / "table.csv").write_bytes(b"1.5,2.5\n" * 2**19 + b"1,2\n")
    with pytest.raises(AuthorError, match=r"solutions/.*/table\.csv: 4\.0 MiB of text.*\.npy"):
        make_bundle(load_course(root), (), WISH)


def test_a_long_table_is_compared_in_little_memory(root: Path) -> None:
    rows = "\n".join(f"row{number} a{number} b{number} c{number} d{number} e{number}" for number in range(8_000))
    (folder_of(root) / "table.csv").write_text(rows, encoding="utf-8")
    append(folder_of(root) / "README.md", "\n[a](table.csv)\n")
    tracemalloc.start()
    try:
        make_bundle(load_course(root), (), WISH)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * 2**20  # every run of its 48,000 words, kept, would be 80 MiB


@pytest.mark.parametrize("name", ["array.npy", "picture.png"])
def test_a_leak_in_what_is_no_text_is_found(root: Path, name: str) -> None:
    reference = (root / "solutions" / NAME / "softmax.py").read_bytes()
    (folder_of(root) / name).write_bytes(b"\x93NUMPY\x01\x00" + reference + b"\xff\x00")
    append(folder_of(root) / "README.md", f"\n[a]({name})\n")
    with pytest.raises(AuthorError, match=rf"{name}#text:\d+:.*solutions/{NAME}/softmax\.py"):
        make_bundle(load_course(root), (), WISH)


@pytest.mark.skipif(not hasattr(signal, "alarm"), reason="needs a signal that ends what hangs")
@pytest.mark.parametrize("page", ["<img " * 100_000, "~" * 500_000, "](" * 100_000, "~~~~\n```\n" * 50_000])
def test_no_page_is_gone_through_for_each_of_its_words(root: Path, page: str) -> None:
    (folder_of(root) / "README.md").write_text(page, encoding="utf-8")
    signal.alarm(60)  # it takes a second; where it is, hours
    try:
        bundle_files(load_course(root).find("3"))
    except AuthorError as error:
        assert "there is no such file" in error.problem.en
    finally:
        signal.alarm(0)
