"""Devenir un utilisateur sans droits avant de lancer bubblewrap, quand c’est `root` qui note.

Un processus de `root` reste `root` aux yeux du noyau, même dans un espace d’utilisateurs : il écrirait dans
`/proc/sys`, et le nombre de ses processus n’a pas de borne. Comme l’utilisateur sans droits ne peut pas toujours entrer
là où Python est installé (`/root`…), ces dossiers sont d’abord montés ailleurs, pour ce processus et ses enfants
seulement.

    python -P -m coursekit.grading.sandbox.unroot DOSSIER… -- COMMANDE…
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from coursekit.grading.sandbox import linux
from coursekit.grading.sandbox.linux import Mount, Namespace

NOBODY = 65534
_STAGE = Path("/run")


def staged(places: Sequence[str]) -> Mapping[str, str]:
    """Où seront montés ces dossiers."""
    return {place: str(_STAGE / str(rank)) for rank, place in enumerate(places)}


def command(places: Sequence[str], following: Sequence[str]) -> list[str]:
    """La commande qui monte ces dossiers, cesse d’être `root`, puis exécute la suite."""
    return [sys.executable, "-P", "-m", __name__, *places, "--", *following]


def _stage(places: Sequence[str]) -> None:
    linux.unshare(Namespace.MOUNT)
    linux.mount("none", "/", "", Mount.RECURSIVE | Mount.PRIVATE)
    opened = [os.open(place, os.O_PATH) for place in places]
    linux.mount("coursekit", str(_STAGE), "tmpfs", Mount.NO_SUID | Mount.NO_DEV, "mode=0755,size=1M")
    for descriptor, place in zip(opened, staged(places).values(), strict=True):
        Path(place).mkdir()
        linux.mount(f"/proc/self/fd/{descriptor}", place, "", Mount.BIND | Mount.RECURSIVE)
        os.close(descriptor)


def main() -> None:
    middle = sys.argv.index("--")
    places, following = sys.argv[1:middle], sys.argv[middle + 1 :]
    _stage(places)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    os.execv(following[0], following)


if __name__ == "__main__":
    main()
