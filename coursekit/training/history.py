"""Le journal d’un entraînement : une ligne par époque, et les courbes pas à pas ; il se trace et s’enregistre."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.errors import ArgumentError
from coursekit.training.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Epoch:
    """Une époque : pertes moyennes par image, exactitudes de 0 à 1, durée en secondes ; `None` sans validation.

    L’exactitude d’entraînement est relevée en chemin, pendant que les poids changent.
    """

    loss: float
    accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float


@dataclass
class History:
    """Ce qui s’est passé.

    Attributes:
        epochs: une ligne par époque.
        losses: la perte de chaque pas.
        rates: le pas d’apprentissage de chaque pas.
        norms: la norme du gradient de chaque pas, avant toute limite.
        stopped_early: l’entraînement s’est arrêté faute de progrès.
    """

    epochs: list[Epoch] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)
    stopped_early: bool = False

    def best(self) -> int:
        """Le rang de l’époque dont la perte de validation est la plus basse (à défaut, la perte d’entraînement).

        Raises:
            ArgumentError: il n’y a aucune époque.
        """
        if not self.epochs:
            raise ArgumentError("Le journal est vide : aucune époque n’est terminée.")
        losses = [
            epoch.loss if epoch.validation_loss is None else epoch.validation_loss for epoch in self.epochs
        ]
        return losses.index(min(losses))

    def to_data(self) -> dict[str, Any]:
        """Le journal en listes et dictionnaires."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> History:
        return cls(**{**data, "epochs": [Epoch(**line) for line in data["epochs"]]})

    def save(self, path: Path | str) -> None:
        """L’enregistre en JSON ; le fichier est entier ou absent."""
        text = json.dumps(self.to_data(), indent=1, allow_nan=False)
        write_atomically(Path(path), lambda file: file.write(text.encode()))

    @classmethod
    def load(cls, path: Path | str) -> History:
        """Relit un journal enregistré par `save`.

        Raises:
            ArgumentError: ce fichier n’en est pas un.
        """
        try:
            return cls.from_data(json.loads(Path(path).read_text(encoding="utf-8")))
        except (ValueError, TypeError, KeyError) as error:
            raise ArgumentError(f"{path} n’est pas un journal d’entraînement : {error}.") from error

    def plot(self) -> Figure:
        """Les pertes, les exactitudes, le pas d’apprentissage et la norme du gradient.

        Raises:
            ArgumentError: il n’y a aucune époque.
            MissingDependencyError: Matplotlib n’est pas installé.
        """
        from coursekit.errors import require

        if not self.epochs:
            raise ArgumentError("Le journal est vide : aucune époque n’est terminée.")
        require("matplotlib", "lab")
        from coursekit.viz.curves import Curve, Panel, plot_panels

        ends = range(1, len(self.epochs) + 1)
        steps = [(step + 1) * len(ends) / len(self.losses) for step in range(len(self.losses))]

        def by_epoch(name: str, values: Sequence[float | None]) -> tuple[Curve, ...]:
            known = [(end, value) for end, value in zip(ends, values, strict=True) if value is not None]
            return (Curve(name, [end for end, _ in known], [value for _, value in known]),) if known else ()

        return plot_panels(
            (
                Panel(
                    "perte",
                    (
                        Curve("chaque pas", steps, self.losses, faint=True),
                        *by_epoch("entraînement", [epoch.loss for epoch in self.epochs]),
                        *by_epoch("validation", [epoch.validation_loss for epoch in self.epochs]),
                    ),
                ),
                Panel(
                    "exactitude",
                    (
                        *by_epoch("entraînement", [epoch.accuracy for epoch in self.epochs]),
                        *by_epoch("validation", [epoch.validation_accuracy for epoch in self.epochs]),
                    ),
                ),
                Panel("pas d’apprentissage", (Curve("", steps, self.rates),)),
                Panel("norme du gradient", (Curve("", steps, self.norms),), log=True),
            )
        )
