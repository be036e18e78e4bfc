"""What is wrong with a quiz.yaml, in words: where, what stands there, what may stand there, and the fix."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import both, joined
from grader.exercise.problems import closest, key_path
from grader.quiz.yaml_file import KeyPath, LinedText, Tree, walk
from grader.records import Text

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Schema = Mapping[str, Any]
SCHEMA = Path(__file__).parent.parent / "schemas" / "quiz-1.schema.json"

MAX_SHOWN_CHARACTERS = 70
_KINDS: tuple[tuple[type | tuple[type, ...], Text], ...] = (
    (type(None), Text(en="nothing", zh="空")),
    (bool, Text(en="true or false", zh="布尔值")),
    (str, Text(en="text", zh="文本")),
    (int, Text(en="a whole number", zh="整数")),
    (float, Text(en="a number", zh="小数")),
    (list, Text(en="a list", zh="列表")),
    (dict, Text(en="a mapping", zh="映射")),
)
_SCHEMA_KINDS = {
    "string": Text(en="text", zh="文本"),
    "array": Text(en="a list", zh="列表"),
    "object": Text(en="a mapping", zh="映射"),
    "number": Text(en="a number", zh="数"),
    "integer": Text(en="a whole number", zh="整数"),
    "boolean": Text(en="true or false", zh="true 或 false"),
}
_FEW = 4  # names that are read easily with "or" between them
_MAY_BE_INFINITE = ("answer", "value")


def schema_problems(tree: Tree) -> list[LinedText]:
    """Return every violation of the schema, and every number that is none (nan, inf) where one must be."""
    from jsonschema import Draft202012Validator  # 50 ms and more: only where a quiz has changed since it was last read

    schema = read_schema()
    found = [
        problem for error in Draft202012Validator(schema).iter_errors(tree.value) for problem in _lined(error, tree)
    ]
    for path, value in walk(tree.value):
        if isinstance(value, float) and not math.isfinite(value) and not set(path) & set(_MAY_BE_INFINITE):
            found.append(LinedText(tree.line(path), _not_finite(path, value)))
    return list(dict.fromkeys(found))


@functools.cache
def read_schema() -> Schema:
    """Return the schema of quiz.yaml."""
    schema: Schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return schema


def problem(path: KeyPath, value: object, *, expected: Text, got: Text, fix: Text) -> Text:
    """Say what is wrong with one value: `questions[2].points = "3": expected a number …, got text. Remove …`."""
    key = f"{key_path(path)} = {literal(value)}" if path else literal(value)
    said = Text(
        en=f"{key}: expected {expected.en}, got {got.en}.",
        zh=f"{key}：应为{_apart(expected.zh)}，实为{_apart(got.zh)}。",
    )
    return joined((said, fix)) if fix.en else said


def literal(value: object) -> str:
    """Return a value as YAML may write it, shortened."""
    text = _literal(value)
    return text if len(text) <= MAX_SHOWN_CHARACTERS else text[: MAX_SHOWN_CHARACTERS - 1] + "…"


def unknown(name: str, known: Iterable[str], *, key: str, what: Text) -> Text:
    """Say that a name at `key` stands for nothing: `after[0] = "bck": expected the id of an item. Did you mean …?`."""
    names = list(known)
    close = closest(name, names)
    there = Text(en=f"There are: {', '.join(names)}.", zh=f"现有：{'、'.join(names)}。") if names else _NONE
    return Text(
        en=f"{key} = {literal(name)}: expected {what.en}. " + (f"Did you mean {close}?" if close else there.en),
        zh=f"{key} = {literal(name)}：应为{_apart(what.zh)}。" + (f"是不是想写 {close}？" if close else there.zh),
    )


def kind_of(value: object) -> Text:
    """Name a value's kind, as its author would."""
    return next(text for kinds, text in _KINDS if isinstance(value, kinds))


