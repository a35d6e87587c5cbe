"""docs/settings.md is what the settings classes say, and no page speaks of a setting that does not exist."""

import re

from architecture.settings_page import PAGE, settings_of, text
from architecture.workspace import ROOT, SERVICES
from chassis.settings import variable

#: Told to the console and to the tests, or told by `qonys env` to foreign clients.
OTHERS = {"QONYS_HOME", "QONYS_TEST_BROKER", "QONYS_OPS_TOKEN", "QONYS_OFFICER_TOKEN", "QONYS_CITIZEN_TOKEN"}
#: Told to docker-compose.yml.
OTHERS |= set(re.findall(r"\$\{(QONYS_[A-Z0-9_]+)", (ROOT / "docker-compose.yml").read_text()))
OTHERS |= {variable(f"{service.source.name}_url") for service in SERVICES}


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text() == text(), "stale: make generate"


def test_every_setting_that_a_page_speaks_of_exists() -> None:
    known = {variable(field) for service in SERVICES for field in settings_of(service).model_fields} | OTHERS
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    spoken = {name for page in pages for name in re.findall(r"\bQONYS_[A-Z_]*[A-Z]\b", page.read_text())}
    assert spoken - known == set()
