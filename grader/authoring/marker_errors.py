"""What is wrong with the markers of a solution, in words, each with its line."""

from __future__ import annotations

from grader.errors import AuthorError
from grader.records import Text

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"


class MarkerError(AuthorError):
    """Markers that make no stub; `line` is where, from 1."""

    def __init__(self, name: str, line: int, problem: Text, remedy: Text) -> None:
        where = f"{name}:{line}: "
        super().__init__(Text(en=where + problem.en, zh=where + problem.zh), remedy=remedy)
        self.line = line
        self.bare = problem  # without the place


def no_python(name: str, line: int, error: Exception) -> MarkerError:
    """Say that the reference cannot be read."""
    why = error.msg if isinstance(error, SyntaxError) else str(error)
    return MarkerError(
        name,
        line,
        Text(en=f"no Python: {why}.", zh=f"不是合法的 Python：{why}。"),
        Text(en="Mend the reference first.", zh="请先修正参考解。"),
    )


def misspelt(name: str, line: int, text: str) -> MarkerError:
    """Say that a comment is meant as a marker and is none."""
    return MarkerError(
        name,
        line,
        Text(en=f"`{text}` looks like a marker and is none.", zh=f"`{text}` 像是标记，但写法不对。"),
        Text(
            en=f"Write `{BEGIN}` or `{END}`, with nothing behind it; or reword the comment.",
            zh=f"请写 `{BEGIN}` 或 `{END}`，后面不要有其他文字；若它不是标记，请改写这条注释。",
        ),
    )


def behind_code(name: str, line: int, text: str) -> MarkerError:
    """Say that a marker must stand alone."""
    return MarkerError(
        name,
        line,
        Text(en=f"`{text}` stands behind code.", zh=f"`{text}` 写在了代码后面。"),
        Text(en="Give the marker a line of its own.", zh="标记要单独占一行。"),
    )


def nested(name: str, line: int, begin: int) -> MarkerError:
    """Say that a solution begins within another."""
    return MarkerError(
        name,
        line,
        Text(
            en=f"`{BEGIN}` within the solution that begins on line {begin}.",
            zh=f"`{BEGIN}` 嵌套在第 {begin} 行开始的解答之中。",
        ),
        Text(en=f"Write `{END}` before it, or take it out.", zh=f"请先写 `{END}`，或删去这一行。"),
    )


def not_opened(name: str, line: int) -> MarkerError:
    """Say that a solution ends that never began."""
    return MarkerError(
        name,
        line,
        Text(en=f"`{END}` without `{BEGIN}` before it.", zh=f"`{END}` 之前没有 `{BEGIN}`。"),
        Text(en=f"Write `{BEGIN}` where the solution begins.", zh=f"请在解答开始处写 `{BEGIN}`。"),
    )


def not_closed(name: str, line: int) -> MarkerError:
    """Say that a solution never ends."""
    return MarkerError(
        name,
        line,
        Text(en=f"`{BEGIN}` is never closed.", zh=f"`{BEGIN}` 没有结束标记。"),
        Text(en=f"Write `{END}` where the solution ends.", zh=f"请在解答结束处写 `{END}`。"),
    )


def stub_outside(name: str, line: int) -> MarkerError:
    """Say that a STUB line has no solution to replace."""
    return MarkerError(
        name,
        line,
        Text(en="`# STUB:` outside of a solution.", zh="`# STUB:` 不在解答之内。"),
        Text(
            en=f"It says what students get in a solution's place: move it between `{BEGIN}` and `{END}`.",
            zh=f"它说明学生在解答处看到什么：请移到 `{BEGIN}` 与 `{END}` 之间。",
        ),
    )


def empty(name: str, begin: int) -> MarkerError:
    """Say that there is nothing to take out."""
    return MarkerError(
        name,
        begin,
        Text(en="no statement stands between the markers.", zh="两个标记之间没有语句。"),
        Text(en="Put them around the solution, or take them out.", zh="请用它们包住解答，或删去它们。"),
    )


def cuts_statement(name: str, begin: int, end: int) -> MarkerError:
    """Say that markers stand where no statement begins or ends."""
    return MarkerError(
        name,
        begin,
        Text(
            en=f"the markers on lines {begin} and {end} cut a statement in two.",
            zh=f"第 {begin} 行与第 {end} 行的标记把一条语句切断了。",
        ),
        Text(
            en="Put them around whole statements of one block, with the same indentation.",
            zh="请让它们包住同一代码块中的完整语句，缩进保持一致。",
        ),
    )


def bad_stub_line(name: str, begin: int, error: SyntaxError) -> MarkerError:
    """Say that what shall be left is no Python."""
    return MarkerError(
        name,
        begin,
        Text(
            en=f"its `# STUB:` lines are no Python: {error.msg}.",
            zh=f"其中的 `# STUB:` 行不是合法的 Python：{error.msg}。",
        ),
        Text(
            en="Write whole statements, with their indentation behind `# STUB: `.",
            zh="请写完整的语句，缩进写在 `# STUB: ` 之后。",
        ),
    )


def empty_block(name: str, begin: int) -> MarkerError:
    """Say that something has to be left."""
    return MarkerError(
        name,
        begin,
        Text(en="without the solution its block is empty.", zh="去掉解答后，所在代码块为空。"),
        Text(
            en="Say what students get instead, such as `# STUB: pass`; or put the markers around the whole block.",
            zh="请说明学生会得到什么，例如 `# STUB: pass`；或用标记包住整个代码块。",
        ),
    )
