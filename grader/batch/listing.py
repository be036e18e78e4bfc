"""One path of SUBMISSIONS, made into the things that lie there: each with what its name says of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from grader.batch.finding import Shape, exercise_folders, is_exercises, is_submission_name, shape_of
from grader.batch.folders import (
    EMPTY,
    JUNK,
    NOT_ASKED,
    NOT_ONE,
    Contents,
    Item,
    contents_of,
    examples,
    inner_contents,
    is_junk,
    skipped,
    text_of,
)
from grader.batch.handed import ClassFolder, EntryOptions, Found, Listing
from grader.batch.layouts import LAYOUTS, layout_of_names, looks_in_part, looks_like
from grader.batch.name_ways import Named, open_name, settled, ways_of
from grader.batch.names import (
    NamePattern,
    Said,
    aliases_of,
    exercise_called,
    read_pattern,
    stem_of,
)
from grader.batch.readings import CLASS
from grader.batch.roster import Roster
from grader.batch.told_names import taken_whole
from grader.errors import UsageError
from grader.exercise.course_file import EXERCISES
from grader.exercise.entries import normal
from grader.exercise.paths import show_path
from grader.records import Exercise, Text
from grader.submission.absent import no_such_path
from grader.submission.looking import names_in_zip
from grader.submission.names import wanted_names


def list_path(
    path: Path, exercises: Sequence[Exercise], options: EntryOptions, roster: Roster | None = None
) -> Listing:
    """Return what lies at one path of SUBMISSIONS.

    Raises: UsageError for a path that is not there, holds nothing, or can be read in two ways.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        raise _not_there(path) from None
    if options.student:
        return _one(path, exercises, student=options.student)
    if not stat.S_ISDIR(mode):
        return _one_file(path, exercises, options, roster)
    if options.names in LAYOUTS:
        return LAYOUTS[options.names](_class(path, exercises, options, roster))
    if options.names:
        pattern = read_pattern(options.names, (*exercises, *options.others))
        return _by_pattern(path, pattern, exercises, options, roster)
    contents = contents_of(path)
    if not contents.items:
        raise _empty(path, contents)
    if layout := looks_like(contents):
        listing = LAYOUTS[layout](_class(path, exercises, options, roster))
        return Listing(found=listing.found, notes=(_read_as(path, layout), *listing.notes))
    if by_moodle := looks_in_part(contents):
        raise _in_part(path, by_moodle, contents)
    return _by_shape(path, contents, exercises, options)


def _class(path: Path, exercises: Sequence[Exercise], options: EntryOptions, roster: Roster | None) -> ClassFolder:
    return ClassFolder(path=path, exercises=tuple(exercises), options=options, roster=roster)


def _by_shape(path: Path, contents: Contents, exercises: Sequence[Exercise], options: EntryOptions) -> Listing:
    asked = {exercise.name for exercise in exercises}
    not_asked = [exercise for exercise in options.others if exercise.name not in asked]
    shape = shape_of(contents, exercises, not_asked)
    if shape is Shape.ONE:
        return _one(path, exercises, student="")
    if shape is Shape.BY_EXERCISE:
        inner = [_students(item.path, contents_of(item.path), f"{text_of(item.name)}/", exercise)
                 for item, exercise in exercise_folders(contents, exercises)]  # fmt: skip
        others = [item.name for item in contents.items if exercise_called(item.name, exercises) is None]
        notes = [skipped(path, others, NOT_ONE)] if others else []
        return Listing(
            found=tuple(found for listing in inner for found in listing.found),
            notes=(*notes, *(note for listing in inner for note in listing.notes)),
            empty=tuple(found for listing in inner for found in listing.empty),
        )
    if shape is Shape.MANY:
        return _beside_others(_students(path, contents, "", None), path, not_asked)
    raise _unclear(path) if shape is Shape.UNCLEAR else _nothing_there(path, contents)


