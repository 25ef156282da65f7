"""Démarrage à froid : une commande sans PyTorch, à côté d’un Python nu et d’un `import torch`.

    python bench/cold_start.py

Chaque commande est un processus neuf ; elles alternent, et l’on compare les médianes.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 15

COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "coursekit models": [sys.executable, "-m", "coursekit", "models"],
    "coursekit describe vgg16": [sys.executable, "-m", "coursekit", "describe", "vgg16"],
    "python -c 'import torch'": [sys.executable, "-c", "import torch"],
}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for command in COMMANDS.values():
        seconds(command)  # met les fichiers en cache
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    reference = statistics.median(times["python -c pass"])
    print(f"{'commande':<26} {'médiane':>9} {'min':>7} {'max':>7}   rapport à Python nu")
    for name, values in times.items():
        median = statistics.median(values)
        print(
            f"{name:<26} {median:7.3f} s {min(values):6.3f}s {max(values):6.3f}s   ×{median / reference:.1f}"
        )


if __name__ == "__main__":
    main()
