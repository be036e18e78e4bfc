"""`dlgrade verify`: prove that exercises work."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.findings import FindingsCommand
from grader.cli.language import local, say
from grader.cli.options import (
    as_isolation,
    course_option,
    isolation_option,
    key_option,
    language_option,
    within_64_bits,
)
from grader.cli.output import is_terminal, write_error
from grader.records import Device

if TYPE_CHECKING:
    from grader.authoring.verify import Progress, Proof, Settings
    from grader.cli.delivery import Delivery
    from grader.exercise import Course, Entry
    from grader.runners import Runner

DEFAULT_SEEDS = 25
_FINDINGS = FindingsCommand(stem="verify")


@click.command(
    "verify",
    help=local(
        "Prove that each EXERCISE works, all of the course without a name: stub, reference on many seeds, tolerances, "
        "limits, mistakes and their diagnosis, cheats, mutants of the reference, both languages.",
        "验证每个 EXERCISE 确实可用；不写名称则验证整门课程：模板、多个种子下的参考解、容差、限制、典型错误及其诊断、"
        "作弊样例、参考解的变异体、两种语言。",
    ),
)
@click.argument("exercises", nargs=-1, metavar="[EXERCISE]…")
@click.option(
    "--all", "everything", is_flag=True, help=local("All exercises, as without a name.", "全部练习，同不写名称。")
)
@click.option(
    "--seeds",
    type=click.IntRange(1, 10_000),
    default=DEFAULT_SEEDS,
    show_default=True,
    metavar="N",
    help=local("How many seeds the reference must pass.", "参考解须通过的种子数。"),
)
@click.option(
    "--seed",
    type=click.INT,
    callback=within_64_bits,
    default=1,
    show_default=True,
    metavar="S",
    help=local("The first of them; the others follow.", "第一个种子；其余依次递增。"),
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help=local("Exams side by side; else one a core.", "同时进行的考试数；默认每个核一场。"),
)
@click.option(
    "--runner",
    "runner_name",
    default="local",
    show_default=True,
    metavar="NAME",
    help=local("What holds the exams: local, or one of a plugin.", "由谁运行考试：local，或插件提供的运行器。"),
)
@click.option(
    "--mutants",
    type=click.IntRange(0, 100_000),
    default=120,
    show_default=True,
    metavar="N",
    help=local("At most so many mutants of each reference; 0: none.", "每个参考解最多尝试的变异体数；0 表示不试。"),
)
@click.option(
    "--device",
    "devices",
    type=click.Choice([device.value for device in Device]),
    multiple=True,
    help=local(
        "Beside the CPU, only on this one; else on each that an exercise names.",
        "除 CPU 外只在该设备上验证；默认为练习声明的每种设备。",
    ),
)
@click.option(
    "--fix",
    is_flag=True,
    help=local("Write what can be mended, show it, and prove again.", "写入可自动修复的内容，显示改动并重新验证。"),
)
@_FINDINGS.options
@click.option(
    "-v", "--verbose", is_flag=True, help=local("The confusion table, and every detail.", "显示混淆表和全部细节。")
)
@isolation_option
@key_option
@course_option
@language_option
def command(
    exercises: tuple[str, ...],
    *,
    everything: bool,
    seeds: int,
    seed: int,
    jobs: int | None,
    runner_name: str,
    mutants: int,
    devices: tuple[str, ...],
    fix: bool,
    formats: str,
    output: Path | None,
    verbose: bool,
    isolation: str,
    key_file: Path | None,
    course: Path | None,
) -> int:
    """Prove, mend, show, and return the exit code of the worst."""
    from grader.cli.grading import find_seal_key
    from grader.runners.find import make_runner

    delivery = _FINDINGS.plan(formats, output)
    key = find_seal_key(key_file)
    made = make_runner(runner_name, workers=jobs, isolation=as_isolation(isolation), others=key is not None)
    with made as runner:
        runner.start()  # first of all: torch is imported in the background while the course is read
        from grader.authoring.verify import Settings, exit_code
        from grader.exercise import load_course
        from grader.exercise.sealed_course import open_sealed

        found = open_sealed(load_course(course), key)
        for unknown in found.unknown:
            write_error(say(unknown))
        entries = _chosen(found, () if everything else exercises)
        settings = Settings(
            seeds=tuple(range(seed, seed + seeds)),
            devices=tuple(map(Device, devices)) or tuple(Device),
            max_mutants=mutants,
        )
        proofs = _prove(found, entries, settings, runner)
        if fix:
            proofs = _mended(found, proofs, lambda chosen: _prove(found, chosen, settings, runner))
    _deliver(proofs, delivery, verbose=verbose)
    return exit_code(proofs)


def _chosen(course: Course, names: tuple[str, ...]) -> tuple[Entry, ...]:
    if not course.entries:
        course.find_entry("")  # says that there is none
    return tuple(dict.fromkeys(course.find_entry(name) for name in names)) if names else course.entries


def _prove(course: Course, entries: tuple[Entry, ...], settings: Settings, runner: Runner) -> tuple[Proof, ...]:
    from grader.authoring.verify import verify

    with _progress() as tell:
        return verify(entries, course.root, settings, runner, tell=tell)


def _mended(
    course: Course, proofs: tuple[Proof, ...], prove: Callable[[tuple[Entry, ...]], tuple[Proof, ...]]
) -> tuple[Proof, ...]:
    """Write what can be mended, tell it, and return the proofs of what the files are now."""
    from grader.authoring.verify.mending import mend

    changed = [proof for proof in proofs if proof.edits]
    for proof in changed:
        for one in mend(course.root, proof.edits):
            write_error(local(f"Written: {one.file}", f"已写入：{one.file}"))
            write_error(one.diff)
    if not changed:
        write_error(local("There is nothing that --fix could mend.", "没有 --fix 可以修复的内容。"))
        return proofs
    again = {proof.exercise: proof for proof in prove(tuple(course.find_entry(proof.exercise) for proof in changed))}
    broken = {proof.exercise for proof in changed if proof.is_broken}
    readable = tuple(one for one in again.values() if one.exercise in broken and not one.is_broken and one.edits)
    if readable:  # its first proof could say no more than that its stub was broken
        again |= {proof.exercise: proof for proof in _mended(course, readable, prove)}
    return tuple(again.get(proof.exercise, proof) for proof in proofs)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """Show a bar on stderr while exams are held; nothing where nobody looks."""
    if not is_terminal(sys.stderr):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(local("Starting torch …", "正在启动 torch……"), total=None)

        def tell(progress: Progress) -> None:
            bar.update(task, description=progress.exercise, completed=progress.held, total=progress.known)

        yield tell


def _deliver(proofs: tuple[Proof, ...], delivery: Delivery, *, verbose: bool) -> None:
    from grader.authoring.verify.pages import ProofLook, rendered

    _FINDINGS.deliver(
        delivery,
        look=functools.partial(ProofLook, verbose=verbose),
        rendered=functools.partial(rendered, proofs),
    )
