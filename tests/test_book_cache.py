"""Le cache d’exécution du livre : ce qui change est réexécuté, et rien de plus.

Le petit livre est construit une fois ; chaque test part d’un livre à jour, y change une chose, et le laisse à jour.
"""

from __future__ import annotations

import os
import shutil

import pytest
from mini_book import MiniBook

BOTH = {"filtres", "verifications"}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> MiniBook:
    """Le petit livre, construit."""
    book = MiniBook.create(tmp_path_factory.mktemp("livre"))
    first = book.build()
    assert first.code == 0, first.text
    assert first.executed == BOTH
    assert set(book.draws()) == BOTH
    return book


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Les chapitres dont la sortie n’est plus la même."""
    return {name for name in before if before[name] != after[name]}


def test_nothing_changed_nothing_done(book: MiniBook) -> None:
    before = book.draws()
    build = book.build()
    assert (build.code, build.read, build.executed) == (0, set(), set()), build.text
    assert book.draws() == before


EDITS = [
    ("la prose d’un chapitre", "book/filtres.md", "Du texte.", "Un autre texte.", {"filtres"}, set()),
    ("une page sans cellule", "book/prose.md", "Rien", "Toujours rien", {"prose"}, set()),
    (
        "la cellule d’un chapitre",
        "book/filtres.md",
        "print('taille'",
        "print('côté'",
        {"filtres"},
        {"filtres"},
    ),
    ("un module importé", "minipaquet/filters/kernels.py", "3", "5", {"filtres"}, {"filtres"}),
    (
        "un module importé par un autre",
        "minipaquet/sizes.py",
        "//",
        "/",
        {"verifications"},
        {"verifications"},
    ),
    ("la racine du paquet", "minipaquet/__init__.py", "", "VERSION = 1\n", BOTH, BOTH),
    ("un fichier montré", "minipaquet/shown.py", "42", "43", {"verifications"}, {"verifications"}),
    ("les versions fixées", "versions.txt", "2.4.6", "2.4.7", BOTH, BOTH),
    ("une donnée voisine", "minipaquet/filters/photo.txt", "une", "une autre", {"filtres"}, {"filtres"}),
]


@pytest.mark.parametrize(
    ("name", "old", "new", "read", "executed"), [e[1:] for e in EDITS], ids=[e[0] for e in EDITS]
)
def test_an_edit_reaches_what_depends_on_it(
    book: MiniBook, name: str, old: str, new: str, read: set[str], executed: set[str]
) -> None:
    before = book.draws()
    if old:
        book.edit(name, old, new)
    else:
        (book.root / name).write_text(new, encoding="utf-8")
    build = book.build()
    assert (build.code, build.read, build.executed) == (0, read, executed), build.text
    assert changed(before, book.draws()) == executed


def test_a_touched_file_is_not_a_changed_file(book: MiniBook) -> None:
    before = book.draws()
    os.utime(book.root / "minipaquet" / "filters" / "kernels.py")
    os.utime(book.root / "book" / "filtres.md")
    assert book.build().executed == set()
    assert book.draws() == before


@pytest.mark.parametrize("lost", ["html", ".doctrees"])
def test_a_lost_folder_brings_no_stale_output(book: MiniBook, lost: str) -> None:
    before = book.draws()
    shutil.rmtree(book.root / "_build" / lost)
    book.edit("minipaquet/checks/numbers.py", "half", "half as moitie" if lost == "html" else "half")
    (book.root / "minipaquet" / "filters" / "kernels.py").write_text(
        f"SIZE = {len(lost) + 7}\n", encoding="utf-8"
    )
    build = book.build()
    assert build.code == 0, build.text
    assert "filtres" in changed(before, book.draws())
    assert str(len(lost) + 7) in book.page("filtres")


def test_a_lost_folder_alone_executes_nothing(book: MiniBook) -> None:
    before = book.draws()
    shutil.rmtree(book.root / "_build" / "html")
    shutil.rmtree(book.root / "_build" / ".doctrees")
    assert book.build().executed == set()
    assert book.draws() == before


FAULTS = [
    (
        "une cellule en échec",
        ("book/filtres.md", "print('tirage'", "1 / 0  # impossible\nprint('tirage'"),
        [
            "filtres.md:15",
            "la cellule 1 (sur 1, ligne 15) a échoué",
            "première ligne\u00a0: import uuid",
            "ZeroDivisionError",
        ],
    ),
    (
        "un module fautif",
        ("minipaquet/sizes.py", "def half", "raise ValueError('taille nulle')\ndef half"),
        ["verifications.md:15", "la cellule 1", "ValueError: taille nulle"],
    ),
    (
        "un renvoi rompu, une directive inconnue, une formule fautive",
        ("book/prose.md", "# Prose\n", "# Prose\n\n{ref}`nulle-part`\n\n```{inconnue}\n```\n\n$\\frac{1$\n"),
        ["prose.md:3", "nulle-part", "prose.md:5", "inconnue", "prose.md:8", "formule refusée par KaTeX"],
    ),
]


@pytest.mark.parametrize(("edit", "words"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_fails_the_build_until_it_is_mended(
    book: MiniBook, edit: tuple[str, str, str], words: list[str]
) -> None:
    name, right, wrong = edit
    book.edit(name, right, wrong)
    first, second = book.build(), book.build()
    book.edit(name, wrong, right)
    mended = book.build()

    for build in (first, second):
        assert build.code != 0, build.text
        assert [word for word in words if word not in build.text] == [], build.text
    assert (mended.code, mended.executed) == (0, set()), mended.text


def test_every_failing_cell_is_named_at_once(book: MiniBook) -> None:
    book.edit("book/filtres.md", "print('tirage'", "absent_1\nprint('tirage'")
    book.edit("book/verifications.md", "print('tirage'", "absent_2\nprint('tirage'")
    build = book.build()
    book.edit("book/filtres.md", "absent_1\n", "")
    book.edit("book/verifications.md", "absent_2\n", "")
    mended = book.build()

    assert build.code != 0
    assert "name 'absent_1' is not defined" in build.text
    assert "name 'absent_2' is not defined" in build.text
    assert (mended.code, mended.executed) == (0, set())
