"""Ce que les convolutions 1×1 économisent dans un module Inception."""

from __future__ import annotations

from functools import lru_cache

from coursekit.arithmetic import Misconception, conv_macs
from coursekit.questions.answers import Real
from coursekit.questions.bank.inception import MODULE_DOMAIN, millions, naive_macs, naive_module
from coursekit.questions.domain import choices
from coursekit.questions.family import Family, Part
from coursekit.questions.text import number_text


def reduced_macs(side: int, channels: int, k1: int, k3: int, k5: int, reduce: int) -> dict[str, int]:
    """Multiplications des six convolutions d’un module dont les trois 1×1 ajoutées ont `reduce` filtres."""
    added = conv_macs(channels, reduce, 1, side)
    return {
        "1×1": conv_macs(channels, k1, 1, side),
        "1×1 devant les 3×3": added,
        "3×3": conv_macs(reduce, k3, 3, side),
        "1×1 devant les 5×5": added,
        "5×5": conv_macs(reduce, k5, 5, side),
        "1×1 après le pooling": added,
    }


@lru_cache(maxsize=1024)
def _reduced(side: int, channels: int, k1: int, k3: int, k5: int, reduce: int) -> int:
    return sum(reduced_macs(side, channels, k1, k3, k5, reduce).values())


BOTTLENECK_MACS = Family(
    id="inception.bottleneck_macs",
    title="Ce que les 1×1 économisent dans un module Inception",
    topic="inception",
    level=3,
    time_s=300,
    points=3,
    source="CNN I, « GoogLeNet » (Conv Ops)",
    objectives=("Chiffrer l’effet des 1×1 placées devant les filtres coûteux.",),
    domain={**MODULE_DOMAIN, "reduce": choices(16, 24, 32, 48, 64)},
    statement=lambda side, channels, reduce: (
        f"Le module naïf ci-dessous lit un volume de ${side}\\times{side}\\times{channels}$. On y ajoute trois "
        f"convolutions $1\\times1$ de {reduce} filtres : devant les $3\\times3$, devant les $5\\times5$ et après le "
        "pooling. Toutes les couches conservent la taille. Comptez les multiplications des convolutions, pour une "
        "image, en millions (trois chiffres significatifs)."
    ),
    figure=naive_module,
    parts=(
        Part(
            name="naive",
            prompt="Combien le module naïf en fait-il ?",
            answer=lambda side, channels, k1, k3, k5: Real(
                millions(sum(naive_macs(side, channels, k1, k3, k5)))
            ),
            mistakes=(
                Misconception(
                    "bottleneck-macs.not-squared",
                    lambda side, channels, k1, k3, k5: millions(side**2 * channels * (k1 + 3 * k3 + 5 * k5)),
                    "Vous avez pris F et non F² : un filtre 3×3 fait 9 multiplications par canal, un 5×5 en fait 25.",
                ),
                Misconception(
                    "bottleneck-macs.weights",
                    lambda channels, k1, k3, k5: millions(channels * (k1 + 9 * k3 + 25 * k5)),
                    "C’est le nombre de poids. Chacun sert à chacune des {side}×{side} positions.",
                ),
            ),
        ),
        Part(
            name="reduced",
            prompt="Et le module à 1×1 ?",
            answer=lambda side, channels, k1, k3, k5, reduce: Real(
                millions(_reduced(side, channels, k1, k3, k5, reduce))
            ),
            mistakes=(
                Misconception(
                    "bottleneck-macs.free-reducers",
                    lambda side, channels, k1, k3, k5, reduce: millions(
                        _reduced(side, channels, k1, k3, k5, reduce)
                        - 3 * conv_macs(channels, reduce, 1, side)
                    ),
                    "Vous avez oublié les trois 1×1 ajoutées. Elles lisent les {channels} canaux, donc elles "
                    "comptent.",
                ),
                Misconception(
                    "bottleneck-macs.no-projection",
                    lambda side, channels, k1, k3, k5, reduce: millions(
                        _reduced(side, channels, k1, k3, k5, reduce) - conv_macs(channels, reduce, 1, side)
                    ),
                    "Il manque la 1×1 placée après le pooling.",
                ),
                Misconception(
                    "bottleneck-macs.still-deep",
                    lambda side, channels, k1, k3, k5, reduce: millions(
                        sum(naive_macs(side, channels, k1, k3, k5)) + 3 * conv_macs(channels, reduce, 1, side)
                    ),
                    "Vous avez gardé {channels} canaux à l’entrée des 3×3 et des 5×5. Elles lisent ce que rend "
                    "la 1×1 "
                    "qui les précède : {reduce} canaux.",
                ),
                Misconception(
                    "bottleneck-macs.counted-twice",
                    lambda side, channels, k1, k3, k5, reduce: millions(
                        _reduced(side, channels, k1, k3, k5, reduce) + conv_macs(reduce, k3, 3, side)
                    ),
                    "Vous avez compté deux fois la branche 3×3.",
                ),
            ),
        ),
        Part(
            name="saving",
            prompt="Quelle part des multiplications économise-t-on, en % ?",
            unit="%",
            answer=lambda naive, reduced: Real(100 * (1 - float(reduced) / float(naive)), "%"),
            mistakes=(
                Misconception(
                    "bottleneck-macs.kept",
                    lambda naive, reduced: 100 * reduced / naive,
                    "C’est la part qui reste. L’économie est ce qui manque à 100 %.",
                ),
                Misconception(
                    "bottleneck-macs.over-reduced",
                    lambda naive, reduced: 100 * (naive / reduced - 1),
                    "Vous avez rapporté l’écart au module réduit. L’économie se mesure par rapport au module naïf.",
                ),
            ),
        ),
    ),
    solution=lambda side, channels, k1, k3, k5, reduce, answer: (
        f"Module naïf : ${side}^2\\times{channels}\\times({k1} + 9\\times{k3} + 25\\times{k5})$, soit "
        f"{answer.answers[0][1].shown()} millions.",
        "Module à 1×1, en millions :\n\n| Convolution | Multiplications |\n|---|---|\n"
        + "\n".join(
            f"| {name} | {number_text(millions(macs), 4)} |"
            for name, macs in reduced_macs(side, channels, k1, k3, k5, reduce).items()
        ),
        f"Leur somme est {answer.answers[1][1].shown()} millions : on économise {answer.answers[2][1].shown()} des "
        "multiplications.",
    ),
    hints=(
        "Combien de canaux les 3×3 lisent-elles, une fois la 1×1 en place ?",
        "Les 1×1 ajoutées lisent tous les canaux de l’entrée.",
    ),
)

FAMILIES = (BOTTLENECK_MACS,)
