"""What reading a stranger's file shares over formats: notes, names, the bounds of what is read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from grader.errors import UsageError
from grader.plaintext import printable
from grader.quiz.exchange.formats import MAX_BYTES, Note
from grader.quiz.exchange.html_text import Prose, lost_text, prose_of
from grader.records import Language, Text

MAX_QUESTIONS = 2000
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")
_LONGEST_ID = 50  # with room for a number behind it


@dataclass(slots=True)
class Incoming:
    """One file that is being read: its notes, and the ids that are taken."""

    origin: str
    language: Language
    notes: list[Note] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    def note(self, question: str, text: Text, *, skipped: bool = False) -> None:
        """Say what of a question came otherwise, or that it was left out."""
        found = Note(question=printable(question, limit=80), text=text, skipped=skipped)
        if found not in self.notes:
            self.notes.append(found)

    def prose(self, question: str, source: str) -> Prose:
        """Return what HTML says, and note what of it is lost."""
        prose = prose_of(source, self.language)
        if (lost := lost_text(prose.lost)) is not None:
            self.note(question, lost)
        return prose

    def id_of(self, name: str) -> str:
        """Return an id made of a name, which no other has."""
        wanted = slug(name) or f"question-{len(self._taken) + 1}"
        found, number = wanted, 2
        while found in self._taken:
            found, number = f"{wanted}-{number}", number + 1
        self._taken.add(found)
        return found


def slug(name: str) -> str:
    """Return an id that a name makes: lower-case words of Latin letters and digits; "" where there are none."""
    plain = unicodedata.normalize("NFKD", name[:400]).encode("ascii", "ignore").decode().lower()
    words = _NOT_IN_ID.sub("-", plain).strip("-")
    if not words:
        return ""
    named = words if words[0].isalpha() else f"q-{words}"
    return named[:_LONGEST_ID].rstrip("-")


def same_id(name: str) -> str:
    """Return a name as it is where it can be an id, else one made of it."""
    return name if re.fullmatch(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*", name) and len(name) <= 60 else slug(name)


def check_size(content: bytes, origin: str) -> None:
    """Refuse a file that is larger than any of questions. Raises: UsageError."""
    if len(content) > MAX_BYTES:
        limit = MAX_BYTES // 1024**2
        raise UsageError(
            Text(
                en=f"{origin}: {len(content):,} bytes; a file of questions has at most {limit} MiB.",
                zh=f"{origin}：共 {len(content):,} 字节；题目文件最大 {limit} MiB。",
            ),
            remedy=Text(en="Export fewer questions, without pictures.", zh="请少导出一些题目，且不带图片。"),
        )


def refused(origin: str, en: str, zh: str, *, remedy: Text | None = None) -> UsageError:
    """Return the error for a file that cannot be read as a whole."""
    return UsageError(
        Text(en=f"{origin}: {en}", zh=f"{origin}：{zh}"),
        remedy=remedy or Text(en="Export it anew from where it comes.", zh="请从原系统重新导出。"),
    )
