"""A small exercise that is proven at once, and ways to break one thing of it."""

from __future__ import annotations

from pathlib import Path

STUB = '''\
"""Centring the columns of a table."""


def centre(x):
    """Return x without the mean of each column.

    Shapes: (N, D) floating -> (N, D).
    """
    raise NotImplementedError("centre is not written yet")
'''
REFERENCE = '''\
"""Centring the columns of a table."""


def centre(x):
    """Return x without the mean of each column."""
    return x - x.mean(dim=0)
'''
VISIBLE = '''\
"""Visible tests."""

import pytest
import torch

from grader.examination import close


@pytest.mark.visible
@pytest.mark.points(1)
@pytest.mark.hint("Which axis holds the rows?", zh="哪根轴是行？")
def test_two_rows(student):
    """Two rows lose their mean.
    zh: 两行减去它们的平均值。
    """
    x = torch.tensor([[1.0, 2.0, 6.0], [3.0, 2.0, 0.0]])
    close(student.centre(x), torch.tensor([[-1.0, 0.0, 3.0], [1.0, 0.0, -3.0]]))
'''
HIDDEN = '''\
"""Hidden tests."""

import pytest
import torch

from grader.examination import close


@pytest.mark.points(2)
@pytest.mark.hint("Compare with a table that is not square.", zh="用非方阵的表格比较。")
def test_any_table(student, reference, rand):
    """Every column is centred.
    zh: 每一列都被中心化。
    """
    for rows, columns in ((5, 3), (1, 4), (4, 4)):
        x = rand.normal(rows, columns) + 2
        close(student.centre(x), reference.centre(x), atol=1e-5)
'''
MISTAKE = '''\
"""You take the mean of each row: the columns are axis 0.

zh: 你减去的是每一行的平均值；列的平均值要沿 axis 0 计算。
"""


def centre(x):
    return x - x.mean(dim=1, keepdim=True)
'''
CHEAT = '''\
"""Knows the visible answer."""

import torch


def centre(x):
    return torch.tensor([[-1.0, 0.0, 3.0], [1.0, 0.0, -3.0]])
'''
EXPECTED = """\
schema = "expected/1"
seed = 5

# by hand: this comment stays
[mistakes]
mean_of_rows = ["test_two_rows", "test_any_table"]

[cheats]
visible_answer = ["test_any_table"]
"""
STATEMENT = "# Centre\n\nTake away the mean $\\mu_d$ of each column.\n\n    dlgrade check exercise{number}\n"
STATEMENT_ZH = "# 中心化\n\n减去每一列的平均值 $\\mu_d$。\n\n    dlgrade check exercise{number}\n"
FILES = {
    "exercises/centre.py": STUB,
    "exercises/test_visible.py": VISIBLE,
    "exercises/README.md": STATEMENT,
    "exercises/README.zh.md": STATEMENT_ZH,
    "solutions/centre.py": REFERENCE,
    "solutions/test_hidden.py": HIDDEN,
    "solutions/mistakes/mean_of_rows.py": MISTAKE,
    "solutions/cheats/visible_answer.py": CHEAT,
    "solutions/expected.toml": EXPECTED,
}


# Without mistakes and cheats, where a claim is about something else: fewer exams.
BARE: dict[str, str | None] = {
    "solutions/mistakes/mean_of_rows.py": None,
    "solutions/cheats/visible_answer.py": None,
    "solutions/expected.toml": None,
}


class SmallCourse:
    """Writes exercises that differ from the sound one in what is given."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.names: dict[str, str] = {}

    def add(self, label: str, changes: dict[str, str | None] | None = None, *, manifest: str = "") -> str:
        """Write an exercise and return its folder's name; `changes` maps a file to its text, or to None: left out."""
        number = f"{len(self.names) + 1:02d}"
        name = self.names[label] = f"exercise{number}_centre"
        files: dict[str, str | None] = {
            **FILES,
            "exercises/exercise.toml": f'schema = "exercise/1"\nid = "exercise{number}"\nslug = "centre"\n'
            f'title = {{ en = "Centre", zh = "中心化" }}\nfiles = ["centre.py"]\n{manifest}\n',
            **(changes or {}),
        }
        for path, text in files.items():
            if text is None:
                continue
            half, _, rest = path.partition("/")
            file = self.root / half / name / rest
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("{number}", number), encoding="utf-8")
        return name

    def file(self, label: str, path: str) -> Path:
        """Return a file of an exercise: "solutions/expected.toml"."""
        half, _, rest = path.partition("/")
        return self.root / half / self.names[label] / rest


def changed(text: str, *pairs: tuple[str, str]) -> str:
    """Return text with parts replaced, each of which must be there."""
    for before, after in pairs:
        assert before in text, before
        text = text.replace(before, after)
    return text
