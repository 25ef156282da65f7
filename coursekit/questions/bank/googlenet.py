"""GoogLeNet : ce que change un module modifié, la perte de ses têtes auxiliaires."""

from __future__ import annotations

from functools import lru_cache

from coursekit.arithmetic import Misconception, conv_parameters, walk
from coursekit.layers import Chain, Row, edit
from coursekit.questions.answers import Real
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family, Part
from coursekit.tables import find
from coursekit.tables.googlenet import STAGES, Inception

GOOGLENET = find("googlenet")


PAIRS = ("3a 3b", "4a 4b", "4b 4c", "4c 4d", "4d 4e", "5a 5b")
BRANCHES = {
    "c1x1": ("branch1x1", "1×1"),
    "c3x3": ("branch3x3.spatial", "3×3"),
    "c5x5": ("branch5x5.spatial", "5×5"),
    "project": ("branch_pool.project", "1×1 qui suivent le pooling"),
}


def _row(key: str) -> Inception:
    return STAGES[key[0]][key[1]]


@lru_cache(maxsize=8)
def _first_input(pair: str) -> Row:
    """Ce qui entre dans le premier des deux modules, dans le vrai réseau."""
    rows = walk(GOOGLENET.unroll(GOOGLENET.num_classes), GOOGLENET.input)
    return next(row for row in rows if row.name.startswith(f"inception{pair[:2]}."))


@lru_cache(maxsize=512)
def reducer(pair: str, branch: str, width: int | None) -> Row:
    """La 1×1 devant les 3×3 du second module, quand une branche du premier rend `width` canaux."""
    first, second = pair.split()
    layers = GOOGLENET.unroll(GOOGLENET.num_classes)
    assert isinstance(layers, Chain)
    modules = [layer for layer in layers.layers if layer.name in (f"inception{first}", f"inception{second}")]
    net = Chain(tuple(modules))
    if width is not None:
        changed = edit(net, f"inception{first}.{BRANCHES[branch][0]}.conv", out_channels=width)
        assert isinstance(changed, Chain)
        net = changed
    rows = walk(net, _first_input(pair).input)
    return next(row for row in rows if row.name == f"inception{second}.branch3x3.reduce.conv")


def _table(pair: str) -> str:
    lines = [
        "| Module | 1×1 | 1×1 avant 3×3 | 3×3 | 1×1 avant 5×5 | 5×5 | 1×1 après pooling |",
        "|---|---|---|---|---|---|---|",
    ]
    for key in pair.split():
        row = _row(key)
        numbers = (row.c1x1, row.reduce3x3, row.c3x3, row.reduce5x5, row.c5x5, row.project)
        lines.append(f"| {key} | {' | '.join(map(str, numbers))} |")
    return "\n".join(lines)


def _filters(pair: str) -> int:
    return _row(pair[3:]).reduce3x3


CHANGED_MODULE = Family(
    id="googlenet.changed_module",
    title="GoogLeNet, un module dont on change une branche",
    topic="inception",
    level=3,
    time_s=180,
    points=2,
    source="Szegedy et al. (2015), table 1",
    objectives=("Suivre les canaux d’un module Inception au suivant.",),
    tags=("réseau réel",),
    domain={
        "pair": choices(*PAIRS),
        "branch": choices(*BRANCHES),
        "width": choices(20, 40, 80, 100, 144, 176, 240, 300),
    },
    valid=lambda pair, branch, width: getattr(_row(pair[:2]), branch) * 4 > width,
    statement=lambda pair, branch, width: (
        f"Voici deux modules qui se suivent dans **GoogLeNet** (nombre de filtres de chaque convolution, toutes avec "
        f"biais). Dans le module {pair[:2]}, on remplace les {getattr(_row(pair[:2]), branch)} filtres "
        f"{BRANCHES[branch][1]} par {width}.\n\n{_table(pair)}"
    ),
    parts=(
        Part(
            name="depth",
            prompt=lambda pair: f"Combien de canaux le module {pair[:2]} rend-il alors ?",
            answer=lambda pair, branch, width: reducer(pair, branch, width).input.channels,
            mistakes=(
                Misconception(
                    "changed-module.unchanged",
                    lambda pair, branch: reducer(pair, branch, None).input.channels,
                    "C’est la profondeur d’origine : la branche changée y entre avec sa nouvelle largeur.",
                ),
                Misconception(
                    "changed-module.all-columns",
                    lambda pair, branch, width: (
                        reducer(pair, branch, width).input.channels
                        + _row(pair[:2]).reduce3x3
                        + _row(pair[:2]).reduce5x5
                    ),
                    "Vous avez additionné toute la ligne. Les 1×1 qui réduisent sont dans les branches : leurs "
                    "canaux "
                    "n’en sortent pas.",
                ),
                Misconception(
                    "changed-module.no-pool-branch",
                    lambda pair, branch, width: (
                        reducer(pair, branch, width).input.channels
                        - (width if branch == "project" else _row(pair[:2]).project)
                    ),
                    "Il manque la branche du pooling, qui finit par une 1×1.",
                ),
            ),
        ),
        Part(
            name="parameters",
            prompt=lambda pair: (
                f"Combien de paramètres les 1×1 placées avant les 3×3 du module {pair[3:]} ont-elles ?"
            ),
            answer=lambda pair, depth: conv_parameters(int(depth), _filters(pair), 1),
            mistakes=(
                Misconception(
                    "changed-module.original",
                    lambda pair, branch: reducer(pair, branch, None).parameters,
                    "C’est le compte d’origine : ces filtres lisent tous les canaux que rend le module précédent.",
                ),
                Misconception(
                    "changed-module.no-bias",
                    lambda pair, depth: depth * _filters(pair),
                    "Vous avez oublié les biais : un par filtre.",
                ),
                Misconception(
                    "changed-module.one-branch",
                    lambda pair, width: conv_parameters(width, _filters(pair), 1),
                    "Vous n’avez relié ces filtres qu’à la branche changée. Ils lisent la concaténation entière.",
                ),
            ),
        ),
    ),
    solution=lambda pair, branch, width, depth, answer: (
        f"Les quatre branches du module {pair[:2]} sont concaténées : "
        f"${' + '.join(str(width if name == branch else getattr(_row(pair[:2]), name)) for name in BRANCHES)}$ = "
        f"{answer.answers[0][1].shown()} canaux.",
        conv_parameters.explain(depth, _filters(pair), 1),
        f"Les 1×1 avant les 3×3 du module {pair[3:]} ont donc {answer.answers[1][1].shown()} paramètres.",
    ),
    hints=("Quelles colonnes de la table sortent du module ?",),
)

