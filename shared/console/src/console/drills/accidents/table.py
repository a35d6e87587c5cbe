"""All accidents, in the order of a whole run."""

from collections.abc import Mapping

from console.drills.accidents.absences import freeze_consumer, stop_relays
from console.drills.accidents.accident import Accident
from console.drills.accidents.clocks import set_apart, set_right
from console.drills.accidents.deaths import kill_broker, kill_each, kill_postgres, lose_broker
from console.drills.accidents.ground import fill_disk, refuse_connections, slow_disk, small_disk
from console.drills.accidents.poison import poison
from console.drills.accidents.registers import all_silent, down_for_the_load, silence_register
from console.drills.accidents.repeats import shuffle, tell_twice

ACCIDENTS: Mapping[str, Accident] = {
    "kill-each": Accident(
        says="each of our processes is killed in turn, round after round, at random moments", happen=kill_each
    ),
    "kill-broker": Accident(says="the broker is killed and comes back after 5 s", happen=kill_broker),
    "lose-broker": Accident(
        says="the broker loses its disk; topics are rebuilt from the outboxes", happen=lose_broker
    ),
    "kill-postgres": Accident(
        says="the first process of Postgres is killed; it comes back after 5 s", happen=kill_postgres
    ),
    "refuse-connections": Accident(says="Postgres refuses everybody for 30 s", happen=refuse_connections),
    "disk-full": Accident(
        says="the file system under the outbox of intake is full for 20 s",
        before=small_disk,
        happen=fill_disk,
    ),
    "slow-disk": Accident(
        says="Postgres waits 0.1 s before each flush of its log, for 30 s", happen=slow_disk
    ),
    "silent-register": Accident(says="the education register is silent for 30 s", happen=silence_register),
    "registers-down": Accident(
        says="all registers are silent or unavailable for the whole load, then come back",
        before=all_silent,
        happen=down_for_the_load,
    ),
    "stop-relays": Accident(says="all relays are away until 50 events a family queue up", happen=stop_relays),
    "freeze-consumer": Accident(
        says="a consumer with a batch in hand is frozen for 75 s; another takes over; it wakes",
        happen=freeze_consumer,
    ),
    "tell-twice": Accident(says="every topic is told twice more", happen=tell_twice),
    "shuffle": Accident(
        says="every record comes again, in any order and partition, under load and afterwards", happen=shuffle
    ),
    "poison": Accident(says="one record in a hundred is bad, in six ways", happen=poison),
    "clocks": Accident(
        says="the clocks of intake and verification are ten minutes apart, then right again",
        before=set_apart,
        happen=set_right,
    ),
}
