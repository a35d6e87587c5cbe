"""`qonys load` sends families that its stack has not had yet."""

from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from console.seeds import FIRST_SEED, SEEDS, seeds


def test_no_two_runs_send_the_same_family(tmp_path: Path) -> None:
    """Held by what `seeds` writes down."""
    runs = [seeds(tmp_path, families) for families in (100, 1, 2_000, 100)]
    sent = list(chain.from_iterable(runs))
    assert len(set(sent)) == len(sent) == 2_201
    assert min(sent) == FIRST_SEED


def test_nor_do_runs_that_begin_at_the_same_moment(tmp_path: Path) -> None:
    """Held by the lock on the file."""
    with ThreadPoolExecutor(16) as pool:
        runs = pool.map(lambda _: seeds(tmp_path, 3), range(300))
    assert len(set(chain.from_iterable(runs))) == 900


def test_families_that_were_named_are_not_new_afterwards(tmp_path: Path) -> None:
    named = seeds(tmp_path, 50, first=20)
    assert named == range(FIRST_SEED + 20, FIRST_SEED + 70)
    assert set(named).isdisjoint(seeds(tmp_path, 50))
    again = seeds(tmp_path, 50, first=20)
    assert again == named
    assert set(seeds(tmp_path, 50)).isdisjoint(range(FIRST_SEED, FIRST_SEED + 120))


def test_when_all_families_were_sent_the_first_come_again(tmp_path: Path) -> None:
    seeds(tmp_path, SEEDS - 10)
    assert seeds(tmp_path, 11) == range(FIRST_SEED, FIRST_SEED + 11)
    assert seeds(tmp_path, SEEDS) == range(FIRST_SEED, FIRST_SEED + SEEDS)
