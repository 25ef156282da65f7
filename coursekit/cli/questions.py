"""`coursekit questions …` : lister les familles, montrer une question, écrire un fichier de questions."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from coursekit.cli import questions_check as checking
from coursekit.cli import questions_generate as generating
from coursekit.cli import questions_marking as marking
from coursekit.cli import questions_preview as previewing
from coursekit.cli.questions_options import (
    add_filters,
    add_manifest,
    add_module,
    chosen,
    families,
    manifest_text,
)
from coursekit.errors import ArgumentError

if TYPE_CHECKING:
    from coursekit.questions.family import Form


def add_commands(command: ArgumentParser) -> None:
    """Déclare les sous-commandes."""
    command.set_defaults(run="questions")
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    _list(actions.add_parser("list", help="liste les familles de questions"))
    _show(actions.add_parser("show", help="montre une question, ses erreurs connues et sa solution"))
    previewing.add(actions.add_parser("preview", help="écrit une page où relire les questions et en écarter"))
    generating.add(actions.add_parser("generate", help="écrit un fichier de questions, ou un examen"))
    marking.add_mark(actions.add_parser("mark", help="corrige les réponses d’une classe"))
    marking.add_analyse(actions.add_parser("analyse", help="dit ce que la classe sait, et ses erreurs"))
    checking.add(actions.add_parser("check", help="éprouve la banque, vos familles ou une recette"))


def _list(command: ArgumentParser) -> None:
    add_filters(command)
    add_module(command)
    command.add_argument("--json", action="store_true", help="écrit du JSON")
    command.set_defaults(action_run=list_families)


def _show(command: ArgumentParser) -> None:
    command.add_argument(
        "family", metavar="FAMILLE", nargs="?", help="le nom d’une famille, comme conv.out_size"
    )
    command.add_argument(
        "--seed", metavar="N", type=int, default=0, help="la graine du tirage (0 par défaut)"
    )
    command.add_argument(
        "--choice", action="store_true", help="avec des propositions à choisir, si la famille en a"
    )
    add_module(command)
    add_manifest(command, required=False)
    command.add_argument("--student", metavar="NOM", help="l’élève du manifeste : son nom ou son numéro")
    command.add_argument("--question", metavar="N", type=int, help="une seule question de son exemplaire")
    command.set_defaults(action_run=show)


def run(arguments: Namespace) -> int:
    """Exécute l’action choisie ; renvoie le code de sortie."""
    action: Callable[[Namespace], int] = arguments.action_run
    return action(arguments)


def list_families(arguments: Namespace) -> int:
    from coursekit.questions import TOPICS
    from coursekit.questions.listing import describe

    found = chosen(arguments)
    if arguments.json:
        import json

        print(json.dumps([describe(family) for family in found], ensure_ascii=False, indent=2))
        return 0
    width = max(len(family.id) for family in found)
    for topic, title in TOPICS.items():
        inside = [family for family in found if family.topic == topic]
        if inside:
            print(f"\n{title}")
        for family in inside:
            print(f"  {family.id:<{width}}  niveau {family.level}  {family.title}")
    return 0


def show(arguments: Namespace) -> int:
    if (arguments.family is None) == (arguments.manifest is None):
        raise ArgumentError(
            "Donnez le nom d’une famille, ou un manifeste : --manifest FICHIER --student NOM."
        )
    return _show_copy(arguments) if arguments.manifest else _show_family(arguments)


def _show_family(arguments: Namespace) -> int:
    from coursekit.questions import Key, find
    from coursekit.questions import generate as draw
    from coursekit.questions.homemade import find_among
    from coursekit.questions.listing import as_text

    form: Form | None = "choice" if arguments.choice else None
    name = arguments.family
    family = find_among(name, families(arguments)) if arguments.module else find(name)
    print(as_text(next(draw(family, 1, Key(seed=arguments.seed), form=form))))
    return 0


def _show_copy(arguments: Namespace) -> int:
    """L’exemplaire d’un élève, d’après le manifeste ; on ne reconstruit que lui."""
    from coursekit.questions.listing import copy_as_text
    from coursekit.questions.roster import Finder
    from coursekit.questions.sets import parse_manifest, restore_copy

    _, entries = parse_manifest(manifest_text(arguments))
    by_name = {str(entry["student"]): entry for entry in entries}
    if len(by_name) == 1 and arguments.student is None:
        student = next(iter(by_name))
    elif arguments.student is None:
        raise ArgumentError(f"Ce manifeste a {len(by_name)} exemplaires : dites lequel avec --student NOM.")
    else:
        student = Finder(by_name).named(arguments.student)
    copy = restore_copy(by_name[student], families(arguments))
    if arguments.question is not None and not 1 <= arguments.question <= len(copy.variants):
        raise ArgumentError(
            f"--question {arguments.question} : l’exemplaire a {len(copy.variants)} questions."
        )
    print(copy_as_text(copy, arguments.question))
    return 0
