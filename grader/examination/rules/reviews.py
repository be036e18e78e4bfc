"""What a person should look at in a submission, in words: one note for each line and reason."""

from __future__ import annotations

from collections.abc import Sequence

from grader.examination.rules.scopes import Site
from grader.plaintext import printable
from grader.records import Review, SourceFile, Text

MAX_REVIEWS = 20

# Each stands below a heading that says why: the exercise's rules cannot be checked there.
WORDINGS = {
    "name": Text(
        en="Something of `{name}` is looked up by a name that is made while the program runs.",
        zh="用运行时才得到的名字查找 `{name}` 中的内容。",
    ),
    "import": Text(
        en="A module is imported by a name that is made while the program runs.",
        zh="导入的模块名在运行时才得到。",
    ),
    "code": Text(
        en="Text that is made while the program runs is run as code.",
        zh="把运行时才得到的文本当作代码执行。",
    ),
    "table": Text(
        en="The names of a module are used as a table.",
        zh="把模块的名字当作字典使用。",
    ),
    "door": Text(
        en="`{name}` can lead to what the rules are about without naming it.",
        zh="通过 `{name}` 可以不写出名字而用到规则所限制的内容。",
    ),
    "inner": Text(
        en="`{name}` reaches into Python itself, where every function can be found.",
        zh="`{name}` 会深入 Python 内部，由此可以找到任何函数。",
    ),
    "graph": Text(
        en="`{name}` leads to the gradients of torch without naming them.",
        zh="通过 `{name}` 可以不写出名字而得到 torch 的梯度。",
    ),
    "depth": Text(
        en="The file is nested too deeply to be looked through.",
        zh="文件嵌套过深，无法检查。",
    ),
    "size": Text(
        en="The code is too long, or too entangled, to be looked through to its end.",
        zh="代码过长或过于复杂，未能检查完。",
    ),
}


class Notes:
    """Collects the notes on the submission's files, each once."""

    def __init__(self, files: Sequence[SourceFile]) -> None:
        self._files = files
        self._found: dict[tuple[int, int, str, str], Review] = {}

    def add(self, code: str, site: Site, *, name: str = "") -> None:
        """Note a reason at a place; `name` is what the source names, from the student."""
        shown = printable(name, limit=80)
        wording = WORDINGS[code]
        review = Review(
            file=self._files[site.file].name,
            line=site.line,
            column=site.column,
            code=code,
            text=Text(en=wording.en.replace("{name}", shown), zh=wording.zh.replace("{name}", shown)),
        )
        self._found.setdefault((site.file, site.line, code, "" if code == "door" else shown), review)

    def taken(self) -> tuple[Review, ...]:
        """Return the notes from the first line on, and no flood of them."""
        return tuple(self._found[key] for key in sorted(self._found))[:MAX_REVIEWS]
