"""La profondeur stochastique en PyTorch, à lire à côté de l’équation 2 de Huang et al. (2016)."""

from __future__ import annotations

from functools import partial
from typing import Any

from torch import Tensor, nn

from coursekit.models.blocks import DropPath
from coursekit.models.resnet import BasicBlock, Block, Bottleneck, CifarResNet, ResNet
from coursekit.tables.stochastic_depth import StochasticDepth as Config
from coursekit.tables.stochastic_depth import survival


class DropsResidual(nn.Module):
    """À mettre devant un bloc qui a une méthode `residual` : b × F(x), où b vaut 0 ou 1 au hasard à l’entraînement."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.drop_path = DropPath(0.0)

    def residual(self, x: Tensor) -> Tensor:
        return self.drop_path(super().residual(x))  # type: ignore[misc]


class StochasticBasicBlock(DropsResidual, BasicBlock):
    """y = ReLU(b F(x) + x)."""


class StochasticBottleneck(DropsResidual, Bottleneck):
    """Le même, avec un bottleneck."""


def decay_linearly(network: nn.Module, last_survival: float) -> None:
    """Donne au bloc l la probabilité p_l = 1 − (l / L)(1 − p_L) de garder son chemin."""
    paths = [part for part in network.modules() if isinstance(part, DropPath)]
    for number, path in enumerate(paths, start=1):
        path.p = 1 - survival(number, len(paths), last_survival)


def make(config: Config, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    settings = config.network
    network = CifarResNet if settings.is_cifar else ResNet
    block: Block = partial(StochasticBasicBlock, shortcut=settings.shortcut)
    if settings.block == "bottleneck":
        block = partial(
            StochasticBottleneck, shortcut=settings.shortcut, stride_on_3x3=settings.stride_on_3x3
        )
    expansion = 1 if settings.block == "basic" else 4
    made = network(block, settings.depths, expansion, num_classes, in_channels)
    decay_linearly(made, config.last_survival)
    return made
