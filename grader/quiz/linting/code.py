"""What quiz.py imports: what takes seconds to load is waited for by every student who begins the quiz."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.quiz.linting.findings import Finding
from grader.quiz.linting.subject import Subject
from grader.records import Severity, Text

_SLOW = frozenset({
    "torch", "torchvision", "torchaudio", "tensorflow", "keras", "jax", "transformers", "lightning",
    "scipy", "sklearn", "pandas", "matplotlib", "sympy",
})  # fmt: skip


def of_code(subject: Subject) -> Iterator[Finding]:
    """Yield a warning for each import of quiz.py that is known to be slow."""
    told: set[str] = set()
    for node in ast.walk(ast.parse(subject.quiz.source)):
        for name in _imported(node):
            if name in _SLOW and name not in told:
                told.add(name)
                yield _slow(name, getattr(node, "lineno", 0))


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module.partition(".")[0]]
    return []


def _slow(name: str, line: int) -> Finding:
    return Finding(
        check="generator.slow",
        severity=Severity.WARNING,
        file="quiz.py",
        line=line,
        problem=Text(
            en=f"it imports {name}, which takes a second or more each time a process draws",
            zh=f"它导入了 {name}，每个抽题进程都要为此多等一秒以上",
        ),
        remedy=Text(
            en="Work the answer out in plain Python, and hold it against the library in a test of yours.",
            zh="请用纯 Python 计算答案，并在自己的测试中与该库核对。",
        ),
    )