def _beside_others(listing: Listing, path: Path, others: Sequence[Exercise]) -> Listing:
    """Return the students of a listing without the folders of exercises that are not asked for."""
    names = [one.path.name for one in listing.found if is_exercises(one.path.name, others)]
    if not names:
        return listing
    kept = tuple(one for one in listing.found if one.path.name not in names)
    return replace(listing, found=kept, notes=(*listing.notes, skipped(path, names, NOT_ASKED)))


def _one(path: Path, exercises: Sequence[Exercise], *, student: str) -> Listing:
    said = student or text_of(_student_of(path, exercises))
    found = Found(path=path, entry=text_of(_own_name(path)), student=said, is_bare=not (student or path.is_dir()))
    return Listing(found=(found,))


def _one_file(path: Path, exercises: Sequence[Exercise], options: EntryOptions, roster: Roster | None) -> Listing:
    if options.names in LAYOUTS:
        raise _not_a_folder(path, options.names)
    if not options.names:
        names = names_in_zip(path)
        if (layout := layout_of_names(names)) or _is_of_a_class(names, exercises):
            raise _whole_class(path, layout)
        return _one(path, exercises, student="")
    pattern = read_pattern(options.names, (*exercises, *options.others))
    item = Item(name=path.name, path=path, is_folder=False, is_file=True)
    fields = pattern.fits(0, text_of(path.name), folder=False) if pattern.depth == 1 else None
    if fields is None:
        raise _no_match(path.parent, pattern, [path.name])
    return Listing(found=_read_by(pattern, [[(item, dict(fields))]], exercises, options, roster))


def _is_of_a_class(names: Sequence[str], exercises: Sequence[Exercise]) -> bool:
    """Whether an archive holds an exercise's file in several folders, or none, but several things of other names."""
    wanted = {name for exercise in exercises for name in wanted_names(exercise)}
    paths = [name.split("/") for name in names if not any(is_junk(part) for part in name.split("/") if part)]
    homes = {tuple(path[:-1]) for path in paths if path[-1] in wanted}
    files = [path[-1] for path in paths if len(path) == 1 and is_submission_name(path[-1])]
    return len(homes) >= CLASS if homes else len(files) >= CLASS


def _student_of(path: Path, exercises: Sequence[Exercise]) -> str:
    """Return whose submission a path is by its own name; a file or folder called like an exercise says its parent's."""
    whole = Path(os.path.abspath(path))  # noqa: PTH100  # `resolve` would follow links: the name given counts
    own = {name for exercise in exercises for name in wanted_names(exercise)}
    aliases = {alias for exercise in exercises for alias in aliases_of(exercise)} | {EXERCISES}
    name = whole.name if whole.is_dir() else stem_of(whole.name)
    while whole.name in own or normal(name) in aliases:
        whole = whole.parent
        if not whole.name:
            break
        name = whole.name
    return name.removesuffix(".git")


def _own_name(path: Path) -> str:
    return Path(os.path.abspath(path)).name or str(path)  # noqa: PTH100  # the name given counts, not where it leads


def _students(folder: Path, contents: Contents, above: str, exercise: Exercise | None) -> Listing:
    found, empty, other, nothing = [], [], [], list[Found]()
    for item in contents.items:
        inner = inner_contents(item.path) if item.is_folder else None
        if inner is not None and inner.is_readable and not inner.items:
            empty.append(item.name)
            nothing.append(
                Found(path=item.path, entry=above + text_of(item.name), student=text_of(item.name), is_bare=not above)
            )
        elif item.is_file and not is_submission_name(item.name):
            other.append(item.name)
        else:  # links, too: `collect` says that they are not followed
            name = item.name.removesuffix(".git") if item.is_folder else stem_of(item.name)
            entry, is_bare = above + text_of(item.name), exercise is None
            found.append(Found(path=item.path, entry=entry, student=text_of(name), exercise=exercise, is_bare=is_bare))
    return Listing(found=tuple(found), notes=_left(folder, empty, other, contents), empty=tuple(nothing))


def _left(folder: Path, empty: list[str], other: list[str], contents: Contents) -> tuple[Text, ...]:
    kinds = ((EMPTY, empty), (NOT_ONE, other), (JUNK, list(contents.junk)))
    return tuple(skipped(folder, names, why) for why, names in kinds if names)


