"""La dégradation, reproduite : des réseaux plains et leurs jumeaux résiduels, de plus en plus profonds, sur *Formes*.

    python bench/degradation.py                              # tous les entraînements, un fil
    python bench/degradation.py --depths 20 110 --device cuda --images 20000 --epochs 60

Chaque couple (réseau, graine) est un entraînement de `coursekit.training.fit`, de même recette pour tous. Le fichier
est récrit après chacun : relancée, la commande ne refait pas ceux qu’il contient.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from dataclasses import asdict
from datetime import date
from pathlib import Path

import torch

from coursekit.data import TEST, Batches, Formes, in_order, sample
from coursekit.models import build
from coursekit.training import Cosine, Recipe, Sgd, fit

OUTPUT = Path(__file__).parent.parent / "coursekit" / "training" / "recorded" / "degradation.json"
SHAPES = ("disque", "carré", "triangle", "étoile", "anneau", "croix")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--depths", type=int, nargs="+", default=[20, 44])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--size", type=int, default=16)
    parser.add_argument("--images", type=int, default=3000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--warmup", type=int, default=20)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    return parser.parse_args()


def processor() -> str:
    """Le nom du processeur, ou à défaut son architecture."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def machine(device: str, threads: int) -> str:
    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    return f"{processor()}, {threads} fil{'s' * (threads > 1)}"


def settings(args: argparse.Namespace) -> dict[str, object]:
    """Ce qui décide des nombres : deux fichiers aux réglages différents ne se mêlent pas."""
    formes = Formes(size=args.size, shapes=SHAPES, clutter=0, noise=0.02)
    recipe = Recipe(epochs=args.epochs, optimizer=Sgd(lr=args.lr), schedule=Cosine(warmup=args.warmup))
    return {
        "formes": asdict(formes),
        "images": args.images,
        "batch": args.batch,
        "recipe": asdict(recipe),
    }


def train(name: str, seed: int, args: argparse.Namespace) -> dict[str, object]:
    """Un entraînement, et sa courbe époque par époque."""
    formes = Formes(size=args.size, shapes=SHAPES, clutter=0, noise=0.02)
    images = sample(formes, args.images, device=args.device)
    test = sample(formes, 1000, start=TEST, device=args.device)
    model = build(name, num_classes=len(formes.classes), image_size=args.size, seed=seed, device=args.device)
    recipe = Recipe(
        epochs=args.epochs, optimizer=Sgd(lr=args.lr), schedule=Cosine(warmup=args.warmup), seed=seed
    )
    start = time.process_time()
    history = fit(model, Batches(images, args.batch), recipe, validation=in_order(test), progress=False)
    return {
        "name": name,
        "seed": seed,
        "loss": [round(epoch.loss, 4) for epoch in history.epochs],
        "accuracy": [round(epoch.accuracy, 4) for epoch in history.epochs],
        "test_accuracy": [round(epoch.validation_accuracy or 0.0, 4) for epoch in history.epochs],
        "cpu_seconds": round(time.process_time() - start, 1),
    }


def opened(args: argparse.Namespace) -> dict[str, object]:
    """Le fichier, tel qu’il est s’il a les mêmes réglages ; sinon, un neuf."""
    wanted = json.loads(json.dumps(settings(args)))
    if args.output.exists():
        found = json.loads(args.output.read_text(encoding="utf-8"))
        if found["settings"] == wanted:
            return dict(found)
    return {
        "settings": wanted,
        "machine": machine(args.device, args.threads),
        "torch": torch.__version__,
        "date": date.today().isoformat(),
        "command": "python " + " ".join(["bench/degradation.py", *sys.argv[1:]]),
        "runs": [],
    }


def main() -> None:
    args = options()
    torch.set_num_threads(args.threads)
    record = opened(args)
    runs: list[dict[str, object]] = record["runs"]  # type: ignore[assignment]
    done = {(run["name"], run["seed"]) for run in runs}
    for depth in args.depths:
        for seed in args.seeds:
            for name in (f"plain{depth}-cifar", f"resnet{depth}-cifar"):
                if (name, seed) in done:
                    continue
                runs.append(train(name, seed, args))
                print(name, seed, runs[-1]["accuracy"], runs[-1]["cpu_seconds"], flush=True)
                args.output.parent.mkdir(parents=True, exist_ok=True)
                args.output.write_text(
                    json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
                )


if __name__ == "__main__":
    main()
