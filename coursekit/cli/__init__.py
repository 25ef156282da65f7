"""La commande `coursekit`. Chaque sous-commande n’importe que ce dont elle a besoin, au moment de s’exécuter."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from coursekit import __version__
from coursekit.cli.french import french_argparse
from coursekit.errors import CourseError


def parser() -> argparse.ArgumentParser:
    main = argparse.ArgumentParser(
        prog="coursekit", description="La boîte à outils du cours « Réseaux convolutifs »."
    )
    main.add_argument(
        "--version", action="version", version=f"coursekit {__version__}", help="affiche la version"
    )
    commands = main.add_subparsers(dest="command", metavar="COMMANDE", required=True)
    _models(commands.add_parser("models", help="liste les réseaux du catalogue"))
    _describe(commands.add_parser("describe", help="déroule un réseau couche par couche"))
    _compare(commands.add_parser("compare", help="met plusieurs réseaux côte à côte"))
    _doctor(commands.add_parser("doctor", help="dit ce qui manque sur cette machine, et comment l’installer"))
    _release(commands.add_parser("release", help="dérive les exercices des élèves des sources des devoirs"))
    from coursekit.cli.grade import add as add_grade
    from coursekit.cli.questions import add_commands

    add_grade(commands.add_parser("grade", help="note une classe, en parallèle et dans un bac à sable"))
    add_commands(commands.add_parser("questions", help="la banque de questions : lister, montrer, exporter"))
    return main


def _models(command: argparse.ArgumentParser) -> None:
    command.add_argument("--family", metavar="FAMILLE", help="ne liste qu’une famille : lenet, alexnet, vgg…")
    command.add_argument("--json", action="store_true", help="écrit du JSON")
    command.set_defaults(run="models")


def _describe(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="NOM", help="le nom d’un réseau, comme vgg16")
    command.add_argument(
        "--input", metavar="TAILLE", help="taille de l’image : 224 ou 224x320 (celle de l’article sinon)"
    )
    command.add_argument(
        "--classes", metavar="N", type=int, help="nombre de classes (celui de l’article sinon)"
    )
    command.add_argument(
        "--all", action="store_true", help="montre aussi activations, normalisations et dropouts"
    )
    form = command.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="écrit une table Markdown")
    form.add_argument("--html", action="store_true", help="écrit une table HTML")
    form.add_argument("--json", action="store_true", help="écrit du JSON")
    command.set_defaults(run="describe")


def _compare(command: argparse.ArgumentParser) -> None:
    command.add_argument("names", metavar="NOM", nargs="+", help="les réseaux à comparer")
    command.add_argument(
        "--plot", metavar="FICHIER", help="trace la justesse publiée contre le coût (.svg, .png, .pdf)"
    )
    command.add_argument(
        "--charted",
        action="store_true",
        help="ajoute les réseaux dont le cours ne donne que les chiffres publiés (NASNet-A, SqueezeNet…)",
    )
    form = command.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="écrit une table Markdown")
    form.add_argument("--json", action="store_true", help="écrit du JSON")
    command.set_defaults(run="compare")


def _doctor(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="écrit du JSON")
    command.set_defaults(run="doctor")


def _release(command: argparse.ArgumentParser) -> None:
    command.add_argument("names", metavar="DEVOIR", nargs="*", help="les devoirs à dériver (tous sinon)")
    command.add_argument(
        "--course", metavar="DOSSIER", default=".", help="racine du cours nbgrader (ici par défaut)"
    )
    command.add_argument(
        "--check", action="store_true", help="vérifie que les exercices sont à jour, sans rien écrire"
    )
    command.set_defaults(run="release")


def main(argv: Sequence[str] | None = None) -> int:
    """Point d’entrée ; renvoie le code de sortie (0 : bien, 1 : ce qu’on vérifie est faux, 2 : appel incorrect)."""
    with french_argparse():
        arguments = parser().parse_args(argv)
    from coursekit.cli import commands

    try:
        return commands.COMMANDS[arguments.run](arguments)
    except CourseError as error:
        print(f"coursekit {arguments.command} : {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # `coursekit describe … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("Interrompu.", file=sys.stderr)
        return 130
