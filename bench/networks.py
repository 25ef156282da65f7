"""Nos réseaux à côté de leurs jumeaux de torchvision : temps d’inférence, d’un pas d’entraînement, et mémoire.

    python bench/networks.py                                    # quelques réseaux courants, sur CPU
    python bench/networks.py --names vgg16 resnet50-v1.5
    python bench/networks.py --device cuda --dtype bfloat16 --channels-last --batch 128 --compile

Les deux réseaux ont les mêmes poids ; ils alternent, tour après tour, et l’on compare les médianes (rapport < 1 : le
nôtre est plus rapide). La mémoire n’est mesurée que sur GPU.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from coursekit.models import build
from coursekit.models.weights import transfer
from coursekit.tables import find
from coursekit.vision import load_torchvision

COMMON = ("alexnet-torchvision", "vgg11", "resnet18", "resnet50-v1.5")


@dataclass(frozen=True)
class Setting:
    device: torch.device
    dtype: torch.dtype
    batch: int
    rounds: int
    channels_last: bool
    compile: bool


def pair(name: str, setting: Setting) -> tuple[nn.Module, nn.Module]:
    load_torchvision()
    from torchvision.models import get_model

    entry = find(name)
    theirs = get_model(
        entry.peer, **({"init_weights": False} if entry.peer in ("googlenet", "inception_v3") else {})
    )
    ours = build(name, device="cpu")
    transfer(ours, theirs.state_dict())
    return prepare(ours, setting), prepare(theirs, setting)


def prepare(model: nn.Module, setting: Setting) -> nn.Module:
    model = model.to(setting.device, setting.dtype)
    if setting.channels_last:
        model = model.to(memory_format=torch.channels_last)
    return torch.compile(model) if setting.compile else model


def inference(model: nn.Module, images: Tensor) -> Callable[[], None]:
    model.eval()

    def run() -> None:
        with torch.inference_mode():
            model(images)

    return run


def training(model: nn.Module, images: Tensor) -> Callable[[], None]:
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)
    labels = torch.zeros(len(images), dtype=torch.long, device=images.device)

    def run() -> None:
        optimizer.zero_grad(set_to_none=True)
        output = model(images)
        logits = output if isinstance(output, Tensor) else output[0]
        nn.functional.cross_entropy(logits.float(), labels).backward()
        optimizer.step()

    return run


def seconds(run: Callable[[], None], device: torch.device) -> float:
    synchronise(device)
    start = time.perf_counter()
    run()
    synchronise(device)
    return time.perf_counter() - start


def synchronise(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


def peak_memory(run: Callable[[], None], device: torch.device) -> float:
    if device.type != "cuda":
        return math.nan
    torch.cuda.reset_peak_memory_stats()
    run()
    return float(torch.cuda.max_memory_allocated())


def compare(
    ours: Callable[[], None], theirs: Callable[[], None], setting: Setting
) -> tuple[float, float, float]:
    """(médiane du nôtre en secondes, rapport des médianes, rapport des mémoires)."""
    runs = (ours, theirs)
    for run in runs:
        run()
        run()
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(setting.rounds):
        for index in (0, 1) if turn % 2 else (1, 0):
            times[index].append(seconds(runs[index], setting.device))
    medians = [statistics.median(values) for values in times]
    memories = [peak_memory(run, setting.device) for run in runs]
    return medians[0], medians[0] / medians[1], memories[0] / memories[1]


def read_arguments() -> tuple[list[str], Setting]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--names", nargs="+", default=list(COMMON))
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16", "float16"])
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--compile", action="store_true")
    given = parser.parse_args()
    device, dtype = torch.device(given.device), getattr(torch, given.dtype)
    return given.names, Setting(device, dtype, given.batch, given.rounds, given.channels_last, given.compile)


def main() -> None:
    names, setting = read_arguments()
    print(f"PyTorch {torch.__version__}, {setting}")
    print(
        f"{'réseau':<22} {'inférence':>10} {'rapport':>8} {'entraînement':>13} {'rapport':>8} {'mémoire':>8}"
    )
    ratios: list[float] = []
    for name in names:
        side = find(name).input.spatial[0]
        images = torch.rand(setting.batch, 3, side, side, device=setting.device, dtype=setting.dtype)
        if setting.channels_last:
            images = images.contiguous(memory_format=torch.channels_last)
        ours, theirs = pair(name, setting)
        quick = compare(inference(ours, images), inference(theirs, images), setting)
        slow = compare(training(ours, images), training(theirs, images), setting)
        ratios += [quick[1], slow[1]]
        costs = (
            f"{quick[0] * 1e3:8.1f}ms {quick[1]:8.3f} {slow[0] * 1e3:11.1f}ms {slow[1]:8.3f} {slow[2]:8.3f}"
        )
        print(f"{name:<22} {costs}", flush=True)
    print(f"moyenne géométrique des rapports : {statistics.geometric_mean(ratios):.3f}")


if __name__ == "__main__":
    main()
