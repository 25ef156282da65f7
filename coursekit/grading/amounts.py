"""Des durées et des tailles, comme on les écrit en français."""

from __future__ import annotations


def number(value: float) -> str:
    """`0.5 → « 0,5 »`."""
    return f"{value:g}".replace(".", ",")


def seconds(value: float) -> str:
    """`0.5 → « 0,5 s »`."""
    return f"{number(value)} s"


def megabytes(size: int) -> str:
    """`1_500_000 → « 1,5 Mo »`."""
    return f"{size / 1e6:.1f} Mo".replace(".", ",")