WEIGHT = GOOGLENET.auxiliary[0].loss_weight


def _hundredths(*values: int) -> float:
    return sum(values) / 100


AUXILIARY_LOSS = Family(
    id="inception.auxiliary_loss",
    title="La perte de GoogLeNet et ses têtes auxiliaires",
    topic="inception",
    level=1,
    time_s=60,
    source="CNN I, « GoogLeNet : têtes auxiliaires »",
    objectives=("Composer la perte d’un réseau à têtes auxiliaires.",),
    domain={
        "main": integers(40, 240, 10),
        "first": integers(120, 400, 10),
        "second": integers(80, 320, 10),
    },
    valid=lambda main, first, second: main < second < first,
    answer=lambda main, first, second: Real(_hundredths(main) + WEIGHT * _hundredths(first, second)),
    mistakes=(
        Misconception(
            "auxiliary-loss.unweighted",
            lambda main, first, second: _hundredths(main, first, second),
            "Vous avez donné le même poids aux trois têtes. Les auxiliaires ne servent qu’à aider le gradient : leur "
            "perte est multipliée par 0,3.",
        ),
        Misconception(
            "auxiliary-loss.main-only",
            lambda main: _hundredths(main),
            "C’est la seule tête qu’on garde au test. À l’entraînement, les deux autres comptent aussi.",
        ),
        Misconception(
            "auxiliary-loss.all-weighted",
            lambda main, first, second: WEIGHT * _hundredths(main, first, second),
            "Vous avez multiplié aussi la perte principale par 0,3 ; elle garde le poids 1.",
        ),
        Misconception(
            "auxiliary-loss.one-head",
            lambda main, second: _hundredths(main) + WEIGHT * _hundredths(second),
            "GoogLeNet a deux têtes auxiliaires : il en manque une.",
        ),
        Misconception(
            "auxiliary-loss.mean",
            lambda main, first, second: _hundredths(main, first, second) / 3,
            "Vous avez fait la moyenne des trois pertes. Ici on additionne, avec un poids par tête.",
        ),
    ),
    statement=lambda main, first, second: (
        f"Pendant l’entraînement de GoogLeNet, un mini-lot donne une entropie croisée de {main / 100:.2f} à la "
        "sortie "
        f"principale, de {first / 100:.2f} à la première tête auxiliaire et de {second / 100:.2f} à la seconde. "
        "Quelle est la perte dont on rétropropage le gradient, avec les poids de l’article ?"
    ),
    solution=lambda main, first, second, answer: (
        "Chaque tête auxiliaire pèse 0,3, la sortie principale 1.",
        f"${main / 100:.2f} + 0.3\\times({first / 100:.2f} + {second / 100:.2f})$, soit {answer.shown()}.",
    ),
    hints=("Les têtes auxiliaires pèsent moins que la sortie.", "Leur poids est le même pour les deux."),
)

FAMILIES = (CHANGED_MODULE, AUXILIARY_LOSS)
