"""Le petit réseau de l’explorateur « le réseau entier » : son entraînement, son arrondi, sa mesure.

    python bench/train_explorer_network.py            # remesure l’exactitude des poids livrés
    python bench/train_explorer_network.py --train    # entraîne et récrit coursekit/widgets/network.json

Le réseau apprend avec une normalisation par lot, que l’on replie ensuite dans ses convolutions : la page n’a plus
qu’elles. Leurs poids sont arrondis à un octet, avec une échelle par filtre ; les exactitudes sont mesurées sur des
images de test que l’entraînement n’a pas vues, avant et après cet arrondi. Le fichier porte aussi les images
proposées au lecteur — de chaque classe, la première image de test que le réseau reconnaît, puis les deux premières
qu’il manque — et les cartes d’activation de la première, qui restent sur papier.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import time
from base64 import b64decode, b64encode
from dataclasses import asdict
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from networks import processor
from PIL import Image
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from coursekit.data import TEST, Formes, Fresh, in_order, sample
from coursekit.training import Adam, Cosine, Recipe, Score, evaluate, fit

TARGET = Path(__file__).parents[1] / "coursekit" / "widgets" / "network.json"

SHAPES = (
    "disque",
    "carré",
    "triangle",
    "étoile",
    "anneau",
    "croix",
    "croissant",
    "demi-disque",
    "équerre",
    "trèfle",
)
FORMES = Formes(shapes=SHAPES, contrast=(0.3, 0.8), clutter=1, seed=6)
"""Sans rectangle ni hexagone, que 32 pixels séparent mal d’un carré et d’un disque."""

WIDTHS = (8, "pool", 16, 16, "pool", 16, 16)
"""Les canaux de chaque convolution 3×3, et où l’image perd la moitié de son côté."""

RECIPE = Recipe(epochs=10, optimizer=Adam(lr=0.01), schedule=Cosine(warmup=50), channels_last=True, seed=6)
BATCH, STEPS = 96, 100
"""Images par lot, et lots par époque : toutes les images sont neuves."""

TESTED = 10_000
CANDIDATES = 500
"""Images de test, et parmi elles les premières, où l’on choisit celles que propose la page."""

SHOWN = 8
COLORS = ((0, 32, 77), (124, 123, 120), (255, 234, 70))
"""Cartes par couche sur papier, et leurs couleurs : le début, le milieu et la fin de `cividis`."""

LEVELS = 127
"""Un poids arrondi va de −127 à 127."""

DIGITS = 7
"""Chiffres significatifs des échelles et des biais : ceux de la simple précision."""

Data = dict[str, Any]


def build() -> nn.Sequential:
    """Le réseau que l’on entraîne : convolution, normalisation, ReLU ; puis les moyennes des cartes et les scores."""
    layers: list[nn.Module] = []
    inputs = 3
    for width in WIDTHS:
        if isinstance(width, int):
            layers += [nn.Conv2d(inputs, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            inputs = width
        else:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, len(SHAPES)))


def fold(trained: nn.Sequential) -> nn.Sequential:
    """Le même réseau sans normalisation : une convolution et sa normalisation sont une seule convolution."""
    layers: list[nn.Module] = []
    for layer in trained.eval():
        if isinstance(layer, nn.BatchNorm2d):
            layers[-1] = fuse_conv_bn_eval(layers[-1], layer)
        else:
            layers.append(layer)
    return nn.Sequential(*layers).to(memory_format=torch.contiguous_format)


def quantize(layer: nn.Conv2d | nn.Linear) -> Data:
    """Les poids d’une couche en octets signés : pour chaque filtre, son plus grand poids vaut ±127."""
    weights = layer.weight.detach().flatten(1)
    scale = rounded(weights.abs().amax(1) / LEVELS)
    octets = (weights / torch.tensor(scale)[:, None]).round().clamp(-LEVELS, LEVELS).to(torch.int8)
    return {
        "outputs": len(weights),
        "inputs": layer.weight.shape[1],
        "scale": scale,
        "bias": rounded(layer.bias.detach()),
        "weights": b64encode(octets.numpy().tobytes()).decode(),
    }


def rounded(values: Tensor) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values.tolist()]


def written(network: nn.Sequential) -> list[Data]:
    """Les couches en données simples. Une convolution et sa ReLU n’en font qu’une."""
    layers: list[Data] = []
    side = FORMES.size
    for layer in network:
        if isinstance(layer, nn.Conv2d):
            layers.append({"kind": "conv", "kernel": 3, "stride": 1, "padding": 1, **quantize(layer)})
        elif isinstance(layer, nn.MaxPool2d):
            side //= 2
            layers.append({"kind": "max", "kernel": 2, "stride": 2, "padding": 0})
        elif isinstance(layer, nn.AdaptiveAvgPool2d):
            layers.append({"kind": "mean", "kernel": side, "stride": 1, "padding": 0})
        elif isinstance(layer, nn.Linear):
            layers.append({"kind": "linear", "kernel": 1, "stride": 1, "padding": 0, **quantize(layer)})
    return layers


def read(layers: list[Data]) -> nn.Sequential:
    """Le réseau PyTorch que décrivent ces données ; chaque élément est une couche de la page."""
    return nn.Sequential(*map(read_layer, layers)).eval()


def read_layer(layer: Data) -> nn.Module:
    kernel, stride, padding = (layer[name] for name in ("kernel", "stride", "padding"))
    if layer["kind"] == "max":
        return nn.MaxPool2d(kernel, stride)
    if layer["kind"] == "mean":
        return nn.AvgPool2d(kernel, stride)
    convolution = nn.Conv2d(layer["inputs"], layer["outputs"], kernel, stride, padding)
    octets = torch.frombuffer(bytearray(b64decode(layer["weights"])), dtype=torch.int8).float()
    weights = octets.view(layer["outputs"], -1) * torch.tensor(layer["scale"])[:, None]
    with torch.no_grad():
        convolution.weight.copy_(weights.view_as(convolution.weight))
        convolution.bias.copy_(torch.tensor(layer["bias"]))
    return nn.Sequential(convolution, nn.ReLU()) if layer["kind"] == "conv" else convolution


def scores(network: nn.Sequential, x: Tensor) -> Tensor:
    with torch.inference_mode():
        return network(x).flatten(1)


def measure(layers: list[Data]) -> Score:
    """La perte et l’exactitude des poids arrondis, sur les images de test."""
    return evaluate(nn.Sequential(read(layers), nn.Flatten()), in_order(sample(FORMES, TESTED, start=TEST)))


def samples(network: nn.Sequential) -> list[Data]:
    """Les images proposées, en octets : de chaque classe la première reconnue, puis les deux premières manquées."""
    test = sample(FORMES, CANDIDATES, start=TEST)
    octets = (test.x * 255).round().to(torch.uint8)
    right = (scores(network, octets / 255).argmax(1) == test.y).tolist()
    labels = test.y.tolist()
    known = [next(i for i, y in enumerate(labels) if y == c and right[i]) for c in range(len(SHAPES))]
    missed = [i for i, good in enumerate(right) if not good][:2]
    return [
        {"number": i, "label": labels[i], "pixels": b64encode(octets[i].numpy().tobytes()).decode()}
        for i in (*known, *missed)
    ]


def pictures(network: nn.Sequential, first: Data) -> list[str]:
    """Une image PNG pour l’entrée, puis une par couche à cartes : ses premières cartes, côte à côte, en base64."""
    pixels = torch.frombuffer(bytearray(b64decode(first["pixels"])), dtype=torch.uint8)
    image = pixels.view(3, FORMES.size, FORMES.size)
    made, maps = [png(image)], image[None] / 255
    for layer in network:
        with torch.inference_mode():
            maps = layer(maps)
        if maps.shape[-1] > 1:
            row = torch.cat(tuple(maps[0, :SHOWN]), 1)
            made.append(png(colored(row / row.max().clamp(min=1e-9))))
    return made


def colored(shares: Tensor) -> Tensor:
    """Les couleurs de nombres de 0 à 1, du bleu nuit au jaune, comme dans la page : 3 × hauteur × largeur."""
    stops = torch.tensor(COLORS).float()
    low = (shares * (len(stops) - 1)).long().clamp(max=len(stops) - 2)
    part = (shares * (len(stops) - 1) - low)[..., None]
    return torch.lerp(stops[low], stops[low + 1], part).round().to(torch.uint8).movedim(-1, 0)


def png(image: Tensor) -> str:
    file = BytesIO()
    Image.fromarray(image.movedim(0, -1).contiguous().numpy()).save(file, "PNG", optimize=True)
    return b64encode(file.getvalue()).decode()


def train() -> Data:
    """Entraîne, replie, arrondit et mesure."""
    torch.manual_seed(RECIPE.seed)
    model = build()
    start = time.perf_counter()
    fit(model, Fresh(FORMES, BATCH, STEPS), RECIPE)
    seconds = time.perf_counter() - start
    folded = fold(model)
    layers = written(folded)
    exact = evaluate(folded, in_order(sample(FORMES, TESTED, start=TEST)))
    network = read(layers)
    return {
        "classes": list(SHAPES),
        "layers": layers,
        "samples": (offered := samples(network)),
        "pictures": pictures(network, offered[0]),
        "colors": COLORS,
        "training": {
            "command": f"python {shlex.join(sys.argv)}",
            "date": date.today().isoformat(),
            "machine": processor(),
            "torch": torch.__version__,
            "seconds": round(seconds),
            "formes": asdict(FORMES),
            "recipe": asdict(RECIPE),
            "batch": BATCH,
            "steps": STEPS,
            "parameters": sum(part.numel() for part in network.parameters()),
            "tested": TESTED,
            "accuracy": measure(layers).accuracy,
            "accuracy_before_rounding": exact.accuracy,
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--train", action="store_true", help="entraîne et récrit les poids livrés")
    if parser.parse_args().train:
        TARGET.write_text(json.dumps(train(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    data = json.loads(TARGET.read_text(encoding="utf-8"))
    score = measure(data["layers"])
    share = f"{100 * score.accuracy:.2f}".replace(".", ",")
    print(f"{TARGET.name} : {share} % de {TESTED} images de test reconnues")


if __name__ == "__main__":
    main()
