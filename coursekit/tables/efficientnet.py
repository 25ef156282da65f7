"""EfficientNet : Tan et Le, « EfficientNet: rethinking model scaling » (2019), table 1, équations 2 et 3, table 2.

La table de B0 est celle que l’article imprime ; le pas d’un étage s’en déduit. Les sept autres réseaux l’agrandissent,
et il faut distinguer deux choses : la *règle* (`compound_scaling` : des multiplicateurs continus α^φ, β^φ, γ^φ) et les
*coefficients* que le code des auteurs fixe pour B0 à B7, avec ses arrondis (`COEFFICIENTS`, `round_channels`,
`round_layers`). Aucun φ ne donne les trois coefficients de B1, ni ceux de B7. Les entrées « -rule » suivent la règle à
la lettre, pour le φ qui s’en approche le plus. Diapositives « EfficientNet » du cours CNN II.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import ceil, floor, log
from statistics import mean

from coursekit.errors import ArgumentError
from coursekit.layers import AdaptivePool, Branches, Chain, Dropout, DropPath, Flatten, Layer, Linear, Shape
from coursekit.tables.blocks import conv_norm, squeeze_excite
from coursekit.tables.entry import Entry, Erratum, Published, exactly, rounded


@dataclass(frozen=True)
class Stage:
    """Une ligne de la table 1. `resolution` est celle de l’entrée ; `expansion` 0 veut dire une simple convolution."""

    expansion: int
    kernel_size: int
    resolution: int
    channels: int
    layers: int


B0 = (
    Stage(expansion=0, kernel_size=3, resolution=224, channels=32, layers=1),
    Stage(expansion=1, kernel_size=3, resolution=112, channels=16, layers=1),
    Stage(expansion=6, kernel_size=3, resolution=112, channels=24, layers=2),
    Stage(expansion=6, kernel_size=5, resolution=56, channels=40, layers=2),
    Stage(expansion=6, kernel_size=3, resolution=28, channels=80, layers=3),
    Stage(expansion=6, kernel_size=5, resolution=14, channels=112, layers=3),
    Stage(expansion=6, kernel_size=5, resolution=14, channels=192, layers=4),
    Stage(expansion=6, kernel_size=3, resolution=7, channels=320, layers=1),
    Stage(expansion=0, kernel_size=1, resolution=7, channels=1280, layers=1),
)
STRIDES = tuple(
    here.resolution // after.resolution for here, after in zip(B0, (*B0[1:], B0[-1]), strict=True)
)
SE_RATIO = 4
DROP_PATH = 0.2

ALPHA, BETA, GAMMA = 1.2, 1.1, 1.15
"""Ce que la recherche en grille trouve pour B0 (section 3.3) : profondeur, largeur, résolution."""


@dataclass(frozen=True)
class Scaling:
    """Des multiplicateurs de B0, sans arrondi."""

    depth: float
    width: float
    resolution: float

    @property
    def cost(self) -> float:
        """Par combien la règle multiplie le calcul : profondeur × largeur² × résolution²."""
        return self.depth * self.width**2 * self.resolution**2


def compound_scaling(phi: float, alpha: float = ALPHA, beta: float = BETA, gamma: float = GAMMA) -> Scaling:
    """La règle (équation 3) : α^φ en profondeur, β^φ en largeur, γ^φ en résolution ; le calcul croît comme 2^φ.

    Raises:
        ArgumentError: une base est inférieure à 1 : la règle agrandit, elle ne réduit pas.
    """
    for base, symbol in ((alpha, "α"), (beta, "β"), (gamma, "γ")):
        if base < 1:
            raise ArgumentError(
                f"La règle demande {symbol} ≥ 1 ; vous avez donné {symbol} = {base:g}.".replace(".", ",", 1)
            )
    return Scaling(alpha**phi, beta**phi, gamma**phi)


def implied_phi(scaling: Scaling) -> tuple[float, float, float]:
    """Le φ que demanderait chacun des trois multiplicateurs ; la règle est suivie si les trois sont égaux."""
    return (
        log(scaling.depth) / log(ALPHA),
        log(scaling.width) / log(BETA),
        log(scaling.resolution) / log(GAMMA),
    )


def round_channels(channels: float, divisor: int = 8) -> int:
    """Le multiple de 8 le plus proche, sans jamais perdre plus de 10 % (code des auteurs, `round_filters`)."""
    nearest = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return nearest if nearest >= 0.9 * channels else nearest + divisor


def round_layers(layers: float) -> int:
    """Vers le haut (code des auteurs, `round_repeats`)."""
    return ceil(layers)


def nearest(value: float) -> int:
    """L’entier le plus proche : l’arrondi de qui ne lit que la règle, puisque l’article ne dit pas le sien."""
    return floor(value + 0.5)


@dataclass(frozen=True)
class EfficientNet:
    """Les coefficients d’un réseau. `drop_path` est la probabilité d’ôter le dernier bloc ; elle croît depuis 0.

    `plain` arrondit canaux et couches à l’entier le plus proche, et non par les règles du code des auteurs.
    """

    width: float
    depth: float
    resolution: int
    dropout: float
    drop_path: float = DROP_PATH
    norm_eps: float = 1e-5
    norm_momentum: float = 0.1
    plain: bool = False

    def stages(self) -> tuple[Stage, ...]:
        """La table 1 agrandie et arrondie ; le premier et le dernier étage gardent une seule couche."""
        channels, layers = (nearest, nearest) if self.plain else (round_channels, round_layers)
        return tuple(
            Stage(
                stage.expansion,
                stage.kernel_size,
                ceil(self.resolution * stage.resolution / B0[0].resolution),
                channels(stage.channels * self.width),
                layers(stage.layers * self.depth) if stage.expansion else stage.layers,
            )
            for stage in B0
        )

    def drop_paths(self) -> tuple[float, ...]:
        """La probabilité de chaque bloc, dans l’ordre : `drop_path`·b/B pour le b-ième des B blocs, à partir de 0."""
        count = sum(stage.layers for stage in self.stages() if stage.expansion)
        return tuple(self.drop_path * block / count for block in range(count))

    @property
    def scaling(self) -> Scaling:
        return Scaling(self.depth, self.width, self.resolution / B0[0].resolution)


def by_rule(phi: float, *, plain: bool = True, dropout: float = 0.2) -> EfficientNet:
    """Le réseau que donne la règle à la lettre ; `plain=False` l’arrondit comme le code des auteurs."""
    scaling = compound_scaling(phi)
    resolution = nearest(B0[0].resolution * scaling.resolution)
    return EfficientNet(scaling.width, scaling.depth, resolution, dropout, plain=plain)


def mbconv(in_channels: int, stage: Stage, stride: int, drop_path: float, name: str) -> Chain:
    """Élargir (1×1), filtrer (depthwise), pondérer les canaux (SE), projeter sans non-linéarité (1×1)."""
    hidden = stage.expansion * in_channels
    expand = (conv_norm(hidden, 1, act="silu", name="expand"),) if stage.expansion > 1 else ()
    main: tuple[Layer, ...] = (
        *expand,
        conv_norm(hidden, stage.kernel_size, stride=stride, groups=hidden, act="silu", name="depthwise"),
        squeeze_excite(hidden, max(1, in_channels // SE_RATIO), act="silu"),
        conv_norm(stage.channels, 1, name="project"),
    )
    if stride > 1 or in_channels != stage.channels:
        return Chain(main, name=name)
    dropped = Chain((*main, DropPath(drop_path, name="drop_path")))
    return Chain((Branches((dropped, Chain(())), "add"),), name=name)


def unroll(config: EfficientNet, num_classes: int) -> Chain:
    drop_paths = iter(config.drop_paths())
    in_channels, features = 0, []
    for i, (stage, stride) in enumerate(zip(config.stages(), STRIDES, strict=True), start=1):
        if not stage.expansion:
            layer = conv_norm(stage.channels, stage.kernel_size, stride=stride, act="silu", name=f"stage{i}")
            features.append(layer)
            in_channels = stage.channels
            continue
        blocks = []
        for j in range(stage.layers):
            block = mbconv(in_channels, stage, stride if j == 0 else 1, next(drop_paths), str(j))
            blocks.append(block)
            in_channels = stage.channels
        features.append(Chain(tuple(blocks), name=f"stage{i}"))
    classifier = Dropout(config.dropout, name="dropout"), Linear(num_classes, name="fc")
    return Chain(
        (
            Chain(tuple(features), name="features"),
            AdaptivePool("avg", name="avgpool"),
            Flatten(name="flatten"),
            Chain(classifier, name="classifier"),
        )
    )


AUTHORS_EPS, AUTHORS_MOMENTUM = 1e-3, 0.01


def _authors_norm(width: float, depth: float, resolution: int, dropout: float) -> EfficientNet:
    return EfficientNet(
        width, depth, resolution, dropout, norm_eps=AUTHORS_EPS, norm_momentum=AUTHORS_MOMENTUM
    )


COEFFICIENTS = (
    EfficientNet(width=1.0, depth=1.0, resolution=224, dropout=0.2),
    EfficientNet(width=1.0, depth=1.1, resolution=240, dropout=0.2),
    EfficientNet(width=1.1, depth=1.2, resolution=260, dropout=0.3),
    EfficientNet(width=1.2, depth=1.4, resolution=300, dropout=0.3),
    EfficientNet(width=1.4, depth=1.8, resolution=380, dropout=0.4),
    _authors_norm(width=1.6, depth=2.2, resolution=456, dropout=0.4),
    _authors_norm(width=1.8, depth=2.6, resolution=528, dropout=0.5),
    _authors_norm(width=2.0, depth=3.1, resolution=600, dropout=0.5),
)
"""B0 à B7, code des auteurs (`efficientnet_params`)."""

PAPER = "Tan et Le (2019), table 2"

MILLIONS = {0: "5.3", 1: "7.8", 3: "12", 4: "19", 5: "30", 6: "43", 7: "66"}
GIGAMACS = {0: "0.39", 2: "1.0", 3: "1.8", 6: "19"}
"""Table 2 : ce qui est l’arrondi du compte ; « FLOPS » y veut dire multiplications-additions."""

TORCHVISION = {
    0: (5_288_548, "0.386"),
    1: (7_794_184, "0.687"),
    2: (9_109_994, None),
    3: (12_233_232, "1.827"),
    4: (19_341_616, "4.394"),
    5: (30_389_784, "10.266"),
    6: (43_040_704, "19.068"),
    7: (66_347_960, "37.746"),
}
"""Paramètres et GMAC que torchvision publie ; pour B2, il compte à 288 pixels et non à 260."""

FLOPS_ERRATA = {
    index: Erratum(
        PAPER,
        f"{stated} G",
        f"{counted} G",
        f"L’article n’explique pas son compte ; celui de torchvision, fait sur le réseau, est {counted} G lui aussi.",
    )
    for index, stated, counted in (
        (1, "0,70", "0,69"),
        (4, "4,2", "4,39"),
        (5, "9,9", "10,27"),
        (7, "37", "37,75"),
    )
}

NORM_DEPARTURE = (
    "La normalisation garde les réglages de PyTorch (ε = 10⁻⁵, momentum 0,1), comme torchvision ; "
    "le code des auteurs prend ε = 10⁻³ et 0,01."
)


RULE_DEPARTURE = (
    "L’article ne donne ni le φ de chaque réseau, ni ses arrondis : ici, le demi-entier le plus proche des trois "
    "exposants, et chaque nombre de canaux, de couches et de pixels arrondi à l’entier le plus proche."
)


def _published(index: int) -> tuple[Published, ...]:
    parameters, gigamacs = TORCHVISION[index]
    witness = f"torchvision, EfficientNet_B{index}_Weights"
    facts = [exactly("parameters", parameters, witness)]
    if gigamacs:
        facts.append(rounded("macs", gigamacs, "G", witness))
    if index in MILLIONS:
        facts.append(rounded("parameters", MILLIONS[index], "M", PAPER))
    if index in GIGAMACS:
        facts.append(rounded("macs", GIGAMACS[index], "G", PAPER))
    return tuple(facts)


def _entry(index: int) -> Entry:
    config = COEFFICIENTS[index]

    return Entry(
        name=f"efficientnet-b{index}",
        stem="efficientnet",
        variant=config,
        title=f"EfficientNet-B{index}",
        source="Tan et Le (2019), table 1" if index == 0 else f"{PAPER} ; coefficients du code des auteurs",
        input=Shape(3, (config.resolution, config.resolution)),
        unroll=partial(unroll, config),
        published=_published(index),
        departures=(NORM_DEPARTURE,) if config.norm_eps != AUTHORS_EPS else (),
        errata=(FLOPS_ERRATA[index],) if index in FLOPS_ERRATA else (),
        peer=f"efficientnet_b{index}",
    )


def closest_phi(config: EfficientNet) -> float:
    """Le demi-entier le plus proche de la moyenne des trois φ qu’impliquent les coefficients."""
    return nearest(2 * mean(implied_phi(config.scaling))) / 2


def french(value: float) -> str:
    """Trois chiffres, et la virgule."""
    return f"{value:.3g}".replace(".", ",")


def _coefficients(scaling: Scaling) -> str:
    return "\u202f; ".join(french(value) for value in (scaling.depth, scaling.width, scaling.resolution))


def _rule_entry(index: int) -> Entry:
    coefficients = COEFFICIENTS[index]
    phi = closest_phi(coefficients)
    config = by_rule(phi, dropout=coefficients.dropout)
    multipliers = (
        f"Profondeur, largeur et résolution sont multipliées par {_coefficients(compound_scaling(phi))} "
        f"(α^φ, β^φ, γ^φ) ; le code des auteurs prend {_coefficients(coefficients.scaling)} pour B{index}."
    )
    return Entry(
        name=f"efficientnet-b{index}-rule",
        stem="efficientnet",
        variant=config,
        title=f"EfficientNet-B{index} par la règle, φ = {french(phi)}",
        source="Tan et Le (2019), table 1 et équation 3",
        input=Shape(3, (config.resolution, config.resolution)),
        unroll=partial(unroll, config),
        departures=(multipliers, RULE_DEPARTURE, NORM_DEPARTURE),
    )


ENTRIES = (
    *(_entry(index) for index in range(len(COEFFICIENTS))),
    *(_rule_entry(index) for index in range(1, len(COEFFICIENTS))),
)
