"""The runbook's table of bad days has what processes say: the reasons, the remedies, and who says them."""

import re

from architecture.log_lines import lines
from architecture.pages import page, quoted, rows
from architecture.test_alarms import RULES
from chassis.remedies import REMEDIES

ROWS = list(rows(page("runbook.md"), "bad day", "`reason`", "said by", "`remedy`"))


def test_the_table_has_every_reason_with_its_remedy_word_for_word() -> None:
    written = [(quoted(row["`reason`"])[0], row["`remedy`"]) for row in ROWS]
    assert sorted(written) == sorted((one.reason, one.remedy) for one in REMEDIES)


def test_each_is_said_by_lines_or_alarms_that_exist_of_checks_that_are_measured() -> None:
    measured = {
        name for row in rows(page("metrics.md"), "metric", "meaning") for name in quoted(row["meaning"])
    }
    for row in ROWS:
        said = re.findall(r"`(\w+)`(?: of `(\w+)`)?", row["said by"])
        assert said
        assert {name for name, _ in said} <= {line.name for line in lines()} | RULES.keys()
        assert {check for _, check in said if check} <= measured
