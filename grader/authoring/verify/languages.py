"""The sentences of an exercise: every claim and hint in each of its languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.authoring.findings import Finding
from grader.authoring.verify.context import HIDDEN, VISIBLE, Context
from grader.exercise.docstrings import claim_in
from grader.records import Language, Severity, Text

_CHINESE = ("\u4e00", "\u9fff")


def check_sentences(context: Context) -> Iterator[Finding]:
    """Yield tests without a claim or hint in a language of the exercise, and languages in each other's place."""
    languages = context.exercise.languages
    for name in (VISIBLE, HIDDEN):
        for test in _tests(context.test_file(name)):
            problems = [*_of_claim(test, languages), *_of_hint(test, languages)]
            for line, problem, remedy in problems:
                file = context.given(name) if name == VISIBLE else context.hidden(name)
                yield context.finding("language.missing", Severity.ERROR, file, problem, remedy, line=line)
    for language, title in ((Language.EN, context.exercise.title.en), (Language.ZH, context.exercise.title.zh)):
        if language in languages and (language is Language.ZH) != has_chinese(title) and len(languages) > 1:
            yield _odd_title(context, language, title)


def has_chinese(text: str) -> bool:
    """Whether a text has a Chinese character."""
    return any(_CHINESE[0] <= character <= _CHINESE[1] for character in text)


_Problem = tuple[int, Text, Text]  # line, problem, remedy


def _of_claim(test: ast.FunctionDef, languages: tuple[Language, ...]) -> Iterator[_Problem]:
    said = claim_in(ast.get_docstring(test) or "")
    remedy = Text(
        en='Write it as the docstring: """One sentence.", a new line, `zh: 一句话。`, and the closing quotes.',
        zh="请写成文档字符串：先一句英文，换行，再写 `zh: 一句话。`。",
    )
    if Language.EN in languages and (not said.en or has_chinese(said.en)):
        yield test.lineno, Text(en=f"{test.name} has no claim in English.", zh=f"{test.name} 缺少英文说明。"), remedy
    if Language.ZH in languages and not has_chinese(said.zh):
        yield test.lineno, Text(en=f"{test.name} has no claim in Chinese.", zh=f"{test.name} 缺少中文说明。"), remedy


def _of_hint(test: ast.FunctionDef, languages: tuple[Language, ...]) -> Iterator[_Problem]:
    for mark in test.decorator_list:
        if not isinstance(mark, ast.Call) or not ast.unparse(mark.func).endswith("mark.hint"):
            continue
        english = _constant(mark.args[0]) if mark.args else ""
        chinese = next((_constant(keyword.value) for keyword in mark.keywords if keyword.arg == "zh"), "")
        remedy = Text(
            en='Give both: @pytest.mark.hint("In English.", zh="用中文。").',
            zh='请两者都写：@pytest.mark.hint("In English.", zh="用中文。")。',
        )
        if english is not None and Language.EN in languages and (not english or has_chinese(english)):
            yield (
                mark.lineno,
                Text(en=f"The hint of {test.name} is not in English.", zh=f"{test.name} 的提示缺少英文。"),
                remedy,
            )
        if chinese is not None and Language.ZH in languages and not has_chinese(chinese):
            yield (
                mark.lineno,
                Text(en=f"The hint of {test.name} is not in Chinese.", zh=f"{test.name} 的提示缺少中文。"),
                remedy,
            )
        return


def _constant(node: ast.expr) -> str | None:
    """Return a text that is written out; None for one that is computed."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _tests(text: str) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def _odd_title(context: Context, language: Language, title: str) -> Finding:
    name = Text(en="English", zh="英文") if language is Language.EN else Text(en="Chinese", zh="中文")
    return context.finding(
        "language.title",
        Severity.WARNING,
        context.given("exercise.toml"),
        Text(
            en=f'title.{language.value} = "{title}" is not in {name.en}.',
            zh=f'title.{language.value} = "{title}" 不是{name.zh}。',
        ),
        Text(en=f"Translate it into {name.en}.", zh=f"请写成{name.zh}。"),
    )
