"""`coursekit questions check` : éprouver la banque, vos familles ou une recette, avant de s’en servir."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.cli.questions_options import add_filters, add_module, chosen, families
from coursekit.errors import ArgumentError, CourseError

if TYPE_CHECKING:
    from coursekit.questions.family import Family
    from coursekit.questions.planning import Plan
    from coursekit.questions.stress import FamilyCheck


def add(command: ArgumentParser) -> None:
    command.add_argument(
        "path",
        metavar="FICHIER",
        nargs="?",
        help="un fichier Python qui définit FAMILIES, ou une recette .toml ; toute la banque sinon",
    )
    command.add_argument("--family", metavar="FAMILLE", action="append", help="une famille (répétable)")
    add_filters(command)
    add_module(command)
    command.add_argument(
        "--draws", metavar="N", type=int, default=1000, help="tirages par famille (1000 par défaut)"
    )
    command.add_argument(
        "--class", dest="roster", metavar="FICHIER.csv", help="avec une recette, la liste de la classe"
    )
    command.add_argument("--json", action="store_true", help="écrit du JSON")
    command.set_defaults(action_run=check)


def check(arguments: Namespace) -> int:
    if arguments.draws < 1:
        raise ArgumentError(f"--draws {arguments.draws} : demandez au moins un tirage.")
    path = Path(arguments.path) if arguments.path else None
    if path and path.suffix != ".py":
        return _check_recipe(path, arguments)
    return _check_families(_families(path, arguments), arguments)


def _families(path: Path | None, arguments: Namespace) -> list[Family]:
    if path is None:
        return chosen(arguments)
    from coursekit.questions.homemade import load_families, with_own

    with_own([path, *map(Path, arguments.module)])  # un nom déjà pris se dit avant tout
    return list(load_families(path))


def _check_families(wanted: list[Family], arguments: Namespace) -> int:
    from coursekit.questions.stress import stress

    checks = []
    for family in wanted:
        checks.append(stress(family, arguments.draws))
        if not arguments.json:
            print("\n".join(_lines(checks[-1])), flush=True)
    failed = sum(not found.ok for found in checks)
    if arguments.json:
        import json

        print(json.dumps([_data(found) for found in checks], ensure_ascii=False, indent=2))
    else:
        print(
            f"{len(checks)} familles, {failed} à corriger."
            if failed
            else f"{len(checks)} familles, rien à corriger."
        )
    return 1 if failed else 0


def _lines(found: FamilyCheck) -> list[str]:
    from coursekit.questions.text import number_text

    whole = "plus de 100 000" if found.capacity is None else number_text(found.capacity)
    numbers = (
        f"{found.distinct} distinctes sur {found.draws} tirages ({whole} en tout), "
        f"au moins {found.fewest} erreurs, {found.milliseconds:.2f} ms".replace(".", ",")
    )
    head = f"{'✓' if found.ok else '✗'} {found.family.id} : {numbers if found.ok else 'à corriger'}"
    return [
        head,
        *(f"    {problem}" for problem in found.problems),
        *(f"    (remarque) {r}" for r in found.remarks),
    ]


def _data(found: FamilyCheck) -> dict[str, object]:
    return {
        "family": found.family.id,
        "ok": found.ok,
        "draws": found.draws,
        "distinct": found.distinct,
        "capacity": found.capacity,
        "fewest_mistakes": found.fewest,
        "mistakes": found.mistakes,
        "milliseconds": found.milliseconds,
        "problems": list(found.problems),
        "remarks": list(found.remarks),
    }


def _check_recipe(path: Path, arguments: Namespace) -> int:
    from coursekit.questions.planning import plan
    from coursekit.questions.recipe import read_recipe

    try:
        found = plan(read_recipe(path), families(arguments))
        students = _students(arguments)
        for student in students[:1] + students[-1:] or ("",):
            for _ in found.made(students).draw(student):
                pass
    except CourseError as error:
        if arguments.json:
            import json

            print(json.dumps({"ok": False, "problem": str(error)}, ensure_ascii=False, indent=2))
        else:
            print(f"✗ {error}")
        return 1
    _tell_plan(found, len(students), arguments.json)
    return 0


def _students(arguments: Namespace) -> tuple[str, ...]:
    if not arguments.roster:
        return ()
    from coursekit.questions.roster import read_roster

    return read_roster(Path(arguments.roster)).students


def _tell_plan(found: Plan, students: int, as_json: bool) -> None:
    from coursekit.questions.text import number_text

    if as_json:
        import json

        sections = [
            {
                "title": slot.section.title,
                "families": dict(slot.counts),
                "points": slot.points,
                "seconds": slot.seconds,
            }
            for slot in found.slots
        ]
        whole = {"ok": True, "questions": found.count, "points": found.points, "seconds": found.seconds}
        print(json.dumps({**whole, "students": students, "sections": sections}, ensure_ascii=False, indent=2))
        return
    for rank, slot in enumerate(found.slots, 1):
        title = slot.section.title or "sans titre"
        print(
            f"Section {rank}, {title} : {slot.counts.total()} questions, {slot.points} points, {_minutes(slot.seconds)}"
        )
        for family in slot.families:
            if slot.counts[family.id]:
                print(f"  {slot.counts[family.id]} × {family.id}  {family.title}")
    whom = f", {number_text(students)} élèves" if students else ""
    print(f"✓ {found.count} questions, {found.points} points, {_minutes(found.seconds)} prévues{whom}.")


def _minutes(seconds: int) -> str:
    from coursekit.questions.text import number_text

    return f"{number_text(seconds / 60, 3)} min"
