"""Marking an order of items of which some must come before others: every order that keeps to that is right.

Partial credit counts edits, as PrairieLearn does: how many items must be taken out and put in, at the least, to make
the answer one of the right orders. Trying every right order would take factorial time. It is not needed: items can
all stay if and only if no two of them stand the wrong way round. "Stands before, and should come after" is a partial
order of its own, since it is the meeting of two, and the most items of which no two are so related are a largest
antichain: by Dilworth's theorem as many as there are items less the pairs of a largest matching. That takes at most
n³ steps, and n is capped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from grader.errors import AuthorError
from grader.quiz.marking import wording
from grader.quiz.marking.mark import BLANK, RIGHT, Mark, Unreadable, mark_of
from grader.records import Text

MAX_ITEMS = 60

After = Mapping[str, frozenset[str]]  # of each item: all that must come before it, also by way of others


def closed(after: Mapping[str, Sequence[str]]) -> After:
    """Return for each item every item that must come before it. Raises AuthorError if no order can be right."""
    if len(after) > MAX_ITEMS:
        raise AuthorError(
            Text(en=f"{len(after)} items to put in order.", zh=f"要排序的条目有 {len(after)} 个。"),
            remedy=Text(en=f"Ask for {MAX_ITEMS} at most.", zh=f"最多 {MAX_ITEMS} 个。"),
        )
    before: dict[str, frozenset[str]] = {}
    waiting = dict(after)
    while waiting:
        ready = [item for item, needs in waiting.items() if not any(need in waiting for need in needs)]
        if not ready:
            names = ", ".join(waiting)
            raise AuthorError(
                Text(en=f"No order is right: {names} wait for each other.", zh=f"没有正确的顺序：{names} 互相等待。"),
                remedy=Text(en="Remove an `after` of the circle.", zh="请去掉循环中的一个 `after`。"),
            )
        for item in ready:
            needs = waiting.pop(item)
            before[item] = frozenset(needs).union(*(before[need] for need in needs if need in before))
    return before


def mark_order(
    before: After, given: Sequence[str], known: Sequence[Sequence[str]] = (), *, partial: bool
) -> Mark | Unreadable:
    """Mark an order of all the items. A known wrong one is made of items that follow each other in it, near or far.

    `before`: of `closed`. `partial`: (n - edits) / n of the points, never below 0, for n items; an item in the wrong
    place is two edits.
    """
    if not given:
        return BLANK
    seen: set[str] = set()
    for item in given:
        if item not in before:
            return wording.unknown_option(item)
        if item in seen:
            return wording.twice(item)
        seen.add(item)
    count = len(before)
    edits = edits_needed(before, given)
    if not edits:
        return RIGHT
    made = tuple(i for i, sequence in enumerate(known) if _follows(sequence, given))
    return mark_of(max(Fraction(count - edits, count), Fraction(0)) if partial else Fraction(0), made)


def edits_needed(before: After, given: Sequence[str]) -> int:
    """Return how many items must be taken out of `given` and put in, at the least, for it to be a right order."""
    removed = _largest_matching(before, given)
    return removed + len(before) - (len(given) - removed)


def _largest_matching(before: After, given: Sequence[str]) -> int:
    """Return the size of a largest matching between items and later ones that should come before them."""
    clashes = [[j for j in range(i + 1, len(given)) if given[j] in before[item]] for i, item in enumerate(given)]
    partner: dict[int, int] = {}

    def augment(i: int, tried: set[int]) -> bool:
        for j in clashes[i]:
            if j not in tried:
                tried.add(j)
                if j not in partner or augment(partner[j], tried):
                    partner[j] = i
                    return True
        return False

    return sum(augment(i, set()) for i in range(len(given)))


def _follows(sequence: Sequence[str], given: Sequence[str]) -> bool:
    waiting = iter(given)
    return all(item in waiting for item in sequence)
