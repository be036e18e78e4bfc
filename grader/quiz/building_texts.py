"""The texts of a quiz.yaml: in each language, with what is missing noted, and with slots that can be filled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from grader.exercise.problems import key_path
from grader.quiz.authored import Gap, Where
from grader.quiz.interpolation import Slot, SlotError, slots_in, unknown_name
from grader.quiz.yaml_file import KeyPath, LinedText, Tree
from grader.records import Language, Text


class Texts:
    """Reads texts out of a tree. `problems` and `gaps` grow as it does."""

    def __init__(self, tree: Tree, languages: Sequence[Language], problems: list[LinedText], gaps: list[Gap]) -> None:
        self._tree = tree
        self._languages = tuple(languages)
        self._problems = problems
        self._gaps = gaps

    def at(self, path: KeyPath) -> Any:
        """Return what stands at `path`; None where nothing does."""
        value: Any = self._tree.value
        for step in path:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def text(self, path: KeyPath) -> Text:
        """Return the text at `path`: one for all languages, or one for each; a missing one speaks the other."""
        written = self.at(path)
        if isinstance(written, dict):
            missing = tuple(language for language in self._languages if language.value not in written)
            if missing:
                self._gap(path, missing, next(iter(written.values())))
            spare = next(iter(written.values()))
            return Text(en=written.get("en", spare), zh=written.get("zh", spare))
        if len(self._languages) > 1:
            self._gap(path, (), written)
        return Text(en=written, zh=written)

    def optional(self, path: KeyPath) -> Text | None:
        """Return the text at `path`; None where there is none."""
        return None if self.at(path) is None else self.text(path)

    def several(self, path: KeyPath) -> tuple[Text, ...]:
        """Return the text or the list of texts at `path`."""
        written = self.at(path)
        if isinstance(written, list):
            return tuple(self.text((*path, place)) for place in range(len(written)))
        return () if written is None else (self.text(path),)

    def check(self, where: Where, templates: Collection[str], known: Collection[str], *, is_all: bool) -> None:
        """Note slots of these templates, which stand at `where`, that cannot be filled.

        `is_all`: nothing but `known` can come; otherwise a generator may bring more.
        """
        for template in dict.fromkeys(templates):
            try:
                slots: tuple[Slot, ...] = slots_in(template)
            except SlotError as error:
                self._problem(where, error.text)
                continue
            for slot in slots:
                if is_all and slot.name not in known:
                    self._problem(where, unknown_name(slot.name, dict.fromkeys(known)))

    def where(self, path: KeyPath) -> Where:
        """Return where `path` stands."""
        return Where(line=self._tree.line(path), path=key_path(path))

    def _gap(self, path: KeyPath, missing: tuple[Language, ...], text: str) -> None:
        self._gaps.append(Gap(languages=missing, text=text, where=self.where(path)))

    def _problem(self, where: Where, text: Text) -> None:
        said = Text(en=f"{where.path}: {text.en}", zh=f"{where.path}：{text.zh}")
        self._problems.append(LinedText(where.line, said))
