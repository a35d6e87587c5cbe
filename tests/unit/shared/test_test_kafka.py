"""`make test-kafka` on a machine that lacks what Apache Kafka needs."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_without_java_and_maven_it_says_once_what_to_install(tmp_path: Path) -> None:
    bare = {"PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "QONYS_TEST_BROKER": "apache"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/unit/shared/test_chassis_iin.py"],
        cwd=ROOT,
        env=os.environ | bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert (said.count("apt install default-jre-headless"), said.count("apt install maven")) == (1, 1)
    assert "passed" not in said
