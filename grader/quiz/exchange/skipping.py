"""Options of other systems, with shares in percent, as our `choice` and `multi`; and why a question is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.quiz.exchange.leaf import Choice
from grader.records import Text

MAX_ANSWERS = 200  # of one question
_NEAR = 0.01  # percent: 33.33333 is a third


class Skip(Exception):
    """A question that cannot be held; `text` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Options with their verdicts, and what of their shares was lost."""

    options: tuple[Choice, ...]
    notes: tuple[Text, ...] = ()


def choice_of(options: Sequence[Choice], percents: Sequence[float]) -> Chosen:
    """Return options of which one is right: the one with all the points. Raises: Skip."""
    full = [place for place, percent in enumerate(percents) if percent >= 100 - _NEAR]
    if len(full) != 1 or len(options) < 2:
        raise Skip(_NO_ONE_RIGHT)
    notes = (_SHARES,) if any(0 < percent < 100 - _NEAR for percent in percents) else ()
    return Chosen(
        options=tuple(replace(option, right=place == full[0]) for place, option in enumerate(options)), notes=notes
    )


def several_choices(options: Sequence[Choice], percents: Sequence[float]) -> Chosen:
    """Return options of which those are right that earn something. Raises: Skip."""
    right = [percent > 0 for percent in percents]
    count = sum(right)
    if not count or len(options) < 2:
        raise Skip(_NO_RIGHT)
    earns = float(Fraction(100, count))
    costs = float(Fraction(-100, min(count, max(len(options) - count, 1))))
    same = all(
        abs(percent - (earns if is_right else costs)) < _NEAR for percent, is_right in zip(percents, right, strict=True)
    )
    marked = tuple(replace(option, right=is_right) for option, is_right in zip(options, right, strict=True))
    return Chosen(options=marked, notes=() if same else (_OWN_SHARES,))


TOO_MANY = Text(en=f"left out: more than {MAX_ANSWERS} answers", zh=f"已略过：答案超过 {MAX_ANSWERS} 个")
_NO_ONE_RIGHT = Text(
    en="left out: one option has to be right for all the points, and one only",
    zh="已略过：必须恰有一个选项得满分",
)
_NO_RIGHT = Text(en="left out: no option is right", zh="已略过：没有正确选项")
_SHARES = Text(en="options that were worth a part of the points are wrong now", zh="原先可得部分分的选项现在算错")
_OWN_SHARES = Text(
    en="shares of its own: each right tick counts alike now, and each wrong one takes back as much",
    zh="原有的自定比例未保留：每个正确勾选得分相同，误选扣去同样的分",
)
