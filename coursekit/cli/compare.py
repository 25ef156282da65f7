"""`coursekit compare` : plusieurs réseaux côte à côte, leurs coûts calculés et leur justesse publiée."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit import report
from coursekit.arithmetic import totals
from coursekit.errors import ArgumentError, require
from coursekit.tables import Entry, find

HEADER = (
    "Réseau",
    "Entrée",
    "Paramètres",
    "MAC",
    "Champ récepteur",
    "Top-1 (%)",
    "Top-5 (%)",
    "Justesse publiée par",
)
FORMATS = (".svg", ".png", ".pdf")


@dataclass(frozen=True)
class Network:
    """Une entrée du catalogue et ce que sa table donne."""

    entry: Entry
    parameters: int
    macs: int
    field: tuple[int, ...]

    def as_data(self) -> dict[str, object]:
        accuracy = self.entry.accuracy
        return {
            "name": self.entry.name,
            "source": self.entry.source,
            "input": list(self.entry.input.as_tuple()),
            "parameters": self.parameters,
            "macs": self.macs,
            "receptive_field": list(self.field),
            "top1": accuracy.top1 if accuracy else None,
            "top5": accuracy.top5 if accuracy else None,
            "accuracy_source": f"{accuracy.source}, {accuracy.protocol}" if accuracy else None,
        }

    def cells(self) -> tuple[str, ...]:
        accuracy = self.entry.accuracy
        judged = (
            (percent(accuracy.top1), percent(accuracy.top5), f"{accuracy.source}, {accuracy.protocol}")
            if accuracy
            else ("–", "–", "–")
        )
        costs = (report.magnitude(self.parameters), report.magnitude(self.macs), report.sizes(self.field))
        return (self.entry.name, str(self.entry.input), *costs, *judged)


def percent(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def compare_networks(names: Sequence[str]) -> list[Network]:
    """Les réseaux nommés, dans l’ordre donné.

    Raises:
        UnknownNameError: un nom n’est pas au catalogue.
    """
    networks = []
    for entry in [find(name) for name in names]:
        rows = entry.rows()
        networks.append(Network(entry, *totals(rows), report.network_field(rows)))
    return networks


def render(networks: Sequence[Network], markdown: bool) -> str:
    lines = [HEADER, *(network.cells() for network in networks)]
    if markdown:
        table = [f"| {' | '.join(line)} |" for line in lines]
        return "\n".join([table[0], "|---|---|---:|---:|---:|---:|---:|---|", *table[1:]])
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADER))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def plot(networks: Sequence[Network], path: Path) -> None:
    """Enregistre le nuage des réseaux dont la justesse est publiée.

    Raises:
        ArgumentError: le format n’est pas connu, le dossier n’existe pas, ou aucun réseau n’a de justesse publiée.
    """
    if path.suffix not in FORMATS:
        raise ArgumentError(f"--plot {path} : donnez un nom qui finit par {', '.join(FORMATS)}.")
    if not path.parent.is_dir():
        raise ArgumentError(f"--plot {path} : le dossier {path.parent} n’existe pas.")
    judged = [(network, network.entry.accuracy) for network in networks if network.entry.accuracy]
    if not judged:
        raise ArgumentError("Aucun de ces réseaux n’a de justesse publiée dans le catalogue : rien à tracer.")
    require("matplotlib", "filters")
    from coursekit.viz.comparison import Point, plot_accuracy

    points = [
        Point(network.entry.name, network.macs, network.parameters, accuracy.top1, accuracy.protocol)
        for network, accuracy in judged
        if accuracy
    ]
    plot_accuracy(points).savefig(path)
