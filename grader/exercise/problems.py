"""What is wrong with a manifest or a course's file, in words: one `Text` for each violation of the JSON Schema."""

from __future__ import annotations

import datetime
import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from grader.errors import both, joined
from grader.records import Text

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Path = tuple[str | int, ...]
Schema = Mapping[str, Any]

MAX_LITERAL_CHARACTERS = 80
MAX_LITERAL_DEPTH = 8
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_KINDS: tuple[tuple[type | tuple[type, ...], str, str], ...] = (
    (bool, "true or false", "布尔值"),
    (str, "text", "文本"),
    (int, "a whole number", "整数"),
    (float, "a number", "小数"),
    (list, "a list", "列表"),
    (dict, "a table", "表"),
    ((datetime.date, datetime.time), "a date or time", "日期或时间"),
)
_SCHEMA_KINDS = {
    "string": Text(en="text", zh="文本"),
    "array": Text(en="a list", zh="列表"),
    "object": Text(en="a table", zh="表"),
    "number": Text(en="a number", zh="数"),
    "integer": Text(en="a whole number", zh="整数"),
}


def schema_problems(manifest: Mapping[str, object], schema: Schema) -> tuple[Text, ...]:
    """Return every violation of `schema`, in the order of the keys, each with what is allowed and the fix."""
    from jsonschema import Draft202012Validator  # 50 ms, and `dlgrade --help` needs none of it

    errors = sorted(
        Draft202012Validator(schema).iter_errors(manifest), key=lambda found: str(list(found.absolute_path))
    )
    problems: dict[str, Text] = {}  # jsonschema reports each missing key of a table anew
    for error in errors:
        for problem in _explained(error, schema):
            problems.setdefault(problem.en, problem)
    return tuple(problems.values())


def problem(path: Path, value: object, *, expected: Text, got: Text, fix: Text) -> Text:
    """Say what is wrong with one value: `limits.call_s = "10": expected …, got text. Remove the quotes.`"""
    key = f"{key_path(path)} = {toml_literal(value)}"
    return joined(
        (
            Text(en=f"{key}: expected {expected.en}, got {got.en}.", zh=f"{key}：应为{expected.zh}，实为{got.zh}。"),
            fix,
        )
    )


def key_path(path: Iterable[str | int]) -> str:
    """Return where a value stands: `functions."SGD.step".mutates[1]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if _BARE_KEY.fullmatch(part) else toml_text(part)
            text += f".{name}" if text else name
    return text


def toml_text(text: str) -> str:
    """Return `text` as TOML writes it, whole, whatever is in it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", r"\u007f")  # JSON leaves DEL as it is, TOML may not


