"""La banque de questions : combien de questions par seconde, et combien de temps pour un examen de toute une
promotion.

    python bench/questions.py

Le temps est celui du processeur, sur un cœur ; la mémoire, le plus haut point du processus. Les séries d’examen
passent par la recette, la liste de classe, le fichier Moodle de chaque élève et le manifeste, comme le fait la
commande.

Mesuré (76 familles, machine à deux cœurs partagée) : 1 000 élèves × 20 questions, 12,7 s et 42 → 43 Mo ; 100 élèves,
2,1 s. La mémoire ne croît pas avec la classe : ce qui s’ajoute au premier examen est le code chargé et les rendus
gardés.

R/exams (Grün et Zeileis, 2009) ne se mesure pas ici : Debian a R (`r-base-core`) et n’a pas le paquet `exams`, que
seul CRAN distribue. Sa façon de faire, un appel à R par question et par élève, est donc décrite, non chronométrée.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from coursekit.questions import BANK, Key, capacity, generate, read_manifest
from coursekit.questions.exports import Meta, load
from coursekit.questions.planning import plan
from coursekit.questions.produce import produce
from coursekit.questions.recipe import as_recipe
from coursekit.questions.roster import read_roster

PER_FAMILY = 400
QUESTIONS = 20
CLASSES = (100, 1000)
MOODLE = load("moodle")


def drain(pieces: Iterable[bytes]) -> int:
    return sum(len(piece) for piece in pieces)


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def one_class(students: int) -> None:
    """Un examen de vingt questions propres à chaque élève, écrit en archive avec son manifeste, puis relu."""
    with TemporaryDirectory() as folder:
        roster = Path(folder, "eleves.csv")
        roster.write_text("Nom;Numéro\n" + "".join(f"Élève;{i}\n" for i in range(students)), encoding="utf-8")
        start, before = time.process_time(), megabytes()
        recipe = as_recipe({"title": "Examen", "seed": 1, "section": [{"count": QUESTIONS}]})
        made = plan(recipe).made(read_roster(roster).students)
        output = Path(folder, "examen.zip")
        done = produce(made, MOODLE, output, Meta())
        elapsed, after = time.process_time() - start, megabytes()
        manifest = done.manifest.read_text(encoding="utf-8")
        start = time.process_time()
        copies = read_manifest(manifest)[1]
        again = time.process_time() - start
    distinct = {len({variant.hash for variant in copy.variants}) for copy in copies}
    assert distinct == {QUESTIONS}
    different = len({frozenset(variant.hash for variant in copy.variants) for copy in copies})
    print(
        f"{students:>5} élèves × {QUESTIONS} questions : {elapsed:5.1f} s, mémoire {before:.0f} → {after:.0f} Mo, "
        f"{done.size / 1e6:.1f} + {len(manifest) / 1e6:.1f} Mo écrits, {different} copies, relues en {again:.1f} s"
    )


def one_family() -> None:
    print(f"\n{'famille':<28} {'questions':>9} {'tirer':>9} {'+ Moodle':>9}")
    total = elapsed = 0.0
    for family in BANK:
        known = capacity(family)
        count = PER_FAMILY if known is None else max(1, min(PER_FAMILY, known // 2))
        start = time.process_time()
        for _ in generate(family, count, Key(seed=1)):
            pass
        drawn = time.process_time() - start
        start = time.process_time()
        drain(MOODLE.write(generate(family, count, Key(seed=2)), Meta()))
        both = time.process_time() - start
        print(f"{family.id:<28} {count:>9} {drawn / count * 1e3:>6.3f} ms {both / count * 1e3:>6.3f} ms")
        total, elapsed = total + count, elapsed + both
    print(f"En tout : {total / elapsed:,.0f} questions par seconde".replace(",", " "))


if __name__ == "__main__":
    for size in CLASSES:
        one_class(size)
    one_family()
