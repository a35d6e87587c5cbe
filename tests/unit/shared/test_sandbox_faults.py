"""Orders to misbehave end when they are used up, over, or replaced."""

import pytest
from pydantic import ValidationError

from sandbox.faults import Faults, Order, RegistryBehaviour
from sandbox.truth import Content, Diploma, Person, Truth

FAULT = RegistryBehaviour.FAULT
NORMAL = RegistryBehaviour.NORMAL


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def order(**fields: object) -> Order[RegistryBehaviour]:
    return Order[RegistryBehaviour].model_validate({"behaviour": "fault", **fields})


def test_an_order_for_some_seconds_is_over_after_them() -> None:
    clock = Clock()
    faults = Faults(NORMAL, clock=clock)
    faults.tell(order(for_seconds=5))
    clock.now = 4.9
    assert faults.take("a").behaviour is FAULT
    clock.now = 5.0
    assert faults.take("a").behaviour is NORMAL


def test_requests_of_others_do_not_use_up_an_order() -> None:
    faults = Faults(NORMAL)
    faults.tell(order(times=1, iins=["a"]))
    assert [faults.take(who).behaviour for who in ("b", "a", "a")] == [NORMAL, FAULT, NORMAL]


def test_a_new_order_replaces_the_old_one() -> None:
    faults = Faults(NORMAL)
    faults.tell(order())
    faults.tell(order(behaviour="normal"))
    assert faults.current().behaviour is NORMAL


@pytest.mark.parametrize("fields", [{"times": 0}, {"for_seconds": 0}, {"seconds": -1}, {"who": ["a"]}])
def test_an_order_that_makes_no_sense_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        order(**fields)


def test_what_is_added_to_the_truth_replaces_what_was_known_of_the_same_person() -> None:
    known = Person.model_validate(
        {"iin": "900101100014", "surname": "А", "name": "Б", "birth_date": "1990-01-01", "sex": "M"}
    )
    truth = Truth()
    truth.add(Content(people=(known,)))
    truth.add(Content(people=(known.model_copy(update={"life_status": "DEAD"}),)))
    found = truth.person("900101100014")
    assert found is not None
    assert (found.life_status, len(truth)) == ("DEAD", 1)


def test_a_diploma_taken_from_a_person_is_no_longer_theirs() -> None:
    number = "ЖБ-Б № 1"
    diploma = Diploma.model_validate(
        {"number": number, "kind": "HIGHER", "institution": "Ү", "speciality": "М", "issued_on": "2012-06-25"}
    )
    holder = Person.model_validate(
        {"iin": "900101100014", "surname": "А", "name": "Б", "birth_date": "1990-01-01", "sex": "M"}
    )
    truth = Truth()
    truth.add(Content(people=(holder.model_copy(update={"diplomas": (diploma,)}),)))
    truth.add(Content(people=(holder,)))
    assert truth.diploma(holder.iin, number) == "NO_RECORD"
