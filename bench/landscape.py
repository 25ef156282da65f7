"""Le paysage de la perte, à côté de ce que l’on écrit à la main : les mêmes directions, la même grille.

    python bench/landscape.py                          # sur CPU, un fil, au temps de processeur
    python bench/landscape.py --device cuda --clock wall --images 4096 --steps 51
    python bench/landscape.py --output bench/results/landscape.md

À la main, chaque point copie θ + α δ + β η dans le réseau, passe les images, lit la perte avec `.item()`, puis remet
les poids. Les deux mesurent la même grille tour après tour ; un rapport est la médiane des rapports tour par tour, et
moins de 1 veut dire que `loss_landscape` est plus rapide. Le plus grand écart relatif des pertes est donné à côté.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from about import french, processor, signature, table
from torch import Tensor, nn

from coursekit.data import Batches, Formes, in_order, sample
from coursekit.interpret import filter_direction, loss_landscape, spread
from coursekit.interpret.landscape import Direction
from coursekit.models import build

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
NETWORKS = ("resnet20-cifar", "plain20-cifar", "resnet56-cifar")
HEAD = ("Réseau", "Points", "ms par point", "Rapport", "Écart relatif")

Pair = tuple[Direction, Direction]


@torch.no_grad()
def by_hand(model: nn.Module, data: Batches, directions: Pair, places: tuple[float, ...]) -> Tensor:
    """La perte en chaque point, par copies des poids sur place."""
    kept = {name: weight.clone() for name, weight in model.named_parameters()}
    model.eval()
    losses = torch.zeros(len(places), len(places), dtype=torch.float64)
    for row, alpha in enumerate(places):
        for column, beta in enumerate(places):
            for name, weight in model.named_parameters():
                weight.copy_(kept[name] + alpha * directions[0][name] + beta * directions[1][name])
            total = 0.0
            for images, labels in data:
                total += nn.functional.cross_entropy(model(images), labels, reduction="sum").item()
            losses[row, column] = total / len(data.images)
    for name, weight in model.named_parameters():
        weight.copy_(kept[name])
    return losses


def by_us(model: nn.Module, data: Batches, directions: Pair, places: tuple[float, ...]) -> Tensor:
    return loss_landscape(model, data, alphas=places, betas=places, directions=directions).loss


@dataclass(frozen=True)
class Line:
    name: str
    points: int
    milliseconds: float
    ratio: float
    gap: float

    def cells(self) -> list[str]:
        about = [str(self.points), french(self.milliseconds, 1), french(self.ratio, 3)]
        return [f"`{self.name}`", *about, f"{self.gap:.1e}".replace(".", ",")]

    def __str__(self) -> str:
        _, points, milliseconds, ratio, gap = self.cells()
        return f"{self.name:<15} {points} points, {milliseconds} ms par point, rapport {ratio}, écart {gap}"


def compare(name: str, data: Batches, given: argparse.Namespace) -> Line:
    model = build(name, num_classes=12, device=given.device, channels_last=False, seed=0)
    generator = torch.Generator().manual_seed(0)
    directions = filter_direction(model, generator), filter_direction(model, generator)
    places = spread(0.5, given.steps)
    times: dict[Callable[..., Tensor], list[float]] = {by_us: [], by_hand: []}
    found: dict[Callable[..., Tensor], Tensor] = {}
    runs = list(times)
    for _ in range(given.rounds + 1):
        for run in runs:
            before = CLOCKS[given.clock]()
            found[run] = run(model, data, directions, places).cpu()
            times[run].append(CLOCKS[given.clock]() - before)
        runs.reverse()
    ours, theirs = (times[run][1:] for run in (by_us, by_hand))
    gap = ((found[by_us] - found[by_hand]) / found[by_hand]).abs().max().item()
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    points = given.steps**2
    return Line(name, points, 1e3 * statistics.median(ours) / points, ratio, gap)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--names", nargs="+", default=list(NETWORKS))
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--clock", choices=list(CLOCKS), default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--images", type=int, default=128)
    parser.add_argument("--steps", type=int, default=11, help="positions le long de chaque direction")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, help="où écrire la table, en Markdown")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    data = in_order(sample(Formes(), given.images, device=given.device))
    print(f"PyTorch {torch.__version__}, {processor()}, horloge {given.clock}")
    lines = []
    for name in given.names:
        lines.append(compare(name, data, given))
        print(lines[-1], flush=True)
    if given.output:
        about = signature(f"{given.images} images de 32 pixels de côté, horloge {given.clock}")
        rows = [line.cells() for line in lines]
        given.output.write_text("\n".join([*table(HEAD, rows), "", about, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
