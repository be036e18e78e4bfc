"""Gradescope's export: `submission_metadata.yml` beside a folder for each submission, `submission_87184652/`.

The file also holds every result and all that was printed, megabytes of a class, of which two keys are wanted. It is
written by Ruby's YAML library, whose lines tell where a key of the second level begins: the wanted ones are cut out,
and only they are parsed.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from grader.batch.folders import JUNK, contents_of, examples, skipped, text_of
from grader.batch.handed import ClassFolder, Found, Listing
from grader.errors import UsageError
from grader.exercise.paths import show_path
from grader.records import Text

METADATA = "submission_metadata.yml"
MAX_BYTES = 256 * 1024 * 1024
_SECOND_LEVEL = re.compile(r"  :?(?P<key>[\w]+):")
_WANTED = frozenset({"submitters", "created_at"})
_UNKNOWN = Text(en=f"not in {METADATA}", zh=f"不在 {METADATA} 中")


def list_gradescope(given: ClassFolder) -> Listing:
    """Return the submissions of an export: one a submitter, so a group's counts for each of its members.

    Raises: UsageError for a folder without its metadata, or with others than Gradescope writes.
    """
    folder = given.path
    contents = contents_of(folder)
    table = _metadata(folder / METADATA)
    found: list[Found] = []
    absent: list[str] = []
    for key, record in table.items():
        item = contents.named(str(key))
        if item is None:
            absent.append(str(key))
            continue
        found.extend(
            Found(
                path=item.path,
                entry=text_of(item.name),
                student=sid or email or name,
                name=name,
                ids=tuple(one for one in (email, sid) if one),
                at=str(record.get(":created_at") or record.get("created_at") or ""),
            )
            for name, sid, email in _submitters(folder / METADATA, str(key), record)
        )
    left = [item.name for item in contents.items if item.name != METADATA and item.name not in table]
    notes = [skipped(folder, left, _UNKNOWN)] if left else []
    if absent:
        notes.append(_absent(folder, absent))
    if contents.junk:
        notes.append(skipped(folder, list(contents.junk), JUNK))
    return Listing(found=tuple(found), notes=tuple(notes))


def _metadata(path: Path) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise _broken(path, error.strerror or str(error)) from None
    if len(raw) > MAX_BYTES:
        raise _broken(path, f"> {MAX_BYTES:,} bytes")
    try:
        table = YAML(typ="safe", pure=True).load(_wanted(raw.decode("utf-8-sig")))
    except (YAMLError, UnicodeDecodeError, ValueError) as error:
        raise _broken(path, str(error).splitlines()[0]) from None
    if not isinstance(table, dict) or not all(isinstance(record, dict) for record in table.values()):
        raise _broken(path, "no mapping of submissions")
    return table


def _wanted(text: str) -> str:
    """Return the keys of the first level, and of those of the second the wanted ones with all that is in them."""
    kept, keeping = [], True
    for line in text.splitlines():
        if line[:1] not in (" ", ""):
            keeping = True
        elif second := _SECOND_LEVEL.match(line):
            keeping = second["key"] in _WANTED
        if keeping:
            kept.append(line)
    return "\n".join(kept)


def _submitters(path: Path, key: str, record: dict[str, Any]) -> list[tuple[str, str, str]]:
    people = record.get(":submitters") or record.get("submitters") or []
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        raise _broken(path, f"{key}: submitters")

    def said(person: dict[str, Any], what: str) -> str:
        value = person.get(f":{what}") or person.get(what)
        return "" if value is None else str(value).strip()

    listed = [(said(person, "name"), said(person, "sid"), said(person, "email")) for person in people]
    if not listed or not all(any(one) for one in listed):
        raise _broken(path, f"{key}: submitters")
    return listed


def _broken(path: Path, why: str) -> UsageError:
    shown, reason = show_path(path), why if why.isprintable() else ascii(why)
    return UsageError(
        Text(
            en=f"{shown}: not the metadata of Gradescope's export: {reason}.",
            zh=f"{shown}：不是 Gradescope 导出的元数据：{reason}。",
        ),
        remedy=Text(
            en="Export the submissions again and unpack the archive whole, or say how the entries are named: "
            "--names '{student}'.",
            zh="请重新导出并完整解压，或写出命名格式：--names '{student}'。",
        ),
    )


def _absent(folder: Path, names: list[str]) -> Text:
    place = show_path(folder)
    return Text(
        en=f"{place}: {METADATA} names {len(names)} that are not there: {examples(names)}",
        zh=f"{place}：{METADATA} 提到的 {len(names)} 项不存在：{examples(names)}",
    )
