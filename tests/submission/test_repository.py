"""A git repository at a commit as a submission: what git reads is what is taken, and no repository gains anything."""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from gits import Git, entry_of, index_of, new_git, pack_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import GraderError, SubmissionError
from grader.exercise import read_exercise
from grader.records import Exercise, Fault, Submission
from grader.submission import collect
from grader.submission.git_files import MIB, opened
from grader.submission.git_objects import Objects
from grader.submission.git_packs import MAX_OBJECT
from grader.submission.limits import MAX_FILE_BYTES
from grader.submission.repository import (
    NoSuchCommit,
    RepositoryError,
    commit_at,
    is_repository,
    last_commit_before,
)

CODE = "def softmax(logits, dim=-1):\n    return logits.softmax(dim)\n"
OTHER = CODE.replace("dim=-1", "dim=0")


@pytest.fixture
def exercise(course_files: Any) -> Exercise:
    return read_exercise(course_files.add(), solution_folder=None)


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return new_git(tmp_path / "alice")


def code_of(submission: Submission) -> str:
    return submission.files[0].text


def refused(taking: Callable[[], object], kind: type[GraderError] = SubmissionError) -> str:
    """Return what is said when a repository is not taken, in English; it must be said in Chinese, too."""
    with pytest.raises(kind) as caught:
        taking()
    assert re.search("[一-鿿]", caught.value.text.zh) and caught.value.remedy is not None
    assert caught.value.fault is (Fault.GRADER if isinstance(caught.value, RepositoryError) else Fault.STUDENT)
    return caught.value.text.en


