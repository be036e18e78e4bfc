"""`dlgrade doctor`: what this machine offers, and proof that an exam works on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.language import local, say
from grader.cli.layers import LayerState, layer_states
from grader.cli.options import course_option, language_option
from grader.cli.output import PLAIN_WIDTH, Progress, can_show, columns, dress, padded, write_out
from grader.errors import EXIT_FULL_SCORE, EXIT_GRADER_FAULT
from grader.records import Text
from grader.sandbox.gpu_records import Lack
from grader.sandbox.jail.layers import DEGREES_STOP, Layer

if TYPE_CHECKING:
    from grader.cli.machine import Machine, Trial
    from grader.cli.plugged import PluginState
    from grader.report.layout import Page
    from grader.sandbox.jail.proofs import Proof

SCHEMA = "doctor/1"
LABEL_COLUMNS = 12
_SIGNS = {True: "✓", False: "✗", None: "?"}
_ASCII_SIGNS = {True: "+", False: "-", None: "?"}


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
        write_out(_page(machine))
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
        "plugins": [_plugin(state) for state in machine.plugins],
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


def _plugin(state: PluginState) -> dict[str, object]:
    plugin = state.plugin
    return {
        "group": plugin.group.value,
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "target": plugin.target,
        "works": state.works,
        "problem": None if state.problem is None else state.problem.en,
    }


def _page(machine: Machine) -> str:
    from grader.report.layout import Page

    looks = dress()
    page = Page(width=min(looks.width, PLAIN_WIDTH), ascii_only=looks.ascii_only)
    for label, value in _facts(machine):
        _put(page, label, value)
    signs = _SIGNS if can_show("".join(_SIGNS.values())) else _ASCII_SIGNS
    label = local("isolation", "隔离")
    for proof in machine.trial.proofs:
        _put(page, label, _proven(proof), f"{signs[proof.holds]} ")
        label = ""
    if not machine.trial.proofs:
        _put(page, label, local("could not be tried: see the trial exam", "无法验证：见试评"), f"{signs[None]} ")
    label = local("layers", "隔离层")
    for state in layer_states(machine.trial.proofs):
        beside = (f"{signs[state.held]} ", padded(state.layer.value, 11))
        _put(page, label, local("stops ", "拦住") + say(state.stops), *beside)
        indent = LABEL_COLUMNS + sum(map(columns, beside))
        for said in _said(state):
            page.put(body=say(said), indent=indent)
        label = ""
    label = local("plugins", "插件")
    for plugged in machine.plugins:
        _put(page, label, plugged.plugin.label, f"{signs[plugged.works]} ")
        if plugged.problem is not None:
            page.put(body=say(plugged.problem), indent=LABEL_COLUMNS + 2)
        label = ""
    trial = machine.trial
    _put(page, local("trial exam", "试评"), _trial(trial), f"{signs[trial.works]} ")
    return page.render(color=looks.color)


def _put(page: Page, label: str, body: str, *beside: str) -> None:
    page.put((padded(label, LABEL_COLUMNS), ""), *((text, "") for text in beside), body=body, indent=0)


def _facts(machine: Machine) -> list[tuple[str, str]]:
    missing = local("not installed; run: pip install torch", "未安装；请运行：pip install torch")
    memory = "?" if machine.memory_mib is None else f"{machine.memory_mib / 1024:.1f} GiB"
    launchers = {
        "fork": local("fork of a warm process", "从预热进程 fork"),
        "fresh": local("a fresh process each time", "每次启动新进程"),
    }
    return [
        ("dlgrade", machine.dlgrade),
        ("Python", machine.python),
        ("torch", machine.torch or missing),
        (local("platform", "平台"), machine.platform),
        (local("cores", "核心数"), str(machine.cores)),
        (local("memory", "内存"), memory),
        ("GPU", _gpu_line(machine)),
        (local("launcher", "启动方式"), launchers[machine.launcher.value]),
        (local("course", "课程"), machine.course or say(machine.course_problem or Text(en="none", zh="无"))),
        (local("workspace", "工作区"), machine.workspace or local("none here", "当前位置没有")),
    ]


def _said(state: LayerState) -> list[Text]:
    """Return what to say of a layer that is not there: what is missing stands under the degrees, but for cgroups."""
    if state.held:
        return []
    if state.remedy is None or state.layer is Layer.CGROUPS:
        return [state.problem] if state.remedy is None else [state.problem, state.remedy]
    return [state.remedy]


def _gpu_line(machine: Machine) -> str:
    gpu, lacks = machine.gpu, machine.gpu_problem
    if gpu is None:
        # Most machines have none and need none; what would bring one is said by `--device cuda`, and by `--json`.
        absent = lacks is None or lacks.lack in (Lack.PLATFORM, Lack.DEVICE)
        return local("none", "无") if lacks is None or absent else f"{say(lacks.why)}. {say(lacks.remedy)}"
    size = f"{gpu.memory_mib / 1024:.1f} GiB"
    return local(
        f"{gpu.name}, {size}, driver {gpu.driver}; its memory can be watched",
        f"{gpu.name}，{size}，驱动 {gpu.driver}；可以监视其内存",
    )


def _proven(proof: Proof) -> str:
    name = proof.isolation.value
    if not proof.holds:
        problem = proof.problem()
        return local(f"{name}: {_last_line(problem.en)}", f"{name}：{_last_line(problem.zh)}")
    tried = len(proof.tries)
    if not tried:
        stops = DEGREES_STOP[proof.isolation]
        return local(f"{name}: {stops.en}", f"{name}：{stops.zh}")
    return local(
        f"{name}: proven just now, {tried} attempts from inside were stopped",
        f"{name}：刚刚验证，来自内部的 {tried} 次尝试均被拦住",
    )


def _last_line(text: str) -> str:
    # Of another program's output, such as a traceback, the end says most; `--json` has it all.
    return next((line.strip() for line in reversed(text.split("\n")) if line.strip()), "")


def _trial(trial: Trial) -> str:
    if trial.problem is not None:
        return say(trial.problem)
    degree = "" if trial.isolation is None else trial.isolation.value
    return local(
        f"works, isolation {degree}: {trial.first_s:.1f} s with the start of torch, then {1000 * trial.warm_s:.0f} ms",
        f"正常，隔离 {degree}：含启动 torch 共 {trial.first_s:.1f} 秒，之后每次 {1000 * trial.warm_s:.0f} 毫秒",
    )
