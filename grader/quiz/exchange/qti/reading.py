"""Reads a content package, or a single item or test: in the order of its test, with groups, points and tries."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from xml.etree.ElementTree import Element

from grader.quiz.exchange.decimals import number_in
from grader.quiz.exchange.formats import Imported
from grader.quiz.exchange.incoming import MAX_QUESTIONS, Incoming, check_size, refused, same_id
from grader.quiz.exchange.leaf import Booklet, Group, Leaf, Parts
from grader.quiz.exchange.qti.archive import Archive
from grader.quiz.exchange.qti.asked import prose_in
from grader.quiz.exchange.qti.assessment import ABOUT_CLASS, POINTS
from grader.quiz.exchange.qti.parsing import LeftOut, parsed
from grader.quiz.exchange.qti.read_item import MAX_POINTS, read_item
from grader.records import Language, Text

MANIFEST = "imsmanifest.xml"
MAX_SECTIONS_DEPTH = 20
MAX_SECONDS = 10**7  # a longer limit is none
_ITEM_TYPE = re.compile(r"imsqti_(?:item|apipitem)_xmlv(?:2p[0-9]|3p0).*")
_TEST_TYPE = re.compile(r"imsqti_(?:test|assessment|apiptest)_xmlv(?:2p[0-9]|3p0).*")


def read(content: bytes, *, origin: str, language: Language) -> Imported:
    """Return what a package holds. Raises: UsageError where it cannot be read as a whole."""
    check_size(content, origin)
    incoming = Incoming(origin, language)
    try:
        reader = _Package(incoming, Archive(content)) if content.startswith(b"PK") else _Single(incoming, content)
        return reader.imported()
    except LeftOut as error:
        raise refused(origin, f"{error.text.en}.", f"{error.text.zh}。") from None


@dataclass(slots=True)
class _Title:
    """What is said of the whole."""

    id: str = "quiz"
    title: str = ""
    about: str = ""
    time_limit_s: float | None = None
    shuffled: bool = False


class _Reader:
    """What a package and a single file have in common."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming
        self._count = 0

    def imported(self) -> Imported:
        raise NotImplementedError

    def _leaf(self, tree: Element) -> Leaf | None:
        """Return an item; None, and a note, where it cannot be held."""
        shown = tree.get("title") or tree.get("identifier") or "?"
        self._count += 1
        if self._count > MAX_QUESTIONS:
            raise LeftOut(Text(en=f"more than {MAX_QUESTIONS} questions", zh=f"题目超过 {MAX_QUESTIONS} 道"))
        try:
            leaf, notes = read_item(tree, "")
        except LeftOut as error:
            self._incoming.note(shown, _left_out(error.text), skipped=True)
            return None
        for note in notes:
            self._incoming.note(shown, note)
        return replace(_with_ids(leaf), id=self._incoming.id_of(_own_id(tree)))

    def _done(self, title: _Title, items: list[Leaf | Group]) -> Imported:
        booklet = Booklet(
            id=title.id,
            title=title.title or title.id,
            about=title.about,
            language=self._incoming.language,
            items=tuple(items),
            time_limit_s=title.time_limit_s,
            shuffled=title.shuffled,
        )
        return Imported(booklet=booklet, notes=tuple(self._incoming.notes))


def _own_id(tree: Element) -> str:
    """Return what a question was called: ours keeps its id in the title."""
    return tree.get("title", "") or tree.get("identifier", "")


def _with_ids(leaf: Leaf) -> Leaf:
    """Return a leaf whose parts have ids that a quiz can hold, each its own."""
    if not isinstance(leaf.content, Parts):
        return leaf
    taken: dict[str, Leaf] = {}
    for number, part in enumerate(leaf.content.parts, start=1):
        name = same_id(part.id) or f"part{number}"
        name = f"{name}-{number}" if name in taken else name
        taken[name] = replace(part, id=name)
    return replace(leaf, content=Parts(parts=tuple(taken.values())))


class _Single(_Reader):
    """One item by itself."""

    def __init__(self, incoming: Incoming, content: bytes) -> None:
        super().__init__(incoming)
        self._tree = parsed(content, incoming.origin)

    def imported(self) -> Imported:
        if self._tree.tag != "assessmentItem":
            raise LeftOut(
                Text(
                    en=f"neither a package nor an item of QTI 2 or 3, but <{self._tree.tag[:40]}>",
                    zh=f"既不是 QTI 2 或 3 的包，也不是其题目，而是 <{self._tree.tag[:40]}>",
                )
            )
        leaf = self._leaf(self._tree)
        return self._done(_Title(title=self._tree.get("title", "")), [leaf] if leaf else [])


@dataclass(frozen=True, slots=True)
class _Walk:
    """Where a test is read: its file, and what has been told by the parts around."""

    file: str
    tries: int | None = 1


