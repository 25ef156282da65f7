"""Ouvrir les deux pépinières d’une notation : ce qu’elles importent d’avance, et à quel moment."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from coursekit.errors import CourseError
from coursekit.grading.children import Nursery
from coursekit.grading.execute.pair import Pair
from coursekit.grading.execute.parents import consequences

if TYPE_CHECKING:
    from coursekit.grading.sandbox.nursery import Sandbox


def open_sandbox(course: str, modules: tuple[str, ...], isolation: bool) -> Nursery:
    """Une pépinière d’élèves pour ce cours, qui ne peuvent pas le lire."""
    from coursekit.grading.execute import PRELOAD, STUDENT, font_lists

    preload = (*PRELOAD, *consequences(modules))
    if isolation:
        from coursekit.grading.sandbox.nursery import Sandbox

        hidden = (course,) if course else ()
        return Sandbox(STUDENT, preload, hidden=hidden, perhaps=modules, home=font_lists())
    from coursekit.grading.bare import Bare

    return Bare(STUDENT, preload, perhaps=modules)


def launch_sandbox(course: str) -> Sandbox | None:
    """La même, lancée avant que le cours ne soit lu : PyTorch s’y importe pendant ce temps. Rien si elle s’y refuse."""
    from coursekit.grading.execute import PRELOAD, STUDENT, font_lists
    from coursekit.grading.sandbox.nursery import Sandbox

    try:
        preload = (*PRELOAD, *consequences(PRELOAD))
        return Sandbox(STUDENT, preload, hidden=(course,), home=font_lists(), later=True)
    except CourseError:  # qui en aura besoin en aura le message
        return None


def open_launched(sandbox: Sandbox, modules: tuple[str, ...]) -> Nursery:
    """Ce qu’`open_sandbox` aurait rendu pour ces modules."""
    sandbox.load((*consequences(modules), *modules))
    return sandbox.open()


def open_pair(
    course: str, modules: tuple[str, ...], isolation: bool, launched: Sandbox | None = None
) -> Pair:
    """De quoi faire naître des élèves et leurs tests. Un poste l’appelle, ici ou ailleurs."""
    if launched is not None:
        return Pair.open(partial(open_launched, launched, modules), modules)
    return Pair.open(partial(open_sandbox, course, modules, isolation), modules)
