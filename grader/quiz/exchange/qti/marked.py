"""An item that is being read: its rules, ready to be run, and what is said of answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from grader.quiz.exchange.html_text import Prose
from grader.quiz.exchange.leaf import NOTHING, Content, Remark
from grader.quiz.exchange.qti.asked import prose_in
from grader.quiz.exchange.qti.expressions import RIGHT
from grader.quiz.exchange.qti.interpreting import Declared, Interpreter, Ran
from grader.quiz.exchange.qti.item import BECAUSE, HINT, TOOL
from grader.quiz.exchange.qti.parsing import LeftOut
from grader.quiz.model import Partial, QuestionType
from grader.records import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAnswer:
    """What a unit asks for, as one of our types."""

    type: QuestionType
    content: Content
    partial: Partial = Partial.NONE


@dataclass(slots=True)
class RunnableItem:
    """An item that is being read: its rules, ready to be run, and its feedback."""

    tree: Element
    run: Interpreter
    notes: list[Text] = field(default_factory=list)
    _said: list[tuple[str, str, Prose]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for tag in ("modalFeedback", "feedbackInline", "feedbackBlock"):
            for one in list(self.tree.iter(tag)):
                if one.get("showHide", "show") == "show":
                    names = one.get("outcomeIdentifier", ""), one.get("identifier", "")
                    self._said.append((*names, prose_in(one)))

    @property
    def is_ours(self) -> bool:
        """Whether dlgrade wrote it."""
        return self.tree.get("toolName") == TOOL

    def declared(self, interaction: Element) -> Declared:
        """Return the declaration of an interaction's response. Raises: LeftOut."""
        found = self.run.responses.get(interaction.get("responseIdentifier", ""))
        if found is None:
            raise LeftOut(Text(en="its answer is not declared", zh="没有声明答案"))
        return found

    def told(self, ran: Ran, *, but: Ran | None = None) -> Remark:
        """Return what is said of an answer; of an item from elsewhere, without what is said of a right one as well."""
        common = {} if but is None or self.is_ours else _names(but)
        return self.remark([name for name in _names(ran) if name not in common])

    def remark(self, names: Collection[str]) -> Remark:
        """Return what the feedback of these names says, explanations of right answers left out."""
        names = [name for name in names if not (self.is_ours and name.partition("_")[0] == RIGHT)]
        shown = [prose for _, name, prose in self._said if name in names]
        because = [prose.because for prose in shown] + [name.partition(BECAUSE)[2] for name in names]
        said = "\n\n".join(prose.markdown for prose in shown if prose.markdown)
        remark = Remark(because=next(filter(None, because), ""), say=said)
        return NOTHING if remark == Remark() else remark

    def explanation(self, ran: Ran, part: str) -> str:
        """Return what is said of a right answer."""
        wanted = [f"{RIGHT}_{part}" if part else RIGHT] if self.is_ours else list(_names(ran))
        names = set(wanted) & _names(ran).keys()
        return "\n\n".join(prose.markdown for _, name, prose in self._said if name in names)

    def hints(self) -> tuple[str, ...]:
        """Return the hints of an item of ours: what no rule shows."""
        return tuple(prose.markdown for outcome, name, prose in self._said if outcome == HINT and name.startswith(HINT))


def _names(ran: Ran) -> dict[str, None]:
    """Return the texts that outcomes have become: the names of the feedback that is shown."""
    return {one: None for value in ran.outcomes.values() for one in value or () if isinstance(one, str)}
