"""Writing a bundle: as a folder, a zip, or a git repository, with the same bytes each time, whole or not at all.

Nothing of this machine goes in: no time, no umask, no user, no setting of git. A zip stores its files uncompressed, for
two versions of zlib need not compress alike. A repository's one commit has a fixed author and date, so the same files
give the same commit everywhere.
"""

from __future__ import annotations

import io
import os
import secrets
import shutil
import subprocess
import zipfile
from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path

from grader.authoring.seal import write_output
from grader.errors import GraderFault, UsageError
from grader.exercise.paths import is_file, is_folder, names_in, show_path
from grader.records import Text

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip can hold
_COMMIT_TIME = "2000-01-01T00:00:00+0000"
_AUTHOR = {"NAME": "dlgrade", "EMAIL": "dlgrade@invalid"}
_SETTINGS = ("core.autocrlf=false", "core.fileMode=false", "commit.gpgSign=false", "init.defaultObjectFormat=sha1")
_GIT_LIMIT_S = 120.0


class Kind(StrEnum):
    """What a bundle is written as."""

    FOLDER = "folder"
    ZIP = "zip"
    GIT = "git"


def write_bundle(files: Mapping[str, bytes], target: Path, kind: Kind, *, executable: Collection[str] = ()) -> None:
    """Write the files as `kind` to `target`, which is new, or empty. In a zip the `executable` ones may be run.

    Raises: UsageError.
    """
    target = target.absolute()
    _refuse_taken(target, kind)
    if kind is Kind.ZIP:
        write_output(target, zipped(files, executable=executable))
        return
    temporary = target.with_name(f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        try:
            _write_files(files, temporary)
            if kind is Kind.GIT:
                _commit(temporary)
            if target.exists():
                target.rmdir()  # only where it is empty
            temporary.rename(target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise UsageError(
            Text(
                en=f"{show_path(target)}: cannot be written: {error.strerror}.",
                zh=f"{show_path(target)}：无法写入：{error.strerror}。",
            ),
            remedy=Text(en="Name another place with --output.", zh="请用 --output 另指位置。"),
        ) from None


def zipped(files: Mapping[str, bytes], *, executable: Collection[str] = ()) -> bytes:
    """Return a zip of these files, the same bytes for the same files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.create_system = 3  # Unix, wherever it is made
            info.external_attr = (0o100755 if name in executable else 0o100644) << 16
            archive.writestr(info, files[name])
    return stream.getvalue()


def _refuse_taken(target: Path, kind: Kind) -> None:
    taken = bool(names_in(target)) if is_folder(target) and kind is not Kind.ZIP else os.path.lexists(target)
    if is_file(target) and target.stat().st_size == 0:
        taken = kind is not Kind.ZIP
    if not taken:
        return
    raise UsageError(
        Text(
            en=f"--output {show_path(target)}: something is there already; nothing is overwritten.",
            zh=f"--output {show_path(target)}：那里已有内容；不会覆盖。",
        ),
        remedy=Text(en="Name a new place, or move that away.", zh="请另指位置，或先移走已有内容。"),
    )


def _write_files(files: Mapping[str, bytes], root: Path) -> None:
    root.mkdir(mode=0o755, parents=True)
    root.chmod(0o755)  # whatever the umask
    for name, content in files.items():
        path = root / name
        for folder in reversed([one for one in path.parents if one.is_relative_to(root) and not one.exists()]):
            folder.mkdir()
            folder.chmod(0o755)
        path.write_bytes(content)
        path.chmod(0o644)


def _commit(root: Path) -> None:
    _git(root, "init", "--quiet", "--template=")
    _git(root, "symbolic-ref", "HEAD", "refs/heads/main")
    _git(root, "add", "--all", "--force")
    _git(root, "commit", "--quiet", "--no-verify", "--message", "Exercises")


def _git(root: Path, *arguments: str) -> None:
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    try:
        done = subprocess.run(
            ["git", *settings, *arguments],
            cwd=root,
            env=_git_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_LIMIT_S,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError(
            Text(en="--format git: git is not installed.", zh="--format git：没有安装 git。"),
            remedy=Text(en="Install git, or use --format folder.", zh="请安装 git，或使用 --format folder。"),
        ) from None
    except subprocess.TimeoutExpired:
        limit = f"{_GIT_LIMIT_S:g} s"
        raise GraderFault(
            Text(en=f"git {arguments[0]} did not end within {limit}.", zh=f"git {arguments[0]} 在 {limit} 内未结束。"),
            remedy=Text(en="Use --format folder.", zh="请使用 --format folder。"),
        ) from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise GraderFault(
            Text(en=f"git {arguments[0]} failed: {said}", zh=f"git {arguments[0]} 失败：{said}"),
        )


def _git_environment() -> dict[str, str]:
    """Return an environment in which no setting of this user or machine has a say."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _AUTHOR.items()}
    when = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), _COMMIT_TIME)
    return {**kept, **who, **when, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
