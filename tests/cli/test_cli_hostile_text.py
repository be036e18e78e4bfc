"""What a submission says, prints and is called reaches no terminal as it came, on any way out of the command line."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from cli_runs import dlgrade

STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
EVIL = "\\x1b[2J\\x1b]0;owned\\x07\\x9b31m\\u202e\\u2066\\u200b\\r::error::x ##[error] <script>alert(1)</script>"
CODE = f'''
import sys
print("{EVIL}")
print("{EVIL}", file=sys.stderr)
Evil = type("E\\x1b[31m\\u202e", (ValueError,), {{"__str__": lambda self: "{EVIL}"}})
def softmax(logits, dim):
    print("{EVIL}")
    raise Evil()
softmax.__name__ = softmax.__qualname__ = "{EVIL}"
def log_softmax(logits, dim): return "{EVIL}"
def cross_entropy(logits, targets): return type("{EVIL}", (), {{}})()
globals()["{EVIL}"] = 1
'''
WAYS = {
    "a call": CODE,
    "an import": CODE + f'raise Evil("{EVIL}")\n',
    "a missing name": f'globals()["softmaks{EVIL}"] = lambda: 1\nsoftmaks = lambda logits: 1\n',
    "a syntax error": "def softmax(logits, dim):\n    return '\x1b[2J\u202e' +\n",
    "an exit": f'import sys\nsys.exit("{EVIL}")\n',
    "a forbidden name": "import torch\nx = '\x1b[2J\u202e', torch.softmax\n",
    "a place to look at": "import torch\nx = '\x1b[2J', getattr(torch, input)\n",
}


@pytest.mark.parametrize("code", WAYS.values(), ids=WAYS)
def test_a_report_lets_nothing_through(tmp_path: Path, code: str) -> None:
    (tmp_path / "softmax.py").write_text(code, encoding="utf-8")
    arguments = ("check", "softmax", "--submission", tmp_path, "--format", "text,json", "--output", tmp_path / "out")
    done = dlgrade(*arguments, "-v")
    assert done.code == 1, done.err
    document = (tmp_path / "out" / "report.json").read_text(encoding="utf-8")
    for shown in (done.out, done.err, document, (tmp_path / "out" / "report.txt").read_text(encoding="utf-8")):
        assert not STEERS.search(shown), STEERS.findall(shown)
    json.loads(document)
    assert "</script>" not in document


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file names")
@pytest.mark.parametrize("name", ["\x1b[2J\u202e.py", "--\x1b[2J", "so\x07ftmax.zip", "\u200b"], ids=ascii)
def test_a_message_lets_no_file_name_through(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x = 1\n", encoding="utf-8")
    for arguments in (
        ("check", "softmax", "--submission", tmp_path / name),
        ("check", "softmax", name),
        ("hint", name),
    ):
        done = dlgrade(*arguments, cwd=tmp_path, env={"DLGRADE_COURSE": str(Path(__file__).parent.parent.parent)})
        assert done.code in (1, 2)
        assert done.err or done.out
        for shown in (done.out, done.err):
            assert not STEERS.search(shown), STEERS.findall(shown)
