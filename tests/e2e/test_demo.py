"""The whole way on real parts: eight families, as their files say it must end."""

import json
import os
from pathlib import Path

from e2e.conftest import DemoRun
from e2e.shell import KAFKA, ROOT, at_work, press_ctrl_c, running_below

JAVA_BYTES = 600_000_000  # Apache Kafka in the embedded broker's place
MEMORY_BYTES = 1_500_000_000 + (JAVA_BYTES if KAFKA == "apache" else 0)


def test_every_family_ends_as_its_file_says(demo: DemoRun) -> None:
    assert demo.exit_code == 0, demo.said
    assert {one["family"]: one["differences"] for one in demo.report["outcomes"]} == {
        file.stem: [] for file in sorted((ROOT / "examples").glob("*.json"))
    }


def test_the_audit_of_what_the_families_left_behind_is_clean(demo: DemoRun) -> None:
    lines = demo.report["audit"]["lines"]
    assert [found for line in lines for found in line["offenders"]] == []
    assert {line["line"] for line in lines if not line["examined"]} <= {"waits", "parked"}


def test_one_application_sent_three_times_is_one_case(demo: DemoRun) -> None:
    assert len(demo.outcome("07-sent-three-times")["application_ids"]) == 1


def test_a_family_that_waits_for_a_silent_register_sees_it(demo: DemoRun) -> None:
    assert "register_education" in demo.outcome("04-silent-register")["waited_for"]


def test_the_letter_about_a_forged_diploma_says_why_and_what_to_do(demo: DemoRun) -> None:
    (code,) = demo.outcome("03-forged-diploma")["reasons"]
    texts = (ROOT / "services/verification/src/verification/domain/reasons.json").read_text()
    reason = json.loads(texts)[code]
    family = json.loads((ROOT / "examples/03-forged-diploma.json").read_text())["application"]
    letters = demo.letters_to(family["contact"]["email"])
    language = family["language"]
    why, what_to_do = (reason[part][language].rstrip(".") for part in ("says", "remedy"))
    assert any(why in letter and what_to_do in letter for letter in letters)


def test_the_stack_keeps_within_its_memory(demo: DemoRun) -> None:
    assert 0 < demo.report["most_bytes"] < MEMORY_BYTES


def test_the_demo_leaves_events_and_letters_and_nothing_running(demo: DemoRun) -> None:
    assert (demo.folder / "events.jsonl").stat().st_size > 0
    assert running_below(demo.folder) == []


def test_ctrl_c_ends_a_demo_that_plays() -> None:
    """Held by the `finally` of `supervise.running`; one that only starts is ended in `e2e.day`."""
    folder = Path(os.environ["QONYS_TEST_RUN"]) / "interrupted-demo"
    with at_work("demo", "--kafka", KAFKA, "--folder", str(folder), until="07-sent-three-times") as demo:
        assert press_ctrl_c(demo) == 130
    assert running_below(folder) == []
