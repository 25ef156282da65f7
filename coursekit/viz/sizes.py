"""Figures des tailles : où se pose un filtre, ce que le padding ajoute, ce que le pas saute, ce qu’une pile rend.

Source : cours CNN I, diapos « Effet de bord », « Zero padding », « Pas (stride) » et « CNN : Idée de base ».
"""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from coursekit.arithmetic import effective_kernel, missing_zeros, output_size, padded_size
from coursekit.arithmetic.sizes import Fit
from coursekit.errors import ArgumentError
from coursekit.viz.canvas import (
    BLUE,
    GREEN,
    INK,
    LINE,
    ORANGE,
    PALE,
    SKY,
    TEXT,
    VERMILION,
    WHITE,
    cell,
    label,
    sheet,
)

FIT_TITLES: dict[Fit, str] = {"crop": "couper", "pad": "compléter", "raise": "refuser"}


@dataclass(frozen=True)
class Sliding:
    """Un filtre qui glisse le long d’une ligne de pixels, padding compris ; les cases se comptent depuis 0."""

    input_size: int
    kernel_size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    fit: Fit = "crop"

    @property
    def count(self) -> int:
        """Nombre de positions : la taille de la sortie."""
        return output_size(
            self.input_size, self.kernel_size, self.stride, self.padding, self.dilation, self.fit
        )

    @property
    def length(self) -> int:
        """Nombre de cases de la ligne, zéros ajoutés au bout compris."""
        added = missing_zeros(self.input_size, self.kernel_size, self.stride, self.padding, self.dilation)
        return padded_size(self.input_size, self.padding) + (added if self.fit == "pad" else 0)

    def reads(self, position: int) -> tuple[int, ...]:
        """Les cases que le filtre lit à cette position."""
        first = position * self.stride
        return tuple(range(first, first + effective_kernel(self.kernel_size, self.dilation), self.dilation))

    def is_padding(self, place: int) -> bool:
        return not self.padding <= place < self.padding + self.input_size

    @property
    def ignored(self) -> range:
        """Les cases du bout que la dernière position n’atteint pas."""
        return range(self.reads(self.count - 1)[-1] + 1, self.length)


def show_positions(
    input_size: int,
    kernel_size: int,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    fit: Fit = "crop",
) -> Figure:
    """Montre, une ligne par position, les cases que lit un filtre le long d’une dimension.

    Les arguments et les erreurs sont ceux de `coursekit.arithmetic.output_size`.
    """
    sliding = Sliding(input_size, kernel_size, stride, padding, dilation, fit)
    figure, ax = sheet(sliding.length + 3.4, sliding.count + 1.7)
    _draw_positions(ax, sliding, top=0.2)
    return figure


def compare_fits(input_size: int, kernel_size: int, stride: int, *, padding: int = 0) -> Figure:
    """Montre les trois politiques quand le pas ne tombe pas juste : couper, compléter, refuser.

    Raises:
        ArgumentError: le pas tombe juste ; les trois politiques donneraient la même figure.
    """
    missing = missing_zeros(input_size, kernel_size, stride, padding)
    if not missing:
        raise ArgumentError(
            f"Le pas tombe juste pour W = {input_size}, F = {kernel_size}, S = {stride}, P = {padding} : "
            f"il n’y a rien à comparer. Prenez par exemple W = 7, F = 3 et S = 3."
        )
    crop = Sliding(input_size, kernel_size, stride, padding)
    pad = Sliding(input_size, kernel_size, stride, padding, fit="pad")
    figure, ax = sheet(pad.length + 3.4, 2 * crop.count + pad.count + 10)
    top = 0.6
    policies: tuple[tuple[Fit, Sliding], ...] = (("crop", crop), ("pad", pad), ("raise", crop))
    for fit, sliding in policies:
        result = "une erreur" if fit == "raise" else f"sortie de taille {sliding.count}"
        label(ax, 0.1, top, f"{FIT_TITLES[fit]} (« {fit} ») : {result}", align="left", size=TEXT + 1)
        _draw_positions(ax, sliding, top=top + 0.6, refused=fit == "raise")
        top += sliding.count + 3
    return figure


def _draw_positions(ax: Axes, sliding: Sliding, top: float, *, refused: bool = False) -> None:
    """La ligne de pixels, puis une ligne par position ; les cases que PyTorch ignore sont hachurées."""
    for place in range(sliding.length):
        if sliding.is_padding(place):
            cell(ax, 0.1 + place, top, face=PALE, text="0")
        else:
            cell(ax, 0.1 + place, top, text=str(place - sliding.padding + 1))
    if refused:
        _draw_overflow(ax, sliding, top + 1.3 + sliding.count)
    else:
        _hatch(ax, sliding, top)
    for position in range(sliding.count):
        y = top + 1.3 + position
        reads = sliding.reads(position)
        ax.plot((0.1 + reads[0], 1.1 + reads[-1]), (y + 0.5, y + 0.5), color=LINE, linewidth=1, zorder=0)
        for place in reads:
            ax.add_patch(
                Rectangle((0.1 + place, y + 0.1), 1, 0.8, facecolor=SKY, edgecolor=INK, linewidth=0.8)
            )
        label(ax, sliding.length + 0.5, y + 0.5, f"sortie {position + 1}", align="left")


