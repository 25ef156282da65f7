"""Les expériences de Veit et coll. : l’erreur d’un réseau privé de blocs, ou dont les blocs ont changé de place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from coursekit.errors import ArgumentError, require
from coursekit.interpret.lesions import (
    ErrorOf,
    interchangeable,
    kendall_tau,
    reordered,
    residual_blocks,
    without,
)
from coursekit.interpret.probing import counted
from coursekit.training.numbers import comma

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Deletions:
    """Un bloc ôté à la fois : `errors[i]` est l’erreur sans `blocks[i]`, `whole` celle du réseau entier."""

    blocks: tuple[str, ...]
    errors: tuple[float, ...]
    whole: float

    @property
    def caption(self) -> str:
        """Ce que montre la figure, pour qui ne la voit pas."""
        worst = max(range(len(self.blocks)), key=self.errors.__getitem__)
        return (
            f"Erreur quand on ôte un bloc : {comma(self.whole)} pour le réseau entier ; de "
            f"{comma(min(self.errors))} à {comma(self.errors[worst])} selon le bloc, le pire étant "
            f"{self.blocks[worst]}."
        )

    def plot(self) -> Figure:
        """Une barre par bloc, et le réseau entier en pointillé.

        Raises:
            MissingDependencyError: Matplotlib n’est pas installé.
        """
        require("matplotlib", "lab")
        from coursekit.viz.lesions import plot_deletions

        return plot_deletions(self.blocks, self.errors, self.whole)


@dataclass(frozen=True)
class Lesions:
    """Plusieurs tirages par dose.

    Attributes:
        kind: ce qui a été fait au réseau, après « nombre » : « de blocs ôtés », « d’échanges ».
        amounts: la dose de chaque ligne : blocs ôtés, ou échanges.
        errors: l’erreur de chaque tirage : doses × tirages.
        taus: pour l’ordre, la corrélation de Kendall de chaque tirage (même forme) ; sinon `None`.
        whole: l’erreur du réseau intact.
    """

    kind: str
    amounts: tuple[int, ...]
    errors: Tensor
    taus: Tensor | None
    whole: float

    @property
    def caption(self) -> str:
        """Ce que montre la figure, pour qui ne la voit pas."""
        middles = self.errors.median(1).values.tolist()
        return (
            f"Erreur selon le nombre {self.kind}, {counted(self.errors.shape[1], 'tirage')} par dose : "
            f"{comma(self.whole)} pour le réseau intact, {comma(middles[0])} en médiane à {self.amounts[0]}, "
            f"{comma(middles[-1])} à {self.amounts[-1]}."
        )

    def plot(self) -> Figure:
        """L’erreur de chaque tirage, et leur médiane, contre la dose (ou contre la corrélation de Kendall).

        Raises:
            MissingDependencyError: Matplotlib n’est pas installé.
        """
        require("matplotlib", "lab")
        from coursekit.viz.lesions import plot_doses, plot_order

        if self.taus is None:
            return plot_doses(self.amounts, self.errors.tolist(), self.whole, xlabel=self.kind)
        return plot_order(self.taus.flatten().tolist(), self.errors.flatten().tolist(), self.whole)


def delete_each(model: nn.Module, error: ErrorOf, *, blocks: Sequence[str] | None = None) -> Deletions:
    """L’erreur sans chacun des blocs (par défaut, de ceux qui ont un raccourci), l’un après l’autre.

    Raises:
        ArgumentError: le réseau n’a aucun bloc à raccourci, et vous n’en avez nommé aucun.
        UnknownNameError, ShapeError: un bloc n’existe pas, ou ne peut pas être ôté.
    """
    names = _blocks(model, blocks)
    return Deletions(
        names, tuple(_without(model, error, (name,)) for name in names), _without(model, error, ())
    )


def delete_several(
    model: nn.Module,
    error: ErrorOf,
    counts: Sequence[int],
    *,
    repeats: int = 5,
    seed: int = 0,
    blocks: Sequence[str] | None = None,
) -> Lesions:
    """L’erreur sans `k` blocs tirés au hasard, pour chaque `k` de `counts`, `repeats` fois.

    Raises:
        ArgumentError: un `k` dépasse le nombre de blocs ; sinon, comme `delete_each`.
    """
    names = _blocks(model, blocks)
    _check(counts, repeats)
    if max(counts) > len(names):
        raise ArgumentError(
            f"counts={list(counts)} : ôter {max(counts)} blocs est impossible, il n’y en a que {len(names)}."
        )
    generator = torch.Generator().manual_seed(seed)
    errors = [
        [
            _without(
                model, error, [names[i] for i in torch.randperm(len(names), generator=generator)[:count]]
            )
            for _ in range(repeats)
        ]
        for count in counts
    ]
    return Lesions(
        "de blocs ôtés",
        tuple(counts),
        torch.tensor(errors, dtype=torch.float64),
        None,
        _without(model, error, ()),
    )


def reorder(
    model: nn.Module, error: ErrorOf, swaps: Sequence[int], *, repeats: int = 5, seed: int = 0
) -> Lesions:
    """L’erreur après `k` échanges de deux blocs de même forme tirés au hasard, pour chaque `k` de `swaps`.

    Raises:
        ArgumentError: le réseau n’a pas deux blocs de même forme.
    """
    groups = interchangeable(model)
    _check(swaps, repeats)
    if not groups:
        raise ArgumentError(f"{type(model).__name__} n’a pas deux blocs de même forme à échanger.")
    generator = torch.Generator().manual_seed(seed)
    names = [name for group in groups for name in group]
    errors, taus = [], []
    for count in swaps:
        orders = [_shuffled(groups, count, generator) for _ in range(repeats)]
        taus.append([kendall_tau([names.index(order[name]) for name in names]) for order in orders])
        errors.append([_reordered(model, error, order) for order in orders])
    whole = _without(model, error, ())
    return Lesions(
        "d’échanges",
        tuple(swaps),
        torch.tensor(errors, dtype=torch.float64),
        torch.tensor(taus, dtype=torch.float64),
        whole,
    )


def _shuffled(groups: Sequence[Sequence[str]], swaps: int, generator: torch.Generator) -> dict[str, str]:
    """`swaps` échanges successifs ; toutes les paires de même forme ont la même chance."""
    pairs = [(a, b) for group in groups for i, a in enumerate(group) for b in group[i + 1 :]]
    order = {name: name for group in groups for name in group}
    for _ in range(swaps):
        a, b = pairs[int(torch.randint(len(pairs), (), generator=generator))]
        order[a], order[b] = order[b], order[a]
    return order


def _without(model: nn.Module, error: ErrorOf, names: Sequence[str]) -> float:
    with without(model, *names) as lighter:
        return float(error(lighter))


def _reordered(model: nn.Module, error: ErrorOf, order: dict[str, str]) -> float:
    with reordered(model, order) as other:
        return float(error(other))


def _blocks(model: nn.Module, blocks: Sequence[str] | None) -> tuple[str, ...]:
    names = residual_blocks(model) if blocks is None else tuple(blocks)
    if not names:
        raise ArgumentError("blocks=() : nommez au moins un bloc à ôter.")
    return names


def _check(amounts: Sequence[int], repeats: int) -> None:
    if not amounts or min(amounts) < 0 or repeats < 1:
        raise ArgumentError(
            f"Doses {list(amounts)}, {counted(repeats, 'tirage')} : il faut des nombres positifs ou nuls, et un tirage."
        )
