"""Les familles qu’un professeur écrit lui-même : un fichier Python qui définit `FAMILIES`.

Le fichier est importé, donc exécuté, comme le vôtre : n’y mettez que du code que vous lanceriez vous-même.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from coursekit.errors import ArgumentError, UnknownNameError
from coursekit.questions import bank
from coursekit.questions.family import Family


def load_families(path: Path) -> tuple[Family, ...]:
    """Les familles de ce fichier.

    Raises:
        ArgumentError: il manque, il échoue (la ligne est dite), ne définit pas `FAMILIES`, ou reprend un nom déjà pris.
    """
    if not path.is_file():
        raise ArgumentError(f"{path} n’existe pas.")
    spec = spec_from_file_location(f"coursekit_homemade_{path.stem}", path)
    if path.suffix != ".py" or spec is None or spec.loader is None:
        raise ArgumentError(f"{path} n’est pas un fichier Python : donnez un fichier en .py.")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ArgumentError(f"{path}{_line(path, error)} : {type(error).__name__}, {error}") from None
    found = getattr(module, "FAMILIES", None)
    if (
        not isinstance(found, Sequence)
        or not all(isinstance(family, Family) for family in found)
        or not found
    ):
        raise ArgumentError(f"{path} doit définir FAMILIES, une liste de Family : FAMILIES = (MA_FAMILLE,).")
    return tuple(found)


def _line(path: Path, error: Exception) -> str:
    if isinstance(error, SyntaxError):
        return f", ligne {error.lineno}"
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)
    ]
    return f", ligne {lines[-1]}" if lines else ""


def with_own(paths: Iterable[Path]) -> tuple[Family, ...]:
    """La banque, suivie des familles de ces fichiers.

    Raises:
        ArgumentError: comme `load_families`, ou un nom sert deux fois.
    """
    own = tuple(family for path in paths for family in load_families(path))
    twice = [name for name, times in Counter(family.id for family in (*bank.BANK, *own)).items() if times > 1]
    if twice:
        raise ArgumentError(
            f"Le nom {twice[0]} est déjà pris par une autre famille : donnez-en un autre à la vôtre."
        )
    return (*bank.BANK, *own)


def find_among(name: str, families: Sequence[Family]) -> Family:
    """La famille de ce nom, parmi celles-ci.

    Raises:
        UnknownNameError: aucune ne porte ce nom ; le message propose les plus proches.
    """
    for family in families:
        if family.id == name:
            return family
    raise UnknownNameError("Nom de famille", name, (family.id for family in families))
