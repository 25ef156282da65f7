"""Arrêter le noyau, ou ne jamais finir : attaques 8 à 12.

Les réponses sont justes, et c’est `normalise`, la deuxième, qui s’arrête : les deux points de `moyenne` restent.
"""

from __future__ import annotations

from attacks.model import RIGHT, Attack, Stage, Submission, between, cell_of, scored

CRASHES = {
    "os._exit": "import os\nos._exit(0)",
    "erreur de segmentation": "import ctypes\nctypes.string_at(0)",
    "kill -9 sur soi": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "pile du C épuisée": "import ctypes\nctypes.pythonapi.abort()",
}

EXITS = {
    "dans la cellule": "import sys\nsys.exit()",
    "dans la fonction": "def normalise(valeurs):\n    import sys\n    sys.exit()",
    "exit d’IPython": "exit()",
}

LOOPS = {
    10: "while True: pass",
    11: """import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    try:
        while True: pass
    except BaseException:
        pass""",
}

SLEEPING = "import time\ntime.sleep(29)"


def _sleepy() -> Submission:
    """Mille cellules de 29 s, avant toute réponse : aucune ne dépasse la limite d’une cellule."""
    sleep = cell_of(RIGHT.notebook, "aide") | {"source": SLEEPING}
    naps = [sleep | {"id": f"sieste-{rank}"} for rank in range(1000)]
    return RIGHT.edited(lambda notebook: notebook["cells"].__setitem__(slice(0, 0), naps))


ATTACKS = (
    *(
        Attack(8, name, Stage.EXECUTE, RIGHT.before("normalise", code), scored(2, "crashed"))
        for name, code in CRASHES.items()
    ),
    *(
        Attack(9, name, Stage.EXECUTE, RIGHT.answering("normalise", code), scored(4))
        for name, code in EXITS.items()
    ),
    *(
        Attack(
            number, "boucle sans fin", Stage.EXECUTE, RIGHT.before("normalise", code), scored(2, "timeout")
        )
        for number, code in LOOPS.items()
    ),
    Attack(
        10,
        "boucle dans la fonction",
        Stage.EXECUTE,
        RIGHT.answering("normalise", "def normalise(valeurs):\n    while True: pass"),
        # Les tests de `part` peuvent encore passer si l’élève reçoit un nouveau processus.
        between(2, 4, "timeout"),
    ),
    Attack(12, "mille siestes", Stage.EXECUTE, _sleepy(), scored(0, "timeout")),
)
