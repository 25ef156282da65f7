"""Agrandir un réseau : profondeur, largeur, résolution, et ce qu’il en coûte."""

from __future__ import annotations

from math import log

from coursekit.arithmetic import Misconception
from coursekit.questions.answers import Real
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family
from coursekit.tables.efficientnet import ALPHA, B0, BETA, GAMMA

COMBINED_COST = Family(
    id="effnet.combined_cost",
    title="Le coût d’un réseau agrandi",
    topic="moderne",
    level=1,
    time_s=75,
    source="CNN II, « EfficientNet », « Règle de mise à l’échelle »",
    objectives=("Prévoir le coût d’un réseau plus profond, plus large ou à images plus grandes.",),
    domain={
        "depth": choices(1.5, 2, 2.5, 3, 4),
        "width": choices(1.25, 1.5, 2, 3),
        "resolution": choices(1.25, 1.5, 2),
    },
    answer=lambda depth, width, resolution: Real(depth * width**2 * resolution**2),
    mistakes=(
        Misconception(
            "combined-cost.no-squares",
            lambda depth, width, resolution: float(depth * width * resolution),
            "La largeur joue sur les filtres et sur les canaux lus, la résolution sur la hauteur et la largeur des "
            "cartes : chacune compte deux fois.",
        ),
        Misconception(
            "combined-cost.all-squares",
            lambda depth, width, resolution: float((depth * width * resolution) ** 2),
            "La profondeur ne compte qu’une fois : deux fois plus de couches coûtent deux fois plus.",
        ),
        Misconception(
            "combined-cost.width-once",
            lambda depth, width, resolution: float(depth * width * resolution**2),
            "Un réseau plus large a plus de filtres, et chacun lit aussi plus de canaux.",
        ),
        Misconception(
            "combined-cost.resolution-once",
            lambda depth, width, resolution: float(depth * width**2 * resolution),
            "Une image plus grande l’est en hauteur et en largeur.",
        ),
        Misconception(
            "combined-cost.sum",
            lambda depth, width, resolution: float(depth + width**2 + resolution**2),
            "Ces facteurs se multiplient : ils agissent ensemble sur chaque couche.",
        ),
    ),
    statement=lambda depth, width, resolution: (
        f"On multiplie la profondeur d’un réseau convolutif par {depth}, le nombre de canaux de chaque couche par "
        f"{width} et le côté des images par {resolution}. Par combien, à peu près, le nombre de multiplications "
        "est-il "
        "multiplié ?"
    ),
    solution=lambda depth, width, resolution, answer: (
        "Le coût croît comme la profondeur, comme le carré de la largeur et comme le carré de la résolution.",
        f"${depth} \\times {width}^2 \\times {resolution}^2 =$ {answer.shown()}.",
    ),
    hints=("Écrivez le coût d’une couche : H·W·K·F²·C. Que deviennent H, W, K et C ?",),
)

