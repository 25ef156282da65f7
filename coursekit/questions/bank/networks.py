"""Des réseaux connus qu’on retouche : ce que le changement d’une couche coûte, et ce qu’il fait voir."""

from __future__ import annotations

from functools import lru_cache

from coursekit.arithmetic import Misconception, receptive_field, walk
from coursekit.layers import Conv, Pool, Row, Shape, edit
from coursekit.questions.answers import Real
from coursekit.questions.bank.bases import features, layer_table
from coursekit.questions.diagrams import bars
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family, Figure
from coursekit.tables import find

TITLES = {"alexnet": "AlexNet (table du cours)", "vgg11": "VGG-11", "vgg13": "VGG-13", "vgg16": "VGG-16"}


@lru_cache(maxsize=8)
def convolutions(network: str) -> tuple[Conv, ...]:
    return tuple(layer for layer in features(network).layers if isinstance(layer, Conv))


@lru_cache(maxsize=512)
def _parameters(network: str, place: int, added: int) -> tuple[Row, ...]:
    """Les convolutions du réseau, l’une d’elles ayant `added` filtres de plus."""
    conv = convolutions(network)[place]
    net = edit(features(network), f"features.{conv.name}", out_channels=conv.out_channels + added)
    return tuple(row for row in walk(net, find(network).input) if row.kind == "Conv")


def _growth(network: str, place: int, added: int, layer: int) -> int:
    """Ce que gagne la convolution numéro `layer`, en paramètres."""
    return (
        _parameters(network, place, added)[layer].parameters
        - _parameters(network, place, 0)[layer].parameters
    )


def _square(network: str, place: int) -> str:
    """« 3\\times3 », la taille des filtres d’une convolution."""
    return f"{convolutions(network)[place].kernel_size}\\times{convolutions(network)[place].kernel_size}"


MORE_FILTERS = Family(
    id="network.more_filters",
    title="Ajouter des filtres à une couche",
    topic="couts",
    level=3,
    time_s=240,
    points=3,
    source="CNN I, « AlexNet », « VGGNet »",
    objectives=("Voir qu’une couche plus large alourdit aussi la suivante.",),
    tags=("réseau réel",),
    domain={
        "network": choices(*TITLES),
        "place": integers(0, 5),
        "added": choices(8, 16, 32, 64),
    },
    valid=lambda network, place: place + 1 < len(convolutions(network)),
    answer=lambda network, place, added: sum(
        _growth(network, place, added, layer) for layer in (place, place + 1)
    ),
    mistakes=(
        Misconception(
            "more-filters.own-only",
            lambda network, place, added: _growth(network, place, added, place),
            "Vous avez oublié la couche suivante : ses filtres lisent maintenant {added} canaux de plus.",
        ),
        Misconception(
            "more-filters.next-only",
            lambda network, place, added: _growth(network, place, added, place + 1),
            "Vous n’avez compté que la couche suivante. Les {added} filtres ajoutés ont aussi leurs poids et "
            "leurs biais.",
        ),
        Misconception(
            "more-filters.no-bias",
            lambda network, place, added: (
                sum(_growth(network, place, added, layer) for layer in (place, place + 1)) - added
            ),
            "Vous avez oublié les biais des filtres ajoutés.",
        ),
        Misconception(
            "more-filters.next-bias",
            lambda network, place, added: (
                sum(_growth(network, place, added, layer) for layer in (place, place + 1))
                + convolutions(network)[place + 1].out_channels
            ),
            "Vous avez ajouté des biais à la couche suivante. Elle garde ses filtres, donc ses biais : eux ne "
            "lisent que "
            "plus de canaux.",
        ),
        Misconception(
            "more-filters.whole-layers",
            lambda network, place, added: sum(
                _parameters(network, place, added)[layer].parameters for layer in (place, place + 1)
            ),
            "C’est le nombre de paramètres des deux couches après le changement. On demande combien s’ajoutent.",
        ),
    ),
    statement=lambda network, place, added: (
        f"Dans **{TITLES[network]}**, on ajoute {added} filtres à la couche "
        f"`{convolutions(network)[place].name}` ; les "
        "autres couches gardent leurs filtres. L’image a 3 canaux et chaque filtre a un biais. Combien de paramètres "
        "le réseau gagne-t-il ?\n\n" + layer_table(network)
    ),
    solution=lambda network, place, added, answer: (
        f"`{convolutions(network)[place].name}` : {added} filtres de plus, de "
        f"${_square(network, place)}\\times{_parameters(network, place, 0)[place].input.channels}$ poids et 1 "
        "biais, soit "
        f"{_growth(network, place, added, place)} paramètres.",
        f"`{convolutions(network)[place + 1].name}` : ses {convolutions(network)[place + 1].out_channels} filtres "
        "lisent "
        f"{added} canaux de plus, soit ${_square(network, place + 1)}\\times{added}"
        f"\\times{convolutions(network)[place + 1].out_channels} = {_growth(network, place, added, place + 1)}$ "
        "poids.",
        f"Les autres couches ne changent pas : le réseau gagne {answer.shown()} paramètres.",
    ),
    hints=("Quelles couches voient leurs filtres changer de nombre, ou de profondeur ?",),
)


