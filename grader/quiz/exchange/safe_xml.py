"""XML of strangers: no entities, no document type, no depth that anybody needs. Nothing is looked up."""

from __future__ import annotations

from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from grader.quiz.exchange.incoming import check_size, refused

MAX_DEPTH = 60
MAX_ELEMENTS = 500_000


def parsed_xml(content: bytes, origin: str) -> Element:
    """Return the root of an XML file. Raises: UsageError for what is none, and for what could only be an attack."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    check_size(content, origin)
    root: Element | None = None
    depth = count = 0
    try:
        for event, element in iterparse(BytesIO(content), events=("start", "end"), forbid_dtd=True):
            if event == "end":
                depth -= 1
                continue
            root = element if root is None else root
            depth, count = depth + 1, count + 1
            if depth > MAX_DEPTH or count > MAX_ELEMENTS:
                raise refused(origin, "nested deeper, or longer, than any quiz.", "嵌套过深或内容过多，不像测验。")
    except DefusedXmlException:
        raise refused(
            origin,
            "it declares a document type or entities, which no quiz needs and attacks are made of.",
            "其中声明了文档类型或实体，测验用不到，却常用于攻击。",
        ) from None
    except (ParseError, ValueError, LookupError) as error:
        raise refused(origin, f"no XML: {error}.", f"不是合法的 XML：{error}。") from None
    if root is None:
        raise refused(origin, "it is empty.", "文件为空。")
    return root
