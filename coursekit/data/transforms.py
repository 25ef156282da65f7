"""Les transformations sont celles de torchvision v2 ; ici, la porte par où elles viennent et une recette."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from torch import Tensor

from coursekit.vision import load_torchvision


def v2() -> ModuleType:
    """Le module `torchvision.transforms.v2`, même à côté d’un PyTorch pour lequel torchvision n’est pas compilé.

    Raises:
        MissingDependencyError: torchvision n’est pas installé.
    """
    load_torchvision()
    from torchvision.transforms import v2

    return v2  # type: ignore[no-any-return]


def crop_and_flip(size: int, *, padding: int = 4) -> Callable[[Tensor], Tensor]:
    """L’augmentation des essais sur CIFAR : `padding` pixels noirs autour, un recadrage au hasard, un miroir sur deux.

    Source : K. He et coll., *Deep Residual Learning for Image Recognition*, 2016, § 4.2.
    """
    transforms = v2()
    return transforms.Compose(  # type: ignore[no-any-return]
        [transforms.RandomCrop(size, padding=padding), transforms.RandomHorizontalFlip()]
    )
