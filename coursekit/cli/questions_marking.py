"""`coursekit questions mark` et `analyse` : ce qu’une classe a répondu, corrigé et analysé."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.cli.questions_options import add_manifest, add_module, manifest_copies

if TYPE_CHECKING:
    from coursekit.questions.analysis import Marked


def add_mark(command: ArgumentParser) -> None:
    _inputs(command)
    command.add_argument("--output", metavar="FICHIER.csv", help="le détail, une ligne par réponse")
    command.add_argument("--force", action="store_true", help="écrase le fichier s’il existe")
    command.set_defaults(action_run=mark)


def add_analyse(command: ArgumentParser) -> None:
    _inputs(command)
    command.add_argument("--json", action="store_true", help="écrit du JSON")
    command.add_argument(
        "--html", metavar="FICHIER.html", help="écrit une page avec des graphiques, à lire hors ligne"
    )
    command.add_argument(
        "--title", metavar="TITRE", default="Analyse des réponses", help="le titre de la page"
    )
    command.add_argument("--force", action="store_true", help="écrase la page si elle existe")
    command.set_defaults(action_run=analyse)


def _inputs(command: ArgumentParser) -> None:
    add_manifest(command, required=True)
    command.add_argument(
        "--answers",
        metavar="FICHIER.csv",
        required=True,
        help="les réponses : export de Moodle, de Canvas, d’Auto Multiple Choice, ou élève;question;réponse",
    )
    add_module(command)


def _marked(arguments: Namespace) -> Marked:
    from coursekit.questions.analysis import mark_all, read_answers

    return mark_all(read_answers(Path(arguments.answers)), manifest_copies(arguments))


def mark(arguments: Namespace) -> int:
    import csv
    from io import StringIO

    from coursekit.questions.analysis.texts import marks_rows, marks_text
    from coursekit.questions.output import write

    marked = _marked(arguments)
    print(marks_text(marked))
    if arguments.output:
        table = StringIO()
        csv.writer(table, delimiter=";", lineterminator="\r\n").writerows(marks_rows(marked))
        # La marque d’ordre des octets fait lire l’UTF-8 à Excel.
        write(Path(arguments.output), [table.getvalue().encode("utf-8-sig")], force=arguments.force)
    return 0


def analyse(arguments: Namespace) -> int:
    from coursekit.questions.analysis import analyse as report_of
    from coursekit.questions.analysis.texts import report_data, report_text

    report = report_of(_marked(arguments))
    if arguments.html:
        from coursekit.questions.analysis.page import page
        from coursekit.questions.output import write

        write(Path(arguments.html), [page(report, arguments.title).encode()], force=arguments.force)
        print(f"{arguments.html} : la page du rapport.", file=sys.stderr)
    if arguments.json:
        import json

        print(json.dumps(report_data(report), ensure_ascii=False, indent=2))
    else:
        print(report_text(report))
    return 0
