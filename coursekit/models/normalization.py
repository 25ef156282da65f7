"""La normalisation locale d’AlexNet : chaque activation est divisée selon ce que montrent les canaux voisins."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.errors import ArgumentError


def sum_over_neighbours(x: Tensor, size: int) -> Tensor:
    """La somme des `size` canaux centrés sur chacun, par tranches décalées ; hors de la carte, des zéros."""
    channels, margin = x.shape[1], size // 2
    padded = F.pad(x, (0, 0, 0, 0, margin, margin))
    total = padded[:, :channels].clone()
    for shift in range(1, size):
        total += padded[:, shift : shift + channels]
    return total


class LocalResponseNorm(nn.Module):
    """Krizhevsky et al. (2012), section 3.3 : a / (k + α/n · Σ a²)^β, la somme courant sur les n canaux centrés sur a.

    Entrée et sortie N×C×H×W. L’article écrit α seul ; comme PyTorch, on le divise ici par n. Les canaux qui manquent au
    bord comptent pour 0. `nn.LocalResponseNorm`, qui passe par un pooling 3-D, ne sait pas calculer en bfloat16 sur
    CPU ; les tranches décalées d’ici le savent, et ne gardent pas la somme des carrés pour le gradient.

    Raises:
        ArgumentError: `size` n’est pas impair : le voisinage ne serait pas centré.
    """

    def __init__(self, size: int = 5, *, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        if size < 1 or size % 2 == 0:
            raise ArgumentError(
                f"Le voisinage est centré sur un canal : sa taille n est impaire ; vous avez donné n = {size}."
            )
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x: Tensor) -> Tensor:
        total = sum_over_neighbours(x.square(), self.size)
        return x * total.mul_(self.alpha / self.size).add_(self.k).pow(-self.beta)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha:g}, beta={self.beta:g}, k={self.k:g}"


def alexnet_norm() -> LocalResponseNorm:
    """Les constantes de 2012, que ZFNet et GoogLeNet reprennent : α = 5 × 10⁻⁴, les 10⁻⁴ de l’article fois n = 5."""
    return LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)
