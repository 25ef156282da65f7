"""Noter une classe : `coursekit grade` à côté de `nbgrader autograde`, sur les mêmes copies et les mêmes cœurs.

    python bench/grading.py                                    # tout, 100 copies ; une demi-heure
    python bench/grading.py --parts speed cost --students 40
    python bench/grading.py --parts memory --many 10000
    python bench/grading.py --output bench/results/grading.md

Les copies sont celles du premier devoir (`solutions/tp-tailles`, qui importe torch) : chaque réponse est tirée parmi
celles de la classe simulée des tests, justes ou fausses ; deux copies ne sont jamais identiques. Les temps sont ceux
des commandes entières, démarrage compris ; nbgrader n’en note qu’un échantillon. `--hostile` y mêle des copies qui
s’arrêtent, bouclent ou débordent ; seul le bac à sable les reçoit.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from attacks import RIGHT  # noqa: E402
from graded_course import Course, template  # noqa: E402
from grading_posts import NoNursery, plain, post  # noqa: E402
from simulated_class import CourseCopy, fill  # noqa: E402
from stock_nbgrader import ASSIGNMENT  # noqa: E402
from tp_tailles_answers import TAILLES  # noqa: E402

from coursekit.grading.drive import Demand, open_run  # noqa: E402
from coursekit.grading.report import Summary  # noqa: E402
from coursekit.grading.report.data import write_json  # noqa: E402
from coursekit.grading.report.outcome import Outcome  # noqa: E402

PARTS = ("speed", "cost", "where", "dask", "memory")
QUIET = tuple(student for student in TAILLES.students if student.name != "fragile")
"""Celui-là boucle, ce que chacun attend aussi longtemps : rien ne s’y compare."""

HOSTILE = (
    "import os\nos._exit(0)",
    "while True:\n    pass",
    "print('x' * 10**8)",
    "import os\nwhile True:\n    os.fork()",
    "bytearray(1 << 40)",
)


def tailles(folder: Path, students: int, seed: int, hostile: float = 0.0) -> CourseCopy:
    """Le vrai cours, et une classe qui a répondu au premier devoir."""
    from coursekit.course import release

    course = CourseCopy.create(folder)
    release(course.root, [TAILLES.name])
    made = course.nbgrader("generate_assignment", TAILLES.name, "--force")
    assert made.returncode == 0, made.stderr
    rng = random.Random(seed)
    for rank in range(students):
        notebook = course.notebook("exercises", TAILLES.name)
        for question in TAILLES.right:
            answers = rng.choice(QUIET).answers.get(question) or TAILLES.right[question]
            fill(notebook, question, *(f"{part.strip(chr(10))}  # copie {rank}" for part in answers))
        name = "eleve"
        if rng.random() < hostile:
            name = "hostile"
            cell = next(cell for cell in notebook["cells"] if cell["id"] == "q3")
            cell["source"] = f"{rng.choice(HOSTILE)}\n{''.join(cell['source'])}"
        course.submit(f"{name}{rank:05}", TAILLES.name, notebook)
    return course


@contextmanager
def fresh(course: CourseCopy, keep: Sequence[str] | None = None) -> Iterator[CourseCopy]:
    """Le même cours, pas encore noté ; `keep` n’en garde que ces élèves."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "cours")
        shutil.copytree(course.root, root)
        for student in root.glob("submitted/*"):
            if keep is not None and student.name not in keep:
                shutil.rmtree(student)
        yield CourseCopy(root)


def grade(root: Path, *arguments: str, name: str = TAILLES.name) -> tuple[float, dict[str, Any]]:
    """Les secondes de la commande entière, et son rapport."""
    report = root / "notes.json"
    command = [
        sys.executable,
        "-m",
        "coursekit",
        "grade",
        name,
        "--course",
        str(root),
        "--report",
        str(report),
    ]
    start = time.perf_counter()
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    assert done.returncode in (0, 1), done.stderr
    return seconds, json.loads(report.read_text("utf-8"))


def autograde(course: CourseCopy) -> float:
    """nbgrader tel qu’il est, sans notre notation derrière lui."""
    config = course.root / "nbgrader_config.py"
    lines = config.read_text("utf-8").splitlines(keepends=True)
    config.write_text("".join(line for line in lines if "coursekit.grading" not in line), "utf-8")
    start = time.perf_counter()
    done = course.nbgrader("autograde", TAILLES.name)
    assert done.returncode == 0, done.stderr
    return time.perf_counter() - start


