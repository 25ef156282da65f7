"""Un petit réseau demandé, le même écrit autrement, et de quoi en changer une seule chose à la fois."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from hostile import hard_limit
from torch import nn

from coursekit import checks

INPUT, OUTPUT = (3, 32, 32), (10,)


class Reference(nn.Module):
    """Le réseau demandé."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Dropout(),
        )  # fmt: skip
        self.classifier = nn.Linear(16 * 8 * 8, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(x).flatten(1))


PARAMETERS = sum(p.numel() for p in Reference().parameters())


class Student(nn.Module):
    """Le même, écrit autrement ; chaque sous-classe en change une chose."""

    conv2_options: dict[str, Any] = {"stride": 2, "padding": 1}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        # Défini dans un autre ordre que celui de l’exécution.
        self.fc = nn.Linear(16 * 8 * 8, 10)
        self.conv2 = nn.Conv2d(8, 16, 3, **self.conv2_options)
        self.norm = nn.BatchNorm2d(8)
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.max_pool2d(F.relu(self.norm(self.conv1(x))), 2)
        x = F.dropout(F.relu(self.conv2(x)), training=self.training)
        return self.fc(x.flatten(1))


class PoolThenRelu(Student):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(F.max_pool2d(self.norm(self.conv1(x)), 2))
        return self.fc(F.relu(self.conv2(x)).flatten(1))


class Printing(Student):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        print(x.shape)
        return super().forward(x)


class SharedName(nn.Module):
    """Une même couche enregistrée sous deux noms."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.net = nn.Sequential(self.conv, nn.ReLU(), nn.Flatten(), nn.Linear(3600, 10))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x)


def trained(module: nn.Module) -> nn.Module:
    for _ in range(2):
        module(torch.randn(4, *INPUT)).sum().backward()
    return module


def judge(module: object, **options: Any) -> checks.Verdict:
    with hard_limit(60):
        return checks.module(module, input_shape=INPUT, **options)


ALL = {"output_shape": OUTPUT, "parameters": PARAMETERS, "reference": Reference()}


def student(**methods: Any) -> nn.Module:
    return type("Élève", (Student,), methods)()  # type: ignore[no-any-return]


def forward(body: Callable[[Any, torch.Tensor], Any]) -> nn.Module:
    return student(forward=body)


def layers(*parts: nn.Module) -> nn.Module:
    return nn.Sequential(*parts)


def norm_out(self: Any, x: torch.Tensor) -> torch.Tensor:
    return F.max_pool2d(F.relu(self.norm(self.conv1(x))), 2)
