"""Remplacer un dossier d’un coup : à tout instant, l’ancien ou le nouveau y est entier, ou se retrouve.

Le nouveau se prépare à côté, sous un nom caché que ni nbgrader ni `*` ne voient ; deux renommages le mettent en place.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Replacement:
    """Un dossier à remplacer ; `mode` est celui de ses fichiers, `shared` l’ouvre au groupe, comme chez nbgrader."""

    target: Path
    mode: int = 0o444
    shared: bool = False

    @property
    def _new(self) -> Path:
        return self.target.with_name(f".{self.target.name}.nouveau")

    @property
    def _old(self) -> Path:
        return self.target.with_name(f".{self.target.name}.ancien")

    def prepare(self, files: Mapping[str, bytes]) -> None:
        """Écrit le nouveau dossier à côté de l’ancien, et l’assure sur le disque."""
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self.recover()
        try:
            self._new.mkdir()
            for name, data in files.items():
                self._write(self._new / name, data)
            for folder, _, _ in os.walk(self._new):
                if self.shared:
                    Path(folder).chmod(0o2775)
                _sync(Path(folder))
        except BaseException:
            self.discard()
            raise

    def place(self) -> None:
        """Met le nouveau dossier à la place de l’ancien."""
        if self.target.is_symlink() or self.target.exists():
            self.target.rename(self._old)
        self._new.rename(self.target)
        _sync(self.target.parent)
        _remove(self._old)

    def recover(self) -> None:
        """Répare ce qu’un arrêt au milieu d’un remplacement a laissé."""
        if not self.target.exists() and self._old.exists():
            self._old.rename(self.target)
        _remove(self._old)
        self.discard()

    def discard(self) -> None:
        _remove(self._new)

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(file, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fchmod(file, self.mode)
            os.fsync(file)


def _remove(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
