"""`describe` à côté de torchinfo : les mêmes totaux de ResNet-152, et le temps de chacun.

    pip install torchinfo
    python bench/describe.py

Dans un même processus, les deux alternent : nos lignes se déroulent de la table, celles de torchinfo se lisent sur un
réseau déjà construit sur « meta » (rien n’y est calculé : c’est son cas le plus rapide) ou sur CPU. Puis chacun comme
on le lance, processus compris. Les médianes, et leur rapport.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import torchinfo

from coursekit.arithmetic import totals
from coursekit.models import build
from coursekit.tables import find

SCRIPT = """
import torchinfo
from coursekit.models import build
print(torchinfo.summary(build({name!r}, device="meta"), (1, 3, 224, 224), device="meta"))
"""


def ours(name: str) -> tuple[int, int]:
    """Paramètres et MAC de la table."""
    return totals(find(name).rows())


def theirs(model: object, device: str) -> tuple[int, int]:
    """Ceux de torchinfo, qui compte aussi une multiplication par biais et par paramètre de normalisation."""
    summary = torchinfo.summary(model, (1, 3, 224, 224), verbose=0, device=device)
    extra = sum(
        parameter.numel()
        for layer in summary.summary_list
        if layer.is_leaf_layer
        for parameter in layer.module.parameters()
        if parameter.dim() == 1
    )
    return summary.total_params, summary.total_mult_adds - extra


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def alternate(first: Callable[[], object], second: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Les médianes des deux, en secondes, après un tour qui ne compte pas."""
    first(), second()
    pairs = [(seconds(first), seconds(second)) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def launched(*command: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, *command], check=True, capture_output=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--name", default="resnet152")
    parser.add_argument("--rounds", type=int, default=11)
    given = parser.parse_args()
    counted = ours(given.name)
    print(f"{given.name} : {counted[0]} paramètres, {counted[1]} MAC")
    for device in ("meta", "cpu"):
        model = build(given.name, device=device)
        assert theirs(model, device) == counted, theirs(model, device)
        mine, other = alternate(
            lambda: ours(given.name),
            lambda model=model, device=device: theirs(model, device),  # type: ignore[misc]
            given.rounds,
        )
        print(
            f"torchinfo sur {device:<5} {1e3 * mine:8.2f} ms contre {1e3 * other:8.1f} ms : {other / mine:.0f} fois"
        )
    mine, other = alternate(
        launched("-m", "coursekit", "describe", given.name),
        launched("-c", SCRIPT.format(name=given.name)),
        given.rounds,
    )
    print(f"processus entiers    {1e3 * mine:8.1f} ms contre {1e3 * other:8.0f} ms : {other / mine:.0f} fois")


if __name__ == "__main__":
    main()
