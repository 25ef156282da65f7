"""Nos réseaux à côté de leurs jumeaux de torchvision et de timm : inférence, pas d’entraînement, mémoire.

    python bench/networks.py                                    # les réseaux courants, sur CPU
    python bench/networks.py --names vgg16 resnet50-v1.5 --rounds 21
    python bench/networks.py --device cuda --dtype bfloat16 --channels-last --batch 128 --compile

Les deux réseaux ont les mêmes poids et les mêmes statistiques de normalisation, chacun tel que sa bibliothèque le
construit ; ils alternent, tour après tour, dans un même processus, et l’on compare les temps tour par tour : un rapport
est la médiane des rapports, et moins de 1 veut dire que le nôtre est plus rapide. « même format » range aussi le jumeau
en channels_last : c’est ce qui reste quand les deux partagent l’astuce. La mémoire est le pic d’un processus où un seul
des deux réseaux s’entraîne (sur GPU, le pic de l’allocateur).
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from about import french, processor, signature, table
from torch import Tensor, nn

from coursekit.models import build
from coursekit.models.weights import transfer
from coursekit.tables import find

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from peers import build_peer  # les jumeaux sont ceux des tests

COMMON = (
    "alexnet-torchvision",
    "vgg16",
    "vgg16-bn",
    "googlenet-torchvision",
    "resnet18",
    "resnet50-v1.5",
    "resnext50-32x4d",
    "wrn-50-2",
    "densenet121",
    "se-resnet50",
    "mobilenet-v1",
    "mobilenet-v2",
    "xception",
    "efficientnet-b0",
)
CLASSES = 1000
GIVE_BACK = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_ARENA_MAX": "1"}
"""La glibc rend alors au système chaque tenseur libéré : le pic ne compte que ce qui sert."""
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


@dataclass(frozen=True)
class Setting:
    device: str
    dtype: str
    batch: int
    size: int
    rounds: int
    channels_last: bool
    compile: bool
    memory_rounds: int
    threads: int
    clock: str


@dataclass(frozen=True)
class Line:
    """Un réseau : millisecondes du nôtre, et rapports au jumeau (moins de 1 : le nôtre est plus léger)."""

    name: str
    peer: str
    inference_ms: float
    inference: float
    inference_same_format: float
    training_ms: float
    training: float
    training_same_format: float
    memory: float


def our_side(name: str, setting: Setting) -> nn.Module:
    """Notre réseau, tel que `build` le donne."""
    packed = True if setting.channels_last else None
    dtype = getattr(torch, setting.dtype)
    return build(
        name, image_size=setting.size, device=setting.device, dtype=dtype, channels_last=packed, seed=0
    )


def peer_side(ours: nn.Module, name: str, setting: Setting, *, channels_last: bool) -> nn.Module:
    """Le jumeau, avec les poids du nôtre : tel que sa bibliothèque le donne, ou rangé en channels_last."""
    peer = find(name).peer
    assert peer is not None, f"{name} n’a pas de jumeau"
    model = build_peer(peer, CLASSES)
    transfer(model, ours.state_dict())
    model = model.to(setting.device, getattr(torch, setting.dtype))
    return model.to(memory_format=torch.channels_last) if channels_last else model  # type: ignore[call-overload]


def settle(model: nn.Module, images: Tensor) -> None:
    """Donne aux normalisations les statistiques de ces images : sans elles, des nombres dénormalisés faussent tout."""
    norms = [part for part in model.modules() if isinstance(part, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = None
    with torch.no_grad():
        model.train()(images)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def inference(model: nn.Module, images: Tensor) -> Callable[[], None]:
    model.eval()

    def run() -> None:
        with torch.inference_mode():
            model(images)

    return run


def training(model: nn.Module, images: Tensor) -> Callable[[], None]:
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
    labels = torch.zeros(len(images), dtype=torch.long, device=images.device)

    def run() -> None:
        optimizer.zero_grad(set_to_none=True)
        output = model(images)
        logits = output if isinstance(output, Tensor) else output[0]
        nn.functional.cross_entropy(logits.float(), labels).backward()
        optimizer.step()

    return run


def seconds(run: Callable[[], None], setting: Setting) -> float:
    clock = CLOCKS[setting.clock]
    synchronise()
    start = clock()
    run()
    synchronise()
    return clock() - start


def synchronise() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def alternate(runs: list[Callable[[], None]], setting: Setting) -> list[list[float]]:
    """Les temps de chacun, en secondes ; l’ordre s’inverse à chaque tour."""
    for run in runs:
        run()
        run()
    times: list[list[float]] = [[] for _ in runs]
    order = list(range(len(runs)))
    for _ in range(setting.rounds):
        for index in order:
            times[index].append(seconds(runs[index], setting))
        order.reverse()
    return times


def ratio(ours: list[float], theirs: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def images_for(name: str, setting: Setting) -> Tensor:
    channels = find(name).input.channels
    dtype = getattr(torch, setting.dtype)
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(setting.batch, channels, setting.size, setting.size, generator=generator)
    return images.to(setting.device, dtype)


def compare(name: str, setting: Setting) -> Line:
    images = images_for(name, setting)
    ours = our_side(name, setting)
    settle(ours, images)
    sides = [
        ours,
        peer_side(ours, name, setting, channels_last=setting.channels_last),
        peer_side(ours, name, setting, channels_last=True),
    ]
    if setting.compile:
        sides = [torch.compile(side) for side in sides]
    quick = alternate([inference(side, images) for side in sides], setting)
    slow = alternate([training(side, images) for side in sides], setting)
    return Line(
        name=name,
        peer=find(name).peer or "",
        inference_ms=1e3 * statistics.median(quick[0]),
        inference=ratio(quick[0], quick[1]),
        inference_same_format=ratio(quick[0], quick[2]),
        training_ms=1e3 * statistics.median(slow[0]),
        training=ratio(slow[0], slow[1]),
        training_same_format=ratio(slow[0], slow[2]),
        memory=memory_ratio(name, setting),
    )


def memory_ratio(name: str, setting: Setting) -> float:
    if not setting.memory_rounds:
        return math.nan
    peaks = {
        side: statistics.median(peak_apart(name, setting, side) for _ in range(setting.memory_rounds))
        for side in ("ours", "peer")
    }
    return peaks["ours"] / peaks["peer"]


def peak_apart(name: str, setting: Setting, side: str) -> float:
    """Le pic, en octets, d’un processus à part où ce réseau fait trois pas d’entraînement."""
    task = json.dumps({"name": name, "side": side, "setting": asdict(setting)})
    command = [sys.executable, __file__, "--peak", task]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | GIVE_BACK)
    return float(done.stdout.split()[-1])


def print_peak(task: str) -> None:
    given = json.loads(task)
    name, setting = given["name"], Setting(**given["setting"])
    torch.set_num_threads(setting.threads)
    images = images_for(name, setting)
    before = resident("VmRSS")
    model = our_side(name, setting)
    if given["side"] == "peer":
        model = peer_side(model, name, setting, channels_last=setting.channels_last)
    run = training(model, images)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # le noyau oublie le pic de la construction
    for _ in range(3):
        run()
    print(torch.cuda.max_memory_allocated() if setting.device == "cuda" else resident("VmHWM") - before)


def resident(field: str) -> int:
    """Octets de mémoire vive de ce processus : VmRSS maintenant, VmHWM à son pic (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith(field)).split()[1])


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--names", nargs="+", default=list(COMMON))
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16", "float16"])
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--size", type=int, default=224, help="côté des images, en pixels")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--memory-rounds", type=int, default=3, help="0 : ne pas mesurer la mémoire")
    parser.add_argument("--channels-last", action="store_true", help="les deux réseaux en channels_last")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument(
        "--clock",
        choices=list(CLOCKS),
        default="wall",
        help="cpu : le temps du seul processus, pour une machine partagée (avec --threads 1)",
    )
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--output", type=Path, help="où écrire la table, en Markdown")
    parser.add_argument("--peak", help=argparse.SUPPRESS)
    return parser.parse_args()