def _literal(value: object, *, depth: int = 0) -> str:
    if depth > 3:
        return "…"
    if isinstance(value, list):
        return f"[{', '.join(_literal(item, depth=depth + 1) for item in value[:20])}]"
    if isinstance(value, dict):
        items = list(value.items())[:20]
        return "{" + ", ".join(f"{key}: {_literal(item, depth=depth + 1)}" for key, item in items) + "}"
    if value is None:
        return "null"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)


def _lined(error: ValidationError, tree: Tree) -> Iterator[LinedText]:
    path: KeyPath = tuple(error.absolute_path)
    schema: Schema = error.schema if isinstance(error.schema, Mapping) else {}
    value: Any = error.instance
    if error.validator == "required":
        for name in error.validator_value:  # type: ignore[union-attr]  # jsonschema types it as anything
            if name not in value:
                yield LinedText(tree.line(path), _missing((*path, name), _property(schema, name)))
    elif error.validator == "additionalProperties":
        for name in value:
            if name not in schema["properties"]:
                yield LinedText(tree.line((*path, name)), _unknown_key((*path, name), schema))
    elif "propertyNames" in error.absolute_schema_path:
        expected = _allowed(schema)
        example = schema["examples"][0]
        text = Text(
            en=f"{key_path((*path, value))}: not a name allowed here: expected {expected.en}. For example: {example}",
            zh=f"{key_path((*path, value))}：此处不允许这个名称，应为{_apart(expected.zh)}。例如：{example}",
        )
        yield LinedText(tree.line((*path, value)), text)
    else:
        said = problem(path, value, expected=_expected(error, schema), got=_got(error), fix=_fix(error, path, schema))
        yield LinedText(tree.line(path), said)


def _property(schema: Schema, name: str) -> Schema:
    """Return what a key of a mapping may be."""
    part = schema.get("properties", {}).get(name) or read_schema()["$defs"]["number"]["properties"][name]
    return _resolved(part)


def _resolved(part: Schema) -> Schema:
    while "$ref" in part:
        found: Any = read_schema()
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def _missing(path: KeyPath, schema: Schema) -> Text:
    expected = _allowed(schema)
    line = f"{path[-1]}: {literal(schema['examples'][0])}"
    return Text(
        en=f"{key_path(path)}: missing; expected {expected.en}. For example: {line}",
        zh=f"{key_path(path)}：缺少这一项，应为{_apart(expected.zh)}。例如：{line}",
    )


def _unknown_key(path: KeyPath, schema: Schema) -> Text:
    name, known = str(path[-1]), list(schema["properties"])
    said = Text(
        en=f"{key_path(path)}: unknown key. Allowed here: {', '.join(known)}.",
        zh=f"{key_path(path)}：未知的键。此处允许：{'、'.join(known)}。",
    )
    return joined((said, _home_of(name, known)))


def _home_of(name: str, known: list[str]) -> Text:
    """Say what an unknown key was probably meant to be, or where it belongs."""
    whole = read_schema()
    types = whole["$defs"]["question"]["properties"]["type"]["enum"]
    owners = [kind for kind in types if name in whole["$defs"][kind]["properties"]]
    if name in whole["properties"] and name not in ("id", "title"):
        return Text(en=f"{name} belongs at the top of the file.", zh=f"{name} 应写在文件的顶层。")
    if owners:
        listed = ", ".join(owners)
        return Text(en=f"Questions of these types have it: {listed}.", zh=f"它属于这些题型：{listed}。")
    if match := closest(name, known):
        return Text(en=f"Did you mean {match}?", zh=f"是不是想写 {match}？")
    return Text(en="Remove it.", zh="请删去。")


def _allowed(schema: Schema) -> Text:
    """Say what a value may be, as its schema describes it."""
    schema = _resolved(schema)
    if "x-allowed" in schema:
        return Text(**schema["x-allowed"])
    if "const" in schema:
        return both(str(schema["const"]))
    if "enum" in schema:
        names = schema["enum"]
        if len(names) > _FEW:
            return Text(en=f"one of {', '.join(names)}", zh=f"{'、'.join(names)} 之一")
        return Text(en=" or ".join(names), zh=" 或 ".join(names))
    kind = _SCHEMA_KINDS[schema["type"]]
    if "maximum" in schema:
        low, opening = (schema["minimum"], "[") if "minimum" in schema else (schema["exclusiveMinimum"], "(")
        interval = f"{opening}{low}, {schema['maximum']}]"
        return Text(en=f"{kind.en} in {interval}", zh=f"{interval} 内的{kind.zh}")
    return kind


