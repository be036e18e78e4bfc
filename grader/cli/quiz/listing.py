"""`dlgrade quiz` alone: the quizzes of the course, how far the student is with each, and what to type."""

from __future__ import annotations

from collections.abc import Sequence

from grader.cli.language import local, say
from grader.cli.output import padded, write_error
from grader.cli.quiz.console import Console
from grader.cli.quiz.desk import AtDesk
from grader.cli.quiz.words import duration, joined, moment, number, questions
from grader.errors import EXIT_FULL_SCORE, EXIT_USAGE, AuthorError
from grader.quiz.authored import Quiz
from grader.quiz.finding import quizzes_of
from grader.quiz.kept import cache_folder
from grader.quiz.reading import read_quiz
from grader.quiz.rendering.styled import Span, Style
from grader.records import Text
from grader.taking.views import Availability, QuizOverview


def show_list(at: AtDesk, *, as_json: bool) -> int:
    """Print one line for each quiz; 2 when one of them is broken."""
    quizzes: list[Quiz] = []
    broken: list[str] = []
    entries = quizzes_of(at.course)
    for entry in entries:
        try:
            quizzes.append(read_quiz(entry.folder, cache=cache_folder()))
        except AuthorError:  # not shown here: it may quote an answer
            broken.append(entry.id or entry.name)
    overviews = at.desk.overview(at.student, quizzes)
    if as_json:
        from grader.cli.quiz.as_json import write_list

        write_list(overviews)
    elif overviews:
        _show(overviews)
    for label in broken:
        write_error(say(broken_quiz(label)))
    if not entries:
        write_error(
            local(
                "There are no quizzes here: they are folders such as quiz01_tensors among the course's solutions.",
                "这里没有测验：测验是课程 solutions 中形如 quiz01_tensors 的文件夹。",
            )
        )
    return EXIT_USAGE if broken else EXIT_FULL_SCORE


def broken_quiz(label: str) -> AuthorError:
    """Return what a student is told of a quiz whose files cannot be read. Not the mistakes: they may quote answers."""
    return AuthorError(
        Text(en=f"{label} cannot be taken: its files have mistakes.", zh=f"{label} 的文件有误，无法作答。"),
        remedy=Text(
            en=f"For its author: `dlgrade quiz lint {label}` says which.",
            zh=f"出题者请运行 `dlgrade quiz lint {label}` 查看。",
        ),
    )


def _show(overviews: Sequence[QuizOverview]) -> None:
    console = Console()
    paper = console.paper()
    width = max(len(one.quiz) for one in overviews)
    for one in overviews:
        title = one.title.within(console.language)
        head = (Span(padded(one.quiz, width), Style.LETTER), Span("  "))
        paper.put(Span(title, Style.BOLD), head=head)
        paper.put(*joined(_facts(one)), indent=width + 2)
    paper.blank()
    first = next((one for one in overviews if one.availability is Availability.OPEN), None) or next(
        (one for one in overviews if one.availability is Availability.NEW), overviews[0]
    )
    following = Span(local("Next  ", "接下来  "), Style.BOLD)
    paper.put(Span(f"dlgrade quiz {first.quiz}", Style.CODE), head=(following,))
    if any(one.best is not None and one.best < (one.best_points or one.points) for one in overviews):
        told = local("  brings back what went wrong", "  重练做错的题")
        gap = Span(local("      ", "        "))
        paper.put(Span("dlgrade quiz practice", Style.CODE), Span(told, Style.DIM), head=(gap,))
    console.show(paper)


def _facts(one: QuizOverview) -> list[str]:
    facts = [_state(one)]
    if one.best is not None:
        whole = one.points if one.best_points is None else one.best_points
        best = f"{number(one.best)}/{number(whole)}"
        facts.append(local(f"best {best}", f"最好成绩 {best}"))
    facts.append(questions(one.questions))
    if one.time_limit_s is not None:
        limit = duration(one.time_limit_s)
        facts.append(local(f"limit {limit}", f"限时 {limit}"))
    if one.closes is not None and one.availability is not Availability.CLOSED:
        facts.append(local(f"until {moment(one.closes)}", f"截止 {moment(one.closes)}"))
    return facts


def _state(one: QuizOverview) -> str:
    match one.availability:
        case Availability.NOT_YET:
            if one.opens is None:
                return local("not open yet", "尚未开放")
            return local(f"opens {moment(one.opens)}", f"{moment(one.opens)} 开放")
        case Availability.OPEN:
            done = f"{one.answered}/{one.questions}"
            return local(f"begun, {done} answered", f"进行中，已答 {done}")
        case Availability.AGAIN:
            return local("taken, can be taken again", "已完成，可再做")
        case Availability.TAKEN:
            return local("taken", "已完成")
        case Availability.CLOSED:
            return local("closed", "已截止")
    return local("not begun", "未开始")
