"""Ce qui se joue dans le dossier remis, avant d’en lire le notebook : attaques 26, 32 et 33.

`rejected` : le notebook n’a pas été ouvert. Un autre fichier refusé laisse la note telle quelle, et se signale.
"""

from __future__ import annotations

import unicodedata

from attacks import toy
from attacks.model import RIGHT, Attack, Special, Stage, Submission, between, scored

NOTEBOOK = f"{toy.NAME}.ipynb"

INSTEAD = {
    "lien vers une autre copie": Special("symlink", f"../../juste/devoir/{NOTEBOOK}"),
    "lien vers un fichier du système": Special("symlink", "/etc/passwd"),
    "lien vers rien": Special("symlink", "absent"),
    "lien vers soi": Special("symlink", NOTEBOOK),
    "tube nommé": Special("fifo"),
    "illisible": Special("unreadable"),
    "périphérique": Special("symlink", "/dev/zero"),
}

BESIDE = {
    "lien à côté": Special("symlink", "../../juste/devoir"),
    "tube à côté": Special("fifo"),
    "lien dur à côté": Special("hardlink", NOTEBOOK),
    "illisible à côté": Special("unreadable"),
}

RENAMED = {
    "copie du navigateur": f"{toy.NAME} (1).ipynb",
    "extension en capitales": f"{toy.NAME}.IPYNB",
    "accents décomposés": unicodedata.normalize("NFD", NOTEBOOK),
    "espaces": f" {toy.NAME} .ipynb",
}

MISNAMED = {
    "saut de ligne": f"{toy.NAME}\n.ipynb",
    "retour chariot et couleurs": f"{toy.NAME}\r\x1b[31m.ipynb",
    "nom de 250 octets": f"{'x' * 244}.ipynb",
    "un tout autre nom": "Sans titre.ipynb",
    "écriture de droite à gauche": f"{toy.NAME}\u202ebnypi.ipynb",
}

DATES = {
    "date inventée": b"1999-01-01 00:00:00 UTC",
    "date du futur": b"9999-12-31 23:59:59 UTC",
    "date sans sens": b"\xff\xfe n'importe quoi",
    "date démesurée": b"9" * 1_000_000,
}

ATTACKS = (
    *(
        Attack(26, name, Stage.COLLECT, Submission({NOTEBOOK: special}), scored(0, "rejected"))
        for name, special in INSTEAD.items()
    ),
    *(
        Attack(26, name, Stage.COLLECT, RIGHT.adding({"donnees.csv": special}), scored(6))
        for name, special in BESIDE.items()
    ),
    *(Attack(32, name, Stage.COLLECT, RIGHT.renamed(file), scored(6)) for name, file in RENAMED.items()),
    *(
        # Reconnu ou signalé : les deux conviennent, pourvu que la classe soit notée.
        Attack(32, name, Stage.COLLECT, RIGHT.renamed(file), between(0, 6, "missing"))
        for name, file in MISNAMED.items()
    ),
    Attack(
        32,
        "chemin qui remonte",
        Stage.COLLECT,
        # Un tel nom n’existe que dans une archive : l’écrire sur le disque serait déjà l’attaque réussie.
        RIGHT.renamed(f"../../{NOTEBOOK}"),
        scored(0, "missing"),
    ),
    *(
        Attack(33, name, Stage.COMMIT, RIGHT.adding({"timestamp.txt": content}), scored(6))
        for name, content in DATES.items()
    ),
)
