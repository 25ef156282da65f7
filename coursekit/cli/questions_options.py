"""Les options que partagent les commandes de la banque de questions, et ce qu’elles désignent."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursekit.questions import Copy, Family
    from coursekit.questions.recipe import Section


def add_filters(command: ArgumentParser) -> None:
    command.add_argument(
        "--topic", metavar="THÈME", action="append", help="un thème (répétable) : tailles, pooling…"
    )
    command.add_argument(
        "--level", metavar="N", type=int, action="append", help="un niveau (répétable), de 1 à 3"
    )


def add_module(command: ArgumentParser) -> None:
    command.add_argument(
        "--module",
        metavar="FICHIER.py",
        action="append",
        default=[],
        help="vos propres familles, en plus de la banque (répétable) ; le fichier est exécuté",
    )


def add_manifest(command: ArgumentParser, *, required: bool) -> None:
    command.add_argument(
        "--manifest", metavar="FICHIER", required=required, help="le manifeste écrit avec les questions"
    )


def families(arguments: Namespace) -> tuple[Family, ...]:
    """La banque, et les familles de `--module`.

    Raises:
        ArgumentError: un de ces fichiers ne convient pas.
    """
    from coursekit.questions.homemade import with_own

    return with_own(map(Path, arguments.module))


def section(arguments: Namespace, **more: object) -> Section:
    """Ce que demandent `--family`, `--exclude`, `--topic` et `--level`.

    Raises:
        UnknownNameError: un thème n’existe pas.
    """
    from dataclasses import replace

    from coursekit.errors import UnknownNameError
    from coursekit.questions import TOPICS
    from coursekit.questions.recipe import Section

    for topic in arguments.topic or ():
        if topic not in TOPICS:
            raise UnknownNameError("Thème", topic, TOPICS)
    asked = Section(
        topics=tuple(arguments.topic or ()),
        levels=tuple(arguments.level or ()),
        families=tuple(getattr(arguments, "family", None) or ()),
        exclude=tuple(getattr(arguments, "exclude", None) or ()),
    )
    return replace(asked, **more)  # type: ignore[arg-type]


def chosen(arguments: Namespace) -> list[Family]:
    """Les familles que désignent ces options.

    Raises:
        UnknownNameError, ArgumentError: un nom est inconnu, ou rien ne correspond.
    """
    from coursekit.errors import ArgumentError
    from coursekit.questions.planning import eligible

    found = eligible(section(arguments), families(arguments))
    if not found:
        raise ArgumentError("Aucune famille n’a à la fois ce thème et ce niveau : élargissez la demande.")
    return found


def manifest_copies(arguments: Namespace) -> tuple[Copy, ...]:
    """Les exemplaires de `--manifest`.

    Raises:
        ArgumentError, ManifestError: le fichier ne se lit pas.
    """
    from coursekit.questions import read_manifest

    return read_manifest(manifest_text(arguments), families(arguments))[1]


def manifest_text(arguments: Namespace) -> str:
    from coursekit.errors import ArgumentError

    try:
        return Path(arguments.manifest).read_text(encoding="utf-8")
    except OSError as error:
        raise ArgumentError(
            f"{arguments.manifest} ne peut pas être lu : {error.strerror or error}."
        ) from None
    except UnicodeDecodeError:
        raise ArgumentError(f"{arguments.manifest} n’est pas un manifeste de questions.") from None