# ------------------------------------------------------------------------------------------------- by a pattern

_Steps = list[tuple[Item, dict[str, str]]]


def _by_pattern(
    path: Path, pattern: NamePattern, exercises: Sequence[Exercise], options: EntryOptions, roster: Roster | None
) -> Listing:
    matched: list[_Steps] = []
    unmatched: list[str] = []
    for steps in _walk(path, pattern, [], unmatched):
        matched.append(steps)
    if not matched:
        raise _no_match(path, pattern, unmatched)
    found = _read_by(pattern, matched, exercises, options, roster)
    if pattern.depth == 1 and "{exercise}" in pattern.text:  # of files; a folder or an archive may hold several
        whole = taken_whole(path, unmatched, exercises)
        found, unmatched = (
            (*found, *whole),
            [name for name in unmatched if name not in {one.path.name for one in whole}],
        )
    notes = [skipped(path, unmatched, Text(en=f"not as --names {pattern.text}", zh=f"不符合 --names {pattern.text}"))]
    return Listing(found=found, notes=tuple(notes) if unmatched else ())


def _walk(folder: Path, pattern: NamePattern, above: _Steps, unmatched: list[str]) -> Iterator[_Steps]:
    depth = len(above)
    for item in inner_contents(folder).items:
        steps: _Steps = [*above, (item, {})]
        fields = pattern.fits(depth, text_of(item.name), folder=item.is_folder)
        if fields is None:
            unmatched.append("/".join(one.name for one, _ in steps))
            continue
        steps[-1] = (item, dict(fields))
        if depth + 1 == pattern.depth:
            yield steps
        else:
            yield from _walk(item.path, pattern, steps, unmatched)


def _read_by(
    pattern: NamePattern,
    matched: Sequence[_Steps],
    exercises: Sequence[Exercise],
    options: EntryOptions,
    roster: Roster | None,
) -> tuple[Found, ...]:
    """Return the entries that paths matched by the pattern are; none for an exercise that is not asked for."""
    known = (*exercises, *options.others)
    named = [_named(steps, pattern) for steps in matched]
    found = []
    for steps, one, ways in zip(matched, named, settled(named, known, roster), strict=True):
        asked = [(way, exercise_called(way.exercise, known) if way.exercise else None) for way in ways]
        asked = [(way, exercise) for way, exercise in asked if exercise is None or exercise in exercises]
        if len(ways) == len(asked) == 1:
            found.append(_found_by(steps, one.entry, *asked[0]))
        elif asked:
            path, exercise = steps[-1][0].path, asked[0][1]
            doubt = open_name(one.entry, ways, pattern)
            found.append(Found(path=path, entry=one.entry, student=f"{one.entry} (?)", exercise=exercise, doubt=doubt))
    return tuple(found)


def _named(steps: _Steps, pattern: NamePattern) -> Named:
    """Return what a path says, in all the ways in which the pattern reads it."""
    fields = {key: value for _, said in steps for key, value in said.items()}
    names = [(text_of(item.name), item.is_folder) for item, _ in steps]
    return Named(entry="/".join(name for name, _ in names), ways=ways_of(pattern, names, fields))


def _found_by(steps: _Steps, entry: str, said: Said, exercise: Exercise | None) -> Found:
    return Found(
        path=steps[-1][0].path,
        entry=entry,
        student=said.student or said.name,
        name=said.name,
        exercise=exercise,
        attempt=said.attempt,
        at=said.time.replace("_", " "),
    )


# ------------------------------------------------------------------------------------------------- refusals


def _read_as(path: Path, layout: str) -> Text:
    shown = show_path(path)
    return Text(
        en=f"{shown}: read as the layout {layout}; `--names PATTERN` overrides that.",
        zh=f"{shown}：按 {layout} 的格式读取；可用 --names 另行指定。",
    )


