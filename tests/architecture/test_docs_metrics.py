"""docs/metrics.md names every metric with its type and labels, and nothing else."""

from architecture.measured import Metric, metrics
from architecture.pages import page, quoted, rows

COLUMNS = ("metric", "type", "labels", "unit", "meaning", "bad")


def _written() -> set[Metric]:
    return {
        Metric(quoted(row["metric"])[0], row["type"], tuple(quoted(row["labels"])))
        for row in rows(page("metrics.md"), *COLUMNS)
    }


def test_every_metric_of_the_code_is_on_the_page() -> None:
    assert sorted(metrics() - _written()) == []


def test_every_metric_of_the_page_is_in_the_code() -> None:
    assert sorted(_written() - metrics()) == []


def test_every_row_says_its_unit_its_meaning_and_what_is_bad() -> None:
    silent = [row["metric"] for row in rows(page("metrics.md"), *COLUMNS) if not all(row.values())]
    assert [name for name in silent if name != ""] == []
