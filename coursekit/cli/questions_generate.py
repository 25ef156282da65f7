"""`coursekit questions generate` : des questions au choix, ou un examen d’après une recette."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.cli.questions_options import add_filters, add_module, families, section
from coursekit.cli.questions_preview import add_reject, rejected
from coursekit.errors import ArgumentError

if TYPE_CHECKING:
    from coursekit.questions.exports import Exporter
    from coursekit.questions.produce import Produced
    from coursekit.questions.recipe import Recipe

FORMATS = (
    *("moodle", "gift", "qti21", "canvas", "jupyterquiz", "notebook", "html"),
    *("amc", "latex", "latex-corrige", "pdf", "pdf-corrige"),
)
"""Les formats de `coursekit.questions.exports`, que l’aide nomme sans les charger."""

ASKED = (
    "family",
    "exclude",
    "topic",
    "level",
    "count",
    "total",
    "points",
    "time",
    "choice",
    "typed",
    "common",
)
"""Ce qu’une recette dit elle-même."""


def add(command: ArgumentParser) -> None:
    _what(command)
    _whom(command)
    _where(command)
    command.set_defaults(action_run=generate)


def _what(command: ArgumentParser) -> None:
    what = command.add_argument_group("ce qu’on demande")
    what.add_argument(
        "--family", metavar="FAMILLE", action="append", help="une famille (répétable) ; toutes sinon"
    )
    what.add_argument(
        "--exclude", metavar="FAMILLE", action="append", help="une famille à écarter (répétable)"
    )
    add_filters(what)  # type: ignore[arg-type]
    number = what.add_mutually_exclusive_group()
    number.add_argument("--count", metavar="N", type=int, help="questions par famille (1 par défaut)")
    number.add_argument(
        "--total", metavar="N", type=int, help="questions en tout, réparties entre les familles"
    )
    what.add_argument(
        "--points", metavar="N", type=int, help="points par question (ceux de la famille sinon)"
    )
    what.add_argument(
        "--time", metavar="MIN", type=float, help="temps à ne pas dépasser, en minutes, avec --total"
    )
    form = what.add_mutually_exclusive_group()
    form.add_argument(
        "--choice", action="store_true", help="avec des propositions à choisir, quand c’est possible"
    )
    form.add_argument("--typed", action="store_true", help="à taper, quand c’est possible")
    what.add_argument(
        "--recipe", metavar="FICHIER.toml", help="une recette d’examen, à la place de ce qui précède"
    )
    add_reject(what, "des questions à ne pas donner, d’après l’aperçu")  # type: ignore[arg-type]
    add_module(what)  # type: ignore[arg-type]


def _whom(command: ArgumentParser) -> None:
    whom = command.add_argument_group("pour qui")
    whom.add_argument(
        "--class",
        dest="roster",
        metavar="FICHIER.csv",
        help="la liste de la classe : un exemplaire par élève",
    )
    whom.add_argument("--common", action="store_true", help="les mêmes questions pour tous")
    whom.add_argument("--seed", metavar="N", type=int, help="la graine du tirage (0 par défaut)")
    whom.add_argument("--course", metavar="NOM", help="le nom du cours, qui change les tirages")


def _where(command: ArgumentParser) -> None:
    where = command.add_argument_group("où")
    where.add_argument("--format", metavar="FORMAT", required=True, help=f"le format : {', '.join(FORMATS)}")
    where.add_argument("--output", metavar="FICHIER", required=True, help="le fichier à écrire")
    where.add_argument(
        "--manifest", metavar="FICHIER", help="le manifeste (à côté du fichier, en .manifeste.json, sinon)"
    )
    where.add_argument("--title", metavar="TITRE", help="le titre du fichier")
    where.add_argument("--force", action="store_true", help="écrase les fichiers s’ils existent")


def generate(arguments: Namespace) -> int:
    from coursekit.questions.exports import Meta, load
    from coursekit.questions.planning import plan
    from coursekit.questions.produce import produce

    exporter = load(arguments.format)
    recipe = _recipe(arguments)
    made = plan(recipe, families(arguments)).made(_students(arguments))
    made = replace(made, rejected=rejected(arguments))
    meta = Meta(title=recipe.title, course=recipe.course, category=recipe.title, seed=recipe.seed)
    manifest = Path(arguments.manifest) if arguments.manifest else None
    output = Path(arguments.output)
    done = produce(made, exporter, output, meta, manifest=manifest, force=arguments.force)
    _tell(done, exporter)
    return 0


def _students(arguments: Namespace) -> tuple[str, ...]:
    if not arguments.roster:
        return ()
    from coursekit.questions.roster import read_roster

    roster = read_roster(Path(arguments.roster))
    for notice in roster.notices:
        print(f"{arguments.roster} : {notice}.", file=sys.stderr)
    return roster.students


def _recipe(arguments: Namespace) -> Recipe:
    recipe = _read(arguments) if arguments.recipe else _from_options(arguments)
    given = {key: getattr(arguments, key) for key in ("seed", "title", "course")}
    return replace(recipe, **{key: value for key, value in given.items() if value is not None})


def _read(arguments: Namespace) -> Recipe:
    from coursekit.questions.recipe import read_recipe

    both = [name for name in ASKED if getattr(arguments, name)]
    if both:
        raise ArgumentError(f"--{both[0]} et --recipe : la recette dit elle-même ce qu’elle demande.")
    return read_recipe(Path(arguments.recipe))


def _from_options(arguments: Namespace) -> Recipe:
    from coursekit.questions.recipe import Recipe

    for name, what in (("count", "une question"), ("total", "une question"), ("points", "un point")):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise ArgumentError(f"--{name} {value} : demandez au moins {what}.")
    if arguments.time is not None and (arguments.total is None or arguments.time <= 0):
        raise ArgumentError(
            "--time se donne en minutes, avec --total : le nombre de questions à y faire tenir."
        )
    asked = section(
        arguments,
        count=arguments.total,
        each=None if arguments.total else arguments.count or 1,
        points=arguments.points,
        time=arguments.time,
        prefer="choice" if arguments.choice else "typed" if arguments.typed else None,
        common=arguments.common,
    )
    return Recipe(sections=(asked,))


def _tell(done: Produced, exporter: Exporter) -> None:
    plural = "s" if done.questions > 1 else ""
    whom = f"{done.copies} exemplaires, " if done.copies > 1 else ""
    what = ", une archive d’un fichier par élève" if done.archive else ""
    print(
        f"{done.path} : {whom}{done.questions} question{plural}, {done.size / 1000:.0f} ko ({exporter.title}{what})."
    )
    print(f"{done.manifest} : le manifeste, pour remontrer ou recorriger ces questions.")
    for line in done.losses:
        print(f"À savoir : {line}.", file=sys.stderr)
