"""Which platform's layout a folder of submissions is in, told by all names in it together.

Theory of operation. A student chooses a name, and what lies below it. So one name never decides how the names of others
are read: a layout is known where every name is such; or most are, and as many as make a class. Where only a few are,
they are few students' own, and in doubt; in between, whoever grades says it. A layout that one name would make known
(nbgrader's `submitted`, Gradescope's table) needs a second one that the platform writes, or stands alone. A student may
call a file so that what the platform makes of it looks like another platform's: what most names follow is the layout,
and all that fits it is read in it. Where every name fits two, whoever grades says which.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from grader.batch.finding import is_submission_name
from grader.batch.folders import Contents, Item, inner_contents, is_junk
from grader.batch.gradescope import METADATA
from grader.batch.layouts import NBGRADERS_OWN, SUBMITTED, canvas_match, moodle_match
from grader.batch.readings import CLASS

_SAMPLE = 20  # students whose folders are looked into, to know a layout
_GRADESCOPE = re.compile(r"submission_\d+")

Knows = Callable[[str], bool]  # whether the roster knows a student by a name


class Degree(Enum):
    """How much of a folder is in a layout."""

    WHOLE = "whole"  # so it is read in it
    PART = "part"  # nobody can know
    FEW = "few"  # the rest is read as it is, and these are in doubt
    NONE = "none"


_RANK = {Degree.NONE: 0, Degree.FEW: 1, Degree.PART: 2, Degree.WHOLE: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How far a folder is in the layout that its names are most like; `names` are those that are."""

    degree: Degree = Degree.NONE
    layout: str = ""
    names: tuple[str, ...] = ()
    rival: str = ""  # another layout that all of them are in


def nobody(_: str) -> bool:
    """Know nobody: there is no roster."""
    return False


def likeness_of(contents: Contents, knows: Knows = nobody) -> Likeness:
    """Return which layout a folder is in, and how far."""
    return _most_like(contents, (_nbgrader(contents, knows),))


def layout_of_names(names: Sequence[str]) -> str:
    """Return the layout that the paths in an archive are surely in, at their top or in the one folder there; "": none.

    Told as a folder's is.
    """
    paths = [name.split("/") for name in names if not any(is_junk(part) for part in name.split("/") if part)]
    tops = {parts[0]: len(parts) > 1 for parts in paths}
    if SUBMITTED in tops and any(parts[0] == SUBMITTED and len(parts) > 3 for parts in paths):
        return "nbgrader"
    items = tuple(Item(name=top, path=Path(top), is_folder=deep, is_file=not deep) for top, deep in tops.items())
    if len(items) != 1:
        like = _most_like(Contents(items=items, junk=()))
        return like.layout if like.degree is Degree.WHOLE or like.rival else ""
    inner = ["/".join(parts[1:]) for parts in paths if len(parts) > 1 and parts[1]]
    return layout_of_names(inner) if inner else ""


def is_nbgraders(folder: Path) -> bool:
    """Whether a folder may be nbgrader's `submitted`: half of those in it, or more, have a folder an assignment."""
    students = [inner_contents(item.path) for item in inner_contents(folder).items if item.is_folder]
    filled = [student for student in students[:_SAMPLE] if student.items]
    assigned = sum(any(one.is_folder for one in student.items) for student in filled)
    return 0 < len(filled) <= 2 * assigned


def _most_like(contents: Contents, others: Sequence[Likeness] = ()) -> Likeness:
    """Return the layout that most names follow, in whatever order layouts are known here."""
    moodle, canvas = _moodle(contents), _canvas(contents)
    told = (_gradescope(contents), moodle, canvas if len(canvas.names) > 1 else Likeness(), *others)
    best = max(told, key=lambda one: (_RANK[one.degree], 0 if one.degree is Degree.FEW else len(one.names)))
    if best.degree is not Degree.WHOLE:
        return best
    for other in (moodle, canvas):
        if other.layout == best.layout or not other.names:
            continue
        if set(best.names) <= set(other.names):
            return replace(best, degree=Degree.PART, rival=other.layout)
        beside = tuple(name for name in other.names if name not in best.names)
        if not _are_few(len(beside), len(best.names)):  # two platforms' downloads in one folder
            return Likeness(degree=Degree.PART, layout=other.layout, names=beside)
    return best


# --------------------------------------------------------------------------------------------- each layout


def _moodle(contents: Contents) -> Likeness:
    return _by_most("moodle", [item for item in contents.items if moodle_match(item) is not None], contents)


def _canvas(contents: Contents) -> Likeness:
    """Return how far a folder is in Canvas's layout; one such name alone may be anybody's."""
    return _by_most("canvas", [item for item in contents.items if canvas_match(item) is not None], contents)


def _gradescope(contents: Contents) -> Likeness:
    table = contents.named(METADATA)
    fit = [item for item in contents.items if item.is_folder and _GRADESCOPE.fullmatch(item.name)]
    if table is None or not table.is_file or not fit:
        return Likeness()
    names = (METADATA, *(item.name for item in fit))
    is_most = _is_most(len(fit), len(_unfit(fit, contents)))
    return Likeness(degree=Degree.WHOLE if is_most else Degree.PART, layout="gradescope", names=names)


def _nbgrader(contents: Contents, knows: Knows) -> Likeness:
    """Return how far a folder is nbgrader's course. Where `submitted` lies beside a class, `shape_of` judges it."""
    submitted = contents.named(SUBMITTED)
    if submitted is None or not submitted.is_folder or not is_nbgraders(submitted.path):
        return Likeness()
    own = [item for item in contents.items if item.name in NBGRADERS_OWN and item is not submitted]
    beside = _unfit([submitted, *own], contents)
    names = (SUBMITTED, *(item.name for item in own))
    if own or not beside:
        is_sure = not beside and (bool(own) or not knows(SUBMITTED))
        return Likeness(degree=Degree.WHOLE if is_sure else Degree.PART, layout="nbgrader", names=names)
    return Likeness()


def _by_most(layout: str, fit: Sequence[Item], contents: Contents) -> Likeness:
    if not fit:
        return Likeness()
    few, rest = len(fit), len(_unfit(fit, contents))
    part = Degree.FEW if rest > 1 and _are_few(few, rest) else Degree.PART
    degree = Degree.WHOLE if _is_most(few, rest) else part
    return Likeness(degree=degree, layout=layout, names=tuple(item.name for item in fit))


def _are_few(few: int, rest: int) -> bool:
    return few <= max(1, (few + rest) // 10)


def _is_most(fit: int, rest: int) -> bool:
    return not rest or (fit > rest and fit >= CLASS)


def _unfit(fit: Sequence[Item], contents: Contents) -> list[Item]:
    """Return what else may be somebody's submission."""
    names = {item.name for item in fit}
    return [
        item
        for item in contents.items
        if item.name not in names and (not item.is_file or is_submission_name(item.name))
    ]