@contextmanager
def little_memory() -> Iterator[None]:
    """Fail when the body holds more memory at a time than one large object and what it is made of."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 128 * MIB
    finally:
        tracemalloc.stop()


# ----------------------------------------------------------------------------------------------------- what is taken


def test_the_commit_is_read_and_not_the_working_tree(exercise: Exercise, git: Git) -> None:
    first = git.commit({"softmax.py": CODE})
    git.commit({"softmax.py": OTHER})
    (git.path / "softmax.py").write_text("not committed")
    assert code_of(collect(exercise, git.path, commit=first)) == CODE
    assert code_of(collect(exercise, git.path, commit="main")) == OTHER
    assert code_of(collect(exercise, git.path)) == "not committed"


def test_same_source_has_the_same_fingerprint_as_a_file(exercise: Exercise, git: Git, tmp_path: Path) -> None:
    git.commit({"softmax.py": CODE, "notes.md": "x", "data/a/b.csv": "1"})
    (tmp_path / "softmax.py").write_text(CODE)
    submission = collect(exercise, git.path, commit="HEAD")
    assert submission.sha256 == collect(exercise, tmp_path / "softmax.py").sha256
    assert submission.ignored and not submission.untouched


@pytest.mark.parametrize("form", ["sha1", "sha256"])
@pytest.mark.parametrize("named_bases", [False, True])
def test_every_object_is_read_as_git_reads_it(tmp_path: Path, form: str, named_bases: bool) -> None:
    git = new_git(tmp_path / "alice", f"--object-format={form}")
    draw = random.Random(7)
    lines = [f"line {draw.random()}" for _ in range(400)]
    for number in range(12):
        lines[draw.randrange(400)] = f"change {number}"
        git.commit({"softmax.py": "\n".join(lines), f"folder/{number}.txt": str(number)})
        if number == 8:
            git("config", "repack.useDeltaBaseOffset", str(not named_bases).lower())
            git("repack", "-adfq", "--depth=50")
    git("tag", "-a", "-m", "a tag", "v1")
    listed = git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype) %(objectsize)")
    assert "delta" in git("verify-pack", "-v", *map(str, (git.path / ".git/objects/pack").glob("*.idx")))
    with opened(git.path) as folder:
        objects = Objects(folder)
        for line in listed.splitlines():
            name, kind, size = line.split()
            found = objects.find(name)
            assert found is not None and (found.kind.decode(), len(found.data)) == (kind, int(size))
        assert objects.beginning(name[:6], most=10) == [name]


def test_bare_packed_and_sha256_repositories_give_the_same(exercise: Exercise, git: Git, tmp_path: Path) -> None:
    git.commit({"softmax.py": OTHER})
    git.commit({"softmax.py": CODE})
    plain = collect(exercise, git.path, commit="HEAD")
    git("clone", "-q", "--bare", "--no-local", ".", str(tmp_path / "bare.git"))
    git("gc", "-q")
    other = new_git(tmp_path / "other", "--object-format=sha256")
    other.commit({"softmax.py": CODE})
    for path in (git.path, tmp_path / "bare.git", other.path):
        assert is_repository(path)
        assert collect(exercise, path, commit="HEAD").sha256 == plain.sha256
    assert not (tmp_path / "bare.git" / "softmax.py").exists()


@pytest.mark.parametrize("packed", [False, True])
def test_names_mean_what_they_mean_to_git(git: Git, packed: bool) -> None:
    first = git.commit({"softmax.py": CODE})
    git("tag", "light")
    git("tag", "-a", "-m", "x", "annotated")
    git("branch", "week/one")
    git("update-ref", "refs/remotes/origin/main", first)
    git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    second = git.commit({"softmax.py": OTHER})
    if packed:
        git("pack-refs", "--all")
        git("gc", "-q")
    names = ["light", "annotated", "week/one", "heads/week/one", "refs/tags/light", "origin", "origin/main"]
    names += [first, first[:7], first[:4], first.upper(), "main", "HEAD", second[:10]]
    for name in names:
        assert commit_at(git.path, name).id == git("rev-parse", f"{name}^{{commit}}"), name
    git("checkout", "-q", "--detach", first)
    assert commit_at(git.path).id == first


@pytest.mark.parametrize("kind", ["tag", "branch"])
def test_what_reads_as_a_hash_is_never_a_students_tag_or_branch(git: Git, kind: str) -> None:
    wanted = git.commit({"softmax.py": CODE})
    git.commit({"softmax.py": OTHER})
    git(kind, wanted[:10])
    git(kind, "facade0")
    said = refused(lambda: commit_at(git.path, wanted[:10]), NoSuchCommit)
    assert f"another than the commit {wanted[:12]}" in said
    assert "no commit begins so" in refused(lambda: commit_at(git.path, "facade0"), NoSuchCommit)
    assert commit_at(git.path, wanted[:9]).id == wanted
    git(kind, "-f", wanted[:10], wanted)
    assert commit_at(git.path, wanted[:10]).id == wanted


def test_time_of_a_commit_is_the_one_it_claims_with_its_zone(git: Git) -> None:
    git.commit({"softmax.py": CODE}, at="2026-09-28T23:58:07-0330")
    assert commit_at(git.path).at == "2026-09-28T23:58:07-03:30"
    assert datetime.fromisoformat(commit_at(git.path).at) == datetime.fromisoformat(git("log", "-1", "--format=%cI"))


@pytest.mark.parametrize("committer", ["C <c> 99999999999999 +0000", "C <c> soon", "C <c> -5 +0000", ""])
def test_a_time_that_is_none_is_not_known(git: Git, committer: str) -> None:
    git.head(git.tree([]), committer=committer)
    assert commit_at(git.path).at == ""


def test_an_impossible_zone_is_dropped_and_the_moment_stays(git: Git) -> None:
    git.head(git.tree([]), committer="C <c> 1790000000 +9999")
    assert datetime.fromisoformat(commit_at(git.path).at).timestamp() == 1790000000


def test_last_commit_before_a_moment_is_gits(git: Git) -> None:
    start = datetime(2026, 9, 20, 12, tzinfo=UTC)

    def hour(number: float) -> str:
        return (start + timedelta(hours=number)).isoformat()

    git.commit({"softmax.py": "0"}, at=hour(0))
    git("checkout", "-q", "-b", "side")
    git.commit({"side.py": "1"}, at=hour(3))
    git("checkout", "-q", "main")
    git.commit({"softmax.py": "2"}, at=hour(2))
    git("merge", "-q", "--no-ff", "-m", "m", "side", at=hour(5))
    git.commit({"softmax.py": "3"}, at=hour(7))
    for number in (0, 1, 2, 2.5, 3, 4, 5, 6, 7, 8):
        moment = datetime.fromisoformat(hour(number))
        expected = git("rev-list", "-1", f"--before={int(moment.timestamp())}", "main")
        assert last_commit_before(git.path, moment).id == expected, number
    said = refused(lambda: last_commit_before(git.path, start - timedelta(seconds=1)), NoSuchCommit)
    assert "no commit says to be from 2026-09-20 11:59" in said
    with pytest.raises(ValueError, match="no time zone"):
        last_commit_before(git.path, datetime(2026, 1, 1))


def test_a_notebook_is_taken_out_of_a_commit_too(exercise: Exercise, git: Git) -> None:
    cells = '[{"cell_type": "code", "source": %s, "metadata": {}, "outputs": [], "execution_count": null}]'
    source = '["def softmax(logits, dim=-1):\\n", "    return logits"]'
    git.commit(
        {"softmax.ipynb": f'{{"cells": {cells % source}, "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}'}
    )
    assert "def softmax" in code_of(collect(exercise, git.path, commit="HEAD"))


# --------------------------------------------------------------------------------------- where the files may lie in it


@pytest.mark.parametrize("place", ["", "mine/", "exercise03_softmax/", "exercises/exercise03_softmax/"])
def test_files_lie_at_the_top_in_one_folder_or_in_the_exercises_own(exercise: Exercise, git: Git, place: str) -> None:
    git.commit({f"{place}softmax.py": CODE, "README.md": "x"})
    assert code_of(collect(exercise, git.path, commit="HEAD")) == CODE


def test_the_exercises_own_folder_comes_before_others(exercise: Exercise, git: Git) -> None:
    git.commit({"exercise03_softmax/softmax.py": CODE, "old/softmax.py": OTHER})
    assert code_of(collect(exercise, git.path, commit="HEAD")) == CODE


def test_two_folders_that_could_be_it_are_a_question_as_in_an_archive(exercise: Exercise, git: Git) -> None:
    git.commit({"new/softmax.py": CODE, "old/softmax.py": OTHER})
    assert "which one is it" in refused(lambda: collect(exercise, git.path, commit="HEAD"))


def test_a_large_repository_is_no_reason_to_refuse_its_one_file(exercise: Exercise, git: Git) -> None:
    blob = git.loose("blob", b"x")
    images = git.tree([("100644", f"{number:06}.png", blob) for number in range(30_000)])
    git.head(git.tree([("40000", "images", images), ("100644", "softmax.py", git.loose("blob", CODE.encode()))]))
    submission = collect(exercise, git.path, commit="HEAD")
    assert code_of(submission) == CODE and submission.ignored >= 29_000


def test_missing_file_names_what_is_there_and_the_commit(exercise: Exercise, git: Git) -> None:
    commit = git.commit({"softmax(1).py": CODE})
    said = refused(lambda: collect(exercise, git.path, commit="HEAD"))
    assert f"@ {commit[:12]}" in said and "Did you mean softmax(1).py? Rename it" in said


@pytest.mark.parametrize(("mode", "kind"), [("120000", "a symbolic link"), ("160000", "a submodule")])
def test_a_link_or_submodule_in_the_files_place_is_refused(exercise: Exercise, git: Git, mode: str, kind: str) -> None:
    git.head(git.tree([(mode, "softmax.py", git.loose("blob", b"/etc/passwd"))]))
    assert f"got {kind}" in refused(lambda: collect(exercise, git.path, commit="HEAD"))


def test_a_submodule_is_not_looked_into_and_said(exercise: Exercise, git: Git) -> None:
    git.head(git.tree([("160000", "exercise03_softmax", "1" * 40)]))
    assert "Submodules are not looked into (exercise03_softmax)" in refused(
        lambda: collect(exercise, git.path, commit="HEAD")
    )


@pytest.mark.parametrize(
    "name", ["../softmax.py", "a/b/softmax.py", "", "..", "softmax.py\\..\\..\\softmax.py", "/softmax.py"]
)
def test_entries_with_names_that_git_never_writes_are_refused(exercise: Exercise, git: Git, name: str) -> None:
    git.head(git.tree([("100644", name, git.loose("blob", CODE.encode()))]))
    assert refused(lambda: collect(exercise, git.path, commit="HEAD"))


def test_a_name_that_stands_twice_is_a_question(exercise: Exercise, git: Git) -> None:
    blobs = [git.loose("blob", text.encode()) for text in (CODE, OTHER)]
    git.head(git.tree([("100644", "softmax.py", blob) for blob in blobs]))
    assert "which one is it" in refused(lambda: collect(exercise, git.path, commit="HEAD"))


@pytest.mark.parametrize("size", [MAX_FILE_BYTES + 1, MAX_OBJECT + 1])
def test_a_file_over_the_limit_is_refused_with_its_size(exercise: Exercise, git: Git, size: int) -> None:
    git.head(git.tree([("100644", "softmax.py", git.loose("blob", b"#" * size))]))
    assert f"{size:,} bytes; at most {MAX_FILE_BYTES:,}" in refused(lambda: collect(exercise, git.path, commit="HEAD"))
    git("repack", "-adq")
    assert f"{size:,} bytes; at most {MAX_FILE_BYTES:,}" in refused(lambda: collect(exercise, git.path, commit="HEAD"))


# ------------------------------------------------------------------------------- what is not there is nobody's zero


@pytest.mark.parametrize("ref", ["v2", "1234567", "f" * 40, "main/x"])
def test_a_commit_that_is_not_there_is_no_zero_and_says_what_is(exercise: Exercise, git: Git, ref: str) -> None:
    commit = git.commit({"softmax.py": CODE})
    git("tag", "v1")
    said = refused(lambda: collect(exercise, git.path, commit=ref), NoSuchCommit)
    assert ref in said and "It has main, v1" in said and f"HEAD is {commit[:12]} (2026-09-20 12:00+02:00)" in said


def test_an_empty_repository_says_so(git: Git) -> None:
    assert "It has no commits" in refused(lambda: commit_at(git.path), NoSuchCommit)


@pytest.mark.parametrize(
    "ref",
    ["HEAD~1", "main..v1", "../../x", "-h", "@{1}", "a b", "x.lock", "a\0b", "main:x", "\x1b[2J", "x\ud800", "\u202e"],
)
def test_what_is_no_name_is_said_to_be_none(git: Git, ref: str) -> None:
    git.commit({"softmax.py": CODE})
    said = refused(lambda: commit_at(git.path, ref), NoSuchCommit)
    assert "expected a commit's hash" in said and said.isprintable()


def test_digits_that_begin_two_commits_ask_for_more(git: Git) -> None:
    tree = git.tree([])
    names: dict[str, str] = {}
    for number in range(10_000):
        name = git.head(tree, committer=f"C <c> {1790000000 + number} +0000")
        if name[:4] in names:
            break
        names[name[:4]] = name
    said = refused(lambda: commit_at(git.path, name[:4]), NoSuchCommit)
    assert name in said and names[name[:4]] in said and "Give more digits" in said


@pytest.mark.parametrize("content", [None, "file", "folder"])
def test_what_is_no_repository_is_unscored(exercise: Exercise, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "bob"
    if content == "file":
        path.write_text(CODE)
    elif content == "folder":
        path.mkdir()
        (path / "softmax.py").write_text(CODE)
    assert not is_repository(path)
    if content:
        assert "no git repository" in refused(lambda: collect(exercise, path, commit="HEAD"), RepositoryError)


def test_a_tree_or_blob_is_no_commit(git: Git) -> None:
    git.commit({"softmax.py": CODE})
    for named, kind in (("HEAD^{tree}", "a folder"), ("HEAD:softmax.py", "a file")):
        name = git("rev-parse", named)
        assert f"expected a commit, got {kind}" in refused(lambda name=name: commit_at(git.path, name), NoSuchCommit)


def test_shallow_and_partial_clones_give_what_they_have_and_fetch_nothing(
    exercise: Exercise, git: Git, tmp_path: Path
) -> None:
    old = git.commit({"softmax.py": CODE}, at="2026-09-20T12:00:00Z")
    git.commit({"softmax.py": OTHER}, at="2026-09-21T12:00:00Z")
    git("config", "uploadpack.allowFilter", "true")
    source = f"file://{git.path}"
    git("clone", "-q", "--depth=1", source, str(tmp_path / "shallow"))
    git("clone", "-q", "--bare", "--filter=blob:none", source, str(tmp_path / "partial"))
    assert code_of(collect(exercise, tmp_path / "shallow", commit="HEAD")) == OTHER
    assert "no commit, tag or branch" in refused(lambda: commit_at(tmp_path / "shallow", old), NoSuchCommit)
    before = datetime(2026, 9, 20, 13, tzinfo=UTC)
    assert refused(lambda: last_commit_before(tmp_path / "shallow", before), NoSuchCommit)
    said = refused(lambda: collect(exercise, tmp_path / "partial", commit="HEAD"), RepositoryError)
    assert "It is a partial clone, and nothing is fetched" in said


def test_reftables_are_said_not_to_be_read_and_a_whole_hash_still_is(git: Git) -> None:
    commit = git.commit({"softmax.py": CODE})
    (git.path / ".git" / "reftable").mkdir()
    (git.path / ".git" / "reftable" / "tables.list").write_text("")
    shutil.rmtree(git.path / ".git" / "refs" / "heads")
    (git.path / ".git" / "refs" / "heads").write_text("this repository uses the reftable format\n")
    (git.path / ".git" / "HEAD").write_text("ref: refs/heads/.invalid\n")
    assert "reftable" in refused(lambda: commit_at(git.path, "main"), RepositoryError)
    assert commit_at(git.path, commit).id == commit


# -------------------------------------------------------------------------------------------- nothing outside is read


@pytest.fixture
def other(tmp_path: Path) -> Git:
    """A repository that the grader may read and the student may not name, with the solution in it."""
    git = new_git(tmp_path / "solutions")
    git.commit({"softmax.py": CODE})
    return git


def test_borrowed_objects_are_not_looked_up(exercise: Exercise, git: Git, other: Git) -> None:
    (git.path / ".git/objects/info/alternates").write_text(f"{other.path}/.git/objects\n")
    (git.path / ".git/HEAD").write_text(other("rev-parse", "HEAD") + "\n")
    assert git("show", "HEAD:softmax.py") == CODE.strip()  # git does
    assert "borrows from another one" in refused(lambda: collect(exercise, git.path, commit="HEAD"), RepositoryError)


def test_places_elsewhere_are_not_followed(exercise: Exercise, git: Git, other: Git, tmp_path: Path) -> None:
    mallory = tmp_path / "mallory"
    mallory.mkdir()
    (mallory / ".git").write_text(f"gitdir: {other.path}/.git\n")
    assert ".git says that the repository lies elsewhere" in refused(
        lambda: collect(exercise, mallory, commit="HEAD"), RepositoryError
    )
    (mallory / ".git").unlink()
    (mallory / ".git").symlink_to(other.path / ".git")
    assert "lies elsewhere" in refused(lambda: collect(exercise, mallory, commit="HEAD"), RepositoryError)
    git.commit({})
    (git.path / ".git/commondir").write_text(f"{other.path}/.git\n")
    assert "commondir says" in refused(lambda: collect(exercise, git.path, commit="HEAD"), RepositoryError)
    (tmp_path / "link").symlink_to(other.path)
    assert "no git repository" in refused(lambda: collect(exercise, tmp_path / "link", commit="HEAD"), RepositoryError)


@pytest.mark.parametrize("place", ["objects", "objects/pack", "refs", "refs/heads", "HEAD", "packed-refs", "config"])
def test_links_inside_are_not_followed(exercise: Exercise, git: Git, other: Git, place: str) -> None:
    git.commit({"softmax.py": OTHER})
    other("repack", "-adq")
    other("pack-refs", "--all")
    inside = git.path / ".git" / place
    if inside.is_dir():
        shutil.rmtree(inside)
    else:
        inside.unlink(missing_ok=True)
    if place == "packed-refs":
        (git.path / ".git/refs/heads/main").unlink()
    inside.symlink_to(other.path / ".git" / place)
    assert "is a symbolic link" in refused(lambda: collect(exercise, git.path, commit="HEAD"))


@pytest.mark.parametrize("ending", [".idx", ".pack"])
def test_packs_and_objects_that_are_links_are_not_followed(
    exercise: Exercise, git: Git, other: Git, ending: str
) -> None:
    other("repack", "-adq")
    for pack in (other.path / ".git/objects/pack").glob("*.*"):
        target = git.path / ".git/objects/pack" / pack.name
        if pack.suffix == ending:
            target.symlink_to(pack)
        else:
            shutil.copy(pack, target)
    said = refused(lambda: collect(exercise, git.path, commit=other("rev-parse", "HEAD")))
    assert f"{ending} is a symbolic link" in said


@pytest.mark.parametrize("place", ["HEAD", "refs/heads/main", "packed-refs", "config", "shallow"])
@pytest.mark.parametrize("kind", ["pipe", "socket", "folder"])
def test_pipes_and_sockets_hang_nobody(git: Git, place: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    git.commit({"softmax.py": CODE})
    file = git.path / ".git" / place
    file.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    else:
        monkeypatch.chdir(file.parent)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(file.name)
    with pytest.raises((SubmissionError, RepositoryError)):
        last_commit_before(git.path, datetime(2000, 1, 1, tzinfo=UTC))


def test_nothing_that_the_configuration_names_is_run(exercise: Exercise, git: Git, tmp_path: Path) -> None:
    trace = tmp_path / "it_ran"
    run = f"touch {trace}"
    git.commit({"softmax.py": CODE, ".gitattributes": "*.py filter=evil diff=evil\n"})
    git("clone", "-q", "--bare", ".", str(tmp_path / "far.git"))
    keys = ("core.fsmonitor", "core.sshCommand", "core.pager", "filter.evil.smudge", "diff.evil.textconv", "alias.log")
    for key in keys:
        git("config", key, f"!{run}" if key.startswith("alias") else run)
    git("config", "remote.origin.url", f"ext::sh -c {run}")
    git("config", "remote.origin.promisor", "true")
    git("config", "include.path", str(tmp_path / "more"))
    for name in ("post-checkout", "pre-commit", "reference-transaction", "post-index-change"):
        hook = git.path / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{run}\n")
        hook.chmod(0o755)
    assert code_of(collect(exercise, git.path, commit="HEAD")) == CODE
    assert commit_at(git.path).id and not trace.exists()
    git("status")
    assert trace.exists()  # git does run it


def test_replaced_objects_do_not_replace(exercise: Exercise, git: Git) -> None:
    first = git.commit({"softmax.py": CODE})
    second = git.commit({"softmax.py": OTHER})
    git("replace", first, second)
    assert git("show", f"{first}:softmax.py") == OTHER.strip()
    assert code_of(collect(exercise, git.path, commit=first)) == CODE


# --------------------------------------------------------------------------------- what is damaged, and what is a bomb


def test_names_that_lead_in_a_circle_or_out_end(git: Git) -> None:
    git.commit({"softmax.py": CODE})
    (git.path / ".git/refs/heads/a").write_text("ref: refs/heads/b\n")
    (git.path / ".git/refs/heads/b").write_text("ref: refs/heads/a\n")
    assert "leads in a circle" in refused(lambda: commit_at(git.path, "a"))
    for target in ("refs/../../../solutions/.git/refs/heads/main", "../x", "refs/heads/../../config", "HEAD"):
        (git.path / ".git/refs/heads/a").write_text(f"ref: {target}\n")
        assert "names neither a commit nor a branch" in refused(lambda: commit_at(git.path, "a"))


def test_tags_of_tags_without_end_end(git: Git) -> None:
    name = git.commit({"softmax.py": CODE})
    for _ in range(12):
        kind = "commit" if len(git("cat-file", "-t", name)) == 6 else "tag"
        name = git.loose("tag", f"object {name}\ntype {kind}\ntag x\ntagger C <c> 1 +0000\n\nx\n".encode())
    assert "without end" in refused(lambda: commit_at(git.path, name))


@pytest.mark.parametrize("data", [b"", b"tree x\n\n", b"tree " + b"0" * 39 + b"\n\n", b"parent " + b"0" * 40 + b"\n\n"])
def test_commits_that_are_not_written_as_commits_are_told(git: Git, data: bytes) -> None:
    (git.path / ".git/HEAD").write_text(git.loose("commit", data) + "\n")
    assert "the git repository is damaged" in refused(lambda: commit_at(git.path))


def test_an_object_under_another_name_is_not_taken(exercise: Exercise, git: Git) -> None:
    git.commit({"softmax.py": CODE})
    blob = git("rev-parse", "HEAD:softmax.py")
    file = git.path / ".git/objects" / blob[:2] / blob[2:]
    file.chmod(0o644)
    file.write_bytes(zlib.compress(f"blob {len(OTHER)}\0{OTHER}".encode()))
    assert "is not what its name says" in refused(lambda: collect(exercise, git.path, commit="HEAD"))


def test_a_bomb_of_an_object_is_not_unpacked(exercise: Exercise, git: Git) -> None:
    name = "1" * 40
    packer = zlib.compressobj(9)
    bomb = packer.compress(b"blob 100\0") + b"".join(packer.compress(bytes(MIB)) for _ in range(256)) + packer.flush()
    (git.path / ".git/objects/11").mkdir()
    (git.path / ".git/objects/11" / ("1" * 38)).write_bytes(bomb)
    git.head(git.tree([("100644", "softmax.py", name)]))
    with little_memory():
        assert refused(lambda: collect(exercise, git.path, commit="HEAD"))


def lay_pack(git: Git, entries: list[bytes], places: dict[str, int]) -> None:
    """Put a pack into the repository; `places` are the numbers of entries that its index names."""
    offsets = [12]
    for entry in entries:
        offsets.append(offsets[-1] + len(entry))
    pack = pack_of(entries)
    folder = git.path / ".git/objects/pack"
    (folder / "pack-x.pack").write_bytes(pack)
    (folder / "pack-x.idx").write_bytes(index_of(pack, {name: offsets[place] for name, place in places.items()}))


def varint(number: int) -> bytes:
    digits = bytearray()
    while number > 0x7F:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*digits, number])


def back(distance: int) -> bytes:
    """Return how an entry says that its base begins `distance` bytes before it."""
    digits = [distance & 0x7F]
    while distance := distance >> 7:
        distance -= 1
        digits.append(distance & 0x7F | 0x80)
    return bytes(reversed(digits))


def test_deltas_that_grow_without_end_are_stopped(exercise: Exercise, git: Git) -> None:
    size = 64 * 1024
    entries = [entry_of(3, bytes(size))]
    for _ in range(60):  # each is twice what it is made of, or as large as an object may be
        grown = min(2 * size, MAX_OBJECT)
        delta = varint(size) + varint(grown) + b"\x80" * (grown // 0x10000)  # each copies the first 64 KiB
        size = grown
        entries.append(entry_of(6, delta, base=back(len(entries[-1]))))
    lay_pack(git, entries, {"1" * 40: len(entries) - 1})
    git.head(git.tree([("100644", "softmax.py", "1" * 40)]))
    with little_memory():
        assert "takes too much work" in refused(lambda: collect(exercise, git.path, commit="HEAD"))


def test_a_delta_of_something_too_large_is_not_told_as_the_files_size(exercise: Exercise, git: Git) -> None:
    size = MAX_OBJECT + 1
    base = entry_of(3, bytes(size))
    lay_pack(git, [base, entry_of(6, varint(size) + varint(1) + b"\x90\x01", base=back(len(base)))], {"1" * 40: 1})
    git.head(git.tree([("100644", "softmax.py", "1" * 40)]))
    assert "too large to be read, and others made of it" in refused(lambda: collect(exercise, git.path, commit="HEAD"))


def test_deltas_that_lead_in_a_circle_are_stopped(exercise: Exercise, git: Git) -> None:
    one, two = "1" * 40, "2" * 40
    delta = varint(8) + varint(8) + b"\x90\x08"
    lay_pack(
        git,
        [entry_of(7, delta, base=bytes.fromhex(two)), entry_of(7, delta, base=bytes.fromhex(one))],
        {one: 0, two: 1},
    )
    git.head(git.tree([("100644", "softmax.py", one)]))
    assert "too long a chain of deltas" in refused(lambda: collect(exercise, git.path, commit="HEAD"))


@pytest.mark.parametrize(
    "entry",
    [
        entry_of(3, b"x" * 100, size=10),
        entry_of(3, b"x" * 10, size=100),
        entry_of(3, bytes(64 * MIB), size=1),
        entry_of(3, b"x")[:-4],
        b"\xff" * 40,
        entry_of(5, b"x"),
        entry_of(6, varint(1) + varint(1) + b"\x90\x01", base=back(10**6)),
        entry_of(6, varint(1) + varint(1) + b"\x90\x01", base=b"\x00"),
        entry_of(7, varint(1) + varint(1) + b"\x90\x01", base=b"\x33" * 20),
    ],
)
def test_entries_that_lie_about_themselves_are_told(exercise: Exercise, git: Git, entry: bytes) -> None:
    lay_pack(git, [entry], {"1" * 40: 0})
    git.head(git.tree([("100644", "softmax.py", "1" * 40)]))
    with little_memory():
        assert "the git repository is damaged" in refused(lambda: collect(exercise, git.path, commit="HEAD"))


@pytest.mark.parametrize("width", [1, 600])
def test_a_million_entries_end_at_the_limit_of_work(exercise: Exercise, git: Git, width: int) -> None:
    blob = git.loose("blob", b"x")
    inner = git.tree([("100644", f"{number:x}", blob) for number in range(200_000 // min(width, 40))])
    git.head(git.tree([("40000", f"folder{number}", inner) for number in range(width)]))
    said = refused(lambda: collect(exercise, git.path, commit="HEAD"))
    assert ("takes too much work" if width > 1 else "softmax.py is missing") in said


def test_every_descriptor_is_closed(exercise: Exercise, git: Git) -> None:
    git.commit({"softmax.py": CODE})
    git.commit({"softmax.py": OTHER})
    git("gc", "-q")
    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir())) if descriptors.exists() else 0
    for ref in ("HEAD", "nothing", "main", "../x"):
        try:
            collect(exercise, git.path, commit=ref)
        except NoSuchCommit:
            assert ref in ("nothing", "../x")
    assert not before or len(list(descriptors.iterdir())) == before


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Git:
    git = new_git(tmp_path_factory.mktemp("packed") / "alice")
    text = "\n".join(f"line {number}" for number in range(200))
    for number in range(6):
        git.commit({"softmax.py": f"{text}\n{number}\n", f"{number}.md": str(number)})
    git("repack", "-adfq")
    git("pack-refs", "--all")
    return git


@given(data=st.data())
@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_flipped_byte_brings_other_code_or_another_kind_of_error(
    exercise: Exercise, packed: Git, data: st.DataObject
) -> None:
    honest = collect(exercise, packed.path, commit="HEAD").sha256
    files = sorted((packed.path / ".git/objects/pack").glob("*.[ip]*"))
    file = data.draw(st.sampled_from([*files, packed.path / ".git/packed-refs"]))
    raw = file.read_bytes()
    changed = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del changed[data.draw(st.integers(0, len(raw) - 1)) :]
    file.chmod(0o644)
    try:
        file.write_bytes(changed)
        try:
            found = collect(exercise, packed.path, commit="HEAD").sha256
        except (SubmissionError, RepositoryError):
            return
        if file.name != "packed-refs":
            assert found == honest
    finally:
        file.write_bytes(raw)