def speed(course: CourseCopy, given: argparse.Namespace) -> Iterator[str]:
    """Les deux alternent ; mêmes élèves pour l’échantillon, et mêmes notes exigées."""
    students = sorted(path.name for path in course.root.glob("submitted/*"))
    sample = honest(course)[: given.sample]
    ours, theirs = [], []
    for _ in range(given.rounds):
        with fresh(course) as copy:
            seconds, _ = grade(copy.root, "--workers", str(given.workers))
            ours.append(seconds / len(students))
            mine = {student: autos(copy, student) for student in sample}
        with fresh(course, sample) as copy:
            theirs.append(autograde(copy) / len(sample))
            stock = {student: autos(copy, student) for student in sample}
        assert mine == stock, "les deux doivent donner les mêmes notes"
    ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
    yield f"| {len(students)} copies, bac à sable, {given.workers} postes | {_s(ours)} | {_spread(ours)} |"
    yield f"| `nbgrader autograde`, {len(sample)} copies | {_s(theirs)} | {_spread(theirs)} |"
    yield f"| **rapport** | **{_n(ratio)}×** | mêmes notes, cellule par cellule |"


def honest(course: CourseCopy) -> list[str]:
    return sorted(path.name for path in course.root.glob("submitted/eleve*"))


def autos(course: CourseCopy, student: str) -> dict[str, float | None]:
    grades = course.grades(student, TAILLES.name)
    return {name: grades[name].auto for name in TAILLES.tests}


def cost(course: CourseCopy, given: argparse.Namespace) -> Iterator[str]:
    walls, bare = [], []
    for _ in range(given.rounds):
        for times, more in ((walls, ()), (bare, ("--sans-isolation",))):
            with fresh(course, honest(course)) as copy:
                seconds, read = grade(copy.root, "--workers", str(given.workers), *more)
                times.append(seconds / len(read["submissions"]))
    ratio = statistics.median(a / b for a, b in zip(walls, bare, strict=True))
    yield f"| avec le bac à sable | {_s(walls)} | {_spread(walls)} |"
    yield f"| `--sans-isolation` | {_s(bare)} | {_spread(bare)} |"
    yield f"| **coût** | **{_n(100 * (ratio - 1))} %** | |"


def where(course: CourseCopy, given: argparse.Namespace) -> Iterator[str]:
    """Un seul poste : le reste du temps est à ramasser, préparer, transmettre et écrire."""
    with fresh(course) as copy:
        start = time.perf_counter()
        _, read = grade(copy.root, "--workers", "1")
        total = time.perf_counter() - start
    copies = len(read["submissions"])
    spent: dict[str, float] = {}
    for one in read["submissions"]:
        for stage, seconds in one["seconds"].items():
            spent[stage] = spent.get(stage, 0.0) + seconds
    spent["le reste (démarrage compris)"] = total - sum(spent.values())
    for stage, seconds in spent.items():
        yield f"| {stage} | {_n(1000 * seconds / copies)} ms | {_n(100 * seconds / total)} % |"


def dask(course: CourseCopy, given: argparse.Namespace) -> Iterator[str]:
    """La grappe étant déjà là, chaque travailleur sur un cœur à lui : la classe entière, puis le seul régime."""
    from distributed import LocalCluster

    whole: dict[int, list[float]] = {1: [], 2: []}
    steady: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(given.rounds):
        for workers in whole:
            with (
                LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as cluster,
                fresh(course) as copy,
            ):
                _give_a_core_to_each([worker.process.pid for worker in cluster.workers.values()])
                marks = _marks(copy.root, Demand(scheduler=cluster.scheduler_address))
            whole[workers].append(marks[-1] / len(marks))
            # Ni le démarrage, ni la fin, où un travailleur attend l’autre.
            first, last = len(marks) // 10, len(marks) - 3
            steady[workers].append((marks[last] - marks[first]) / (last - first))
    for title, times in (("démarrage compris", whole), ("en régime", steady)):
        for workers, found in times.items():
            yield f"| {workers} travailleur{'s' * (workers > 1)}, {title} | {_s(found)} | {_spread(found)} |"
        ratio = statistics.median(a / b for a, b in zip(times[1], times[2], strict=True))
        yield f"| **rapport, {title}** | **{_n(ratio)}×** | |"