def _expected(error: ValidationError, schema: Schema) -> Text:
    number = error.validator_value
    counts = {
        "minItems": Text(en=f"at least {number} item{'' if number == 1 else 's'}", zh=f"至少 {number} 项"),
        "maxItems": Text(en=f"at most {number} items", zh=f"最多 {number} 项"),
        "maxProperties": Text(en=f"at most {number} keys", zh=f"最多 {number} 个键"),
        "maxLength": Text(en=f"at most {number} characters", zh=f"最多 {number} 个字符"),
        "uniqueItems": Text(en="each item once", zh="每项只出现一次"),
    }
    return counts.get(str(error.validator)) or _allowed(schema)


def _got(error: ValidationError) -> Text:
    value: Any = error.instance
    if error.validator in ("minItems", "maxItems", "minProperties", "maxProperties", "maxLength"):
        return both(str(len(value)))
    if error.validator == "uniqueItems":
        twice = next(item for item in value if value.count(item) > 1)
        return Text(en=f"{literal(twice)} more than once", zh=f"{literal(twice)} 出现多次")
    return kind_of(value) if error.validator == "type" else both(literal(value))


def _fix(error: ValidationError, path: KeyPath, schema: Schema) -> Text:
    value, wanted = error.instance, schema.get("type")
    wanted_kinds = wanted if isinstance(wanted, list) else [wanted]
    if error.validator == "type" and isinstance(value, str):
        if _reads_as_number(value) and {"number", "integer"} & set(wanted_kinds):
            return Text(en="Remove the quotes.", zh="请去掉引号。")
        if "boolean" in wanted_kinds and value.lower() in ("yes", "no", "on", "off"):
            meant = "true" if value.lower() in ("yes", "on") else "false"
            return Text(en=f"YAML 1.2 writes {meant}.", zh=f"YAML 1.2 写作 {meant}。")
        if wanted_kinds == ["array"]:
            return Text(en=f"Put it in brackets: [{literal(value)}].", zh=f"请加方括号：[{literal(value)}]。")
    if error.validator == "type" and "string" in wanted_kinds and isinstance(value, int | float):
        return Text(
            en=f'If it is text, put it in quotes: "{_literal(value)}".', zh=f'若是文本，请加引号："{_literal(value)}"。'
        )
    if error.validator == "enum" and isinstance(value, str) and (match := closest(value.lower(), schema["enum"])):
        return Text(en=f"Did you mean {match}?", zh=f"是不是想写 {match}？")
    if error.validator == "uniqueItems":
        return Text(en="Remove the repetition.", zh="请删去重复项。")
    if error.validator == "const" and str(value).startswith("quiz/"):
        return Text(en="It is written for another dlgrade: upgrade dlgrade.", zh="它需要另一个版本的 dlgrade：请升级。")
    if "examples" not in schema:
        return both("")
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    example = (
        f"{name}: {literal(schema['examples'][0])}"
        if path and isinstance(path[-1], str)
        else literal(schema["examples"][0])
    )
    return Text(en=f"For example: {example}", zh=f"例如：{example}")


def _reads_as_number(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def _not_finite(path: KeyPath, value: float) -> Text:
    return problem(
        path,
        value,
        expected=Text(en="a finite number", zh="有限的数"),
        got=both(str(value)),
        fix=Text(en="As a text in quotes it may stand.", zh="可加引号写成文本。"),
    )


def _apart(chinese: str) -> str:
    """Return a phrase as it stands behind a Chinese character: with a blank before what is none."""
    return f" {chinese}" if chinese[:1].isascii() else chinese


_NONE = Text(en="There are none.", zh="这里一个也没有。")
