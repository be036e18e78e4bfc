"""What this machine cannot give: said as that, without a score, and without advice to try again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from cli_runs import SOLUTION, Done, dlgrade

OTHER = SOLUTION.parent / "exercise02_views"


@pytest.fixture(scope="module")
def without_cuda() -> None:
    import torch

    if torch.version.cuda is not None and Path("/dev/nvidiactl").exists():
        pytest.skip("this machine can grade on a GPU")


AFRESH = {"DLGRADE_LAUNCH": "fresh"}  # as on Windows: without a zygote there is no isolation to be had


def check(*options: str | Path, language: str = "en", env: Mapping[str, str] | None = None) -> Done:
    return dlgrade("check", "softmax", "--submission", SOLUTION, "--language", language, *options, env=env)


def assert_not_to_be_had(done: Done) -> None:
    assert done.code == 3
    assert "No score" in done.out
    assert "This cannot be had here" in done.out
    assert "once more" not in done.out
    assert "failed" not in done.out


def test_isolation_that_cannot_be_had_is_no_failure_of_the_machine() -> None:
    done = check("--isolation", "gvisor", env=AFRESH)
    assert_not_to_be_had(done)
    assert "Isolation gvisor cannot be had here" in done.out


def test_isolation_that_cannot_be_had_is_told_in_chinese() -> None:
    done = check("--isolation", "gvisor", language="zh", env=AFRESH)
    assert "这里不具备所需条件" in done.out
    assert "无法使用隔离 gvisor" in done.out
    assert "再运行一次" not in done.out


def test_a_torch_without_cuda_is_no_failure_of_the_machine(without_cuda: None) -> None:
    done = check("--device", "cuda")
    assert_not_to_be_had(done)
    assert "Device cuda cannot be had here" in done.out


def test_a_torch_without_cuda_is_told_in_chinese_and_keeps_what_was_handed_in(without_cuda: None) -> None:
    done = check("--device", "cuda", "--format", "json")
    report = json.loads(done.out)
    assert "无法使用设备 cuda" in report["problem"]["problem"]["zh"]
    assert report["submission"] is not None and len(report["submission"]["sha256"]) == 64


def test_a_device_that_the_exercise_is_not_made_for_is_wrong_usage() -> None:
    done = dlgrade("check", "views", "--submission", OTHER, "--device", "cuda", "--language", "zh")
    assert done.code == 2
    assert "不支持" in done.err
    assert done.out == ""
