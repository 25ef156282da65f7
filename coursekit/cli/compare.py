"""`coursekit compare` : plusieurs réseaux côte à côte, leurs coûts calculés et leur justesse publiée."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit import report
from coursekit.arithmetic import totals
from coursekit.errors import ArgumentError, UnknownNameError, require
from coursekit.tables import Entry, find, names
from coursekit.tables.accuracy import Accuracy
from coursekit.tables.charts import CHARTED, Charted, charted

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
    """Une entrée du catalogue et ce que sa table donne, ou un réseau dont on n’a que les chiffres publiés."""

    entry: Entry | Charted
    parameters: int
    macs: int
    field: tuple[int, ...] = ()
    sees_everything: bool = False

    @property
    def accuracy(self) -> Accuracy | None:
        return self.entry.accuracy

    @property
    def proven(self) -> bool:
        """Les coûts viennent-ils de la table, que le catalogue prouve, ou d’une publication ?"""
        return isinstance(self.entry, Entry)

    def as_data(self) -> dict[str, object]:
        accuracy = self.accuracy
        return {
            "name": self.entry.name,
            "source": self.entry.source,
            "proven": self.proven,
            "input": list(self.entry.input.as_tuple()),
            "parameters": self.parameters,
            "macs": self.macs,
            "receptive_field": list(self.field) if self.proven else None,
            "sees_everything": self.sees_everything if self.proven else None,
            "top1": accuracy.top1 if accuracy else None,
            "top5": accuracy.top5 if accuracy else None,
            "accuracy_source": f"{accuracy.source}, {accuracy.protocol}" if accuracy else None,
        }

    def cells(self) -> tuple[str, ...]:
        accuracy = self.accuracy
        judged = (
            (percent(accuracy.top1), percent(accuracy.top5), f"{accuracy.source}, {accuracy.protocol}")
            if accuracy
            else ("–", "–", "–")
        )
        return (*self._costs(), *judged)

    def _costs(self) -> tuple[str, ...]:
        """Nom, entrée et coûts ; ceux d’une publication gardent les décimales qu’elle imprime."""
        size = str(self.entry.input)
        if isinstance(self.entry, Charted):
            name = f"{self.entry.name} {PUBLISHED_ONLY}"
            return (name, size, self.entry.parameters.stated, self.entry.macs.stated, "–")
        costs = report.magnitude(self.parameters), report.magnitude(self.macs)
        field = "toute l’image" if self.sees_everything else report.sizes(self.field)
        return (self.entry.name, size, *costs, field)


PUBLISHED_ONLY = "†"


def percent(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def compare_networks(chosen: Sequence[str], with_charted: bool = False) -> list[Network]:
    """Les réseaux nommés, dans l’ordre donné, puis, si `with_charted`, tous ceux dont on n’a que les chiffres.

    Raises:
        UnknownNameError: un nom n’est ni au catalogue, ni parmi ces derniers.
    """
    others = [network.name for network in CHARTED if network.name not in chosen] if with_charted else []
    return [_network(name) for name in (*chosen, *others)]


def _network(name: str) -> Network:
    published = charted(name)
    if published:
        return Network(published, round(published.parameters.value), round(published.macs.value))
    if name not in names():
        raise UnknownNameError("Réseau", name, (*names(), *(network.name for network in CHARTED)))
    entry = find(name)
    rows = entry.rows()
    return Network(entry, *totals(rows), report.network_field(rows), report.sees_everything(rows))


def render(networks: Sequence[Network], markdown: bool) -> str:
    lines = [HEADER, *(network.cells() for network in networks)]
    if markdown:
        table = [f"| {' | '.join(line)} |" for line in lines]
        written = [table[0], "|---|---|---:|---:|---:|---:|---:|---|", *table[1:]]
    else:
        widths = [max(len(line[i]) for line in lines) for i in range(len(HEADER))]
        written = [
            "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
    if not all(network.proven for network in networks):
        written += ["", f"{PUBLISHED_ONLY} coûts publiés, et non calculés ici."]
    return "\n".join(written)


def plot(networks: Sequence[Network], path: Path) -> None:
    """Enregistre le nuage des réseaux dont la justesse est publiée.

    Raises:
        ArgumentError: le format n’est pas connu, le dossier n’existe pas, ou aucun réseau n’a de justesse publiée.
    """
    if path.suffix not in FORMATS:
        raise ArgumentError(f"--plot {path} : donnez un nom qui finit par {', '.join(FORMATS)}.")
    if not path.parent.is_dir():
        raise ArgumentError(f"--plot {path} : le dossier {path.parent} n’existe pas.")
    judged = [(network, network.accuracy) for network in networks if network.accuracy]
    if not judged:
        raise ArgumentError("Aucun de ces réseaux n’a de justesse publiée dans le catalogue : rien à tracer.")
    require("matplotlib", "filters")
    from coursekit.viz.comparison import Point, plot_accuracy

    points = [
        Point(
            network.entry.name,
            network.macs,
            network.parameters,
            accuracy.top1,
            accuracy.protocol,
            network.proven,
        )
        for network, accuracy in judged
        if accuracy
    ]
    plot_accuracy(points).savefig(path)
