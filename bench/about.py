"""Ce qui accompagne chaque table de `bench/results/` : la machine, la version, la date et la commande."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import torch

CPUINFO = Path("/proc/cpuinfo")


def processor() -> str:
    """Le GPU s’il y en a un ; sinon, le processeur et les fils que PyTorch y prend."""
    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    threads = torch.get_num_threads()
    for line in CPUINFO.read_text().splitlines() if CPUINFO.exists() else ():
        if line.startswith("model name"):
            return f"{line.split(':')[1].strip()}, {threads} fil{'s' * (threads > 1)}"
    return platform.processor()


def signature(about: str, software: str = f"PyTorch {torch.__version__}") -> str:
    """Ce qui a été mesuré, sur quoi, avec quel logiciel, quand, et la commande qui le refait."""
    return (
        f"{about}, {processor()}, {software}, le {date.today():%d/%m/%Y}\u00a0: `python {' '.join(sys.argv)}`"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Une table Markdown, dont la première colonne nomme et les autres comptent."""
    aligned = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (head, aligned, *rows)]


def french(value: float, digits: int = 2) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def thousands(value: float) -> str:
    """Un grand nombre à trois chiffres qui comptent, ses milliers séparés."""
    return f"{float(f'{value:.3g}'):_.0f}".replace("_", "\u202f")
