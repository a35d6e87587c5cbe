"""Python's garbage collector, told what a service is like: much that lives for ever, much that lives for one
batch and is freed by counting, hardly any cycles."""

import gc

YOUNG = 50_000  # objects made before the collector looks at them: several batches, not a part of one


def calm() -> None:
    """Leaves what start-up made out of every later look, and looks less often: a fifth of a batch's CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
