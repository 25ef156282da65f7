"""Lire un dossier remis sans jamais suivre un lien ni ouvrir autre chose qu’un fichier ordinaire."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_MAX_DEPTH = 20
_KINDS = {
    stat.S_IFLNK: "c’est un lien symbolique",
    stat.S_IFIFO: "c’est un tube nommé",
    stat.S_IFSOCK: "c’est une prise réseau",
    stat.S_IFBLK: "c’est un périphérique",
    stat.S_IFCHR: "c’est un périphérique",
}


class NotOrdinaryError(OSError):
    """Ce n’est pas, ou plus, un fichier ordinaire que l’on peut lire."""


@dataclass(frozen=True)
class Entry:
    """Un fichier remis. `fault` dit pourquoi ne pas l’ouvrir ; `arrived` est l’heure de la machine (en secondes).

    `arrived` (`st_ctime`) ne se falsifie pas sans changer l’horloge ; `modified` (`st_mtime`), si.
    """

    path: str
    size: int
    arrived: float
    modified: float
    fault: str = ""


def entries(folder: Path, at_most: int) -> tuple[dict[str, Entry], bool]:
    """Les fichiers du dossier, chemin relatif → fichier, et s’il y en avait davantage.

    Raises:
        NotOrdinaryError: le dossier lui-même est un lien, ou ne s’ouvre pas.
    """
    found: dict[str, tuple[Entry, os.stat_result]] = {}
    complete = True
    with _opened(folder) as descriptor:
        for path, info in _walk(descriptor):
            if len(found) == at_most:
                complete = False
                break
            entry = Entry(path, info.st_size, info.st_ctime, info.st_mtime, _fault(path, info))
            found[path] = (entry, info)
    return _without_shared(found), not complete


def read(folder: Path, path: str, at_most: int) -> bytes:
    """Les octets d’un fichier ordinaire.

    Raises:
        NotOrdinaryError: il ne l’est pas, ne s’ouvre pas, ou dépasse `at_most` octets.
    """
    with _opened(folder) as descriptor:
        return _read(descriptor, path.split("/"), at_most)


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise NotOrdinaryError(f"{folder.name} : {error.strerror}") from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _walk(descriptor: int, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(descriptor) as listing:
        children = sorted(listing, key=lambda child: child.name)
        infos = [(child.name, child.stat(follow_symlinks=False)) for child in children]
    for name, info in infos:
        if not stat.S_ISDIR(info.st_mode) or depth == _MAX_DEPTH:
            yield prefix + name, info
            continue
        try:
            child = os.open(
                name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=descriptor
            )
        except OSError:
            yield prefix + name, info
            continue
        try:
            yield from _walk(child, f"{prefix}{name}/", depth + 1)
        finally:
            os.close(child)


def _fault(path: str, info: os.stat_result) -> str:
    if stat.S_ISDIR(info.st_mode):
        return "ce dossier ne s’ouvre pas, ou il est trop profond"
    if not stat.S_ISREG(info.st_mode):
        return _KINDS.get(stat.S_IFMT(info.st_mode), "ce n’est pas un fichier ordinaire")
    if not info.st_mode & 0o444:
        return "ses droits interdisent de le lire"
    try:
        path.encode()
    except UnicodeEncodeError:
        return "son nom n’est pas du texte"
    return ""


def _without_shared(found: Mapping[str, tuple[Entry, os.stat_result]]) -> dict[str, Entry]:
    """Refuse ce qu’un lien dur partage avec un fichier d’ailleurs ; entre fichiers du dossier, il ne trahit rien."""
    inside = Counter((info.st_dev, info.st_ino) for _, info in found.values())
    kept: dict[str, Entry] = {}
    seen: set[tuple[int, int]] = set()
    # Le notebook garde son nom, quel que soit l’ordre : c’est l’autre nom qui est de trop.
    for path in sorted(found, key=lambda path: (not path.endswith(".ipynb"), path)):
        entry, info = found[path]
        inode = (info.st_dev, info.st_ino)
        shared = info.st_nlink > inside[inode] or inode in seen
        if not entry.fault and shared:
            entry = Entry(path, entry.size, entry.arrived, entry.modified, "c’est un lien dur")
        seen.add(inode)
        kept[path] = entry
    return {path: kept[path] for path in found}


def _read(descriptor: int, parts: list[str], at_most: int) -> bytes:
    *parents, name = parts
    opened: list[int] = []
    try:
        for parent in parents:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(parent, flags, dir_fd=descriptor)
            opened.append(descriptor)
        # O_NONBLOCK : un tube mis là entre-temps ne bloque pas.
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=descriptor)
        opened.append(file)
        info = os.fstat(file)
        if not stat.S_ISREG(info.st_mode):
            raise NotOrdinaryError("ce n’est plus un fichier ordinaire")
        with os.fdopen(os.dup(file), "rb") as stream:
            data = stream.read(at_most + 1)
    except NotOrdinaryError:
        raise
    except OSError as error:
        raise NotOrdinaryError(error.strerror or "il ne se lit pas") from None
    finally:
        for one in reversed(opened):
            os.close(one)
    if len(data) > at_most:
        raise NotOrdinaryError("il a grossi pendant la lecture")
    return data
