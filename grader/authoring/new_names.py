"""What a new exercise may be called: each answer checked at once, with a name that would do."""

from __future__ import annotations

import functools
import json
import keyword
import re
import sys
import unicodedata
from collections.abc import Mapping
from typing import Any

from grader.errors import UsageError
from grader.exercise.manifest import SCHEMA_FILE
from grader.exercise.paths import show_name
from grader.exercise.rules import COURSE_FILES, SHADOWED_MODULES
from grader.plaintext import printable
from grader.records import Text

MAX_NAME = 40  # characters of a slug or function: they stand in file names, headings and lines of code
EXAMPLE = "layer_norm"
_FUNCTION = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TAKEN_FUNCTIONS = frozenset({"Tensor"})  # what the sample imports under this name


def module_of(slug: str) -> str:
    """Return the name of the module that an exercise asks for: `layer_norm` of `layer-norm`."""
    return slug.replace("-", "_")


def default_title(slug: str) -> Text:
    """Return a title that is made of the slug alone."""
    words = re.sub("[-_]+", " ", slug)
    return Text(en=words[:1].upper() + words[1:], zh=f"{words} 练习")


def check_slug(slug: str) -> None:
    """Raise UsageError unless `slug` can name folders and a module."""
    said = show_name(slug)
    if len(slug) > MAX_NAME:
        raise _refused(
            f"SLUG {said[:MAX_NAME]}…",
            Text(en=f"longer than {MAX_NAME} characters.", zh=f"超过 {MAX_NAME} 个字符。"),
            _suggestion(slug),
        )
    pattern, allowed = _schema_rule("slug")
    if not re.fullmatch(pattern.removeprefix("^").removesuffix("$"), slug):
        raise _refused(
            f"SLUG {said!r}", Text(en=f"expected {allowed.en}.", zh=f"应为{allowed.zh}。"), _suggestion(slug)
        )
    module = module_of(slug)
    if keyword.iskeyword(module) or keyword.issoftkeyword(module):
        why = Text(en=f"{module} is a word of Python itself.", zh=f"{module} 是 Python 的保留字。")
        raise _refused(f"SLUG {slug}", why, f"my_{module}")
    if module in SHADOWED_MODULES or module in sys.stdlib_module_names:
        why = Text(en=f"{module}.py would hide the module {module}.", zh=f"{module}.py 会遮住模块 {module}。")
        raise _refused(f"SLUG {slug}", why, f"my_{module}")
    if f"{module}.py" in COURSE_FILES or module.startswith("test_"):
        why = Text(en=f"{module}.py is a test's name.", zh=f"{module}.py 是测试的文件名。")
        raise _refused(f"SLUG {slug}", why, f"my_{module}")


def check_function(name: str) -> None:
    """Raise UsageError unless `name` can be that of the function which students write."""
    wrong = keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in _TAKEN_FUNCTIONS or len(name) > MAX_NAME
    if wrong or not _FUNCTION.fullmatch(name):
        why = Text(
            en=f"expected a name of Python that begins with a letter, no keyword, at most {MAX_NAME} characters.",
            zh=f"应为以字母开头的 Python 名称，不能是关键字，最多 {MAX_NAME} 个字符。",
        )
        raise _refused(f"--function {show_name(name)[: MAX_NAME + 20]!r}", why, _suggestion(name))


def check_title(title: str, *, option: str) -> None:
    """Raise UsageError unless `title` is one line of text, as the manifest's schema has it."""
    longest = _schema()["properties"]["title"]["properties"]["en"]["maxLength"]
    if title.strip() and len(title) <= longest and printable(title, limit=longest) == title:
        return
    why = Text(
        en=f"expected one line of text, at most {longest} characters.", zh=f"应为一行文字，最多 {longest} 个字符。"
    )
    shown = printable(title, limit=60)
    raise _refused(f"{option} {shown!r}", why, None)


def check_topic(topic: str) -> None:
    """Raise UsageError unless `topic` is one as the manifest's schema has it."""
    schema = _schema()["properties"]["topics"]["items"]
    if not re.fullmatch(schema["pattern"].removeprefix("^").removesuffix("$"), topic):
        allowed = Text(**schema["x-allowed"])
        why = Text(en=f"expected {allowed.en}.", zh=f"应为{allowed.zh}。")
        raise _refused(f"--topic {show_name(topic)!r}", why, _suggestion(topic).replace("_", "-"))


@functools.cache
def _schema() -> Mapping[str, Any]:
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return schema


def _schema_rule(key: str) -> tuple[str, Text]:
    rule = _schema()["properties"][key]
    return rule["pattern"], Text(**rule["x-allowed"])


def _suggestion(name: str) -> str:
    """Return a slug that is as near to `name` as can be."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = "_".join(re.findall("[a-z0-9]+", plain))[:MAX_NAME].rstrip("_")
    if not slug:
        return EXAMPLE
    near = slug if slug[0].isalpha() else f"my_{slug}"[:MAX_NAME].rstrip("_")
    try:
        check_slug(near)
    except UsageError:
        return f"my_{near}"[:MAX_NAME].rstrip("_")
    return near


def _refused(what: str, why: Text, suggestion: str | None) -> UsageError:
    remedy = Text(en=f"For example: {suggestion}.", zh=f"例如：{suggestion}。") if suggestion else ""
    return UsageError(Text(en=f"{what}: {why.en}", zh=f"{what}：{why.zh}"), remedy=remedy)
