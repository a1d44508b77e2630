"""Time several jobs by turns, so that a noisy machine is noisy for all of them."""

import statistics
import time
from collections.abc import Callable


def medians(jobs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return each job's median time in ms over `rounds`; two runs of each before are not counted."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()
        job()
    for _ in range(rounds):
        for name, job in jobs.items():
            begin = time.perf_counter()
            job()
            times[name].append((time.perf_counter() - begin) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}