def _in_part(path: Path, number: int, contents: Contents) -> UsageError:
    shown, total = show_path(path), len(contents.items)
    return UsageError(
        Text(
            en=f"{shown}: {number} of {total} names as Moodle writes them, and the others not.",
            zh=f"{shown}：{total} 个名称中有 {number} 个是 Moodle 的，其余不是。",
        ),
        remedy=Text(
            en="Say how to read them: --names moodle takes those and skips the others; --names '{student}' takes all.",
            zh="请说明如何读取：--names moodle 只取这些并跳过其余；--names '{student}' 全部采用。",
        ),
    )


def _whole_class(path: Path, layout: str) -> UsageError:
    shown = show_path(path)
    return UsageError(
        Text(
            en=f"{shown}: this is a whole class's archive{f', in the layout {layout}' if layout else ''}, not one "
            "student's.",
            zh=f"{shown}：这是整个班级的压缩包{f'（{layout} 格式）' if layout else ''}，不是单个学生的提交。",
        ),
        remedy=Text(
            en="Unzip it first, and name the folder. If it is one student's: --student ID.",
            zh="请先解压，再给出解压后的文件夹。若确是单个学生的：--student 学号。",
        ),
    )


def _not_there(path: Path) -> UsageError:
    if path.is_symlink():
        return UsageError(
            Text(en=f"{show_path(path)}: a link that leads nowhere.", zh=f"{show_path(path)}：失效的链接。"),
            remedy=Text(en="Name the folder itself.", zh="请直接给出文件夹。"),
        )
    return no_such_path(path, otherwise=Text(en="Name the folder of submissions.", zh="请给出提交所在的文件夹。"))


def _empty(path: Path, contents: Contents) -> UsageError:
    hidden = f" ({examples(list(contents.junk))})" if contents.junk else ""
    return UsageError(
        Text(en=f"{show_path(path)}: the folder is empty{hidden}.", zh=f"{show_path(path)}：文件夹是空的{hidden}。"),
        remedy=Text(
            en="Put one file, folder or archive a student into it.", zh="请为每名学生放入一个文件、文件夹或压缩包。"
        ),
    )


def _nothing_there(path: Path, contents: Contents) -> UsageError:
    there = examples([item.name for item in contents.items])
    return UsageError(
        Text(
            en=f"{show_path(path)}: nothing in it is a submission by its name. There is: {there}.",
            zh=f"{show_path(path)}：从名称看其中没有提交。现有：{there}。",
        ),
        remedy=Text(
            en="Expected: .py, .ipynb, .zip, .tar.gz, or a folder a student. Or say how they are named: --names.",
            zh="应为 .py、.ipynb、.zip、.tar.gz，或每名学生一个文件夹；也可用 --names 说明命名方式。",
        ),
    )


def _unclear(path: Path) -> UsageError:
    shown = show_path(path)
    return UsageError(
        Text(
            en=f"{shown}: one student's submission, or a folder with one entry a student? It looks like both.",
            zh=f"{shown}：是一名学生的提交，还是每名学生一项的文件夹？两者都像。",
        ),
        remedy=Text(
            en="Say which: `--student ID` for one student's; `--names '{student}'` for one entry a student.",
            zh="请指明：一名学生的用 `--student 学号`；每名学生一项的用 `--names '{student}'`。",
        ),
    )


def _not_a_folder(path: Path, layout: str) -> UsageError:
    return UsageError(
        Text(
            en=f"--names {layout}: {show_path(path)} is a file.",
            zh=f"--names {layout}：{show_path(path)} 是文件。",
        ),
        remedy=Text(
            en="Unpack the platform's archive, and name the folder.", zh="请解压平台的压缩包，并给出解压后的文件夹。"
        ),
    )


def _no_match(folder: Path, pattern: NamePattern, names: list[str]) -> UsageError:
    there = examples(names) or "-"
    return UsageError(
        Text(
            en=f"--names {pattern.text}: nothing in {show_path(folder)} is named so. There is: {there}.",
            zh=f"--names {pattern.text}：{show_path(folder)} 中没有这样命名的项。现有：{there}。",
        ),
        remedy=Text(
            en="Write the pattern as one of these paths is written, with {student} where the id stands.",
            zh="请照其中一个路径写格式，把编号所在处写作 {student}。",
        ),
    )
