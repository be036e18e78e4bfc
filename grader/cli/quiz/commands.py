"""What may be typed in the place of an answer: an empty line, `?`, and commands behind a colon.

A colon stands before every command because no answer begins with one, while letters and numbers are answers. Any
beginning that fits one command alone is enough, and `:7` goes to question 7.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from grader.cli.language import local
from grader.quiz.rendering.styled import Paper, Span, Style


class Command(StrEnum):
    """A command, by its name behind the colon."""

    HELP = "help"
    SKIP = "skip"
    BACK = "back"
    GO = "go"
    HINT = "hint"
    LIST = "list"
    AGAIN = "again"
    SUBMIT = "submit"
    QUIT = "quit"


_NAMES = {
    "next": Command.SKIP,
    "previous": Command.BACK,
    "show": Command.AGAIN,
    "exit": Command.QUIT,
    "帮助": Command.HELP,
    "提示": Command.HINT,
    "跳过": Command.SKIP,
    "下一题": Command.SKIP,
    "上一题": Command.BACK,
    "列表": Command.LIST,
    "重看": Command.AGAIN,
    "交卷": Command.SUBMIT,
    "退出": Command.QUIT,
    **{command.value: command for command in Command if command is not Command.GO},
}
_SHORT = {
    "h": Command.HINT,
    "s": Command.SKIP,
    "b": Command.BACK,
    "l": Command.LIST,
    "a": Command.AGAIN,
    "q": Command.QUIT,
}


@dataclass(frozen=True, slots=True)
class TypedCommand:
    """A command that was typed; None: what stands behind the colon is none. `place` of Command.GO."""

    command: Command | None
    place: int = 0


def command_of(line: str) -> TypedCommand | None:
    """Return the command that a line is; None where it is none, so an answer."""
    text = unicodedata.normalize("NFKC", line.strip()[:40]).lower()
    if text == "?":
        return TypedCommand(Command.HELP)
    if not text.startswith(":"):
        return None
    word = text[1:].strip()
    if word.isdecimal():
        return TypedCommand(Command.GO, int(word))
    if word == "?":
        return TypedCommand(Command.HELP)
    if word in _NAMES:
        return TypedCommand(_NAMES[word])
    if word in _SHORT:
        return TypedCommand(_SHORT[word])
    found = {command for name, command in _NAMES.items() if word and name.startswith(word)}
    return TypedCommand(found.pop() if len(found) == 1 else None)


def put_help(paper: Paper) -> None:
    """Add what can be typed."""
    rows = (
        (local("Enter", "回车"), local("twice: skip the question", "按两次：跳过本题")),
        (":hint", local("one more hint (:h)", "再看一条提示（:h）")),
        (":skip", local("to the next question (:s)", "下一题（:s）")),
        (":back", local("to the question before (:b)", "上一题（:b）")),
        (":7", local("to question 7", "转到第 7 题")),
        (":list", local("all questions, and how far you are (:l)", "题目列表与进度（:l）")),
        (":again", local("show this question once more (:a)", "重新显示本题（:a）")),
        (":submit", local("hand in", "交卷")),
        (":quit", local("leave; everything is kept (:q, Ctrl-C)", "离开，内容都会保留（:q，Ctrl-C）")),
    )
    paper.put("")
    for name, meaning in rows:
        paper.put(meaning, head=(Span(f"{name:<9}" if name.isascii() else f"{name}     ", Style.LETTER),), indent=2)
    paper.blank()
