"""Épuiser la machine : processus, fils, mémoire, sorties, disque. Attaques 13 à 21.

Les réponses sont justes, et `normalise` se laisse précéder de l’attaque : les points de `moyenne` restent, et l’on
n’exige rien des suivants, que la limite atteinte peut avoir emportés.
"""

from __future__ import annotations

from attacks.model import RIGHT, Attack, Stage, between

PROCESSES = """import os
while True:
    try: os.fork()
    except OSError: pass"""

THREADS = """import threading, time
while True:
    try: threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
    except RuntimeError: pass"""

AT_ONCE = "x = bytearray(1 << 40)"

SLOW_LEAK = """fuite = []
while len(fuite) < 100_000:
    fuite.append(bytearray(b"x" * (1 << 20)))"""

BY_CHILDREN = """import os, time
lu, écrit = os.pipe()
for _ in range(50):
    if os.fork() == 0:
        lourd = bytearray(b"x" * (48 << 20))
        os.write(écrit, b"x")
        time.sleep(3600)
    os.read(lu, 1)
time.sleep(3600)"""

ONE_LINE = """import sys
for _ in range(1000): sys.stdout.write("x" * (1 << 20))"""

TINY_MESSAGES = """import sys
for _ in range(1_000_000):
    print("x")
    sys.stdout.flush()"""

RICH_DISPLAY = """from IPython.display import display
display({"text/html": "x" * (200 << 20)}, raw=True)"""

STRAIGHT_TO_THE_DESCRIPTOR = """import os
while True: os.write(1, b"x" * (1 << 20))"""

FULL_DISK = """import os, tempfile
for dossier in (".", tempfile.gettempdir(), "/dev/shm", "/var/tmp"):
    try:
        with open(os.path.join(dossier, "plein"), "wb") as fichier:
            while True: fichier.write(b"x" * (1 << 20))
    except OSError: pass
raise OSError("plein")"""

MANY_FILES = """import os
for rang in range(1_000_000):
    os.makedirs(f"d{rang // 1000}", exist_ok=True)
    open(f"d{rang // 1000}/{rang}", "w").close()"""

SPARSE_FILE = """with open("creux", "wb") as fichier:
    fichier.seek(1 << 42)
    fichier.write(b"x")"""

BOMBS = (
    (13, "processus sans fin", PROCESSES, "processes"),
    (14, "fils sans fin", THREADS, "processes"),
    (15, "un téraoctet d’un coup", AT_ONCE, "memory"),
    (16, "fuite lente", SLOW_LEAK, "memory"),
    (17, "mémoire de cinquante enfants", BY_CHILDREN, "memory"),
    (18, "un gigaoctet sur une ligne", ONE_LINE, "output"),
    (18, "écrit dans le descripteur", STRAIGHT_TO_THE_DESCRIPTOR, "output"),
    (19, "un million de messages", TINY_MESSAGES, "output"),
    (20, "affichage de 200 Mo", RICH_DISPLAY, "output"),
    (21, "disque plein", FULL_DISK, "disk"),
    (21, "un million de fichiers", MANY_FILES, "disk"),
    (21, "fichier creux", SPARSE_FILE, "disk"),
)

ATTACKS = tuple(
    Attack(number, name, Stage.EXECUTE, RIGHT.before("normalise", code), between(2, 6, verdict))
    for number, name, code, verdict in BOMBS
)
