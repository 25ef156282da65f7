"""`coursekit grade` : noter une classe, suivre où elle en est, en lire le rapport."""

from __future__ import annotations

import os
import signal
import sys
import time
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TextIO

from coursekit.errors import ArgumentError, require

if TYPE_CHECKING:
    from coursekit.grading.drive import Demand, Run
    from coursekit.grading.report.outcome import Outcome

_BAR = (
    "{desc} {percentage:3.0f} % |{bar:20}| {n_fmt}/{total_fmt} copies, {elapsed} écoulé, reste {remaining}"
    " ({rate_noinv_fmt})"
)
FORMS = (".json", ".csv", ".html")
_EXIT = """code de sortie :
  0    toutes les copies sont notées
  1    quelque chose demande un regard : une copie arrêtée, illisible, refusée, non notée…
  2    l’appel est incorrect, ou la notation n’a pas pu aller au bout (le message dit pourquoi)
  130  interrompue par Ctrl-C ; la même commande la reprend"""


def add(command: ArgumentParser) -> None:
    command.formatter_class = RawDescriptionHelpFormatter
    command.epilog = _EXIT
    command.add_argument("assignment", metavar="DEVOIR", help="le devoir à noter")
    command.add_argument(
        "--course", metavar="DOSSIER", default=".", help="racine du cours nbgrader (ici par défaut)"
    )
    command.add_argument(
        "--student", metavar="ÉLÈVE", action="append", default=[], help="seulement cet élève (répétable)"
    )
    command.add_argument(
        "--workers", metavar="N", type=int, help="copies notées en même temps (un par cœur par défaut)"
    )
    command.add_argument(
        "--scheduler",
        metavar="ADRESSE",
        help="note sur la grappe Dask de cet ordonnanceur : tcp://10.0.0.1:8786",
    )
    command.add_argument("--regrade", action="store_true", help="note aussi les copies déjà notées")
    command.add_argument(
        "--report",
        metavar="FICHIER",
        action="append",
        default=[],
        help="écrit le rapport : .json, .csv ou .html (répétable)",
    )
    command.add_argument(
        "--sans-isolation",
        action="store_true",
        help="sans bac à sable : le code des élèves a alors tous vos droits, et le rapport le dit",
    )
    command.set_defaults(run="grade")


def grade(arguments: Namespace) -> int:
    from coursekit.grading.drive import open_run

    reports = [_report(Path(name)) for name in arguments.report]
    demand = _demand(arguments)
    with open_run(Path(arguments.course), arguments.assignment, demand) as run, _stoppable():
        outcome = _graded(run)
        for write, path in reports:
            _write(write, outcome, path)
        from coursekit.grading.report.text import summary_text

        print(summary_text(outcome))
        return 1 if outcome.needs_look else 0


def _demand(arguments: Namespace) -> Demand:
    from coursekit.grading.drive import Demand

    if arguments.workers is not None and arguments.workers < 1:
        raise ArgumentError(f"--workers {arguments.workers} : il faut au moins un poste.")
    if arguments.workers is not None and arguments.scheduler:
        raise ArgumentError("--workers et --scheduler s’excluent : la grappe a ses propres travailleurs.")
    return Demand(
        tuple(arguments.student),
        arguments.workers,
        arguments.scheduler,
        arguments.regrade,
        not arguments.sans_isolation,
    )


def _graded(run: Run) -> Outcome:
    """Note la classe en montrant où l’on en est."""
    from coursekit.grading.drive.limits import walls_of
    from coursekit.grading.report.outcome import Outcome
    from coursekit.grading.report.summary import Summary
    from coursekit.grading.report.text import attention

    require("tqdm", "grading")
    from tqdm import tqdm

    start, done = time.monotonic(), 0
    summary = Summary()
    total = len(run.students)
    with tqdm(
        total=total,
        desc=run.assignment.name,
        bar_format=_BAR,
        dynamic_ncols=True,
        unit=" copie",
        file=sys.stderr,
        disable=None,
    ) as bar:
        try:
            for row in run.grade():
                summary.add(row)
                bar.update()
                done += not row.earlier
                if row.needs_look:
                    bar.write(attention(row), file=sys.stderr)
        except KeyboardInterrupt:
            bar.close()
            print(_how_to_resume(done, total - summary.copies, run.demand.regrade), file=sys.stderr)
            raise
    seconds = time.monotonic() - start
    course = run.assignment.course
    return Outcome(
        run.assignment.name,
        str(course.directory.course_id) or course.root.name,
        run.rows,
        summary,
        walls_of(run.demand, summary.walls),
        run.assignment.limits,
        seconds,
        run.assignment.refused,
    )


def _how_to_resume(done: int, left: int, regrade: bool) -> str:
    from coursekit.grading.report.words import plural

    again = " Sans --regrade, elle ne notera que ce reste." if regrade else ""
    return (
        f"{plural(done, 'copie notée', 'copies notées')} à l’instant, {left} en reste. Ce qui est noté le reste : "
        f"relancez la même commande pour continuer.{again}"
    )


@contextmanager
def _stoppable() -> Iterator[None]:
    """Un arrêt demandé par le système (SIGTERM) vaut Ctrl-C : les postes se ferment, le journal reste juste."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


Write = Callable[["Outcome", TextIO], None]


def _report(path: Path) -> tuple[Write, Path]:
    """De quoi écrire ce rapport ; on le vérifie avant de noter, pas après."""
    from coursekit.grading.report.data import write_csv, write_json
    from coursekit.grading.report.page import write_html

    if path.suffix not in FORMS:
        raise ArgumentError(f"--report {path} : le rapport s’écrit en {', '.join(FORMS)}.")
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise ArgumentError(f"--report {path} : le dossier {path.parent} n’existe pas, ou ne s’écrit pas.")
    return {".json": write_json, ".csv": write_csv, ".html": write_html}[path.suffix], path


def _write(write: Write, outcome: Outcome, path: Path) -> None:
    """À côté, puis à sa place : un rapport coupé ne remplace jamais un rapport entier."""
    beside = path.with_name(f".{path.name}.nouveau")
    # La marque d’ordre des octets fait lire l’UTF-8 à Excel.
    encoding = "utf-8-sig" if path.suffix == ".csv" else "utf-8"
    with beside.open("w", encoding=encoding, errors="backslashreplace", newline="") as file:
        write(outcome, file)
    beside.replace(path)
    print(f"Rapport : {path}", file=sys.stderr)
