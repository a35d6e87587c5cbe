"""docs/logs.md names every log line with its level and fields; each error has its entry in the runbook."""

import re

from architecture.log_lines import Line, lines, loggers
from architecture.pages import anchors, page, quoted, rows

LOGS = page("logs.md")
RUNBOOK = page("runbook.md")
#: A library's line comes at any level, so also as an error.
ERRORS = {line.name for line in lines() if line.level in ("error", "any")}


def _written() -> set[Line]:
    return {
        Line(quoted(row["line"])[0], row["level"], tuple(sorted(quoted(row["fields"]))))
        for row in rows(LOGS, "line", "level", "fields", "meaning")
    }


def test_every_line_of_the_code_is_on_the_page() -> None:
    assert sorted(lines() - _written()) == []


def test_every_line_of_the_page_is_in_the_code() -> None:
    assert sorted(_written() - lines()) == []


def test_every_logger_is_called_log_so_that_its_lines_are_found() -> None:
    assert loggers() == {"log"}


def test_names_are_snake_case_and_say_one_thing_at_one_level() -> None:
    names = [line.name for line in lines()]
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []
    assert len(names) == len(set(names))


def test_no_other_level_than_these_is_used() -> None:
    assert {line.level for line in lines()} <= {"debug", "info", "warning", "error", "any"}


def test_every_error_has_an_entry_in_the_runbook_that_its_row_leads_to() -> None:
    linked = {
        name
        for row in rows(LOGS, "line", "level")
        for name in quoted(row["line"])
        if f"runbook.md#{name})" in row["meaning"]
    }
    assert linked == ERRORS
    assert anchors(RUNBOOK) >= ERRORS


def test_every_link_into_the_runbook_arrives() -> None:
    assert set(re.findall(r"runbook\.md#([\w-]+)", LOGS)) <= anchors(RUNBOOK)
