"""The table of regions."""

import pytest

from chassis.regions import REGIONS, region_of


def test_there_are_twenty_regions_each_with_its_own_codes() -> None:
    assert len(REGIONS) == 20
    assert all(kato == region.kato and kato.endswith("0000000") for kato, region in REGIONS.items())
    assert {region.iso for region in REGIONS.values()} == {f"KZ-{kato[:2]}" for kato in REGIONS}


def test_a_town_lies_in_the_region_of_its_first_two_digits() -> None:
    region = region_of("111010000")
    assert region is not None
    assert region.names.kk == "Ақмола облысы"


@pytest.mark.parametrize("kato", ["", "11", "990000000", "1110100000", "11000000x", "²10000000"])
def test_an_unknown_code_is_in_no_region(kato: str) -> None:
    assert region_of(kato) is None
