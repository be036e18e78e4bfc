"""Texts that lack a language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.quiz.linting.findings import Finding
from grader.quiz.linting.subject import Subject
from grader.records import Severity, Text

# What reads alike in every language: formulas, code, links, and slots.
_SHARED = re.compile(r"`+[^`]*`+|\$[^$]*\$|\{\{[^{}]*\}\}|https?://\S+")
_WORDS = re.compile(r"[^\W\d_]{2,}.*\s[^\W\d_]{2,}", re.DOTALL)
_NAMES = {"en": Text(en="English", zh="英文"), "zh": Text(en="Chinese", zh="中文")}


def of_languages(subject: Subject) -> Iterator[Finding]:
    """Yield each text that a reader of one of the quiz's languages would get in another."""
    for gap in subject.quiz.gaps:
        if gap.languages:
            names = [_NAMES[language.value] for language in gap.languages]
            problem = Text(
                en=f"{gap.where.path} is missing in {' and '.join(name.en for name in names)}",
                zh=f"{gap.where.path} 缺少{'和'.join(name.zh for name in names)}",
            )
            remedy = Text(en="Add it; until then the other one is shown.", zh="请补上；在此之前会显示另一种语言。")
        elif _WORDS.search(_SHARED.sub(" ", gap.text)):
            problem = Text(
                en=f"{gap.where.path} is one text for all languages, and has words in it",
                zh=f"{gap.where.path} 是所有语言共用的一段文本，但其中含有文字",
            )
            remedy = Text(
                en="Write {en: …, zh: …}, or `languages: [en]` at the top for a quiz in one language.",
                zh="请写成 {en: …, zh: …}；若测验只有一种语言，请在文件顶层写 languages: [zh]。",
            )
        else:
            continue
        yield Finding(
            check="language.missing", severity=Severity.WARNING, file="quiz.yaml", line=gap.where.line,
            problem=problem, remedy=remedy,
        )  # fmt: skip
