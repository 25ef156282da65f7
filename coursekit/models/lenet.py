"""LeNet-5 en PyTorch, à lire à côté de la figure 2 de LeCun et al. (1998)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.tables.lenet import C3_CONNECTIONS, output_codes


class ScaledTanh(nn.Module):
    """f(a) = 1,7159 tanh(2a/3) : la non-linéarité de l’article, telle que f(±1) = ±1."""

    def forward(self, x: Tensor) -> Tensor:
        return 1.7159 * torch.tanh(x * 2 / 3)


class Subsample(nn.Module):
    """Somme de chaque fenêtre 2×2, multipliée par un gain puis décalée d’un biais, appris pour chaque carte."""

    def __init__(self, channels: int, kernel_size: int = 2) -> None:
        super().__init__()
        self.kernel_size = self.stride = kernel_size
        self.weight = nn.Parameter(torch.ones(channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        summed = F.avg_pool2d(x, self.kernel_size) * self.kernel_size**2
        return self.weight * summed + self.bias

    def extra_repr(self) -> str:
        return f"{self.weight.shape[0]}, kernel_size={self.kernel_size}"


class PartialConv2d(nn.Module):
    """Des filtres qui ne lisent chacun que certaines cartes : `connections[k]` est la liste du filtre k."""

    def __init__(self, connections: Sequence[Sequence[int]], kernel_size: int) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.connections = [list(inputs) for inputs in connections]
        self.filters = nn.ModuleList(nn.Conv2d(len(inputs), 1, kernel_size) for inputs in connections)

    def forward(self, x: Tensor) -> Tensor:
        maps = [conv(x[:, inputs]) for conv, inputs in zip(self.filters, self.connections, strict=True)]
        return torch.cat(maps, dim=1)


class RadialBasis(nn.Module):
    """Carré de la distance de l’entrée à chacun des codes fixes : plus petit veut dire plus ressemblant."""

    codes: Tensor

    def __init__(self, codes: Sequence[Sequence[int]]) -> None:
        super().__init__()
        self.register_buffer("codes", torch.tensor(codes, dtype=torch.get_default_dtype()))

    def extra_repr(self) -> str:
        codes, values = self.codes.shape
        return f"{values}, {codes}"

    def forward(self, x: Tensor) -> Tensor:
        wide = torch.promote_types(x.dtype, torch.float32)  # cdist ne connaît pas bfloat16
        return torch.cdist(x.to(wide), self.codes.to(wide)).square().to(x.dtype)


class LeNet5(nn.Module):
    """LeNet-5 comme publié : images 1×32×32, sortie (lot, 10) de pénalités, dont la plus petite désigne la classe."""

    def __init__(self, num_classes: int = 10, in_channels: int = 1, image_size: int = 32) -> None:
        super().__init__()
        side = ((image_size - 4) // 2 - 4) // 2 - 4
        self.c1 = nn.Conv2d(in_channels, 6, 5)  # 6×28×28
        self.f1 = ScaledTanh()
        self.s2 = Subsample(6)  # 6×14×14
        self.f2 = ScaledTanh()
        self.c3 = PartialConv2d(C3_CONNECTIONS, 5)  # 16×10×10
        self.f3 = ScaledTanh()
        self.s4 = Subsample(16)  # 16×5×5
        self.f4 = ScaledTanh()
        self.c5 = nn.Conv2d(16, 120, 5)  # 120×1×1
        self.f5 = ScaledTanh()
        self.flatten = nn.Flatten()
        self.fc6 = nn.Linear(120 * side * side, 84)  # 84
        self.f6 = ScaledTanh()
        self.output = RadialBasis(output_codes()[:num_classes])  # 10
        self._initialise()

    def _initialise(self) -> None:
        """Uniforme sur ±2,4/Fan-in, section II.B (annexe A de l’article)."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                fan_in = module.weight[0].numel()
                nn.init.uniform_(module.weight, -2.4 / fan_in, 2.4 / fan_in)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(module, Subsample):
                nn.init.constant_(module.weight, 1 / module.kernel_size**2)

    def features(self, x: Tensor) -> Tensor:
        x = self.s2(self.f1(self.c1(x)))
        x = self.s4(self.f3(self.c3(self.f2(x))))
        return self.f5(self.c5(self.f4(x)))

    def forward(self, x: Tensor) -> Tensor:
        x = self.flatten(self.features(x))
        return self.output(self.f6(self.fc6(x)))


class ModernLeNet5(nn.Module):
    """LeNet-5 avec ce qu’on ferait aujourd’hui : C3 complète, max pooling, ReLU, sortie linéaire."""

    def __init__(self, num_classes: int = 10, in_channels: int = 1, image_size: int = 32) -> None:
        super().__init__()
        side = ((image_size - 4) // 2 - 4) // 2 - 4
        self.c1 = nn.Conv2d(in_channels, 6, 5)  # 6×28×28
        self.f1 = nn.ReLU()
        self.s2 = nn.MaxPool2d(2)  # 6×14×14
        self.c3 = nn.Conv2d(6, 16, 5)  # 16×10×10
        self.f3 = nn.ReLU()
        self.s4 = nn.MaxPool2d(2)  # 16×5×5
        self.c5 = nn.Conv2d(16, 120, 5)  # 120×1×1
        self.f5 = nn.ReLU()
        self.flatten = nn.Flatten()
        self.fc6 = nn.Linear(120 * side * side, 84)  # 84
        self.f6 = nn.ReLU()
        self.output = nn.Linear(84, num_classes)  # 10

    def features(self, x: Tensor) -> Tensor:
        x = self.s2(self.f1(self.c1(x)))
        x = self.s4(self.f3(self.c3(x)))
        return self.f5(self.c5(x))

    def forward(self, x: Tensor) -> Tensor:
        x = self.flatten(self.features(x))
        return self.output(self.f6(self.fc6(x)))


def make(variant: str, **sizes: int) -> nn.Module:
    """La variante « published » ou « modern »."""
    return ModernLeNet5(**sizes) if variant == "modern" else LeNet5(**sizes)
