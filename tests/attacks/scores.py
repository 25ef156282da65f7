"""La note et la correction : attaques 30, 34, 35 et 36."""

from __future__ import annotations

from attacks.forged import stripped
from attacks.model import LEAK, RIGHT, WRONG, Attack, Stage, between, scored

WARNING = """import logging, sys, warnings
warnings.warn("obsolète")
logging.warning("attention")
print("100%|██████████|", file=sys.stderr)"""

PARTIAL_SCORES = {
    "−1": ("-1", 4, 4),
    "NaN": ("float('nan')", 4, 4),
    "infini": ("float('inf')", 4, 6),
    "moins l’infini": ("float('-inf')", 4, 4),
    "99": ("99", 4, 6),
    "texte": ("'1'", 4, 4),
    "complexe": ("1j", 4, 4),
    "booléen": ("True", 4, 6),
    "entier démesuré": ("10**400", 4, 6),
}
"""Ce que rend `part`, dont le test fait une note partielle, et l’intervalle de la note entière."""

SCRIPT = f"<script>document.title='{LEAK}'</script>"
ESCAPES = "\x1b]0;titre\x07\x1b[2J"
RIGHT_TO_LEFT = "\u202e6/6\u202c"
SHOUTING = f"""from IPython.display import HTML, Javascript, Markdown, display
affiche = {SCRIPT!r} + {ESCAPES!r} + {RIGHT_TO_LEFT!r}
print(affiche)
for sorte in (HTML, Javascript, Markdown): display(sorte(affiche))
display({{"image/svg+xml": "<svg onload=" + repr(affiche) + "/>"}}, raw=True)
raise ValueError(affiche)"""

CRASHING = RIGHT.before("moyenne", "import os\nos._exit(0)")

ATTACKS = (
    Attack(30, "juste, puis arrêtée", Stage.COMMIT, CRASHING, scored(0, "crashed"), earlier=RIGHT),
    Attack(
        30,
        "juste, puis fausse et sans métadonnées",
        Stage.COMMIT,
        WRONG.edited(stripped),
        scored(0),
        earlier=RIGHT,
    ),
    Attack(30, "fausse, puis juste", Stage.COMMIT, RIGHT, scored(6), earlier=WRONG),
    Attack(34, "avertissements", Stage.SCORE, RIGHT.before("normalise", WARNING), scored(6)),
    *(
        Attack(
            35,
            name,
            Stage.SCORE,
            RIGHT.answering("part", f"def part(valeurs, seuil):\n    return {value}"),
            between(least, most),
        )
        for name, (value, least, most) in PARTIAL_SCORES.items()
    ),
    Attack(
        36,
        "sorties hostiles",
        Stage.FEEDBACK,
        RIGHT.before("aide", SHOUTING),
        # Le texte reste lisible, échappé ; ce qui agirait sur la page ou le terminal, non.
        scored(6, nowhere=(SCRIPT, "\x1b", "\u202e", "<svg onload")),
    ),
)
