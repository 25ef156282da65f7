"""`coursekit questions preview` : une page où un professeur relit les questions et en écarte."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.cli.questions_options import add_filters, add_module, chosen
from coursekit.errors import ArgumentError

if TYPE_CHECKING:
    from coursekit.questions import Variant
    from coursekit.questions.family import Form


def add(command: ArgumentParser) -> None:
    command.add_argument(
        "--family", metavar="FAMILLE", action="append", help="une famille (répétable) ; toutes sinon"
    )
    add_filters(command)
    add_module(command)
    command.add_argument(
        "--count", metavar="N", type=int, default=5, help="questions par famille, au plus (5 par défaut)"
    )
    command.add_argument(
        "--seed", metavar="N", type=int, default=0, help="la graine du tirage (0 par défaut)"
    )
    command.add_argument(
        "--choice", action="store_true", help="avec des propositions à choisir, quand c’est possible"
    )
    add_reject(command, "une liste de questions déjà écartées, que la page montre cochées")
    command.add_argument("--output", metavar="FICHIER.html", required=True, help="la page à écrire")
    command.add_argument(
        "--title", metavar="TITRE", default="Aperçu des questions", help="le titre de la page"
    )
    command.add_argument("--force", action="store_true", help="écrase la page si elle existe")
    command.set_defaults(action_run=preview)


def add_reject(command: ArgumentParser, what: str) -> None:
    command.add_argument(
        "--reject", metavar="FICHIER", action="append", default=[], help=f"{what} (répétable)"
    )


def rejected(arguments: Namespace) -> frozenset[str]:
    """Les empreintes de toutes les listes de `--reject`.

    Raises:
        ArgumentError: l’une d’elles ne se lit pas.
    """
    from coursekit.questions.preview import read_rejected

    return frozenset().union(*(read_rejected(Path(path)) for path in arguments.reject))


def preview(arguments: Namespace) -> int:
    from coursekit.questions.output import write
    from coursekit.questions.preview import page

    if arguments.count < 1:
        raise ArgumentError(f"--count {arguments.count} : demandez au moins une question.")
    path = Path(arguments.output)
    out = rejected(arguments)
    variants = list(_drawn(arguments))
    size = write(path, page(variants, arguments.title, out), force=arguments.force)
    plural = "s" if len(variants) > 1 else ""
    print(f"{path} : {len(variants)} question{plural}, {size / 1000:.0f} ko. Ouvrez-la dans un navigateur.")
    return 0


def _drawn(arguments: Namespace) -> Iterator[Variant]:
    """`count` questions par famille ; une petite famille donne toutes les siennes."""
    from coursekit.questions import Key, ShortageError
    from coursekit.questions import generate as draw

    form: Form | None = "choice" if arguments.choice else None
    for family in chosen(arguments):
        try:
            yield from draw(family, arguments.count, Key(seed=arguments.seed), form=form)
        except ShortageError:
            continue
