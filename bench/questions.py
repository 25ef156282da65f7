"""La banque de questions : combien de questions par seconde, du tirage au fichier Moodle, sur un cœur.

    python bench/questions.py

Le temps est celui du processeur ; la mémoire, le plus haut point de la série d’examens.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable

from coursekit.questions import BANK, Copy, Key, QuestionSet, Wanted, capacity, generate, manifest
from coursekit.questions.exports import Meta, load

PER_FAMILY = 400
STUDENTS, QUESTIONS = 1000, 20
MOODLE = load("moodle")


def drain(pieces: Iterable[bytes]) -> int:
    return sum(len(piece) for piece in pieces)


def one_family() -> None:
    print(f"{'famille':<28} {'questions':>9} {'tirer':>9} {'+ Moodle':>9}")
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


def one_class() -> None:
    """Une série unique par élève, son fichier et son manifeste, écrits au fil de l’eau."""
    rich = [family for family in BANK if (capacity(family) or 10**9) >= 100]
    wanted = tuple(Wanted(rich[i % len(rich)]) for i in range(QUESTIONS))
    made = QuestionSet("cours", "examen", 1, wanted, tuple(f"élève {i}" for i in range(STUDENTS)))
    copies: list[Copy] = []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, size = time.process_time(), 0
    for copy in made.copies():
        size += drain(MOODLE.write(copy.variants, Meta()))
        size += sum(len(piece) for piece in manifest(made, [copy]))
        copies = [copy]
    elapsed = time.process_time() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{STUDENTS} élèves × {len(copies[0].variants)} questions : {elapsed:.1f} s, {size / 1e6:.0f} Mo écrits, "
        f"mémoire {before / 1e3:.0f} → {after / 1e3:.0f} Mo"
    )


if __name__ == "__main__":
    one_family()
    one_class()
