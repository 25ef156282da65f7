"""Écrire un fichier qui est entier ou absent, même si le processus meurt pendant l’écriture."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Écrit à côté, attend que le disque ait tout reçu, puis renomme : `rename` est indivisible sur un même disque.

    `write` reçoit le fichier ouvert. Un reste d’écriture interrompue est écrasé par la suivante.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".partiel")
    with aside.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
