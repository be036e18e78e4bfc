"""The desk of this run: the store that is named, the course, and who sits at it."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.language import say
from grader.cli.output import write_error
from grader.errors import UsageError
from grader.records import Text

if TYPE_CHECKING:
    from grader.exercise import Course
    from grader.store import Store
    from grader.taking.desk import Desk


@dataclass(frozen=True, slots=True)
class AtDesk:
    """A desk, the course whose quizzes it gives out, and its student."""

    desk: Desk
    course: Course
    student: str


@contextmanager
def open_desk(*, store: str | None, course: Path | Course | None, student: str | None) -> Iterator[AtDesk]:
    """Give a desk for the block; `course` may have been read before.

    Raises: UsageError for a course, a store or a name that will not do; GraderFault.
    """
    from grader.exercise import load_course
    from grader.store import course_key, open_store
    from grader.taking.desk import Desk

    found = load_course(course) if course is None or isinstance(course, Path) else course
    with open_store(store) as opened, Desk(opened, course=course_key(found)) as desk:
        tell_notes(opened)
        yield AtDesk(desk, found, student if student is not None else this_user())


def tell_notes(store: Store) -> None:
    """Tell what is to be known of a store that was opened."""
    for note in store.notes:
        write_error(say(note))


def this_user() -> str:
    """Return the name under which attempts of whoever is logged in are kept. Raises: UsageError where there is none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, in some containers
        raise UsageError(
            Text(en="This computer does not say who you are.", zh="无法得知当前用户名。"),
            remedy=Text(en="Name yourself: --student NAME.", zh="请指定姓名：--student 姓名。"),
        ) from None
