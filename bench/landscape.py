"""Le paysage de la perte, à côté de ce que l’on écrit à la main : les mêmes directions, la même grille.

    python bench/landscape.py                          # sur CPU, un fil, au temps de processeur
    python bench/landscape.py --device cuda --clock wall --images 4096 --steps 51
    python bench/landscape.py --output bench/results/landscape.md

À la main, chaque point copie θ + α δ + β η dans le réseau, passe les images, lit la perte avec `.item()`, puis remet
les poids. Les deux mesurent la même grille, ligne après ligne ; un rapport est la médiane des rapports ligne par
ligne, et moins de 1 veut dire que `loss_landscape` est plus rapide, bien que chaque appel vérifie d’abord les classes,
par un passage des images de plus. Le plus grand écart relatif des pertes est donné à côté.
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
Places = tuple[float, ...]
Run = Callable[[nn.Module, Batches, Pair, Places, Places], Tensor]


@torch.no_grad()
def by_hand(model: nn.Module, data: Batches, directions: Pair, alphas: Places, betas: Places) -> Tensor:
    """La perte en chaque point, par copies des poids sur place."""
    kept = {name: weight.clone() for name, weight in model.named_parameters()}
    model.eval()
    losses = torch.zeros(len(alphas), len(betas), dtype=torch.float64)
    for row, alpha in enumerate(alphas):
        for column, beta in enumerate(betas):
            for name, weight in model.named_parameters():
                weight.copy_(kept[name] + alpha * directions[0][name] + beta * directions[1][name])
            total = 0.0
            for images, labels in data:
                total += nn.functional.cross_entropy(model(images), labels, reduction="sum").item()
            losses[row, column] = total / len(data.images)
    for name, weight in model.named_parameters():
        weight.copy_(kept[name])
    return losses


def by_us(model: nn.Module, data: Batches, directions: Pair, alphas: Places, betas: Places) -> Tensor:
    return loss_landscape(model, data, alphas=alphas, betas=betas, directions=directions).loss


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
    times: dict[Run, list[float]] = {by_us: [], by_hand: []}
    found: dict[Run, list[Tensor]] = {by_us: [], by_hand: []}
    runs = list(times)
    by_us(model, data, directions, places[:1], places)
    for alpha in spread(0.5, given.rows):
        for run in runs:
            before = CLOCKS[given.clock]()
            found[run].append(run(model, data, directions, (alpha,), places).cpu())
            times[run].append(CLOCKS[given.clock]() - before)
        runs.reverse()
    ours, theirs = torch.cat(found[by_us]), torch.cat(found[by_hand])
    gap = ((ours - theirs) / theirs).abs().max().item()
    ratio = statistics.median(a / b for a, b in zip(times[by_us], times[by_hand], strict=True))
    return Line(name, len(ours.flatten()), 1e3 * statistics.median(times[by_us]) / given.steps, ratio, gap)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--names", nargs="+", default=list(NETWORKS))
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--clock", choices=list(CLOCKS), default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--images", type=int, default=128)
    parser.add_argument("--steps", type=int, default=21, help="points d’une ligne")
    parser.add_argument("--rows", type=int, default=7, help="nombre de lignes")
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
