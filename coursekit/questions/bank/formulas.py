"""Écrire une formule en lettres : tailles, coûts, champ récepteur."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from coursekit.arithmetic import Misconception
from coursekit.questions.answers import FormulaText
from coursekit.questions.bank.formula_cases import COSTS, FIELDS, SIZES, Case
from coursekit.questions.domain import choices
from coursekit.questions.family import Family

SPELLINGS = {
    "capitals": str.maketrans({}),
    "small": str.maketrans("FGCKHWVSPDN", "fgckhwvspdn"),
    "papers": str.maketrans("FGCKHWVSPDN", "KLMNABUTQRJ"),
}
"""Trois façons de nommer les mêmes grandeurs : une formule se reconnaît à ce qu’elle compte, pas à ses lettres."""


def _spelled(text: str, spelling: str) -> str:
    """Le texte, ses formules écrites avec ces lettres."""
    return re.sub(r"\$[^$]+\$", lambda found: found[0].translate(SPELLINGS[spelling]), text)


def _latex(expression: str) -> str:
    fractions = re.sub(r"\(([^()]*)\)/(\w)", r"\\frac{\1}{\2}", expression)
    return fractions.replace("*", r"\,")


def _written(expression: str, spelling: str) -> tuple[str, str]:
    """La formule comme on la tape et comme on la montre."""
    typed = expression.translate(SPELLINGS[spelling])
    return typed, _latex(typed)


def _answer(case: Case, spelling: str) -> FormulaText:
    typed, latex = _written(case.right, spelling)
    return FormulaText(typed, tuple(case.letters.translate(SPELLINGS[spelling])), latex)


def _mistake(cases: Mapping[str, Case], name: str) -> Callable[[str, str], tuple[str, str] | None]:
    def wrong(case: str, spelling: str) -> tuple[str, str] | None:
        expression = cases[case].wrongs.get(name)
        return None if expression is None else _written(expression, spelling)

    return wrong


def _family(cases: Mapping[str, Case], feedback: Mapping[str, str], **settings: Any) -> Family:
    """Une famille qui demande l’une de ces formules."""
    return Family(
        domain={"case": choices(*cases), "spelling": choices(*SPELLINGS)},
        answer=lambda case, spelling: _answer(cases[case], spelling),
        mistakes=tuple(Misconception(name, _mistake(cases, name), text) for name, text in feedback.items()),
        statement=lambda case, spelling: (
            _spelled(cases[case].asks, spelling)
            + " Écrivez la formule avec les lettres de l’énoncé ; par exemple, `2*(x+1)^2` s’affiche $2(x + 1)^2$."
        ),
        solution=lambda case, spelling, answer: (
            _spelled(cases[case].why, spelling),
            f"La formule est {answer.shown()}.",
        ),
        hints=("Faites d’abord le calcul avec de petits nombres, puis remplacez-les par les lettres.",),
        tags=("formule",),
        **settings,
    )


SIZE_FORMULA = _family(
    SIZES,
    {
        "size-formula.no-plus-one": "Le quotient compte les déplacements du filtre. Il manque sa position de départ.",
        "size-formula.no-minus-one": "Le filtre fait un déplacement de moins qu’il n’y a de positions.",
        "size-formula.one-side": "Vous n’avez compté le padding que d’un côté : chaque dimension a deux bords.",
        "size-formula.no-kernel": "Vous avez oublié la place qu’occupe le filtre lui-même.",
        "size-formula.no-stride": "Vous avez oublié le pas : il dit de combien le filtre avance entre deux positions.",
        "size-formula.total": "C’est ce qui manque en tout. Le padding se met des deux côtés : il faut partager.",
        "size-formula.half-kernel": "Un filtre d’un seul pixel n’a besoin d’aucun padding : essayez-la sur lui.",
        "size-formula.gained": "À pas 1 et sans padding, la sortie est plus petite que l’image, et de moins que "
        "la taille du filtre : le signe du 1 est inversé.",
        "size-formula.padding-added": "Le signe du padding est inversé : plus on ajoute de zéros, plus l’image "
        "peut être petite.",
        "size-formula.no-corners": "Vous avez oublié les coins : ils ne touchent aucun côté de l’image.",
        "size-formula.whole": "C’est le nombre de cases après le padding. On ne demande que les zéros.",
    },
    id="size.formula",
    title="Une formule de taille",
    topic="tailles",
    level=2,
    time_s=120,
    source="CNN I, « Tailles entrée et sortie »",
    objectives=("Écrire et retourner la formule de la taille de sortie.",),
)

COST_FORMULA = _family(
    COSTS,
    {
        "cost-formula.no-depth": "Vous avez oublié la profondeur : un filtre lit tous les canaux de son entrée.",
        "cost-formula.no-filters": "C’est le compte d’un seul filtre : il faut compter tous les filtres.",
        "cost-formula.one-dimension": "Vous n’avez compté le filtre que le long d’une dimension.",
        "cost-formula.no-bias": "Vous avez oublié les biais.",
        "cost-formula.single-bias": "Vous n’avez compté qu’un biais pour toute la couche : chaque filtre, ou chaque "
        "neurone, a le sien.",
        "cost-formula.unwanted-bias": "Vous avez compté des biais, que l’énoncé exclut.",
        "cost-formula.positions": "Les mêmes poids servent à toutes les positions : leur nombre ne dépend pas de la "
        "taille de la carte.",
        "cost-formula.one-position": "C’est le compte pour une seule position du filtre : il s’arrête à chaque case "
        "de la carte de sortie.",
        "cost-formula.convolution": "C’est le compte de la couche convolutive. Fully-connected, chaque neurone a un "
        "poids pour chaque valeur d’entrée.",
        "cost-formula.added": "Vous avez additionné des grandeurs qui se multiplient.",
    },
    id="conv.formula",
    title="Une formule de coût",
    topic="couts",
    level=2,
    time_s=120,
    source="CNN I, « Tailles entrée et sortie »",
    objectives=("Écrire le nombre de paramètres et de multiplications d’une couche.",),
)

FIELD_FORMULA = _family(
    FIELDS,
    {
        "field-formula.sum": "Vous avez additionné des tailles. Chaque couche n’ajoute que sa taille moins un.",
        "field-formula.product": "Vous avez multiplié les tailles. Les champs s’ajoutent, couche après couche.",
        "field-formula.no-stride": "Vous avez oublié le pas : il écarte les unités que lit la couche suivante.",
        "field-formula.own-stride": "Le pas d’une couche n’écarte que les unités de la suivante : il ne multiplie "
        "pas son propre élargissement.",
        "field-formula.no-pooling": "Vous avez sauté le pooling : sa fenêtre élargit aussi le champ.",
        "field-formula.start": "Vous avez oublié le pixel de départ : sans aucune couche, on voit déjà un pixel.",
        "field-formula.no-dilation": "Vous avez oublié la dilatation : elle écarte les pixels que lit le filtre.",
        "field-formula.one-hole-too-many": "Entre deux pixels lus, la distance est la dilatation elle-même : on saute "
        "un pixel de moins.",
        "field-formula.both-dilated": "Vous avez dilaté les deux couches : la première ne l’est pas.",
    },
    id="rf.formula",
    title="Une formule de champ récepteur",
    topic="champ",
    level=3,
    time_s=150,
    points=2,
    source="CNN I, « Champ récepteur », « Convolution à trous », « VGGNet »",
    objectives=("Écrire le champ récepteur d’une pile de couches.",),
)

FAMILIES = (SIZE_FORMULA, COST_FORMULA, FIELD_FORMULA)
