"""Les pièces que plusieurs diapositives dessinent comme une seule boîte."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn


def named(**modules: nn.Module) -> nn.Sequential:
    """Un `nn.Sequential` dont chaque étape porte le nom de la diapositive."""
    return nn.Sequential(OrderedDict(modules))
