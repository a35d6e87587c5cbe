"""CPU time of programs that measure nothing of themselves."""

import psutil


def cpu_seconds(process: psutil.Process) -> float:
    """Used so far, by its living children too."""
    return sum(map(_own, [process, *process.children(recursive=True)]))


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
