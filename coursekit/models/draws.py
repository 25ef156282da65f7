"""Les tirages de l’initialisation : sur « meta », où un tenseur n’a pas de valeurs, on s’en passe."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

DRAWS = {
    Tensor.normal_,
    Tensor.uniform_,
    nn.init.normal_,
    nn.init.uniform_,
    nn.init.trunc_normal_,
    nn.init.kaiming_normal_,
    nn.init.kaiming_uniform_,
    nn.init.xavier_normal_,
    nn.init.xavier_uniform_,
}


class Undrawn(TorchFunctionMode):
    """Le temps du bloc, un tirage rend son tenseur tel quel : PyTorch le déroulerait en Python, pour rien."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        given = kwargs or {}
        if func in DRAWS:
            return args[0] if args else given["tensor"]
        return func(*args, **given)


def drawing(target: torch.device) -> AbstractContextManager[Any]:
    """Ce que devient un tirage sur cet appareil."""
    return Undrawn() if target.type == "meta" else nullcontext()