@lru_cache(maxsize=8)
def windows(network: str) -> tuple[tuple[str, int, int], ...]:
    """Les couches à fenêtre glissante : nom, F et S."""
    found = []
    for layer in features(network).layers:
        if isinstance(layer, Conv | Pool):
            assert isinstance(layer.kernel_size, int)
            assert isinstance(layer.stride, int | None)
            found.append((layer.name, layer.kernel_size, layer.stride or layer.kernel_size))
    return tuple(found)


def _stack(network: str, changed: int, stride: int, last: int) -> tuple[tuple[int, int], ...]:
    """Les (F, S) jusqu’à la couche `last`, celle de rang `changed` ayant le pas `stride`."""
    pairs = [(kernel, step) for _, kernel, step in windows(network)[: last + 1]]
    pairs[changed] = (pairs[changed][0], stride)
    return tuple(pairs)


def _names(network: str, last: int) -> str:
    return ", ".join(f"`{name}`" for name, _, _ in windows(network)[: last + 1])


CHANGED_FIELD = Family(
    id="network.receptive_field",
    title="Le champ récepteur dans un réseau retouché",
    topic="champ",
    level=3,
    time_s=300,
    points=3,
    source="CNN I, « Champ récepteur », « AlexNet », « VGGNet »",
    objectives=("Suivre le champ récepteur dans un réseau réel.",),
    tags=("réseau réel",),
    domain={
        "network": choices(*TITLES),
        "changed": integers(0, 3),
        "stride": choices(1, 2, 3),
        "last": integers(3, 6),
    },
    valid=lambda network, changed, stride, last: (
        changed < last < len(windows(network)) and windows(network)[changed][2] != stride
    ),
    formula=receptive_field,
    arguments=lambda network, changed, stride, last: {"layers": _stack(network, changed, stride, last)},
    without=("receptive-field.product",),
    mistakes=(
        Misconception(
            "receptive-field.unchanged",
            lambda network, changed, last: receptive_field(
                _stack(network, changed, windows(network)[changed][2], last)
            ),
            "C’est le champ dans le réseau d’origine. Le changement de pas élargit ou resserre celui de toutes "
            "les couches "
            "qui suivent.",
        ),
        Misconception(
            "receptive-field.one-layer-less",
            lambda layers: receptive_field(layers[:-1]),
            "Vous vous êtes arrêté une couche trop tôt.",
        ),
    ),
    statement=lambda network, changed, stride, last: (
        f"Dans **{TITLES[network]}**, le pas de la couche `{windows(network)[changed][0]}` devient $S = "
        f"{stride}$ ; le reste "
        f"ne change pas. Quelle est la largeur, en pixels de l’image, du champ récepteur d’une unité de la couche "
        f"`{windows(network)[last][0]}` ?\n\n" + layer_table(network)
    ),
    solution=lambda network, changed, stride, last, answer: (
        f"Les fenêtres traversées sont, dans l’ordre : {_names(network, last)}.",
        receptive_field.explain(_stack(network, changed, stride, last)),
        f"Une unité de `{windows(network)[last][0]}` voit donc {answer.shown()} pixels de large.",
    ),
    hints=(
        "Notez, couche après couche, le champ et l’écart entre deux unités voisines.",
        "Une normalisation ou une ReLU ne change ni l’un ni l’autre.",
    ),
)


