"""`fit` à côté d’une boucle écrite à la main : le même réseau, les mêmes lots, le même optimiseur.

    python bench/training.py                         # sur CPU, un fil, au temps de processeur
    python bench/training.py --device cuda --clock wall --batch 256
    python bench/training.py --output bench/results/training.md   # la même chose, en table

La boucle écrite à la main fait ce que chacun écrit : le lot, la perte, le gradient, le pas, la loi du pas, la perte
et l’exactitude de l’époque. `fit` y ajoute la norme du gradient, la garde contre les pertes qui ne sont plus des
nombres, le journal et la validation de la recette. Une seconde boucle écrite à la main mesure aussi la norme : c’est
le même travail. Les trois alternent, époque par époque ; un rapport est celui des meilleurs tours et, entre
parenthèses, la médiane des rapports tour par tour ; moins de 1 veut dire que `fit` est plus rapide.
"""

from __future__ import annotations

import argparse
import copy
import statistics
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from about import french, processor, signature, table
from torch import nn
from torch.nn.utils import get_total_norm

from coursekit.data import Batches, Formes, sample
from coursekit.models import build
from coursekit.training import Constant, Recipe, Sgd, fit

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def by_hand(model: nn.Module, data: Batches, *, norms: bool = False) -> float:
    """Une époque, telle qu’on l’écrit ; rend l’exactitude. Avec `norms`, elle mesure aussi la norme du gradient."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4, nesterov=True)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1.0)
    criterion = nn.CrossEntropyLoss()
    device = next(model.parameters()).device
    total = torch.zeros((), device=device)
    right = torch.zeros((), device=device)
    model.train()
    for x, y in data:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        scores = model(x)
        loss = criterion(scores, y)
        loss.backward()
        if norms:
            get_total_norm([part.grad for part in model.parameters() if part.grad is not None])
        optimizer.step()
        scheduler.step()
        total += loss.detach() * len(y)
        right += (scores.argmax(1) == y).sum()
    return float(right) / len(data.images)


def by_fit(model: nn.Module, data: Batches) -> float:
    recipe = Recipe(epochs=1, optimizer=Sgd(lr=0.01), schedule=Constant())
    return fit(model, data, recipe, progress=False).epochs[-1].accuracy


def tiny_cnn() -> nn.Module:
    """Un réseau si petit que la boucle pèse : le pire cas."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 12),
    )  # fmt: skip


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "tout petit CNN": tiny_cnn,
    "resnet20-cifar": lambda: build("resnet20-cifar", num_classes=12, device="cpu", channels_last=False),
}


RUNS = {"fit": by_fit, "hand": by_hand, "hand, norms": partial(by_hand, norms=True)}


def compare(
    make: Callable[[], nn.Module], data: Batches, rounds: int, clock: str, device: str
) -> dict[str, list[float]]:
    """Les secondes de chaque tour, façon par façon ; l’ordre des façons tourne."""
    torch.manual_seed(0)
    start = make().to(device)
    times: dict[str, list[float]] = {name: [] for name in RUNS}
    order = deque(RUNS)
    for _ in range(rounds + 1):
        for name in order:
            model = copy.deepcopy(start)
            before = CLOCKS[clock]()
            RUNS[name](model, data)
            if device == "cuda":
                torch.cuda.synchronize()
            times[name].append(CLOCKS[clock]() - before)
        order.rotate()
    return {name: seconds[1:] for name, seconds in times.items()}


def ratio(ours: list[float], theirs: list[float]) -> str:
    """Le rapport des meilleurs tours, et la médiane des rapports tour par tour."""
    paired = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    return f"{french(min(ours) / min(theirs), 3)} ({french(paired, 3)})"


HEAD = (
    "Réseau",
    "Un pas à la main (ms)",
    "`fit`, meilleurs tours (médiane)",
    "De même, la norme mesurée des deux côtés",
)


def cells(name: str, times: dict[str, list[float]], steps: int) -> list[str]:
    """Un réseau : les millisecondes d’un pas à la main, et ce que `fit` y met, en fois ce temps."""
    alone = french(1e3 * min(times["hand"]) / steps)
    return [name, alone, ratio(times["fit"], times["hand"]), ratio(times["fit"], times["hand, norms"])]


def main() -> None:
    given = read_arguments()
    torch.set_num_threads(given.threads)
    data = Batches(sample(Formes(), given.images, device=given.device), given.batch)
    print(f"PyTorch {torch.__version__}, {processor()}, horloge {given.clock}")
    rows = []
    for name, make in NETWORKS.items():
        rows.append(cells(name, compare(make, data, given.rounds, given.clock, given.device), len(data)))
        print(" | ".join(rows[-1]), flush=True)
    if given.output:
        about = signature(f"Lots de {given.batch} images de 32 pixels de côté, horloge {given.clock}")
        given.output.write_text("\n".join([*table(HEAD, rows), "", about, ""]), encoding="utf-8")


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--clock", choices=list(CLOCKS), default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--images", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--output", type=Path, help="où écrire la table, en Markdown")
    return parser.parse_args()


if __name__ == "__main__":
    main()