def toml_literal(value: object, *, limit: int = MAX_LITERAL_CHARACTERS) -> str:
    """Return `value` as TOML writes it, shortened to `limit` characters."""
    text = _literal(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def closest(word: str, known: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """Return the known word that `word` was probably meant to be; `likeness` is the least, from 0 to 1."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=likeness)
    return matches[0] if matches else None


def _literal(value: object, *, depth: int = 0) -> str:
    if depth > MAX_LITERAL_DEPTH:
        return "…"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return toml_text(value)
    if isinstance(value, list):
        return f"[{', '.join(_literal(item, depth=depth + 1) for item in value)}]"
    if isinstance(value, dict):
        inner = ", ".join(f"{key_path([key])} = {_literal(item, depth=depth + 1)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return str(value)


def _explained(error: ValidationError, root: Schema) -> Iterator[Text]:
    path: Path = tuple(error.absolute_path)
    schema: Schema = error.schema if isinstance(error.schema, Mapping) else {}
    value: Any = error.instance
    if error.validator == "required":
        for name in schema["required"]:
            if name not in value:
                yield _missing((*path, name), schema["properties"][name])
    elif error.validator == "additionalProperties":
        for name in value:
            if name not in schema["properties"]:
                yield _unknown((*path, name), value[name], schema["properties"], root)
    elif "propertyNames" in error.absolute_schema_path:
        expected, example = _allowed(schema), str(schema["examples"][0])
        yield Text(
            en=f"{key_path((*path, value))}: not a name allowed here: expected {expected.en}. "
            f"For example: [{key_path((*path, example))}].",
            zh=f"{key_path((*path, value))}：此处不允许这个名称，应为{expected.zh}。"
            f"例如：[{key_path((*path, example))}]。",
        )
    else:
        yield problem(path, value, expected=_expected(error), got=_got(error), fix=_fix(error, path, schema))


def _missing(path: Path, schema: Schema) -> Text:
    expected, name = _allowed(schema), key_path(path[-1:])
    line = f"{name} = {toml_literal(schema['examples'][0], limit=200)}"
    where = Text(en=f" to {key_path(path[:-1])}", zh=f"到 {key_path(path[:-1])} ") if path[:-1] else both("")
    return Text(
        en=f"{key_path(path)}: missing; expected {expected.en}. Add{where.en}, for example: {line}",
        zh=f"{key_path(path)}：缺少这一项，应为{expected.zh}。请添加{where.zh}，例如：{line}",
    )


def _unknown(path: Path, value: object, known: Schema, root: Schema) -> Text:
    name, table = str(path[-1]), key_path(path[:-1])
    where = Text(en=f"in [{table}]", zh=f"[{table}] 中") if table else Text(en="here", zh="此处")
    unknown = Text(
        en=f"{key_path(path)}: unknown key. Allowed {where.en}: {', '.join(known)}.",
        zh=f"{key_path(path)}：未知的键。{where.zh}允许：{'、'.join(known)}。",
    )
    return joined((unknown, _home_of(path, name, value, known, root)))


def _home_of(path: Path, name: str, value: object, known: Schema, root: Schema) -> Text:
    """Say what an unknown key was probably meant to be, or where it belongs."""
    if path[0] == "functions" and isinstance(value, dict):  # [functions.SGD.step]: TOML nests at the dot
        header = f'[functions."{".".join(str(part) for part in path[1:])}"]'
        return Text(en=f"Quote a method's name: {header}.", zh=f"方法名要加引号：{header}。")
    if match := closest(name, known):
        return Text(en=f"Did you mean {match}?", zh=f"是不是想写 {match}？")
    if name in root["properties"]:
        return Text(
            en=f"{name} belongs at the top: move it above the first [table].",
            zh=f"{name} 属于顶层：请移到第一个 [表] 之前。",
        )
    for table, schema in root["properties"].items():
        if name in schema.get("properties", {}):
            return Text(en=f"It belongs under [{table}].", zh=f"它属于 [{table}]。")
    return Text(en="Remove it.", zh="请删去。")


def _allowed(schema: Schema) -> Text:
    """Say what one value may be, as its schema describes it."""
    if "x-allowed" in schema:
        return Text(**schema["x-allowed"])
    if "const" in schema:
        return both(toml_literal(schema["const"]))
    if "enum" in schema:
        choices = [toml_literal(choice) for choice in schema["enum"]]
        return Text(en=" or ".join(choices), zh=" 或 ".join(choices))
    kind = _SCHEMA_KINDS[schema["type"]]
    if "maximum" in schema:
        low, opening = (schema["minimum"], "[") if "minimum" in schema else (schema["exclusiveMinimum"], "(")
        interval = f"{opening}{low}, {schema['maximum']}]"
        return Text(en=f"{kind.en} in {interval}", zh=f"{interval} 内的{kind.zh}")
    return kind


def _expected(error: ValidationError) -> Text:
    counts = {
        "minItems": Text(en="at least one item", zh="至少一项"),
        "maxItems": Text(en=f"at most {error.validator_value} items", zh=f"最多 {error.validator_value} 项"),
        "uniqueItems": Text(en="each item once", zh="每项只出现一次"),
    }
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    return counts.get(str(error.validator)) or _allowed(schema)


def _got(error: ValidationError) -> Text:
    value: Any = error.instance
    if error.validator in ("minItems", "maxItems"):
        return both(str(len(value)))
    if error.validator == "uniqueItems":
        twice = next(item for item in value if value.count(item) > 1)
        return Text(en=f"{toml_literal(twice)} more than once", zh=f"{toml_literal(twice)} 出现多次")
    if error.validator == "type":
        return kind_of(value)
    return both(toml_literal(value))


def kind_of(value: object) -> Text:
    """Name a TOML value's type, as its author would."""
    return next(Text(en=en, zh=zh) for kinds, en, zh in _KINDS if isinstance(value, kinds))


def _fix(error: ValidationError, path: Path, schema: Schema) -> Text:
    value, wanted = error.instance, schema.get("type")
    if error.validator == "type":
        if wanted in ("number", "integer") and _is_number(value):
            return Text(en="Remove the quotes.", zh="请去掉引号。")
        if wanted == "string" and not isinstance(value, (list, dict)):
            return Text(en=f'Put it in quotes: "{_literal(value)}".', zh=f'请加引号："{_literal(value)}"。')
        if wanted == "array" and isinstance(value, str):
            return Text(en=f"Put it in brackets: [{_literal(value)}].", zh=f"请加方括号：[{_literal(value)}]。")
    if error.validator == "const" and isinstance(value, str) and re.fullmatch(r"(exercise|course)/[0-9]+", value):
        return Text(en="It is written for another dlgrade: upgrade dlgrade.", zh="它需要另一个版本的 dlgrade：请升级。")
    if error.validator == "enum" and isinstance(value, str) and (match := closest(value.lower(), schema["enum"])):
        return Text(en=f'Did you mean "{match}"?', zh=f'是不是想写 "{match}"？')
    if error.validator == "uniqueItems":
        return Text(en="Remove the repetition.", zh="请删去重复项。")
    return _by_example(path, schema)


def _by_example(path: Sequence[str | int], schema: Schema) -> Text:
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    example = toml_literal(schema["examples"][0], limit=200)
    if path and isinstance(path[-1], int):
        example = f"[{example}]"
    return Text(en=f"For example: {key_path([name])} = {example}", zh=f"例如：{key_path([name])} = {example}")


def _is_number(value: object) -> bool:
    try:
        float(value)  # type: ignore[arg-type]  # anything else raises, and is no number
    except (TypeError, ValueError):
        return False
    return isinstance(value, str)
