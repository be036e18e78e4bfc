"""What is said of a value that cannot leave the kernel, or leaves its state behind: its name, why, and the way out."""

from __future__ import annotations

from typing import Any

from grader.errors import UsageError
from grader.plaintext import printable
from grader.records import Text


def _kind(value: object) -> str:
    return printable(f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins."), limit=80)


def _error(name: str, needed_by: str, why: Text, remedy: Text) -> UsageError:
    shown = printable(name, limit=80)
    user = printable(needed_by, limit=80)
    needed = Text(en=f" (needed by {user})", zh=f"（{user} 需要它）") if user else Text(en="", zh="")
    return UsageError(Text(en=f"{shown}{needed.en}: {why.en}.", zh=f"{shown}{needed.zh}：{why.zh}。"), remedy=remedy)


def no_function(name: str, value: object) -> UsageError:
    """Return the error for something given that cannot be called."""
    return _error(
        name,
        "",
        Text(en=f"expected a function or a class, got {_kind(value)}", zh=f"应为函数或类，实为 {_kind(value)}"),
        Text(
            en=f"Give the function itself, without calling it: {name}={name}.",
            zh=f"请给出函数本身，不要调用它：{name}={name}。",
        ),
    )


def no_source(name: str, value: object) -> UsageError:
    """Return the error for a function that no cell has defined."""
    return _error(
        name,
        "",
        Text(
            en=f"no cell of this notebook defines it, so there is no source to grade ({_kind(value)})",
            zh=f"本笔记本中没有单元格定义它，因此没有可评分的源代码（{_kind(value)}）",
        ),
        Text(en=f"Write `def {name}(...)` in a cell, and run it.", zh=f"请在单元格中写 `def {name}(...)` 并运行。"),
    )


def no_name(name: str, value: object) -> UsageError:
    """Return the error for something that no name of the notebook stands for."""
    return _error(
        name,
        "",
        Text(
            en=f"no name of the notebook stands for this {_kind(value)}, so its source cannot be told",
            zh=f"笔记本中没有名称指向这个 {_kind(value)}，无法确定它的源代码",
        ),
        Text(
            en=f"Name it in a cell first, `{name} = ...`, run the cell, and give {name}={name}.",
            zh=f"请先在单元格中命名：`{name} = ...`，运行后再给出 {name}={name}。",
        ),
    )


def two_meanings(name: str) -> UsageError:
    """Return the error for a name that would have to stand for two things in one module."""
    return _error(
        name,
        "",
        Text(
            en="two versions of it would be needed at once, an earlier one and the present one",
            zh="会同时需要它的两个版本：较早的和现在的",
        ),
        Text(
            en="Give the two different names, run their cells, and check again.",
            zh="请给它们取不同的名称，运行单元格后再检查。",
        ),
    )


def only_ipython(name: str, needed_by: str) -> UsageError:
    """Return the error for what IPython alone knows."""
    return _error(
        name,
        needed_by,
        Text(
            en="only IPython knows it; code is graded in plain Python", zh="只有 IPython 认识它；评分使用普通的 Python"
        ),
        Text(en=f"Take `{name}` out of {needed_by}.", zh=f"请从 {needed_by} 中去掉 `{name}`。"),
    )


def own_module(name: str, module: str, needed_by: str) -> UsageError:
    """Return the error for code from a file beside the notebook."""
    file = f"{printable(module, limit=80)}.py"
    return _error(
        name,
        needed_by,
        Text(
            en=f"it comes from {file} beside the notebook, which is not handed in",
            zh=f"它来自笔记本旁的 {file}，该文件不会一并提交",
        ),
        Text(en="Copy what you need of it into a cell.", zh="请把需要的代码复制到单元格中。"),
    )


def running(name: str, value: object, needed_by: str) -> UsageError:
    """Return the error for an open file, a generator: what is in the middle of something."""
    return _error(
        name,
        needed_by,
        Text(
            en=f"{_kind(value)} is open or running, and cannot leave the kernel",
            zh=f"{_kind(value)} 处于打开或运行状态，无法离开内核",
        ),
        Text(
            en="Make it inside the function that uses it, or pass what it yields as an argument.",
            zh="请在使用它的函数内部创建，或把其内容作为参数传入。",
        ),
    )


def tensor(name: str, value: Any, needed_by: str) -> UsageError:
    """Return the error for a tensor or array that is too large to be written out."""
    shape = tuple(value.shape)
    return _error(
        name,
        needed_by,
        Text(
            en=f"{_kind(value)} of shape {shape} is data of the kernel, too large or too special to be carried along",
            zh=f"形状为 {shape} 的 {_kind(value)} 是内核中的数据，太大或太特殊，无法随代码提交",
        ),
        Text(
            en="Make it inside the function that uses it, or take it as an argument.",
            zh="请在使用它的函数内部创建，或把它作为参数。",
        ),
    )


def network(name: str, value: object, needed_by: str) -> UsageError:
    """Return the error for a network, whose parameters may have been trained."""
    return _error(
        name,
        needed_by,
        Text(
            en=f"{_kind(value)} holds parameters that live in the kernel and would be lost",
            zh=f"{_kind(value)} 含有内核中的参数，离开内核会丢失",
        ),
        Text(
            en="Make the network inside the function that uses it, or take it as an argument.",
            zh="请在使用它的函数内部创建网络，或把它作为参数。",
        ),
    )


def no_statement(name: str, value: object, needed_by: str) -> UsageError:
    """Return the error for a value of which no cell says how it came about."""
    return _error(
        name,
        needed_by,
        Text(
            en=f"no cell that was run gives a name to this {_kind(value)}, and it cannot be written out as a value",
            zh=f"运行过的单元格都没有定义这个 {_kind(value)}，也无法把它写成常量",
        ),
        Text(
            en=f"Define it in a cell, `{name} = ...`, and run that; or make it inside the function.",
            zh=f"请在单元格中定义 `{name} = ...` 并运行；或在函数内部创建。",
        ),
    )


def made_anew(name: str, number: int) -> Text:
    """Return the note on a value that is made again by its statement: what happened to it since is left behind."""
    return Text(
        en=f"{name} was made anew as In [{number}] makes it; changes since then were not carried along.",
        zh=f"{name} 按 In [{number}] 重新创建；此后的改动没有一并提交。",
    )
