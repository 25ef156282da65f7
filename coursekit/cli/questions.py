"""`coursekit questions …` : lister les familles, montrer une question, écrire un fichier de questions."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from coursekit.errors import ArgumentError

if TYPE_CHECKING:
    from coursekit.questions import Family, Variant
    from coursekit.questions.family import Form


def add_commands(command: ArgumentParser) -> None:
    """Déclare les sous-commandes."""
    command.set_defaults(run="questions")
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    _list(actions.add_parser("list", help="liste les familles de questions"))
    _show(actions.add_parser("show", help="montre une question, ses erreurs connues et sa solution"))
    _generate(actions.add_parser("generate", help="écrit un fichier de questions pour une plateforme"))


def _list(command: ArgumentParser) -> None:
    _filters(command)
    command.add_argument("--json", action="store_true", help="écrit du JSON")
    command.set_defaults(action_run=list_families)


def _filters(command: ArgumentParser) -> None:
    command.add_argument(
        "--topic", metavar="THÈME", action="append", help="un thème (répétable) : tailles, pooling…"
    )
    command.add_argument(
        "--level", metavar="N", type=int, action="append", help="un niveau (répétable), de 1 à 3"
    )


def _show(command: ArgumentParser) -> None:
    command.add_argument("family", metavar="FAMILLE", help="le nom d’une famille, comme conv.out_size")
    command.add_argument(
        "--seed", metavar="N", type=int, default=0, help="la graine du tirage (0 par défaut)"
    )
    command.add_argument(
        "--choice", action="store_true", help="avec des propositions à choisir, si la famille en a"
    )
    command.set_defaults(action_run=show)


def _generate(command: ArgumentParser) -> None:
    command.add_argument(
        "--family", metavar="FAMILLE", action="append", help="une famille (répétable) ; toutes sinon"
    )
    _filters(command)
    command.add_argument(
        "--count", metavar="N", type=int, default=1, help="questions par famille (1 par défaut)"
    )
    command.add_argument(
        "--seed", metavar="N", type=int, default=0, help="la graine du tirage (0 par défaut)"
    )
    command.add_argument(
        "--choice", action="store_true", help="avec des propositions à choisir, quand c’est possible"
    )
    command.add_argument("--format", metavar="FORMAT", required=True, help="le format : moodle…")
    command.add_argument("--output", metavar="FICHIER", required=True, help="le fichier à écrire")
    command.add_argument(
        "--title", metavar="TITRE", default="Réseaux convolutifs", help="le titre du fichier"
    )
    command.add_argument("--force", action="store_true", help="écrase le fichier s’il existe")
    command.set_defaults(action_run=generate)


def run(arguments: Namespace) -> int:
    """Exécute l’action choisie ; renvoie le code de sortie."""
    action: Callable[[Namespace], int] = arguments.action_run
    return action(arguments)


def chosen(arguments: Namespace) -> list[Family]:
    """Les familles que désignent `--family`, `--topic` et `--level`.

    Raises:
        UnknownNameError, ArgumentError: un nom est inconnu, ou rien ne correspond.
    """
    from coursekit.errors import UnknownNameError
    from coursekit.questions import BANK, TOPICS, find

    names: Sequence[str] | None = getattr(arguments, "family", None)
    families = [find(name) for name in dict.fromkeys(names)] if names else list(BANK)
    for topic in arguments.topic or ():
        if topic not in TOPICS:
            raise UnknownNameError("Thème", topic, TOPICS)
    found = [
        family
        for family in families
        if (not arguments.topic or family.topic in arguments.topic)
        and (not arguments.level or family.level in arguments.level)
    ]
    if not found:
        raise ArgumentError("Aucune famille n’a à la fois ce thème et ce niveau : élargissez la demande.")
    return found


def list_families(arguments: Namespace) -> int:
    from coursekit.questions import TOPICS
    from coursekit.questions.listing import describe

    families = chosen(arguments)
    if arguments.json:
        import json

        print(json.dumps([describe(family) for family in families], ensure_ascii=False, indent=2))
        return 0
    width = max(len(family.id) for family in families)
    for topic, title in TOPICS.items():
        inside = [family for family in families if family.topic == topic]
        if inside:
            print(f"\n{title}")
        for family in inside:
            print(f"  {family.id:<{width}}  niveau {family.level}  {family.title}")
    return 0


def show(arguments: Namespace) -> int:
    from coursekit.questions import Key, find
    from coursekit.questions import generate as draw
    from coursekit.questions.listing import as_text

    form: Form | None = "choice" if arguments.choice else None
    variant = next(draw(find(arguments.family), 1, Key(seed=arguments.seed), form=form))
    print(as_text(variant))
    return 0


def generate(arguments: Namespace) -> int:
    from pathlib import Path

    from coursekit.questions.exports import Meta, Report, load
    from coursekit.questions.output import write

    if arguments.count < 1:
        raise ArgumentError(f"--count {arguments.count} : demandez au moins une question.")
    exporter = load(arguments.format)
    report = Report(exporter)
    meta = Meta(title=arguments.title, category=arguments.title, seed=arguments.seed)
    path = Path(arguments.output)
    pieces = exporter.write(report.watch(_drawn(arguments)), meta)
    size = write(path, pieces, force=arguments.force)
    plural = "s" if report.questions > 1 else ""
    print(f"{path} : {report.questions} question{plural}, {size / 1000:.0f} ko ({exporter.title}).")
    for line in report.lines():
        print(f"À savoir : {line}.", file=sys.stderr)
    return 0


def _drawn(arguments: Namespace) -> Iterator[Variant]:
    from coursekit.questions import Key
    from coursekit.questions import generate as draw

    form: Form | None = "choice" if arguments.choice else None
    key = Key(seed=arguments.seed)
    for family in chosen(arguments):
        yield from draw(family, arguments.count, key, form=form)
