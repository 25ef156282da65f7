"""Le registre du rapport : une ligne de JSON par copie, sur le disque, à côté du journal de la notation.

La classe n’est donc jamais en mémoire, et une notation reprise retrouve ce qui avait été observé des copies déjà
notées. Il se perd sans dommage : les copies dont il ne sait rien sont notées de nouveau.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from coursekit.grading.report.rows import Row


class Ledger:
    """Les dernières lignes de chaque élève ; `key` dit de quels octets elles parlent."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._file = os.fdopen(descriptor, "r+b")
        self._places: dict[str, int] = {}
        self._lines = 0
        self._index()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lines > 2 * len(self._places):
            self._compact()
        self._file.close()

    def write(self, row: Row, key: str) -> None:
        place = self._file.seek(0, os.SEEK_END)
        self._file.write(_line(row, key))
        self._file.flush()
        self._places[row.student] = place
        self._lines += 1

    def find(self, student: str, key: str | None = None) -> Row | None:
        """La dernière ligne de cet élève, si elle parle de ces octets (ou de n’importe lesquels)."""
        place = self._places.get(student)
        if place is None:
            return None
        self._file.seek(place)
        read = json.loads(self._file.readline())
        return Row.from_data(read["row"]) if key in (None, read["key"]) else None

    def _index(self) -> None:
        end = 0
        for line in self._file:
            try:
                student = json.loads(line)["row"]["student"]
            except (ValueError, KeyError, TypeError):  # une ligne coupée par un arrêt
                continue
            finally:
                place, end = end, end + len(line)
            self._places[student] = place
            self._lines += 1
        if end and not line.endswith(b"\n"):
            self._file.write(b"\n")

    def _compact(self) -> None:
        """Ne garde que la dernière ligne de chacun ; un arrêt ici laisse l’ancien registre."""
        fresh = self._path.with_name(f".{self._path.name}.nouveau")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for place in self._places.values():
                self._file.seek(place)
                file.write(self._file.readline())
        fresh.replace(self._path)


def _line(row: Row, key: str) -> bytes:
    return (
        json.dumps({"key": key, "row": row.as_data()}, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    )
