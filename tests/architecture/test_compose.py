"""docker-compose.yml and its folder say what the code says: topics, rights, secrets; nothing is left open."""

import re
from importlib import import_module

from architecture.workspace import ROOT, SERVICES
from console.postgres import NO_VALUES
from console.secret_files import names
from contracts import is_event, spec_of, topics
from contracts.integration import REFERRALS, REPLIES

COMPOSE = (ROOT / "docker-compose.yml").read_text()
OURS = [f"{service}{what}" for service in SERVICES for what in ("", "-relay", "-migrate")]


def _rights() -> set[tuple[str, str, str]]:
    needed = {("sandbox", "reads", REFERRALS), ("sandbox", "writes", REPLIES)}
    needed |= {("console", "reads", topic) for topic in topics()}
    for service in SERVICES:
        package = service.source.name
        heard = import_module(f"{package}.consumers").HEARD
        needed |= {(service.name, "reads", spec_of(one).topic) for one in heard if is_event(one)}
        told = import_module(f"{package}.app").BLUEPRINT.identity.told_topics
        needed |= {(service.name, "writes", topic) for topic in told}
    return needed


def test_each_service_may_read_what_it_hears_and_write_what_it_tells_and_nothing_else() -> None:
    lines = (ROOT / "compose" / "access.txt").read_text().splitlines()
    assert {tuple(line.split()) for line in lines if not line.startswith("#")} == _rights()


def test_every_secret_that_compose_names_is_made() -> None:
    assert set(re.findall(r"\{file: \"\$\{QONYS_SECRETS:-\./secrets\}/(\S+)\"\}", COMPOSE)) == set(names())


def _part(name: str) -> str:
    """The lines about one container."""
    (part,) = re.findall(rf"^  {name}:(?: &\S+)?\n((?:    .*\n)+)", COMPOSE, flags=re.MULTILINE)
    return str(part)


def test_every_process_of_ours_is_there_once_and_as_bare_as_can_be() -> None:
    for name in [*map(str, OURS), "sandbox"]:
        assert re.search(r"<<: (\[\*once, )?\*ours", _part(name))
    bare = COMPOSE.partition("x-ours:")[2].partition("x-once:")[0]
    for line in ("read_only: true", "cap_drop: [ALL]", "mem_limit:", "stop_grace_period:", "/health/ready"):
        assert line in bare


def test_only_who_signs_or_asks_registers_holds_a_key() -> None:
    assert "certificate-key.pem" in _part("verification")
    assert [name for name in map(str, OURS) if ".pem" in _part(name)] == ["verification"]


def test_the_log_of_postgres_quotes_no_values_here_either() -> None:
    (command,) = re.findall(r"\[postgres, ((?:.|\n)*?)\]", COMPOSE)
    assert [one for one in NO_VALUES.items() if "=".join(one) not in command] == []


def test_no_port_is_open_beyond_this_machine() -> None:
    ports = re.findall(r"^    ports: \[\"(.*?)\"\]", COMPOSE, flags=re.MULTILINE)
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
