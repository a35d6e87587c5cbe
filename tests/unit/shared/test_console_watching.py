"""A part of the stack that dies is mourned in words and comes back."""

from dataclasses import dataclass, field
from pathlib import Path

from console.background import StartError
from console.supervise import LONGEST_PAUSE_SECONDS, Watched


@dataclass
class Mortal:
    """A part that lives when told to."""

    log: Path
    name: str = "intake"
    alive: bool = True
    starts: int = 0
    broken: bool = False

    def start(self) -> None:
        self.starts += 1
        if self.broken:
            raise StartError("it does not come up")
        self.alive = True

    def stop(self) -> None:
        self.alive = False

    def running(self) -> bool:
        return self.alive


@dataclass
class Ear:
    said: list[str] = field(default_factory=list)

    def __call__(self, line: str) -> None:
        self.said.append(line)


def test_a_part_that_lives_is_left_alone(tmp_path: Path) -> None:
    part, ear = Mortal(tmp_path / "log"), Ear()
    Watched(part, started=0).look(ear, now=100)
    assert (part.starts, ear.said) == (0, [])


def test_a_dead_part_is_shown_with_the_end_of_its_log_and_started_again(tmp_path: Path) -> None:
    part, ear = Mortal(tmp_path / "log", alive=False), Ear()
    part.log.write_text("the last words\n")
    watched = Watched(part, started=0)
    watched.look(ear, now=100)
    assert "intake died" in ear.said[0]
    assert "the last words" in ear.said[0]
    watched.look(ear, now=100.5)
    assert part.starts == 0
    watched.look(ear, now=102)
    assert part.alive


def test_a_part_that_dies_again_and_again_is_waited_for_longer_but_not_for_ever(tmp_path: Path) -> None:
    part, now = Mortal(tmp_path / "log", alive=False, broken=True), 0.0
    watched, pauses = Watched(part, started=0), []
    for _ in range(8):
        watched.look(Ear(), now=now)
        assert watched.again_at is not None
        pauses.append(watched.again_at - now)
        now = watched.again_at
        watched.look(Ear(), now=now)
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1] == LONGEST_PAUSE_SECONDS
