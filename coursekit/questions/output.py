"""Écrire un fichier d’un coup : rien n’est écrasé sans qu’on le demande, rien ne reste à moitié écrit."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile

from coursekit.errors import ArgumentError
from coursekit.questions.text import NBSP


def check_free(path: Path, force: bool) -> None:
    """Refuse d’écraser un fichier, ou d’écrire dans un dossier qui n’existe pas.

    Raises:
        ArgumentError: le message dit quoi faire.
    """
    if path.is_dir():
        raise ArgumentError(f"{path} est un dossier{NBSP}: donnez le nom d’un fichier.")
    if path.exists() and not force:
        raise ArgumentError(f"{path} existe déjà{NBSP}: ajoutez --force pour l’écraser.")
    if not path.parent.is_dir():
        raise ArgumentError(f"Le dossier {path.parent} n’existe pas{NBSP}: créez-le d’abord.")


def write(path: Path, pieces: Iterable[bytes], *, force: bool = False) -> int:
    """Écrit les morceaux dans un fichier voisin, puis le met à sa place ; renvoie le nombre d’octets.

    Raises:
        ArgumentError: le fichier existe, son dossier n’existe pas, ou le disque refuse.
    """
    try:
        check_free(path, force)
        return _replace(path, pieces)
    except OSError as error:
        raise ArgumentError(f"{path} ne peut pas être écrit{NBSP}: {error.strerror or error}.") from None


def _replace(path: Path, pieces: Iterable[bytes]) -> int:
    written = 0
    with NamedTemporaryFile(dir=path.parent, prefix=".questions-", delete=False) as file:
        temporary = Path(file.name)
        try:
            for piece in pieces:
                written += file.write(piece)
            file.flush()
            temporary.chmod(0o666 & ~_umask())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    return written


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
