"""The command line as a process of its own: start-up, streams, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from core.settings import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize(
    "arguments", [["--help"], ["classify", "--help"], ["train", "--help"], ["candidates", "--json"]]
)
def test_light_commands_import_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom core.cli.app import app\n"
        "try: app(sys.argv[1:])\nexcept SystemExit as end: assert not end.code\n"
        "heavy = {'torch', 'transformers', 'peft', 'sklearn', 'pandas', 'pyarrow', 'streamlit', 'plotly'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"
    assert done.stdout


def test_errors_and_results_go_to_different_streams() -> None:
    good = run("candidates", "--json")
    assert (good.returncode, good.stderr) == (0, "")
    assert isinstance(json.loads(good.stdout), list)
    bad = run("classify", "no-such-candidate", "--text", "x", "--json")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.splitlines()[0].startswith("Error: ")
    assert bad.stderr.splitlines()[1].startswith("Fix: ")
    assert "Traceback" not in bad.stderr


def test_bad_usage_is_exit_code_2() -> None:
    assert run("classify").returncode == 2
    assert run("no-such-command").returncode == 2
