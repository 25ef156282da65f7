"""Une archive ZIP écrite au fil de l’eau : chaque fichier part dès qu’il est complet, et rien ne reste en mémoire.

Les en-têtes y disent les tailles d’avance, comme si le disque avait servi : certains importateurs n’en lisent pas
d’autres. Deux exports des mêmes questions donnent les mêmes octets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO, RawIOBase
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from typing import IO

Member = tuple[str, str | bytes | Iterable[str]]
"""(chemin dans l’archive, contenu, au besoin en morceaux)."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""La date de tous les fichiers : la plus ancienne que le format sache écrire."""


class Window(RawIOBase):
    """Un fichier dont on ne garde que ce qui n’est pas encore parti ; on n’y revient pas au-delà."""

    def __init__(self) -> None:
        self._sent = 0
        self._kept = BytesIO()

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._sent + self._kept.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        assert whence == 0
        self._kept.seek(offset - self._sent)
        return offset

    def write(self, data: object) -> int:
        return self._kept.write(cast(bytes, data))

    def drain(self) -> bytes:
        """Ce qui a été écrit depuis la dernière fois."""
        data = self._kept.getvalue()
        self._sent += len(data)
        self._kept = BytesIO()
        return data


def package(members: Iterable[Member]) -> Iterator[bytes]:
    """L’archive de ces fichiers, morceau par morceau."""
    from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

    window = Window()
    with ZipFile(cast("IO[bytes]", window), "w", ZIP_DEFLATED) as archive:
        for path, content in members:
            info = ZipInfo(path, EPOCH)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            pieces = (content,) if isinstance(content, str | bytes) else content
            with archive.open(info, "w") as file:
                for piece in pieces:
                    file.write(piece.encode() if isinstance(piece, str) else piece)
            yield window.drain()
    yield window.drain()