SCALE = Family(
    id="effnet.scale",
    title="La règle d’EfficientNet et le calcul",
    topic="moderne",
    level=2,
    time_s=120,
    source="CNN II, « Règle de mise à l’échelle » ; Tan et Le (2019), équation 3",
    objectives=("Appliquer la mise à l’échelle combinée.",),
    domain={
        "alpha": choices(1.1, 1.2, 1.3, 1.4),
        "beta": choices(1.05, 1.1, 1.2),
        "gamma": choices(1.1, 1.15, 1.2),
        "phi": integers(2, 6),
    },
    answer=lambda alpha, beta, gamma, phi: Real((alpha * beta**2 * gamma**2) ** phi),
    mistakes=(
        Misconception(
            "effnet-scale.no-squares",
            lambda alpha, beta, gamma, phi: (alpha * beta * gamma) ** phi,
            "Il manque les carrés : doubler la largeur, ou la résolution, coûte quatre fois plus.",
        ),
        Misconception(
            "effnet-scale.linear",
            lambda alpha, beta, gamma, phi: phi * alpha * beta**2 * gamma**2,
            "$\\phi$ est un exposant : on applique le facteur {phi} fois, on ne le multiplie pas par {phi}.",
        ),
        Misconception(
            "effnet-scale.width-once",
            lambda alpha, beta, gamma, phi: (alpha * beta * gamma**2) ** phi,
            "La largeur agit deux fois : plus de filtres, et plus de canaux lus par chacun.",
        ),
        Misconception(
            "effnet-scale.resolution-once",
            lambda alpha, beta, gamma, phi: (alpha * beta**2 * gamma) ** phi,
            "La résolution agit deux fois : sur la hauteur et sur la largeur des cartes.",
        ),
        Misconception(
            "effnet-scale.all-squares",
            lambda alpha, beta, gamma, phi: (alpha**2 * beta**2 * gamma**2) ** phi,
            "La profondeur n’agit qu’une fois : deux fois plus de couches coûtent deux fois plus.",
        ),
    ),
    statement=lambda alpha, beta, gamma, phi: (
        "La mise à l’échelle d’EfficientNet multiplie la profondeur par $\\alpha^\\phi$, la largeur par "
        "$\\beta^\\phi$ et "
        f"la résolution par $\\gamma^\\phi$. Avec $\\alpha = {alpha}$, $\\beta = {beta}$, $\\gamma = {gamma}$ et "
        f"$\\phi = {phi}$, par combien le nombre de multiplications est-il multiplié ?"
    ),
    solution=lambda alpha, beta, gamma, phi, answer: (
        f"Pour $\\phi = 1$, le calcul est multiplié par $\\alpha\\beta^2\\gamma^2 = {alpha} \\times {beta}^2 \\times "
        f"{gamma}^2 = {alpha * beta**2 * gamma**2:.4f}$.",
        f"On l’élève à la puissance {phi} : {answer.shown()}.",
    ),
    hints=("Comment le calcul dépend-il de la profondeur, de la largeur, de la résolution ?",),
)

BASES = {"depth": ALPHA, "width": BETA, "resolution": GAMMA}
SYMBOLS = {"depth": "\\alpha", "width": "\\beta", "resolution": "\\gamma"}
ASKED = {
    "depth": "de couches aurait cet étage",
    "width": "de canaux aurait cet étage",
    "resolution": "de pixels de côté auraient les images",
}


def start(which: str, stage: int) -> int:
    """Ce que vaut cette dimension dans EfficientNet-B0."""
    row = B0[stage]
    return {"depth": row.layers, "width": row.channels, "resolution": B0[0].resolution}[which]


def _scaled(which: str, stage: int, phi: float, by: str) -> float:
    return start(which, stage) * float(BASES[by] ** phi)


DIMS = Family(
    id="effnet.dims",
    title="Une dimension d’EfficientNet agrandi",
    topic="moderne",
    level=2,
    time_s=90,
    source="CNN II, « Règle de mise à l’échelle » ; Tan et Le (2019), table 1",
    objectives=("Appliquer la mise à l’échelle combinée.",),
    tags=("réseau réel",),
    domain={
        "which": choices(*BASES),
        "stage": choices(3, 4, 5, 6),
        "phi": choices(2, 3, 4, 5, 6, 7),
    },
    answer=lambda which, stage, phi: Real(_scaled(which, stage, phi, which)),
    mistakes=(
        Misconception(
            "effnet-dims.linear",
            lambda which, stage, phi: start(which, stage) * BASES[which] * phi,
            "$\\phi$ est un exposant : le multiplicateur est élevé à la puissance {phi}.",
        ),
        Misconception(
            "effnet-dims.depth-base",
            lambda which, stage, phi: None if which == "depth" else _scaled(which, stage, phi, "depth"),
            "Vous avez pris $\\alpha$, qui règle la profondeur.",
        ),
        Misconception(
            "effnet-dims.width-base",
            lambda which, stage, phi: None if which == "width" else _scaled(which, stage, phi, "width"),
            "Vous avez pris $\\beta$, qui règle la largeur.",
        ),
        Misconception(
            "effnet-dims.resolution-base",
            lambda which, stage, phi: (
                None if which == "resolution" else _scaled(which, stage, phi, "resolution")
            ),
            "Vous avez pris $\\gamma$, qui règle la résolution.",
        ),
        Misconception(
            "effnet-dims.squared",
            lambda which, stage, phi: _scaled(which, stage, 2 * phi, which),
            "Le carré vaut pour le calcul ; la dimension elle-même n’est multipliée qu’une fois.",
        ),
        Misconception(
            "effnet-dims.first-order",
            lambda which, stage, phi: start(which, stage) * (1 + phi * (BASES[which] - 1)),
            "Vous avez ajouté {phi} fois la même augmentation. Chaque pas multiplie ce qu’a donné le précédent.",
        ),
    ),
    statement=lambda which, stage, phi: (
        f"EfficientNet-B0 lit des images de {B0[0].resolution} pixels de côté ; son étage {stage + 1} a "
        f"{B0[stage].layers} couches de {B0[stage].channels} canaux. On l’agrandit par la règle, avec "
        f"$\\alpha = {ALPHA}$ (profondeur), $\\beta = {BETA}$ (largeur), $\\gamma = {GAMMA}$ (résolution) et "
        f"$\\phi = {phi}$. Combien {ASKED[which]}, avant d’arrondir à un entier ?"
    ),
    solution=lambda which, stage, phi, answer: (
        f"Cette dimension est multipliée par ${SYMBOLS[which]}^\\phi = {BASES[which]}^{phi} = "
        f"{BASES[which] ** phi:.4f}$.",
        f"${start(which, stage)} \\times {BASES[which] ** phi:.4f}$ donne {answer.shown()}.",
    ),
    hints=("Quel coefficient règle la dimension demandée ?",),
)


