"""Ce que coûtent les murs de la notation : naissance, fin, mémoire et calcul d’un processus d’élève, avec et sans eux.

    python bench/sandbox.py [--births 40]

Les pépinières alternent sur la même machine, et l’on compare les médianes. La dernière mesure regarde un voisin :
l’aller-retour d’un message, seul puis pendant que la copie d’à côté s’en prend à la machine.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from os import getpid
from pathlib import Path

from coursekit.grading.bare import Bare
from coursekit.grading.children import Child, GoneError, Nursery
from coursekit.grading.exchange import Limits
from coursekit.grading.sandbox import Sandbox
from coursekit.grading.sandbox.tree import descendants, processes, proportional_memory

TESTS = Path(__file__).resolve().parent.parent / "tests"
ENTRY = "student_entries:obey"
PRELOAD = ("torch", "torch._dynamo", "numpy", "IPython")
MIB = 2**20
EVERYTHING = 2**62

NURSERIES: Mapping[str, Callable[[], Nursery]] = {
    "sans murs": lambda: Bare(ENTRY, PRELOAD, [TESTS]),
    "deux murs": lambda: Sandbox(ENTRY, PRELOAD, [TESTS]),
    "un bubblewrap par élève": lambda: Sandbox(ENTRY, PRELOAD, [TESTS], nested=False),
}

TRAINING = """
import torch
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Conv2d(3, 16, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.LazyLinear(10))
images, labels = torch.randn(16, 3, 32, 32), torch.randint(10, (16,))
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _ in range(30):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(images), labels).backward()
    optimizer.step()
"""

BOMBS = {
    "personne": "import time; time.sleep(3600)",
    "processus sans fin": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    "mémoire sans fin": "fuite = []\nwhile True: fuite.append(bytearray(b’x' * (1 << 20)))",
    "calcul sans fin": "while True: pass",
}
SMALL = Limits(notebook_seconds=3, memory=512 * MIB)


def timed(action: Callable[[], object]) -> float:
    """Millisecondes."""
    start = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - start)


def asked(child: Child, code: str) -> bytes:
    child.send(code.encode())
    return child.receive(120)


@contextmanager
def opened(names: list[str]) -> Iterator[dict[str, Nursery]]:
    nurseries = {name: NURSERIES[name]() for name in names}
    try:
        yield nurseries
    finally:
        for nursery in nurseries.values():
            nursery.close()


def taken(nursery: Nursery) -> tuple[float, float]:
    """Mébioctets qu’ajoute une copie à peine née, puis entraînée ; le partagé compte une fois en tout."""
    alone = memory()
    child = nursery.spawn(Limits(), {})
    asked(child, "1")
    fresh = memory()
    asked(child, TRAINING)
    worked = memory()
    child.kill()
    return fresh - alone, worked - alone


def memory() -> float:
    """Mébioctets de tous nos descendants."""
    return proportional_memory(descendants(getpid(), processes()), EVERYTHING) / MIB


def births(nurseries: Mapping[str, Nursery], rounds: int) -> dict[str, list[tuple[float, float, float]]]:
    """Par pépinière, des millisecondes : naître, s’entraîner, finir."""
    times: dict[str, list[tuple[float, float, float]]] = {name: [] for name in nurseries}
    for rank in range(rounds):
        for name, nursery in nurseries.items():
            if rank >= 5 and name == "un bubblewrap par élève":
                continue
            children: list[Child] = []
            born = timed(lambda: children.append(nursery.spawn(Limits(), {})))  # noqa: B023
            worked = timed(lambda: asked(children[0], TRAINING))  # noqa: B023
            times[name].append((born, worked, timed(children[0].kill)))
    return times


def neighbours(nursery: Nursery) -> dict[str, list[float]]:
    """Par attaque, les millisecondes de chaque aller-retour du voisin, tant qu’elle dure (3 s au plus)."""
    times: dict[str, list[float]] = {}
    neighbour = nursery.spawn(Limits(), {})
    for name, code in BOMBS.items():
        bomber = nursery.spawn(SMALL, {})
        bomber.send(code.encode())
        times[name] = []
        end = time.monotonic() + 3
        while time.monotonic() < end:
            times[name].append(timed(lambda: asked(neighbour, "answer = sum(range(10_000))")))
            try:
                bomber.receive(0.01)
            except GoneError as gone:
                if "Pas de réponse" not in str(gone):
                    break
        bomber.kill()
    neighbour.kill()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--births", type=int, default=40, help="naissances par pépinière (40)")
    rounds = parser.parse_args().births
    with opened(list(NURSERIES)) as nurseries:
        print(f"{'ms, médianes':<26} {'naître':>8} {'30 pas':>8} {'finir':>8} {'ensemble':>9}")
        for name, values in births(nurseries, rounds).items():
            born, worked, ended = (statistics.median(column) for column in zip(*values, strict=True))
            print(f"{name:<26} {born:8.1f} {worked:8.1f} {ended:8.1f} {born + worked + ended:9.1f}")
        print(f"\n{'Mio de plus par copie':<26} {'née':>8} {'entraînée':>10}")
        for name, nursery in nurseries.items():
            fresh, worked = taken(nursery)
            print(f"{name:<26} {fresh:8.1f} {worked:10.1f}")
        print(f"\n{'voisin d’une copie qui…':<26} {'messages':>8} {'médiane':>8} {'p95':>8}   (ms)")
        for name, values in neighbours(nurseries["deux murs"]).items():
            last = sorted(values)[int(0.95 * (len(values) - 1))]
            print(f"{name:<26} {len(values):8d} {statistics.median(values):8.2f} {last:8.2f}")


if __name__ == "__main__":
    main()
