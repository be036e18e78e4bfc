"""The content package: a zip with a manifest, the test and the items; the same bytes for the same quiz."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import cast
from xml.etree.ElementTree import Comment, Element

from grader import __version__
from grader.quiz.exchange.leaf import Booklet
from grader.quiz.exchange.losses import Change, FittedBooklet
from grader.quiz.exchange.qti.assessment import assessment
from grader.quiz.exchange.qti.elements import document, el, identifier, legal
from grader.quiz.exchange.qti.item import item

MANIFEST = "imsmanifest.xml"
TEST = "test.xml"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first time that a zip can hold
_READABLE = 0o600 << 16
_CONTENT = "http://www.imsglobal.org/xsd/imscp_v1p1"


def package(fitted: FittedBooklet) -> bytes:
    """Return the package of a quiz that was fitted."""
    booklet = fitted.booklet
    names = names_of(booklet)
    files = {
        MANIFEST: document(_manifest(fitted, names)),
        TEST: document(assessment(booklet, names, __version__)),
        **{
            f"items/{names[leaf.id]}.xml": document(item(leaf, names[leaf.id], booklet.language, __version__))
            for leaf in booklet.leaves
        },
    }
    return zipped(files.items())


def names_of(booklet: Booklet) -> dict[str, str]:
    """Return what each leaf's item is called: unlike the items of other quizzes, as a question bank holds many."""
    return {leaf.id: identifier(f"{booklet.id}_{leaf.id}") for leaf in booklet.leaves}


def _remarks(changes: Sequence[Change]) -> Element:
    """Return a comment that says what the format holds otherwise, for who opens the package."""
    lines = [f"[{one.weight}] {one.question + ': ' if one.question else ''}{one.text.en}" for one in changes]
    text = "\n".join(["", f"This package holds the answers. Made by dlgrade {__version__}.", *lines, ""])
    return cast("Element", Comment(legal(text).replace("--", "- -").replace("--", "- -")))


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return an archive of these files, in this order."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _READABLE
            entry.create_system = 3  # Unix, wherever it is written
            archive.writestr(entry, content)
    return target.getvalue()


def _manifest(fitted: FittedBooklet, names: dict[str, str]) -> Element:
    booklet = fitted.booklet
    items = [
        el("resource", {"identifier": name, "type": "imsqti_item_xmlv2p1", "href": f"items/{name}.xml"},
           el("file", {"href": f"items/{name}.xml"}))
        for name in names.values()
    ]  # fmt: skip
    test = el(
        "resource",
        {"identifier": identifier(booklet.id), "type": "imsqti_test_xmlv2p1", "href": TEST},
        el("file", {"href": TEST}),
        *(el("dependency", {"identifierref": name}) for name in names.values()),
    )
    return el(
        "manifest",
        {
            "xmlns": _CONTENT,
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:schemaLocation": f"{_CONTENT} http://www.imsglobal.org/xsd/qti/qtiv2p1/qtiv2p1_imscpv1p2_v1p0.xsd",
            "identifier": identifier(f"{booklet.id}_package"),
        },
        _remarks(fitted.changes),
        el("metadata", None, el("schema", None, "QTIv2.1 Package"), el("schemaversion", None, "1.0.0")),
        el("organizations"),
        el("resources", None, test, *items),
    )
