"""Filtres séparables et gradient de Sobel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import sqrt

from coursekit.arithmetic import Misconception
from coursekit.questions.answers import Real
from coursekit.questions.bank.filters import Table, correlate
from coursekit.questions.domain import choices, grid
from coursekit.questions.family import Family, Part
from coursekit.questions.figures import grids

ACROSS: Table = ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1))
DOWN: Table = ((-1, -2, -1), (0, 0, 0), (1, 2, 1))
PLAIN_ACROSS: Table = ((-1, 0, 1),) * 3
PLAIN_DOWN: Table = ((-1,) * 3, (0,) * 3, (1,) * 3)


@lru_cache(maxsize=64)
def _response(patch: Table, kernel: Table) -> int:
    return correlate(patch, kernel)[0][0]


SOBEL = Family(
    id="filter.sobel",
    title="Le gradient de Sobel",
    topic="filtres",
    level=2,
    time_s=180,
    points=3,
    source="CNN I, « Exemples filtres hand-tuned »",
    objectives=("Calculer la force d’une bordure avec deux filtres.",),
    tags=("figure",),
    domain={"patch": grid(3, 3, low=0, high=9)},
    valid=lambda patch: _response(patch, ACROSS) != 0 and _response(patch, DOWN) != 0,
    statement=lambda: (
        "Les deux filtres de Sobel sont appliqués, sans être retournés, au morceau d’image ci-dessous : $g_x$ est la "
        "réponse du filtre $S_x$, $g_y$ celle du filtre $S_y$."
    ),
    figure=lambda patch: grids((("Image", patch), ("Sx", ACROSS), ("Sy", DOWN))),
    parts=(
        Part(
            name="across",
            prompt="Que vaut $g_x$ ?",
            answer=lambda patch: _response(patch, ACROSS),
            mistakes=(
                Misconception(
                    "sobel.across-swapped",
                    lambda patch: _response(patch, DOWN),
                    "Vous avez appliqué l’autre filtre. $S_x$ compare la colonne de droite à celle de gauche.",
                ),
                Misconception(
                    "sobel.across-flipped",
                    lambda patch: -_response(patch, ACROSS),
                    "Le signe est inversé : vous avez retourné le filtre, ou retranché la droite de la gauche.",
                ),
                Misconception(
                    "sobel.across-no-two",
                    lambda patch: _response(patch, PLAIN_ACROSS),
                    "Vous avez compté 1 partout. La ligne du milieu a des coefficients deux fois plus grands.",
                ),
            ),
        ),
        Part(
            name="down",
            prompt="Que vaut $g_y$ ?",
            answer=lambda patch: _response(patch, DOWN),
            mistakes=(
                Misconception(
                    "sobel.down-swapped",
                    lambda patch: _response(patch, ACROSS),
                    "Vous avez appliqué l’autre filtre. $S_y$ compare la ligne du bas à celle du haut.",
                ),
                Misconception(
                    "sobel.down-flipped",
                    lambda patch: -_response(patch, DOWN),
                    "Le signe est inversé : vous avez retourné le filtre, ou retranché le bas du haut.",
                ),
                Misconception(
                    "sobel.down-no-two",
                    lambda patch: _response(patch, PLAIN_DOWN),
                    "Vous avez compté 1 partout. La colonne du milieu a des coefficients deux fois plus grands.",
                ),
            ),
        ),
        Part(
            name="strength",
            prompt="Que vaut la force de la bordure, $\\sqrt{g_x^2 + g_y^2}$ ?",
            answer=lambda across, down: Real(sqrt(float(across) ** 2 + float(down) ** 2)),
            mistakes=(
                Misconception(
                    "sobel.absolute-values",
                    lambda across, down: float(abs(across) + abs(down)),
                    "Vous avez additionné les valeurs absolues. C’est une approximation répandue ; ici on "
                    "demande la racine "
                    "de la somme des carrés.",
                ),
                Misconception(
                    "sobel.no-root",
                    lambda across, down: float(across * across + down * down),
                    "Vous avez oublié la racine carrée.",
                ),
                Misconception(
                    "sobel.sum",
                    lambda across, down: float(abs(across + down)),
                    "Vous avez additionné les deux réponses : des signes opposés se compenseraient. Élevez "
                    "d’abord au carré.",
                ),
                Misconception(
                    "sobel.strongest",
                    lambda across, down: float(max(abs(across), abs(down))),
                    "Vous n’avez gardé que la plus forte des deux réponses.",
                ),
            ),
        ),
    ),
    solution=lambda patch, across, down, answer: (
        f"Colonne de droite : {_weighted([line[2] for line in patch])}. Colonne de gauche : "
        f"{_weighted([line[0] for line in patch])}. La différence est $g_x =$ {answer.answers[0][1].shown()}.",
        f"Ligne du bas : {_weighted(patch[2])}. Ligne du haut : {_weighted(patch[0])}. "
        f"La différence est $g_y =$ {answer.answers[1][1].shown()}.",
        f"La force est $\\sqrt{{{across * across} + {down * down}}} = \\sqrt{{{across * across + down * down}}}$, "
        f"soit {answer.answers[2][1].shown()}.",
    ),
    hints=("$S_x$ compare la droite et la gauche, $S_y$ le bas et le haut.", "Le carré efface le signe."),
)


def _weighted(values: Sequence[int]) -> str:
    """« 3 + 2×5 + 1 = 14 »."""
    first, middle, last = values
    return f"{first} + 2×{middle} + {last} = {first + 2 * middle + last}"


def _outer(column: tuple[int, ...], row: tuple[int, ...]) -> list[list[int]]:
    return [[a * b for b in row] for a in column]


OUTER = Family(
    id="filter.outer",
    title="Un filtre séparable",
    topic="filtres",
    level=1,
    time_s=75,
    source="CNN I, « Exemples filtres hand-tuned »",
    objectives=("Reconnaître un filtre séparable comme un produit.",),
    tags=("figure",),
    domain={"column": grid(3, low=-2, high=3), "row": grid(3, low=-2, high=3)},
    valid=lambda column, row: column != row and all(column) and sum(map(bool, row)) >= 2,
    answer=lambda column, row: _outer(column, row),
    mistakes=(
        Misconception(
            "outer.transposed",
            lambda column, row: _outer(row, column),
            "Vous avez échangé la colonne et la ligne. La case de la ligne i et de la colonne j est le i-ième "
            "coefficient "
            "de la colonne fois le j-ième de la ligne.",
        ),
        Misconception(
            "outer.sum",
            lambda column, row: [[a + b for b in row] for a in column],
            "Vous avez additionné les coefficients. Appliquer un filtre après l’autre les multiplie.",
        ),
        Misconception(
            "outer.diagonal",
            lambda column, row: [
                [a * b if i == j else 0 for j, b in enumerate(row)] for i, a in enumerate(column)
            ],
            "Vous n’avez multiplié que les coefficients de même rang. Chaque coefficient de la colonne multiplie "
            "toute "
            "la ligne.",
        ),
        Misconception(
            "outer.repeated",
            lambda row: [list(row)] * 3,
            "Vous avez répété la ligne sans tenir compte de la colonne, dont chaque coefficient multiplie une ligne.",
        ),
    ),
    statement=lambda: (
        "Un filtre $1\\times3$ (la ligne ci-dessous) passe sur l’image, puis un filtre $3\\times1$ (la colonne) "
        "passe sur "
        "sa sortie. Quel filtre $3\\times3$, appliqué une seule fois, donnerait le même résultat ? Écrivez-le "
        "ligne par "
        "ligne."
    ),
    figure=lambda column, row: grids((("Ligne", (row,)), ("Colonne", tuple((a,) for a in column)))),
    solution=lambda column, row, answer: (
        "Chaque coefficient du filtre $3\\times3$ est un produit : celui de la colonne à cette hauteur, fois "
        "celui de la "
        "ligne à cette largeur.",
        "La ligne multipliée par "
        + ", puis par ".join(str(a) for a in column)
        + f" donne les trois lignes du filtre : {answer.shown()}.",
    ),
    hints=("Par quoi la valeur d’un pixel est-elle multipliée en traversant les deux filtres ?",),
)

SEPARABLE = Family(
    id="filter.separable_cost",
    title="Ce que coûte un filtre séparable",
    topic="filtres",
    level=2,
    time_s=120,
    points=3,
    source="CNN I, « Exemples filtres hand-tuned »",
    objectives=("Compter ce qu’on gagne à séparer un filtre.",),
    domain={
        "kernel": choices(3, 5, 7, 9, 11, 15),
        "height": choices(100, 240, 256, 480, 512),
        "width": choices(100, 320, 256, 640, 512),
    },
    statement=lambda kernel, height, width: (
        f"Un flou ${kernel}\\times{kernel}$ est séparable : une passe ${1}\\times{kernel}$ suivie d’une passe "
        f"${kernel}\\times{1}$ donne la même image. On l’applique à une image en niveaux de gris de "
        f"${height}\\times{width}$ dont il conserve la taille. On compte les multiplications, toutes, même par zéro."
    ),
    parts=(
        Part(
            name="direct",
            prompt="Combien de multiplications par pixel de sortie avec le filtre carré ?",
            answer=lambda kernel: kernel**2,
            mistakes=(
                Misconception(
                    "separable.one-row",
                    lambda kernel: kernel,
                    "Vous n’avez compté qu’une ligne du filtre : il en a {kernel}.",
                ),
                Misconception(
                    "separable.direct-as-passes",
                    lambda kernel: 2 * kernel,
                    "C’est le compte des deux passes. Le filtre carré multiplie chacune de ses cases par un pixel.",
                ),
            ),
        ),
        Part(
            name="passes",
            prompt="Combien avec les deux passes ?",
            answer=lambda kernel: 2 * kernel,
            mistakes=(
                Misconception(
                    "separable.one-pass",
                    lambda kernel: kernel,
                    "Vous n’avez compté qu’une passe : il y en a deux, l’une en ligne, l’autre en colonne.",
                ),
                Misconception(
                    "separable.product-of-passes",
                    lambda kernel: kernel**2,
                    "Vous avez multiplié les coûts des passes. Elles se suivent : leurs coûts s’additionnent.",
                ),
            ),
        ),
        Part(
            name="saved",
            prompt="Combien de multiplications les deux passes épargnent-elles sur toute l’image ?",
            answer=lambda direct, passes, height, width: (direct - passes) * height * width,
            mistakes=(
                Misconception(
                    "separable.per-pixel",
                    lambda direct, passes: direct - passes,
                    "C’est l’épargne pour un seul pixel. L’image en a {height}×{width}.",
                ),
                Misconception(
                    "separable.cost-kept",
                    lambda passes, height, width: passes * height * width,
                    "C’est ce que coûtent les deux passes. L’épargne est la différence avec le filtre carré.",
                ),
                Misconception(
                    "separable.whole-cost",
                    lambda direct, height, width: direct * height * width,
                    "C’est ce que coûte le filtre carré. Retranchez-en le coût des deux passes.",
                ),
            ),
        ),
    ),
    solution=lambda kernel, height, width, direct, passes, answer: (
        f"Le filtre carré a ${kernel}\\times{kernel}$ cases, soit {answer.answers[0][1].shown()} multiplications "
        "par pixel.",
        f"Chaque passe en fait {kernel} : les deux, ${kernel} + {kernel}$, soit {answer.answers[1][1].shown()}.",
        f"L’épargne est $({direct} − {passes})\\times{height}\\times{width}$, soit {answer.answers[2][1].shown()} "
        "multiplications.",
    ),
    hints=("Deux passes qui se suivent : que fait-on de leurs coûts ?",),
)

FAMILIES = (SOBEL, OUTER, SEPARABLE)
