"""La liste des questions écartées : une ligne par question, son empreinte puis sa note, pour qu’on puisse la relire.

# Questions écartées
5f0c2a9e11d34b07  conv.out_size@1 input_size=28 kernel_size=3 stride=2 padding=1 -> 14
"""

from __future__ import annotations

import re
from pathlib import Path

from coursekit.errors import ArgumentError
from coursekit.questions.text import NBSP
from coursekit.questions.variant import Variant

_HASH = re.compile(r"[0-9a-f]{16}")


def rejected_line(variant: Variant) -> str:
    """La ligne d’une question."""
    return f"{variant.hash}  {variant.note}"


def read_rejected(path: Path) -> frozenset[str]:
    """Les empreintes d’une liste ; une ligne vide, ou qui commence par « # », ne compte pas.

    Raises:
        ArgumentError: le fichier manque, ou une ligne ne commence pas par une empreinte.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "ce n’est pas un texte en UTF-8"
        raise ArgumentError(f"{path} ne peut pas être lu{NBSP}: {reason}.") from None
    found = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        first = line.split()[0]
        if not _HASH.fullmatch(first):
            raise ArgumentError(
                f"{path}, ligne {number}{NBSP}: « {first[:30]} » n’est pas l’empreinte d’une question "
                "(16 signes, de 0 à 9 et de a à f). Reprenez la liste que l’aperçu a téléchargée."
            )
        found.add(first)
    return frozenset(found)