HEAD = ("Réseau", "Inférence (ms)", "Rapport", "Pas (ms)", "Rapport", "Mémoire")


def markdown(lines: list[Line], setting: Setting) -> str:
    """La table que montre le livre."""
    mean = french(geometric_mean(lines))
    lots = f"Lots de {setting.batch} images de {setting.size} pixels de côté"
    about = f"Moyenne géométrique des rapports de temps\u00a0: **{mean}**. {signature(lots)}"
    return "\n".join([*table(HEAD, map(cells, lines)), "", about, ""])


def cells(line: Line) -> list[str]:
    def step(name: str) -> list[str]:
        milliseconds, ratio = getattr(line, f"{name}_ms"), getattr(line, name)
        same_format = getattr(line, f"{name}_same_format")
        return [f"{milliseconds:.0f}", f"{french(ratio)} ({french(same_format)})"]

    return [f"`{line.name}`", *step("inference"), *step("training"), french(line.memory)]


def geometric_mean(lines: list[Line]) -> float:
    return statistics.geometric_mean(value for line in lines for value in (line.inference, line.training))


def main() -> None:
    given = read_arguments()
    if given.peak:
        print_peak(given.peak)
    else:
        measure_all(given)


def measure_all(given: argparse.Namespace) -> None:
    fields = Setting.__dataclass_fields__
    setting = Setting(**{name: getattr(given, name) for name in fields})
    torch.set_num_threads(setting.threads)
    print(f"PyTorch {torch.__version__}, {processor()}, {setting}")
    print("réseau, ms, rapport (même format) : inférence | entraînement | mémoire")
    lines = []
    for name in given.names:
        line = compare(name, setting)
        lines.append(line)
        print(
            f"{name:<22} {line.inference_ms:7.0f} {line.inference:6.3f} ({line.inference_same_format:.3f}) | "
            f"{line.training_ms:7.0f} {line.training:6.3f} ({line.training_same_format:.3f}) | {line.memory:6.3f}",
            flush=True,
        )
    print(f"moyenne géométrique des rapports : {geometric_mean(lines):.3f}")
    if given.output:
        given.output.write_text(markdown(lines, setting), encoding="utf-8")


if __name__ == "__main__":
    main()
