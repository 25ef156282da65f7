"""S’en prendre au noyau et aux tests depuis le code d’une réponse : attaques 2 à 7.

Toutes accompagnent des réponses fausses : elles doivent valoir 0.
"""

from __future__ import annotations

from attacks.model import LEAK, SEARCH, WRONG, Attack, Stage, scored
from attacks.toy import SECRET

EMPTYING = "get_ipython().input_transformers_post.append(lambda lines: [])"

FORGING_A_RESULT = """import sys
sys.displayhook(3.0)"""

FORGING_EVERY_RESULT = """import sys
def _bidon(valeur):
    get_ipython().displayhook.write_output_prompt()
    print("6.0")
sys.displayhook = _bidon"""

EQUAL_TO_ALL = """class Tout:
    def __eq__(self, autre): return True
    def __ne__(self, autre): return False
    def __gt__(self, autre): return True
    def __rmul__(self, autre): return 2.0
    def __len__(self): return 2
    def __iter__(self): return iter((self, self))
    def __array__(self, *a, **k):
        import numpy as np
        return np.array([-1, 1])"""

REPLACING_THE_SHELL = """from IPython.core.interactiveshell import InteractiveShell, ExecutionResult
def _bien(self, *a, **k):
    return ExecutionResult(None)
InteractiveShell.run_cell = InteractiveShell.run_cell_async = _bien"""

REPLACING_THE_KERNEL = """kernel = get_ipython().kernel
async def _bien(*a, **k):
    return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
kernel.do_execute = _bien"""

PATCHING_THE_CHECKERS = """import builtins, numpy as np
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
np.allclose = lambda *a, **k: True
builtins.isinstance = lambda *a: True
builtins.AssertionError = type("Rien", (Warning,), {})
try:
    import torch
    torch.allclose = torch.equal = lambda *a, **k: True
except ImportError:
    pass"""

REPLACING_NUMPY = """import sys, types
class _Faux(types.ModuleType):
    def __getattr__(self, nom): return lambda *a, **k: True
sys.modules["numpy"] = _Faux("numpy")"""

HUNTING = f'''{SEARCH}
import gc, sys
def moyenne(valeurs):
    cadre, vus = sys._getframe(), []
    while cadre:
        vus += [repr(cadre.f_code.co_consts), repr(cadre.f_locals)[:100_000]]
        cadre = cadre.f_back
    vus += [objet for objet in gc.get_objects() if isinstance(objet, str)]
    vus += [repr(getattr(objet, "co_consts", "")) for objet in gc.get_objects()]
    vus += map(str, globals().get("In", ()))
    for chemin in chercher(".ipynb"):
        try: vus.append(open(chemin).read())
        except OSError: pass
    # Le nombre est écrit en deux morceaux : il ne se trouve pas lui-même.
    if any("{str(SECRET)[:4]}" + "{str(SECRET)[4:]}" in vu for vu in vus):
        print("{LEAK[:5]}" + "{LEAK[5:]}")
    return -1'''

ALL_EQUAL = (
    WRONG.answering("moyenne", f"{EQUAL_TO_ALL}\nmoyenne = lambda *a: Tout()")
    .answering("normalise", "normalise = lambda *a: Tout()")
    .answering("part", "part = lambda *a: Tout()")
)

ATTACKS = (
    Attack(2, "cellules vidées", Stage.SCORE, WRONG.before("moyenne", EMPTYING), scored(0, "tampered")),
    Attack(3, "résultat forgé", Stage.SCORE, WRONG.before("moyenne", FORGING_A_RESULT), scored(0)),
    Attack(
        3, "tous les résultats forgés", Stage.SCORE, WRONG.before("part", FORGING_EVERY_RESULT), scored(0)
    ),
    Attack(4, "égal à tout", Stage.SCORE, ALL_EQUAL, scored(0)),
    Attack(
        5,
        "noyau d’IPython remplacé",
        Stage.SCORE,
        WRONG.before("moyenne", REPLACING_THE_SHELL),
        scored(0, "tampered"),
    ),
    Attack(
        5,
        "do_execute remplacé",
        Stage.SCORE,
        WRONG.before("moyenne", REPLACING_THE_KERNEL),
        scored(0, "tampered"),
    ),
    Attack(
        6, "vérificateurs remplacés", Stage.SCORE, WRONG.before("moyenne", PATCHING_THE_CHECKERS), scored(0)
    ),
    Attack(6, "numpy remplacé", Stage.SCORE, WRONG.before("moyenne", REPLACING_NUMPY), scored(0)),
    Attack(7, "recherche des tests cachés", Stage.SCORE, WRONG.answering("moyenne", HUNTING), scored(0)),
)
