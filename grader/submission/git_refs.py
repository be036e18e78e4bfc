"""Which commit a name means in a git repository: a branch, a tag, HEAD, or the beginning of a hash.

The order is git's own, but for one thing: what reads as the beginning of a hash is one. A student may call a branch or
tag like the commit that a teacher wrote down; git would take the student's. The name may come from a person who types,
and what stands in the repository from anybody.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from grader.errors import SubmissionError
from grader.exercise.paths import show_names
from grader.plaintext import printable
from grader.records import Text
from grader.submission.git_files import MIB, GitFolder, NoSuchCommit, RepositoryError, damaged
from grader.submission.git_objects import CommitObject, Objects
from grader.submission.git_packs import TooLarge

HEAD = "HEAD"
MAX_PACKED = 16 * MIB
MAX_LISTED = 1_000
MAX_SYMBOLIC = 5  # as git has it
MAX_SHOWN = 120
_MAX_REF_FILE = 4096
_SHOWN = 8  # names in a message
_PLACES = ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|\.$|^[-./]|/$")
_DIGITS = re.compile("[0-9a-fA-F]{4,64}")
_SURELY_DIGITS = 7  # so many hexadecimal digits, and more, are meant as the beginning of a hash: git prints as many


class Refs:
    """The names of a repository."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._folder: GitFolder = objects.folder
        self._packed: bytes | None = None

    def commit(self, name: str) -> CommitObject:
        """Return the commit that `name` means; "" is HEAD.

        Raises: NoSuchCommit, with what there is; RepositoryError for names that are kept in a way that is not read.
        """
        name = name.strip() or HEAD
        digits = 2 * self._objects.hash_bytes
        if _DIGITS.fullmatch(name) and len(name) == digits:
            whole = name.lower()
            if not self._is_here(whole):
                raise self._unknown(name)
            return self._objects.commit(whole)
        if _FORBIDDEN.search(name) or len(name) > 255 or not name.isprintable():
            raise self._not_a_name(name)
        found = next((found for place in _PLACES if (found := self._follow(place.format(name))) is not None), None)
        if _DIGITS.fullmatch(name) and (found is None or len(name) >= _SURELY_DIGITS):
            begun = self._short(name.lower())
            if found is not None and (begun is None or self._objects.commit(found) != self._objects.commit(begun)):
                raise self._disguised(name, begun)
            found = begun
        if found is None:
            self._refuse_reftable()
            raise self._unknown(name)
        return self._objects.commit(found)

    def _follow(self, ref: str) -> str | None:
        """Return the hash that a full ref leads to, None where there is none."""
        for _ in range(MAX_SYMBOLIC):
            if ref != HEAD and not ref.startswith("refs/"):
                return None
            text = self._folder.read(*ref.split("/"), most=_MAX_REF_FILE) if self._is_file(ref) else None
            found = (text or self._of_packed(ref)).strip()
            if not found:
                return None
            if re.fullmatch(rb"[0-9a-f]{%d}" % (2 * self._objects.hash_bytes), found):
                return found.decode()
            target = found.removeprefix(b"ref:").strip().decode("utf-8", "surrogateescape")
            if not found.startswith(b"ref:") or not target.startswith("refs/") or _FORBIDDEN.search(target):
                raise damaged(self._folder.shown, f"{ref} names neither a commit nor a branch")
            ref = target
        raise damaged(self._folder.shown, f"{ref} leads in a circle")

    def _is_file(self, ref: str) -> bool:
        """Whether a ref has a file of its own; a folder of that name holds other refs."""
        return not self._folder.is_folder(*ref.split("/"))

    def _of_packed(self, ref: str) -> bytes:
        """Return what the file of packed names says of a ref; nothing where it does not."""
        text = self._packed_text()
        end = text.find(b" " + ref.encode("utf-8", "surrogateescape") + b"\n")
        return b"" if end < 0 else text[text.rfind(b"\n", 0, end) + 1 : end]

    def _packed_text(self) -> bytes:
        if self._packed is None:
            self._packed = (self._folder.read("packed-refs", most=MAX_PACKED) or b"") + b"\n"
        return self._packed

    def _short(self, prefix: str) -> str | None:
        """Return the one commit whose hash begins so. Raises: NoSuchCommit where there are several."""
        if len(prefix) > 2 * self._objects.hash_bytes:
            return None
        found = [name for name in self._objects.beginning(prefix, most=100) if self._is_commit(name)]
        if len(found) > 1:
            raise self._ambiguous(prefix, found)
        return found[0] if found else None

    def _is_here(self, name: str) -> bool:
        try:
            return self._objects.find(name) is not None
        except TooLarge:
            return True

    def _is_commit(self, name: str) -> bool:
        try:
            found = self._objects.find(name)
        except TooLarge:
            return False
        return found is not None and found.kind in (b"commit", b"tag")

    def _names(self) -> list[str]:
        """Return branches and tags, for messages: the first of them."""
        packed = re.findall(rb" refs/(?:heads|tags)/([^\n]+)\n", self._packed_text()[: 64 * 1024])
        names = {name.decode("utf-8", "replace") for name in itertools.islice(packed, MAX_LISTED)}
        for kind in ("heads", "tags"):
            names.update(self._loose_names(("refs", kind), ""))
        return sorted(names)

    def _loose_names(self, folder: tuple[str, ...], before: str, *, depth: int = 0) -> Iterator[str]:
        for name in self._folder.names(*folder, most=MAX_LISTED):
            if self._folder.is_folder(*folder, name):
                if depth < 2:
                    yield from self._loose_names((*folder, name), f"{before}{name}/", depth=depth + 1)
            else:
                yield before + name

    def _there(self) -> Text:
        """Say what there is to choose from."""
        try:
            names = [printable(name, limit=MAX_SHOWN) for name in self._names()]
            several = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")  # there may be more than found
            head = self._follow(HEAD)
            last = "" if head is None else self._shown(self._objects.commit(head))
        except (SubmissionError, RepositoryError):  # what is told already is worse
            return Text(en="", zh="")
        if not names and not last:
            return Text(en="It has no commits.", zh="其中没有任何提交。")
        return Text(
            en=f"It has {several or 'no branches'}" + (f"; HEAD is {last}." if last else "."),
            zh=f"其中有 {several or '（无分支）'}" + (f"；HEAD 是 {last}。" if last else "。"),
        )

    def _shown(self, commit: CommitObject) -> str:
        return f"{commit.id[:12]} ({commit.at.isoformat(sep=' ', timespec='minutes')})" if commit.at else commit.id[:12]

    def _unknown(self, name: str) -> NoSuchCommit:
        shown, wanted, there = self._folder.shown, printable(name, limit=MAX_SHOWN), self._there()
        return NoSuchCommit(
            Text(
                en=f"{shown}: no commit, tag or branch is called {wanted}. {there.en}".rstrip(),
                zh=f"{shown}：没有名为 {wanted} 的提交、标签或分支。{there.zh}",
            ),
            remedy=Text(
                en="Fetch it first (`git fetch --tags`), or correct the name.",
                zh="请先获取（`git fetch --tags`），或改正名称。",
            ),
        )

    def _ambiguous(self, name: str, found: list[str]) -> NoSuchCommit:
        shown, several = self._folder.shown, show_names(found)
        return NoSuchCommit(
            Text(
                en=f"{shown}: {name} begins the names of several commits: {several}.",
                zh=f"{shown}：有多个提交以 {name} 开头：{several}。",
            ),
            remedy=Text(en="Give more digits.", zh="请多写几位。"),
        )

    def _disguised(self, name: str, begun: str | None) -> NoSuchCommit:
        """Return the refusal of a branch or tag that is called like a hash, and is not what the hash says."""
        shown, wanted = self._folder.shown, printable(name, limit=MAX_SHOWN)
        other = Text(en=f"another than the commit {begun[:12]}", zh=f"与提交 {begun[:12]} 不同") if begun else None
        other = other or Text(en="and no commit begins so", zh="而没有以此开头的提交")
        return NoSuchCommit(
            Text(
                en=f"{shown}: a branch or tag is called {wanted}, {other.en}: whoever can push may name one so.",
                zh=f"{shown}：有名为 {wanted} 的分支或标签，{other.zh}：能推送的人都可以这样命名。",
            ),
            remedy=Text(
                en=f"Give the whole hash; or refs/tags/{wanted}, if that is meant.",
                zh=f"请给出完整的哈希；若确实指它，请写 refs/tags/{wanted}。",
            ),
        )

    def _not_a_name(self, name: str) -> NoSuchCommit:
        shown, wanted = self._folder.shown, printable(name, limit=MAX_SHOWN)
        return NoSuchCommit(
            Text(
                en=f"{shown}: {wanted}: expected a commit's hash (4 digits or more), a tag or a branch.",
                zh=f"{shown}：{wanted}：应为提交的哈希（至少 4 位）、标签或分支。",
            ),
            remedy=Text(
                en="Neither ranges nor names like HEAD~1 are read: give the hash that `git rev-parse` shows.",
                zh="不支持范围或 HEAD~1 这样的写法：请给出 `git rev-parse` 显示的哈希。",
            ),
        )

    def _refuse_reftable(self) -> None:
        if self._folder.has("reftable", "tables.list"):
            shown = self._folder.shown
            raise RepositoryError(
                Text(
                    en=f"{shown}: its branches are kept in the reftable format, which is not read.",
                    zh=f"{shown}：其分支以 reftable 格式保存，无法读取。",
                ),
                remedy=Text(
                    en="Run `git refs migrate --ref-format=files` in it, or give the whole hash of the commit.",
                    zh="请在其中运行 `git refs migrate --ref-format=files`，或给出提交的完整哈希。",
                ),
            )