@lru_cache(maxsize=128)
def _macs(network: str, side: int) -> tuple[tuple[str, int], ...]:
    """Les multiplications de chaque convolution pour une image de `side` pixels."""
    rows = walk(features(network), Shape(3, (side, side)))
    return tuple((row.name.rpartition(".")[2], row.macs) for row in rows if row.kind == "Conv")


def _share(network: str, side: int, place: int) -> float:
    counts = [macs for _, macs in _macs(network, side)]
    return 100 * counts[place] / sum(counts)


def _chart(network: str, side: int) -> Figure:
    values = [(name, round(macs / 1e6, 1)) for name, macs in _macs(network, side)]
    return bars("Millions de multiplications par image", values)


MACS_SHARE = Family(
    id="network.macs_share",
    title="Où passe le calcul",
    topic="couts",
    level=2,
    time_s=120,
    points=2,
    source="CNN I, « AlexNet », « VGGNet »",
    objectives=("Situer le coût d’une couche dans celui du réseau.",),
    tags=("réseau réel", "figure"),
    domain={
        "network": choices("alexnet", "vgg11", "vgg13"),
        "side": choices(131, 160, 192, 195, 227, 256, 288, 320),
        "place": integers(0, 9),
    },
    valid=lambda network, side, place: (
        place < len(convolutions(network)) and _share(network, side, place) > 1
    ),
    answer=lambda network, side, place: Real(_share(network, side, place), "%", rel=0.01),
    mistakes=(
        Misconception(
            "macs-share.rest",
            lambda network, side, place: 100 - _share(network, side, place),
            "C’est la part des autres couches.",
        ),
        Misconception(
            "macs-share.of-the-others",
            lambda network, side, place: (
                100 * _share(network, side, place) / (100 - _share(network, side, place))
            ),
            "Vous avez divisé par le total des autres couches. Celle-ci fait aussi partie du total.",
        ),
        Misconception(
            "macs-share.of-the-largest",
            lambda network, side, place: (
                100 * _macs(network, side)[place][1] / max(macs for _, macs in _macs(network, side))
            ),
            "Vous avez comparé la barre à la plus longue. La part se rapporte à la somme de toutes.",
        ),
        Misconception(
            "macs-share.not-percent",
            lambda network, side, place: _share(network, side, place) / 100,
            "C’est le rapport, qui va de 0 à 1. En %, il est cent fois plus grand.",
        ),
        Misconception(
            "macs-share.equal-parts",
            lambda network: 100 / len(convolutions(network)),
            "Vous avez donné à chaque couche la même part. Regardez la longueur des barres.",
        ),
    ),
    statement=lambda network, side, place: (
        f"Le graphique donne, pour **{TITLES[network]}** et une image de ${side}\\times{side}$, les "
        "multiplications de "
        f"chaque convolution. Quelle part de leur total revient à `{_macs(network, side)[place][0]}`, en % ?"
    ),
    figure=_chart,
    solution=lambda network, side, place, answer: (
        f"Le total est d’environ {sum(macs for _, macs in _macs(network, side)) / 1e6:.1f} millions de "
        "multiplications.",
        f"`{_macs(network, side)[place][0]}` en fait {_macs(network, side)[place][1] / 1e6:.1f} millions, soit "
        f"{answer.shown()} du total.",
    ),
    hints=("Additionnez d’abord toutes les barres.",),
)

FAMILIES = (MORE_FILTERS, MACS_SHARE, CHANGED_FIELD)