def _give_a_core_to_each(workers: Sequence[int]) -> None:
    cores = sorted(os.sched_getaffinity(0))
    for rank, worker in enumerate(workers):
        for thread in psutil.Process(worker).threads():
            os.sched_setaffinity(thread.id, [cores[rank % len(cores)]])


def _marks(root: Path, demand: Demand) -> list[float]:
    """Les secondes, depuis le début, où chaque copie a été écrite."""
    start = time.perf_counter()
    with open_run(root, TAILLES.name, demand) as run:
        return [time.perf_counter() - start for _ in run.grade()]


def memory(given: argparse.Namespace) -> Iterator[str]:
    """Le plus haut de la mémoire propre au pilote, sur de petites copies.

    Il ramasse, confie, relit et écrit pour de bon ; l’exécution, qui n’est jamais la sienne, est feinte.
    """
    with tempfile.TemporaryDirectory() as folder:
        blank = template(Path(folder))
        for count in (100, given.many):
            with tempfile.TemporaryDirectory() as place:
                course = Course.copy(blank, Path(place, "cours"))
                for rank in range(count):
                    course.submit(f"eleve{rank:05}", RIGHT.before("moyenne", f"# copie {rank}"))
                start = time.perf_counter()
                peak = _peak(course.root)
                seconds = time.perf_counter() - start
            yield f"| {count} copies | {_n(peak / 2**20)} Mio | {_n(seconds)} s |"


def feigned(root: Path) -> None:
    """Conduit une classe dont l’exécution est feinte."""
    run = open_run(root, ASSIGNMENT, Demand(workers=1))
    feint = post(plain, NoNursery)
    with replace(run, post=replace(run.post, nursery=feint.nursery, execute=feint.execute)) as opened:
        assert all(row.verdict == "ok" for row in opened.grade())
        with Path(root, "notes.json").open("w", encoding="utf-8") as file:
            summary = Summary.of(opened.rows())
            rows = opened.rows
            write_json(Outcome(ASSIGNMENT, "", rows, summary, {}, run.assignment.limits, 0.0), file)


def _peak(root: Path) -> int:
    process = psutil.Popen([sys.executable, __file__, "--feigned", str(root)])
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, process.memory_full_info().uss)
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            break
        time.sleep(0.05)
    assert process.wait() == 0
    return peak


def _s(times: Sequence[float]) -> str:
    return f"{_n(1000 * statistics.median(times))} ms par copie"


def _spread(times: Sequence[float]) -> str:
    return " ".join(_n(1000 * one) for one in times) + " ms"


def _n(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}".replace(".", ",")


TITLES = {
    "speed": "Vitesse",
    "cost": "Ce que coûte le bac à sable",
    "where": "Où passe le temps d’une copie",
    "dask": "Une grappe Dask, un ou deux travailleurs",
    "memory": "La mémoire du pilote",
}


MEASURES = {"speed": speed, "cost": cost, "where": where, "dask": dask}


def sections(given: argparse.Namespace) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        needs_class = set(given.parts) - {"memory"}
        course = tailles(Path(folder), given.students, given.seed, given.hostile) if needs_class else None
        for part in given.parts:
            yield f"\n## {TITLES[part]}\n\n| | | |\n|---|---:|---|"
            yield from memory(given) if course is None or part == "memory" else MEASURES[part](course, given)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--sample", type=int, default=10, help="copies que note nbgrader")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--many", type=int, default=10_000, help="petites copies de la mesure de mémoire")
    parser.add_argument("--hostile", type=float, default=0.0, help="part de copies hostiles")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, help="écrit les tables dans ce fichier")
    parser.add_argument("--feigned", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.feigned:
        feigned(given.feigned)
        return
    load = os.getloadavg()[0]
    about = (
        f"{os.cpu_count()} cœurs ({platform.processor() or platform.machine()}), charge {_n(load)} au départ, "
        f"le {date.today():%d/%m/%Y} : `python bench/grading.py {' '.join(sys.argv[1:])}`"
    )
    lines = ["# Noter une classe", "", about]
    print("\n".join(lines))
    for line in sections(given):
        print(line, flush=True)
        lines.append(line)
    if given.output:
        given.output.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
