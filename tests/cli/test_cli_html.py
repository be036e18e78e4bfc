"""`dlgrade check --format html`: one file that a browser shows, beside the other formats or on stdout."""

from __future__ import annotations

import json
from pathlib import Path

from cli_runs import ROOT, SUBMISSIONS, dlgrade

MISTAKE = ROOT / "solutions" / "exercise02_views" / "mistakes" / "as_column_rebuilds.py"


def test_a_failed_view_is_drawn_in_every_format(tmp_path: Path) -> None:
    done = dlgrade(
        "check", "exercise02", "--submission", MISTAKE, "--format", "text,html,json", "--output", tmp_path,
        env={"DLGRADE_LANG": "zh"},
    )  # fmt: skip
    assert done.code == 1
    assert "这些数在内存中的位置" in done.out
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-Hans">' in page
    assert page.count('<svg viewBox="0 0 480') == 1
    assert "一排内存单元。你的结果是一份拷贝" in page
    tests = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["tests"]
    drawn = {
        test["name"]: [p["kind"] for p in test["explanation"]["pictures"]] for test in tests if test["explanation"]
    }
    assert drawn.pop("test_column_shares_the_vectors_memory") == ["memory"]
    assert not any(drawn.values())  # the others are hidden


def test_stdout_holds_the_page_and_nothing_else() -> None:
    done = dlgrade("check", "exercise02", "--submission", SUBMISSIONS / "not_text.py", "--format", "html")
    assert done.code == 1
    assert done.out.startswith("<!DOCTYPE html>\n<html")
    assert done.out.endswith("</html>\n")
    assert "Your submission was not accepted." in done.out
