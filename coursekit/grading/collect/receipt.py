"""L’heure de réception : ce que dit `timestamp.txt`, tant que rien ne le contredit ; sinon, l’heure de la machine.

nbgrader écrit ce fichier dans le compte de l’élève, ou d’après le nom que donne la plateforme : c’est un témoignage.
Le système de fichiers en est un autre, qui le contredit quand l’heure annoncée est future, antérieure à nbgrader, ou
antérieure à la dernière modification du notebook. L’heure retenue est alors celle où le fichier est arrivé ici.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from coursekit.grading.collect.folder import Entry

FILE = "timestamp.txt"
LONGEST = 64
"""Octets. Une date en tient trente ; davantage n’en est pas une."""

# Un nom de fuseau se cherche sur le disque : il ne doit pas pouvoir désigner un autre fichier.
_ZONE = r"[A-Z][A-Za-z]{0,30}(?:/[A-Z][A-Za-z_]{1,30})?"
_TIME = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?"
_WRITTEN = re.compile(rf"(?P<time>{_TIME})(?: ?(?P<offset>[+-]\d\d:?\d\d|Z)| {_ZONE})?", re.ASCII)
_FIRST_NBGRADER = datetime(2014, 1, 1)
_CLOCKS_DIFFER = 600.0
_COPIED = 60.0
"""Secondes. Un fichier modifié dès son arrivée sort d’une copie, qui ne dit pas quand l’élève l’a écrit."""


@dataclass(frozen=True)
class Receipt:
    """L’heure retenue, et celle de la machine (UTC, sans fuseau) ; `remark` : ce qu’il faut en dire."""

    received: datetime | None = None
    arrived: datetime | None = None
    remark: str = ""


def receipt(stamp: Entry | None, content: bytes | None, notebooks: Iterable[Entry]) -> Receipt:
    """L’heure de réception d’une copie ; `content` est celui de `timestamp.txt`, s’il a pu se lire.

    Sans `timestamp.txt`, aucune heure n’est retenue, comme chez nbgrader : la copie n’est pas en retard.
    """
    works = list(notebooks)
    arrivals = [entry.arrived for entry in works] or ([stamp.arrived] if stamp else [])
    arrived = _utc(max(arrivals)) if arrivals else None
    if stamp is None:
        return Receipt(None, arrived)
    announced = parse(content)
    why = "ne donne pas d’heure lisible" if announced is None else _contradiction(announced, stamp, works)
    if not why:
        return Receipt(announced, arrived)
    told = (
        f"{FILE} {why} : l’heure retenue est celle de l’arrivée du fichier, {arrived:%d/%m/%Y %H:%M} (UTC)."
    )
    if announced is None:
        told += " Formgrader n’affichera pas la liste des copies tant que ce fichier est là : effacez-le."
    return Receipt(arrived, arrived, told)


def parse(content: bytes | None) -> datetime | None:
    """Une date au format de nbgrader, en UTC sans fuseau ; `None` si ce n’en est pas une."""
    if content is None or len(content) > LONGEST:
        return None
    text = content.decode("ascii", "replace").strip()
    if (written := _WRITTEN.fullmatch(text)) is None:
        return None
    from nbgrader.utils import parse_utc

    try:
        # nbgrader 0.9.6 lit « +0100 » comme cent secondes.
        read = _shifted(written) if written["offset"] else parse_utc(text)
    except (ValueError, OverflowError, TypeError, AttributeError):
        return None
    return read if isinstance(read, datetime) else None


def _shifted(written: re.Match[str]) -> datetime:
    return datetime.fromisoformat(written["time"] + written["offset"]).astimezone(UTC).replace(tzinfo=None)


def _contradiction(announced: datetime, stamp: Entry, notebooks: Iterable[Entry]) -> str:
    said = f"annonce le {announced:%d/%m/%Y %H:%M} (UTC)"
    if (announced - _utc(stamp.arrived)).total_seconds() > _CLOCKS_DIFFER:
        return f"{said}, après son arrivée"
    if announced < _FIRST_NBGRADER:
        return f"{said}, avant que nbgrader existe"
    for entry in notebooks:
        kept = entry.modified < entry.arrived - _COPIED
        if kept and (_utc(entry.modified) - announced).total_seconds() > _CLOCKS_DIFFER:
            return f"{said}, mais le notebook a été modifié ensuite"
    return ""


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
