"""Which degree of isolation a machine gets, told from machines that really lack a layer; and that it fails closed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sandbox.living import linux_only

from grader.pipeline import choose_degrees
from grader.records import Isolation

HERE = Path(__file__).parent
ROOT = HERE.parent.parent.parent
SOLUTION = ROOT / "solutions" / "exercise03_softmax"
as_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root can take something away from this machine"
)
pytestmark = linux_only


def lesser(*how: str, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run `dlgrade` on a machine that lacks something."""
    return subprocess.run(
        [sys.executable, str(HERE / "lesser.py"), *how, "--", sys.executable, "-m", "grader", *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def facts(*how: str) -> dict[str, dict[str, object]]:
    """Return what `doctor` says of each degree there, and of each layer."""
    done = lesser(*how, command=["doctor", "--json", "--course", str(ROOT)])
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    return {
        **{degree["degree"]: degree for degree in told["isolation"]},
        **{f"layer {layer['layer']}": layer for layer in told["layers"]},
        "trial": told["trial"],
    }


def grade(*how: str, isolation: str = "auto") -> subprocess.CompletedProcess[str]:
    return lesser(
        *how,
        command=[
            *("check", "exercise03", "--course", str(ROOT)),
            *("--submission", str(SOLUTION), "--isolation", isolation, "--format", "json"),
        ],
    )


@as_root
def test_an_ordinary_user_gets_all_of_it() -> None:
    told = facts("user")
    assert told["strong"]["available"], told["strong"]["reason"]
    assert told["landlock"]["available"], told["landlock"]["reason"]
    assert told["trial"]["isolation"] == "strong"


@as_root
def test_where_user_namespaces_are_barred_landlock_remains_and_the_reason_is_told() -> None:
    told = facts("user", "no-unshare")
    assert not told["strong"]["available"]
    assert "namespaces" in str(told["strong"]["reason"])
    assert "max_user_namespaces" in str(told["strong"]["remedy"])
    assert told["layer namespaces"]["held"] is False
    assert told["landlock"]["available"]
    assert told["trial"]["isolation"] == "landlock"


@as_root
def test_in_a_container_without_user_namespaces_landlock_remains() -> None:
    told = facts("no-user-namespaces")
    assert not told["strong"]["available"]
    assert told["layer namespaces"]["held"] is False
    assert told["trial"]["isolation"] == "landlock"


@as_root
def test_without_landlock_only_a_process_remains_and_it_is_said() -> None:
    done = grade("no-landlock_create_ruleset")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["isolation"] == "process"


@as_root
@pytest.mark.parametrize("isolation", ["strong", "landlock"])
def test_a_degree_that_is_asked_for_and_not_there_is_refused_without_a_score(isolation: str) -> None:
    done = grade("no-landlock_create_ruleset", isolation=isolation)
    assert done.returncode == 3
    report = json.loads(done.stdout)
    assert report["score"] is None
    assert "landlock" in json.dumps(report["problem"])


def test_a_python_environment_below_tmp_is_not_covered_by_a_childs_own_place(tmp_path: Path) -> None:
    """What lies there can still be imported for the first time when the jail has closed."""
    venv = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--symlinks", str(venv)], check=True, timeout=60)
        packages = next(venv.glob("lib/python3*/site-packages"))
        (packages / "all.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")))
        (packages / "dlgrade_lazy.py").write_text("HERE = 1\n")
        submission = tmp_path / "softmax.py"
        right = (ROOT / "tests" / "submissions" / "right.py").read_text(encoding="utf-8")
        submission.write_text(f"{right}\nimport dlgrade_lazy\nopen('own', 'w').write('x')\n", encoding="utf-8")
        done = subprocess.run(
            [
                *(str(venv / "bin" / "python"), "-m", "grader", "check", "exercise03", "--format", "json"),
                *("--submission", str(submission), "--isolation", "strong"),
            ],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)["isolation"] == "strong"
    finally:
        shutil.rmtree(venv)


def test_the_code_of_others_takes_nothing_below_landlock_unless_told() -> None:
    assert Isolation.PROCESS not in choose_degrees(None, others=True)
    assert choose_degrees(Isolation.PROCESS, others=True) == (Isolation.PROCESS,)
    assert choose_degrees(None) == (Isolation.STRONG, Isolation.LANDLOCK, Isolation.PROCESS)


@as_root
def test_the_code_of_others_is_refused_where_landlock_is_missing() -> None:
    program = (
        "from pathlib import Path\nfrom grader.exercise import load_course\nfrom grader.pipeline import Grader\n"
        "from grader.submission import collect\n"
        f"exercise = load_course(Path({str(ROOT)!r})).find('exercise03')\n"
        "with Grader(others=True) as grader:\n"
        f"    grader.examine(exercise, collect(exercise, Path({str(SOLUTION)!r})))\n"
    )
    done = subprocess.run(
        [sys.executable, str(HERE / "lesser.py"), "no-landlock_create_ruleset", "--", sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "SandboxUnavailable" in done.stderr
    assert "landlock" in done.stderr