class _Package(_Reader):
    """A content package: its manifest says which files are the test and the items."""

    def __init__(self, incoming: Incoming, archive: Archive) -> None:
        super().__init__(incoming)
        self._archive = archive

    def imported(self) -> Imported:
        manifest = next((name for name in self._archive.names if name.rpartition("/")[2] == MANIFEST), None)
        if manifest is None:
            raise LeftOut(Text(en=f"it holds no {MANIFEST}", zh=f"其中没有 {MANIFEST}"))
        tree = parsed(self._archive.read(manifest), manifest)
        resources = [one for one in tree.iter("resource") if one.get("href")]
        tests = [one for one in resources if _TEST_TYPE.fullmatch(one.get("type", ""))]
        items = [one for one in resources if _ITEM_TYPE.fullmatch(one.get("type", ""))]
        if not tests and not items:
            raise LeftOut(_NO_QTI)
        if tests:
            if len(tests) > 1:
                self._incoming.note("", _several_tests(len(tests)))
            return self._test(manifest, tests[0].get("href", ""))
        leaves = [leaf for one in items if (leaf := self._item(manifest, one.get("href", ""))) is not None]
        return self._done(_Title(title=self._incoming.origin), list(leaves))

    def _test(self, manifest: str, href: str) -> Imported:
        file = self._found(manifest, href)
        tree = parsed(self._archive.read(file), file)
        title = _Title(id=same_id(tree.get("identifier", "")) or "quiz", title=tree.get("title", ""))
        limit = tree.find("timeLimits")
        seconds = number_in(limit.get("maxTime", "")) if limit is not None else None
        if isinstance(seconds, Fraction) and 1 <= seconds < MAX_SECONDS:
            title.time_limit_s = float(seconds)
        items: list[Leaf | Group] = []
        for part in tree.findall("testPart"):
            walk = _Walk(file=file, tries=_tries(part, 1))
            for section in part.findall("assessmentSection"):
                title.shuffled = title.shuffled or _shuffles(section)
                title.about = title.about or self._about(section)
                items += self._section(section, walk, depth=0)
        return self._done(title, items)

    def _about(self, section: Element) -> str:
        found = [one for one in section.findall("rubricBlock") if ABOUT_CLASS in one.get("class", "").split()]
        return prose_in(found[0]).markdown if found else ""

    def _section(self, section: Element, walk: _Walk, *, depth: int) -> list[Leaf | Group]:
        """Return what a section holds, in its order; one of which a few are drawn is a group."""
        if depth > MAX_SECTIONS_DEPTH:
            raise LeftOut(Text(en="sections nested too deeply", zh="分区嵌套过深"))
        walk = replace(walk, tries=_tries(section, walk.tries))
        items: list[Leaf | Group] = []
        for child in section:
            if child.tag == "assessmentSection":
                items += self._section(child, walk, depth=depth + 1)
            elif child.tag == "assessmentItemRef" and (leaf := self._reference(child, walk)) is not None:
                items.append(leaf)
        pick = _pick(section)
        if pick is None:
            return items
        leaves = [leaf for one in items for leaf in (one.leaves if isinstance(one, Group) else (one,))]
        if any(isinstance(one, Group) for one in items):
            self._incoming.note(section.get("title", ""), _NESTED)
        if not leaves:
            return []
        name = section.get("title", "") or section.get("identifier", "")
        group_id = same_id(name) or self._incoming.id_of(name)
        return [Group(id=group_id, pick=min(pick, len(leaves)), leaves=tuple(leaves))]

    def _reference(self, reference: Element, walk: _Walk) -> Leaf | None:
        leaf = self._item(walk.file, reference.get("href", ""))
        if leaf is None:
            return None
        weight = reference.find("weight")
        value = number_in(weight.get("value", "")) if weight is not None else None
        is_ours = weight is not None and weight.get("identifier") == POINTS
        if isinstance(value, Fraction) and 0 < value <= MAX_POINTS and not is_ours:
            leaf = replace(leaf, points=float(value) * leaf.points)
        topics = tuple(dict.fromkeys(filter(None, map(same_id, reference.get("category", "").split()))))
        return _with_tries(replace(leaf, topics=topics), _tries(reference, walk.tries))

    def _item(self, base: str, href: str) -> Leaf | None:
        try:
            file = self._found(base, href)
            tree = parsed(self._archive.read(file), file)
        except LeftOut as error:
            self._incoming.note(href, _left_out(error.text), skipped=True)
            return None
        return self._leaf(tree)

    def _found(self, base: str, href: str) -> str:
        file = self._archive.find(base, href)
        if file is None:
            raise LeftOut(Text(en="the package has no such file", zh="包中没有这个文件"))
        return file


def _with_tries(leaf: Leaf, tries: int | None) -> Leaf:
    if not isinstance(leaf.content, Parts):
        return replace(leaf, attempts=tries)
    parts = tuple(replace(part, attempts=tries) for part in leaf.content.parts)
    return replace(leaf, attempts=tries, content=Parts(parts=parts))


def _tries(element: Element, otherwise: int | None) -> int | None:
    """Return how often an answer is checked; 0 in the file is any number."""
    control = element.find("itemSessionControl")
    written = control.get("maxAttempts", "") if control is not None else ""
    if not written.isdecimal() or len(written) > 4:
        return otherwise
    return int(written) or None


def _shuffles(section: Element) -> bool:
    ordering = section.find("ordering")
    return ordering is not None and ordering.get("shuffle") == "true"


def _pick(section: Element) -> int | None:
    selection = section.find("selection")
    written = selection.get("select", "") if selection is not None else ""
    return int(written) if written.isdecimal() and len(written) < 5 and int(written) else None


def recognises(content: bytes) -> bool:
    """Return whether a file looks like a content package or an item: by its beginning, and a zip by its manifest."""
    if content.startswith(b"PK"):
        return MANIFEST.encode() in content
    start = content[:4096].replace(b"\0", b"")
    return b"assessmentItem" in start or b"qti-assessment-item" in start


def _left_out(reason: Text) -> Text:
    return Text(en=f"left out: {reason.en}", zh=f"已略过：{reason.zh}")


def _several_tests(count: int) -> Text:
    return Text(en=f"one of {count} tests is read, the first", zh=f"共 {count} 份测验，只读取第一份")


_NO_QTI = Text(
    en="its manifest names no item or test of QTI 2 or 3 (QTI 1.2 is not read)",
    zh="清单中没有 QTI 2 或 3 的题目或测验（不支持 QTI 1.2）",
)
_NESTED = Text(
    en="a draw within a draw: all of its questions are drawn from alike", zh="抽取中还有抽取：改为从所有题目中一起抽取"
)
