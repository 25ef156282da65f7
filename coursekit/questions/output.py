"""Écrire un fichier d’un coup : rien n’est écrasé sans qu’on le demande, rien ne reste à moitié écrit."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast

from coursekit.errors import ArgumentError
from coursekit.questions.text import NBSP


def check_free(path: Path, force: bool) -> None:
    """Refuse d’écraser un fichier, ou d’écrire dans un dossier qui n’existe pas.

    Raises:
        ArgumentError: le message dit quoi faire.
    """
    try:
        _check_free(path, force)
    except OSError as error:
        raise _refused(path, error) from None


def _check_free(path: Path, force: bool) -> None:
    if path.is_dir():
        raise ArgumentError(f"{path} est un dossier{NBSP}: donnez le nom d’un fichier.")
    if path.exists() and not force:
        raise ArgumentError(f"{path} existe déjà{NBSP}: ajoutez --force pour l’écraser.")
    if not path.parent.is_dir():
        raise ArgumentError(f"Le dossier {path.parent} n’existe pas{NBSP}: créez-le d’abord.")


class Drafts:
    """Des fichiers écrits à côté de leur place, et mis en place ensemble à la fin, ou pas du tout.

    Un arrêt demandé (Ctrl-C, `kill`) retire les brouillons ; un arrêt brutal (`kill -9`) peut laisser un fichier caché
    `.questions-…`, jamais un fichier à moitié écrit sous le nom demandé.

    Raises:
        ArgumentError: un fichier existe, son dossier n’existe pas, ou le disque refuse.
    """

    def __init__(self, *, force: bool = False) -> None:
        self._force = force
        self._drafts: list[tuple[Path, Path, BinaryIO]] = []

    def __enter__(self) -> Drafts:
        self._stop = _stop_cleanly()
        return self

    def open(self, path: Path) -> BinaryIO:
        """Le brouillon de ce fichier, ouvert en écriture."""
        check_free(path, self._force)
        try:
            file = NamedTemporaryFile(dir=path.parent, prefix=".questions-", delete=False)  # noqa: SIM115
        except OSError as error:
            raise _refused(path, error) from None
        self._drafts.append((path, Path(file.name), cast(BinaryIO, file)))
        return cast(BinaryIO, file)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        try:
            for path, temporary, file in self._drafts:
                file.close()
                if kind is None:
                    temporary.chmod(0o666 & ~_umask())
                    os.replace(temporary, path)
        except OSError as refused:
            raise _refused(path, refused) from None
        finally:
            for _path, temporary, file in self._drafts:
                with suppress(OSError):
                    file.close()
                temporary.unlink(missing_ok=True)
            self._stop()
        if isinstance(error, OSError) and self._drafts:
            raise _refused(self._drafts[0][0], error) from None


def write(path: Path, pieces: Iterable[bytes], *, force: bool = False) -> int:
    """Écrit les morceaux dans un fichier voisin, puis le met à sa place ; renvoie le nombre d’octets.

    Raises:
        ArgumentError: le fichier existe, son dossier n’existe pas, ou le disque refuse.
    """
    with Drafts(force=force) as drafts:
        file = drafts.open(path)
        return sum(file.write(piece) for piece in pieces)


def _refused(path: Path, error: OSError) -> ArgumentError:
    return ArgumentError(f"{path} ne peut pas être écrit : {error.strerror or error}.")


def _stop_cleanly() -> Callable[[], object]:
    """Fait de SIGTERM une exception, pour que les brouillons soient retirés ; renvoie ce qui remet l’état d’avant."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None

    def stop(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    return lambda: signal.signal(signal.SIGTERM, before)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