def _draw_overflow(ax: Axes, sliding: Sliding, y: float) -> None:
    """La position de trop, en pointillé, qui déborde de l’image."""
    first = sliding.reads(sliding.count - 1)[0] + sliding.stride
    ax.add_patch(
        Rectangle(
            (0.1 + first, y + 0.1),
            sliding.kernel_size,
            0.8,
            facecolor="none",
            edgecolor=VERMILION,
            linewidth=1.6,
            linestyle="--",
            clip_on=False,
        )
    )
    label(ax, 0.1 + first - 0.3, y + 0.5, "ne tient pas", align="right")


def _hatch(ax: Axes, sliding: Sliding, y: float) -> None:
    """Hachure les cases qu’aucune position n’atteint au bout de la ligne."""
    for place in sliding.ignored:
        ax.add_patch(
            Rectangle(
                (0.1 + place, y), 1, 1, facecolor="none", edgecolor=VERMILION, hatch="////", linewidth=0.8
            )
        )
    if sliding.ignored:
        plural = "s" if len(sliding.ignored) > 1 else ""
        label(ax, sliding.length + 0.5, y + 0.5, f"ignoré{plural}", align="left")


def show_sliding(
    input_size: int, kernel_size: int, *, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Figure:
    """Montre une image carrée, trois positions du filtre (les deux premières et la dernière) et la sortie.

    Chaque position porte le numéro de la case de sortie qu’elle remplit. Les arguments et les erreurs sont ceux de
    `coursekit.arithmetic.output_size`.
    """
    sliding = Sliding(input_size, kernel_size, stride, padding, dilation)
    gap, head = 2.6, 1.5
    figure, ax = sheet(sliding.length + gap + sliding.count + 0.2, sliding.length + head + 0.2)
    origin = (0.1, head)
    for row in range(sliding.length):
        for column in range(sliding.length):
            outside = sliding.is_padding(row) or sliding.is_padding(column)
            cell(
                ax,
                origin[0] + column,
                origin[1] + row,
                face=PALE if outside else WHITE,
                text="0" if outside else "",
            )
    if padding:
        _outline(ax, (origin[0] + padding, origin[1] + padding), input_size)
    right = 0.1 + sliding.length + gap
    _draw_output(ax, sliding, right, head)
    for (row, column), style in _shown_positions(sliding.count):
        _draw_window(ax, sliding, row, column, style, origin)
    padded = f" + bord = {sliding.length}×{sliding.length}" if padding else ""
    label(ax, 0.1, 0.6, f"entrée {input_size}×{input_size}{padded}", align="left", size=TEXT + 1)
    label(ax, right, 0.6, f"sortie {sliding.count}×{sliding.count}", align="left", size=TEXT + 1)
    ax.annotate(
        "",
        xy=(right - 0.3, head + sliding.count / 2),
        xytext=(right - gap + 0.3, head + sliding.count / 2),
        arrowprops={"arrowstyle": "-|>", "color": INK},
    )
    return figure


def _outline(ax: Axes, corner: tuple[float, float], size: float, color: str = INK, line: str = "-") -> None:
    ax.add_patch(
        Rectangle(
            corner,
            size,
            size,
            fill=False,
            edgecolor=color,
            linewidth=1.6 if color == INK else 2.6,
            linestyle=line,
        )
    )


def _shown_positions(count: int) -> list[tuple[tuple[int, int], tuple[str, str]]]:
    """Première, deuxième et dernière positions, sans répétition, chacune avec sa couleur et son trait."""
    places = dict.fromkeys(((0, 0), (0, min(1, count - 1)), (count - 1, count - 1)))
    return list(zip(places, ((BLUE, "-"), (ORANGE, "--"), (GREEN, ":")), strict=False))


def _draw_output(ax: Axes, sliding: Sliding, x: float, y: float) -> None:
    shown = {place: color for place, (color, _) in _shown_positions(sliding.count)}
    for row in range(sliding.count):
        for column in range(sliding.count):
            color = shown.get((row, column))
            number = str(row * sliding.count + column + 1) if color else ""
            cell(ax, x + column, y + row, face=color or WHITE, text=number)


def _draw_window(
    ax: Axes, sliding: Sliding, row: int, column: int, style: tuple[str, str], origin: tuple[float, float]
) -> None:
    """Les cases lues, teintées, dans le cadre du filtre ; le numéro est dans celle du milieu."""
    color, line = style
    rows, columns = sliding.reads(row), sliding.reads(column)
    for y in rows:
        for x in columns:
            ax.add_patch(
                Rectangle((origin[0] + x, origin[1] + y), 1, 1, facecolor=color, alpha=0.28, linewidth=0)
            )
    reach = effective_kernel(sliding.kernel_size, sliding.dilation)
    _outline(ax, (origin[0] + columns[0], origin[1] + rows[0]), reach, color, line)
    ax.text(
        origin[0] + columns[len(columns) // 2] + 0.5,
        origin[1] + rows[len(rows) // 2] + 0.5,
        str(row * sliding.count + column + 1),
        fontsize=TEXT,
        fontweight="bold",
        ha="center",
        va="center",
        color=INK,
    )
