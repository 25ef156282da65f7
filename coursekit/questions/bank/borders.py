"""Les bords de l’image : ce qu’on y met, et jusqu’où cela se sent."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.arithmetic import Misconception
from coursekit.questions.domain import choices, grid
from coursekit.questions.family import Family
from coursekit.questions.figures import grids

Row = Sequence[int]
KINDS = {
    "zeros": 'des zéros (`padding_mode="zeros"`)',
    "replicate": 'la valeur du bord, répétée (`padding_mode="replicate"`)',
    "reflect": 'les valeurs vues dans un miroir posé sur la case du bord (`padding_mode="reflect"`)',
    "circular": 'les valeurs de l’autre bout, comme si la ligne se refermait en boucle (`padding_mode="circular"`)',
}


def _padded(row: Row, kind: str, width: int) -> tuple[tuple[int, ...]]:
    """La ligne et ses `width` cases de chaque côté."""
    size = len(row)
    places = range(-width, size + width)
    match kind:
        case "zeros":
            return (tuple(row[i] if 0 <= i < size else 0 for i in places),)
        case "replicate":
            return (tuple(row[min(max(i, 0), size - 1)] for i in places),)
        case "reflect":
            return (tuple(row[size - 1 - abs(size - 1 - abs(i))] for i in places),)
    return (tuple(row[i % size] for i in places),)


def _symmetric(row: Row, width: int) -> tuple[tuple[int, ...]]:
    return ((*reversed(row[:width]), *row, *reversed(row[-width:])),)


KINDS_OF_PADDING = Family(
    id="padding.kinds",
    title="Quatre façons de remplir les bords",
    topic="tailles",
    level=2,
    time_s=90,
    source="CNN I, « Ajout de zéros : zero padding »",
    objectives=("Distinguer les sortes de padding.",),
    tags=("padding", "figure"),
    domain={"row": grid(5, low=1, high=9), "kind": choices(*KINDS), "width": choices(2, 3)},
    answer=lambda row, kind, width: _padded(row, kind, width),
    mistakes=(
        Misconception(
            "padding-kinds.zeros",
            lambda row, width: _padded(row, "zeros", width),
            "Vous avez mis des zéros. Ce padding-ci remplit les bords avec des valeurs de la ligne.",
        ),
        Misconception(
            "padding-kinds.replicate",
            lambda row, width: _padded(row, "replicate", width),
            "Vous avez répété la valeur du bord : c’est le mode « replicate ».",
        ),
        Misconception(
            "padding-kinds.reflect",
            lambda row, width: _padded(row, "reflect", width),
            "Vous avez réfléchi la ligne sur sa case du bord : c’est le mode « reflect ».",
        ),
        Misconception(
            "padding-kinds.circular",
            lambda row, width: _padded(row, "circular", width),
            "Vous avez refermé la ligne en boucle : c’est le mode « circular ».",
        ),
        Misconception(
            "padding-kinds.edge-twice",
            lambda row, width: _symmetric(row, width),
            "Vous avez placé le miroir au-delà de la ligne : la case du bord y figure deux fois. En mode "
            "« reflect », "
            "le miroir est sur cette case, qu’on ne répète pas.",
        ),
        Misconception(
            "padding-kinds.one-side",
            lambda row, kind, width: (_padded(row, kind, width)[0][width:],),
            "Vous n’avez complété que la fin de la ligne : le padding ajoute {width} cases de chaque côté.",
        ),
    ),
    statement=lambda kind, width: (
        f"On ajoute {width} cases de chaque côté de la ligne ci-dessous, remplies avec {KINDS[kind]}. Écrivez la "
        "ligne complète, de gauche à droite."
    ),
    figure=lambda row: grids((("Ligne", (row,)),)),
    solution=lambda row, kind, width, answer: (
        {
            "zeros": f"On ajoute {width} zéros de chaque côté.",
            "replicate": f"On répète {width} fois {row[0]} à gauche et {width} fois {row[-1]} à droite.",
            "reflect": "À gauche, on relit les cases qui suivent la première, de la plus loin à la plus proche ; "
            "à droite, celles qui précèdent la dernière, de la plus proche à la plus loin.",
            "circular": f"À gauche viennent les {width} dernières valeurs de la ligne, à droite les {width} premières.",
        }[kind],
        f"La ligne complète est {answer.shown()}.",
    ),
    hints=("La ligne d’origine reste au milieu, intacte.",),
)

TOUCHED_BY_ZEROS = Family(
    id="padding.touched",
    title="Jusqu’où les zéros se font sentir",
    topic="tailles",
    level=3,
    time_s=150,
    source="CNN I, « Zero-padding »",
    objectives=("Mesurer l’effet de bord du zero padding.",),
    tags=("padding",),
    domain={
        "height": choices(7, 14, 20, 28, 32),
        "width": choices(7, 14, 24, 28, 40),
        "kernel": choices(3, 5, 7),
    },
    valid=lambda height, width, kernel: min(height, width) > kernel,
    answer=lambda height, width, kernel: height * width - (height - kernel + 1) * (width - kernel + 1),
    mistakes=(
        Misconception(
            "touched.inside",
            lambda height, width, kernel: (height - kernel + 1) * (width - kernel + 1),
            "Vous avez compté les valeurs que les zéros ne touchent pas. On demande les autres.",
        ),
        Misconception(
            "touched.corners-twice",
            lambda height, width, kernel: (kernel - 1) * (height + width),
            "Vous avez additionné les quatre bandes : chaque coin est dans deux bandes, et vous l’avez compté "
            "deux fois.",
        ),
        Misconception(
            "touched.thin-ring",
            lambda height, width, kernel: 2 * (height + width) - 4 if kernel > 3 else None,
            "Vous n’avez compté que le contour d’un pixel. Le centre d’un filtre {kernel}×{kernel} peut être à "
            "plusieurs pixels du bord et le filtre déborder encore.",
        ),
        Misconception(
            "touched.zeros",
            lambda height, width, kernel: (height + kernel - 1) * (width + kernel - 1) - height * width,
            "C’est le nombre de zéros ajoutés. On demande combien de valeurs de sortie en lisent au moins un.",
        ),
        Misconception(
            "touched.two-sides",
            lambda height, width, kernel: (
                height * width - (height - (kernel - 1) // 2) * (width - (kernel - 1) // 2)
            ),
            "Vous n’avez retiré la bande que d’un côté. Les zéros entourent l’image : il y a deux bandes par "
            "dimension.",
        ),
    ),
    statement=lambda height, width, kernel: (
        f"Une carte de ${height}\\times{width}$ traverse une convolution ${kernel}\\times{kernel}$ à pas 1, avec le "
        "zero padding qui conserve sa taille. Combien de valeurs de la carte de sortie dépendent d’au moins un zéro "
        "ajouté ?"
    ),
    solution=lambda height, width, kernel, answer: (
        f"Le padding est $P = ({kernel} − 1)/2 = {(kernel - 1) // 2}$ : le filtre déborde dès que son centre est sur "
        + (
            "la première ou la dernière ligne ou colonne."
            if kernel == 3
            else f"l’une des {kernel // 2} premières ou dernières lignes ou colonnes."
        ),
        f"Les valeurs intactes forment un rectangle de ${height - kernel + 1}\\times{width - kernel + 1}$, la sortie "
        "qu’on aurait sans padding.",
        f"Les autres sont ${height}\\times{width} − {height - kernel + 1}\\times{width - kernel + 1} = "
        f"{height * width} − {(height - kernel + 1) * (width - kernel + 1)}$, soit {answer.shown()}.",
    ),
    hints=(
        "Comptez d’abord les valeurs que les zéros ne touchent pas.",
        "Ce sont celles qu’on obtiendrait sans padding.",
    ),
)


FAMILIES = (KINDS_OF_PADDING, TOUCHED_BY_ZEROS)
