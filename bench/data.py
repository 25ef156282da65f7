"""Les images de *Formes* : combien par seconde, et ce qu’un réseau y gagne sur un classifieur linéaire.

    python bench/data.py                      # le débit, fil par fil, et l’apprentissage
    python bench/data.py --device cuda --batch 65536 --learn 0
    python bench/data.py --sheet formes.png   # une planche à regarder, quinze images par classe
    python bench/data.py --learn 0 --output bench/results/data.md   # le débit seul, en table

Le débit se mesure deux fois : au temps du mur avec tous les fils, et au temps de processeur d’un seul fil, le seul
qui vaille sur une machine que d’autres occupent. L’apprentissage entraîne, sur les mêmes images et avec la même
recette, un classifieur linéaire et un petit réseau convolutif, et mesure les deux sur des images jamais vues.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from about import signature, table, thousands
from torch import nn

from coursekit.data import TEST, Batches, Formes, in_order, render, sample, v2
from coursekit.training import Adam, Cosine, Recipe, evaluate, fit


def per_second(formes: Formes, batch: int, rounds: int, device: str, clock: Callable[[], float]) -> float:
    """Images par seconde : le meilleur de `rounds` lots, que les autres programmes ont le moins gêné."""
    speeds = []
    for start in range(0, (rounds + 1) * batch, batch):
        numbers = torch.arange(start, start + batch, device=device)
        before = clock()
        render(formes, numbers)
        if device == "cuda":
            torch.cuda.synchronize()
        speeds.append(batch / (clock() - before))
    return max(speeds[1:])


@dataclass(frozen=True)
class Speed:
    """Les images par seconde d’un côté : au temps du mur, et au temps de processeur d’un seul fil (CPU seulement)."""

    size: int
    wall: float
    alone: float | None


def measure_speed(size: int, batch: int, rounds: int, device: str) -> Speed:
    formes, threads = Formes(size=size), torch.get_num_threads()
    wall = per_second(formes, batch, rounds, device, time.perf_counter)
    if device != "cpu":
        return Speed(size, wall, None)
    torch.set_num_threads(1)
    alone = per_second(formes, batch, rounds, device, time.process_time)
    torch.set_num_threads(threads)
    return Speed(size, wall, alone)


def report_speed(speed: Speed, device: str) -> None:
    size, threads = speed.size, torch.get_num_threads()
    line = f"{size:3} × {size:<3} {round(speed.wall):7} images/s (mur, {threads} fil(s), {device})"
    if speed.alone:
        line += f" ; {round(speed.alone):7} images/s de processeur, un fil"
    print(line, flush=True)


HEAD = ("Côté (pixels)", "Images/s, tous les fils", "Images/s de processeur, un fil")


def markdown(speeds: list[Speed], batch: int) -> str:
    """La table des débits."""
    rows = [
        [str(speed.size), thousands(speed.wall), thousands(speed.alone) if speed.alone else "—"]
        for speed in speeds
    ]
    return "\n".join([*table(HEAD, rows), "", signature(f"Lots de {batch} images"), ""])


def linear(formes: Formes) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * formes.size**2, len(formes.classes)))


def small_cnn(formes: Formes) -> nn.Module:
    """Quatre convolutions 3 × 3, 16 à 64 canaux, et le maximum de chaque carte."""

    def block(inputs: int, outputs: int) -> list[nn.Module]:
        return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]

    return nn.Sequential(
        *block(3, 16), nn.MaxPool2d(2),
        *block(16, 32), nn.MaxPool2d(2),
        *block(32, 64), nn.MaxPool2d(2),
        *block(64, 64), nn.AdaptiveMaxPool2d(1),
        nn.Flatten(), nn.Linear(64, len(formes.classes)),
    )  # fmt: skip


def report_learning(formes: Formes, count: int, epochs: int, device: str) -> None:
    train, test = sample(formes, count, device=device), sample(formes, 2_000, start=TEST, device=device)
    recipe = Recipe(epochs=epochs, optimizer=Adam(lr=4e-3), schedule=Cosine(warmup=20), channels_last=True)
    for name, build in (("linéaire", linear), ("petit CNN", small_cnn)):
        torch.manual_seed(0)
        model, start = build(formes).to(device), time.process_time()
        history = fit(model, Batches(train, 64), recipe, progress=False)
        seconds = time.process_time() - start
        score = evaluate(model, in_order(test))
        parameters = sum(part.numel() for part in model.parameters())
        print(
            f"{name:<10} {parameters:6} paramètres : {history.epochs[-1].accuracy:6.1%} à l’entraînement, "
            f"{score.accuracy:6.1%} au test, {seconds:.0f} s de processeur".replace(".", ","),
            flush=True,
        )
    print(f"au hasard {1 / len(formes.classes):.1%}".replace(".", ","))


def save_sheet(formes: Formes, path: Path, columns: int = 15) -> None:
    """Une ligne d’images par classe."""
    images = sample(formes, 100 * len(formes.classes))
    rows = [torch.cat(list(images.x[images.y == label][:columns]), 2) for label in range(len(formes.classes))]
    v2().functional.to_pil_image(torch.cat(rows, 1)).save(path)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[16, 32, 64])
    parser.add_argument("--batch", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--learn", type=int, default=10_000, help="images d’entraînement ; 0 : ne rien entraîner"
    )
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--sheet", type=Path, help="où écrire une planche d’images")
    parser.add_argument("--output", type=Path, help="où écrire la table des débits, en Markdown")
    given = parser.parse_args()
    if given.sheet:
        save_sheet(Formes(), given.sheet)
        return
    speeds = []
    for size in given.sizes:
        speeds.append(measure_speed(size, given.batch, given.rounds, given.device))
        report_speed(speeds[-1], given.device)
    if given.output:
        given.output.write_text(markdown(speeds, given.batch), encoding="utf-8")
    if given.learn:
        report_learning(Formes(), given.learn, given.epochs, given.device)


if __name__ == "__main__":
    main()