def phi_for(budget: int, alpha: float, beta: float, gamma: float) -> float:
    return log(budget) / log(alpha * beta**2 * gamma**2)


PHI = Family(
    id="effnet.phi",
    title="Quel φ pour ce budget ?",
    topic="moderne",
    level=3,
    time_s=150,
    source="CNN II, « Règle de mise à l’échelle »",
    objectives=("Choisir l’échelle d’un réseau pour un budget de calcul.",),
    domain={
        "budget": choices(3, 5, 6, 8, 10, 12, 20, 30),
        "alpha": choices(1.1, 1.2, 1.3),
        "beta": choices(1.05, 1.1, 1.15),
        "gamma": choices(1.1, 1.15, 1.2),
    },
    answer=lambda budget, alpha, beta, gamma: Real(phi_for(budget, alpha, beta, gamma)),
    mistakes=(
        Misconception(
            "effnet-phi.no-squares",
            lambda budget, alpha, beta, gamma: log(budget) / log(alpha * beta * gamma),
            "Il manque les carrés de $\\beta$ et de $\\gamma$ dans le coût.",
        ),
        Misconception(
            "effnet-phi.divided",
            lambda budget, alpha, beta, gamma: budget / (alpha * beta**2 * gamma**2),
            "$\\phi$ est un exposant : pour le trouver, prenez des logarithmes, ne divisez pas.",
        ),
        Misconception(
            "effnet-phi.base-two",
            lambda budget: log(budget) / log(2),
            "La règle vise un doublement par pas, mais ces coefficients donnent un autre facteur que 2 : "
            "calculez-le.",
        ),
        Misconception(
            "effnet-phi.natural",
            lambda budget: log(budget),
            "Vous avez oublié de diviser par le logarithme du facteur d’un pas.",
        ),
        Misconception(
            "effnet-phi.depth-only",
            lambda budget, alpha: log(budget) / log(alpha),
            "Vous n’avez agrandi que la profondeur ; la règle agrandit les trois dimensions à la fois.",
        ),
    ),
    statement=lambda budget, alpha, beta, gamma: (
        f"On agrandit un réseau par la règle d’EfficientNet, avec $\\alpha = {alpha}$ (profondeur), $\\beta = "
        f"{beta}$ "
        f"(largeur) et $\\gamma = {gamma}$ (résolution). On peut se permettre {budget} fois plus de calcul. "
        "Quelle valeur "
        "de $\\phi$ l’emploie exactement ?"
    ),
    solution=lambda budget, alpha, beta, gamma, answer: (
        f"Un pas de $\\phi$ multiplie le calcul par $\\alpha\\beta^2\\gamma^2 = {alpha * beta**2 * gamma**2:.4f}$.",
        f"On veut ${alpha * beta**2 * gamma**2:.4f}^\\phi = {budget}$, donc $\\phi = \\log {budget} / \\log "
        f"{alpha * beta**2 * gamma**2:.4f}$, soit {answer.shown()}.",
    ),
    hints=(
        "Par combien un pas de φ multiplie-t-il le calcul ?",
        "Une inconnue en exposant se trouve par logarithmes.",
    ),
)

FAMILIES = (COMBINED_COST, SCALE, DIMS, PHI)
