"""What an operator is told is said in every language."""

from pathlib import Path

import verification
from chassis.words import disagreements


def test_all_languages_have_the_same_sentences() -> None:
    assert disagreements(Path(verification.__file__).parent / "words") == []
