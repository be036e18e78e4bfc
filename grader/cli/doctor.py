"""`dlgrade doctor`: what this machine offers, and proof that an exam works on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.language import local, say
from grader.cli.layers import layer_states
from grader.cli.options import course_option, language_option
from grader.cli.output import Progress, can_show, padded, write_out, write_plain
from grader.errors import EXIT_FULL_SCORE, EXIT_GRADER_FAULT
from grader.records import Text
from grader.sandbox.jail.layers import DEGREES_STOP

if TYPE_CHECKING:
    from grader.cli.machine import Machine
    from grader.sandbox.jail.proofs import Proof

SCHEMA = "doctor/1"
LABEL_COLUMNS = 12


@click.command(
    "doctor",
    help=local(
        "Show what this machine offers, and grade a tiny exercise to prove that it works.",
        "显示这台机器具备的条件，并通过评分一个极小的练习来证明一切正常。",
    ),
)
@click.option("--json", "as_json", is_flag=True, help=local("As JSON, for programs.", "以 JSON 输出，供程序使用。"))
@course_option
@language_option
def command(*, as_json: bool, course: Path | None) -> int:
    """Show the machine; 0 when an exam works on it, 3 when not."""
    from grader.cli.machine import examine_machine

    with Progress() as progress:
        progress.say(local("Grading a tiny exercise …", "正在评分一个极小的练习……"))
        machine = examine_machine(course)
    if as_json:
        write_out(_as_json(machine))
    else:
        write_plain("\n".join(_lines(machine)))
    return EXIT_FULL_SCORE if machine.trial.works else EXIT_GRADER_FAULT


def _as_json(machine: Machine) -> str:
    document = {
        "schema": SCHEMA,
        "dlgrade": machine.dlgrade,
        "python": machine.python,
        "torch": machine.torch,
        "platform": machine.platform,
        "cores": machine.cores,
        "memory_mib": machine.memory_mib,
        "gpu": _gpu(machine),
        "launcher": machine.launcher.value,
        "course": machine.course,
        "course_problem": None if machine.course_problem is None else machine.course_problem.en,
        "workspace": machine.workspace,
        "isolation": [_degree(proof) for proof in machine.trial.proofs],
        "layers": [
            {"layer": state.layer.value, "held": state.held, "stops": state.stops.en, "detail": state.detail.en}
            for state in layer_states(machine.trial.proofs)
        ],
        "trial": {
            "works": machine.trial.works,
            "isolation": None if machine.trial.isolation is None else machine.trial.isolation.value,
            "first_s": machine.trial.first_s,
            "warm_s": machine.trial.warm_s,
            "problem": None if machine.trial.problem is None else machine.trial.problem.en,
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _gpu(machine: Machine) -> dict[str, object]:
    gpu, lacks = machine.gpu, machine.gpu_problem
    if gpu is None or lacks is not None:
        reason, remedy = (lacks.why.en, lacks.remedy.en) if lacks is not None else ("", "")
        return {"available": False, "reason": reason, "remedy": remedy}
    facts = {"name": gpu.name, "uuid": gpu.uuid, "driver": gpu.driver, "memory_mib": gpu.memory_mib}
    return {"available": True, **facts}


def _degree(proof: Proof) -> dict[str, object]:
    remedy = None if proof.holds else proof.remedy()
    return {
        "degree": proof.isolation.value,
        "available": proof.holds,
        "stops": DEGREES_STOP[proof.isolation].en,
        "reason": "" if proof.holds else proof.problem().en,
        "remedy": "" if remedy is None else remedy.en,
        "tries": [
            {"what": one.what, "layer": one.layer.value, "stopped": one.stopped, "how": one.how} for one in proof.tries
        ],
    }


def _lines(machine: Machine) -> list[str]:
    yes, no = ("✓", "✗") if can_show("✓✗") else ("+", "-")
    missing = local("not installed; run: pip install torch", "未安装；请运行：pip install torch")
    memory = "?" if machine.memory_mib is None else f"{machine.memory_mib / 1024:.1f} GiB"
    launchers = {
        "fork": local("fork of a warm process", "从预热进程 fork"),
        "fresh": local("a fresh process each time", "每次启动新进程"),
    }
    lines = [
        _line("dlgrade", machine.dlgrade),
        _line("Python", machine.python),
        _line("torch", machine.torch or missing),
        _line(local("platform", "平台"), machine.platform),
        _line(local("cores", "核心数"), str(machine.cores)),
        _line(local("memory", "内存"), memory),
        _line("GPU", _gpu_line(machine)),
        _line(local("launcher", "启动方式"), launchers[machine.launcher.value]),
        _line(local("course", "课程"), machine.course or say(machine.course_problem or Text(en="none", zh="无"))),
        _line(local("workspace", "工作区"), machine.workspace or local("none here", "当前位置没有")),
    ]
    for number, proof in enumerate(machine.trial.proofs):
        label = local("isolation", "隔离") if number == 0 else ""
        lines.append(_line(label, f"{yes if proof.holds else no} {_proven(proof)}"))
    stops = local("stops", "拦住")
    for number, state in enumerate(layer_states(machine.trial.proofs)):
        label = local("layers", "隔离层") if number == 0 else ""
        mark = {True: yes, False: no, None: "?"}[state.held]
        lines.append(_line(label, f"{mark} {padded(state.layer.value, 10)} {stops} {say(state.stops)}"))
        if state.held is not True:
            lines.append(_line("", f"  {say(state.detail)}"))
    return [*lines, _line(local("trial exam", "试评"), f"{yes if machine.trial.works else no} {_trial(machine)}")]


def _gpu_line(machine: Machine) -> str:
    gpu, lacks = machine.gpu, machine.gpu_problem
    if gpu is None:
        return "?" if lacks is None else f"{say(lacks.why)}. {say(lacks.remedy)}"
    size = f"{gpu.memory_mib / 1024:.1f} GiB"
    return local(
        f"{gpu.name}, {size}, driver {gpu.driver}; its memory can be watched",
        f"{gpu.name}，{size}，驱动 {gpu.driver}；可以监视其内存",
    )


def _proven(proof: Proof) -> str:
    name = proof.isolation.value
    if not proof.holds:
        remedy = proof.remedy()
        return f"{name}: {say(proof.problem())}" + (f". {say(remedy)}" if remedy is not None else "")
    tried = len(proof.tries)
    if not tried:
        return f"{name}: {say(DEGREES_STOP[proof.isolation])}"
    return local(
        f"{name}: proven just now, {tried} attempts from inside were stopped",
        f"{name}：刚刚验证，来自内部的 {tried} 次尝试均被拦住",
    )


def _trial(machine: Machine) -> str:
    trial = machine.trial
    if trial.problem is not None:
        return say(trial.problem)
    degree = "" if trial.isolation is None else trial.isolation.value
    return local(
        f"works, isolation {degree}: {trial.first_s:.1f} s with the start of torch, then {1000 * trial.warm_s:.0f} ms",
        f"正常，隔离 {degree}：含启动 torch 共 {trial.first_s:.1f} 秒，之后每次 {1000 * trial.warm_s:.0f} 毫秒",
    )


def _line(label: str, value: str) -> str:
    return padded(label, LABEL_COLUMNS) + value
