"""Ce que le rapport écrit en français : les verdicts, les nombres, les durées."""

from __future__ import annotations

from coursekit.grading.report.rows import FAILED
from coursekit.grading.vocabulary import Status

VERDICTS = {
    Status.OK.value: "notée",
    Status.MISSING.value: "absente",
    Status.UNREADABLE.value: "illisible",
    Status.REJECTED.value: "refusée",
    Status.CRASHED.value: "arrêtée",
    Status.TIMEOUT.value: "trop longue",
    Status.MEMORY.value: "mémoire dépassée",
    Status.PROCESSES.value: "trop de processus",
    Status.OUTPUT.value: "sorties trop longues",
    Status.DISK.value: "disque dépassé",
    Status.TAMPERED.value: "falsifiée",
    FAILED: "non notée",
}


def verdict(name: str) -> str:
    return VERDICTS.get(name, name)


def number(value: float) -> str:
    """Au plus deux décimales, et la virgule : `1.5 → « 1,5 »`."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",").replace("-", "−")


def score(value: float | None, most: float) -> str:
    return f"{'–' if value is None else number(value)}/{number(most)}"


def duration(seconds: float) -> str:
    """`75 → « 1 min 15 s »`."""
    if seconds < 10:
        return f"{number(round(seconds, 1))} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(hours or minutes) + [f"{rest} s"]
    return " ".join(parts)


def plural(count: int, one: str, many: str = "") -> str:
    """`plural(2, "copie") → « 2 copies »`."""
    return f"{count} {one if count < 2 else many or one + 's'}"
