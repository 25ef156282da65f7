"""`checks.module(reference=…)` : avec les mêmes poids, où deux réseaux se séparent-ils ?"""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from student_modules import ALL, Student, judge, layers, norm_out, student
from torch import nn


def without_first_relu(self: Any, x: torch.Tensor) -> torch.Tensor:
    x = F.max_pool2d(self.norm(self.conv1(x)), 2)
    return self.fc(F.relu(self.conv2(x)).flatten(1))


def relu_before_norm(self: Any, x: torch.Tensor) -> torch.Tensor:
    x = F.max_pool2d(F.relu(self.norm(F.relu(self.conv1(x)))), 2)
    return self.fc(F.relu(self.conv2(x)).flatten(1))


def without_last_relu(self: Any, x: torch.Tensor) -> torch.Tensor:
    return self.fc(self.conv2(norm_out(self, x)).flatten(1))


def average_pool(self: Any, x: torch.Tensor) -> torch.Tensor:
    x = F.avg_pool2d(F.relu(self.norm(self.conv1(x))), 2)
    return self.fc(F.relu(self.conv2(x)).flatten(1))


def scaled_input(self: Any, x: torch.Tensor) -> torch.Tensor:
    return Student.forward(self, x / 2)


def softmax_at_the_end(self: Any, x: torch.Tensor) -> torch.Tensor:
    return Student.forward(self, x).softmax(1)


def relu_at_the_end(self: Any, x: torch.Tensor) -> torch.Tensor:
    return Student.forward(self, x).relu()


def halved(self: Any, x: torch.Tensor) -> torch.Tensor:
    return Student.forward(self, x) / 2


DIFFERENT: list[tuple[dict[str, Any], str, str]] = [
    ({"forward": without_first_relu}, "Il manque une ReLU après norm (BatchNorm2d)", "module.no-activation"),
    ({"forward": without_last_relu}, "Il manque une ReLU après conv2 (Conv2d)", "module.no-activation"),
    (
        {"forward": relu_before_norm},
        "Il y a une ReLU de trop après conv1 (Conv2d)",
        "module.extra-activation",
    ),
    ({"forward": relu_at_the_end}, "Il y a une ReLU de trop après fc (Linear)", "module.extra-activation"),
    ({"forward": average_pool}, "entre norm (BatchNorm2d) et conv2 (Conv2d)", "module.between"),
    ({"forward": scaled_input}, "avant conv1 (Conv2d)", "module.between"),
    ({"forward": softmax_at_the_end}, "softmax de trop", "module.softmax"),
    ({"forward": halved}, "la différence est après fc (Linear)", "module.end"),
    (
        {"conv2_options": {"stride": 2, "padding": 1, "dilation": 1, "padding_mode": "reflect"}},
        "est dans conv2 (Conv2d)",
        "module.layer-settings",
    ),
    (
        {"conv2_options": {"stride": 2, "padding": 2, "dilation": 2}},
        "est dans conv2 (Conv2d)",
        "module.layer-settings",
    ),
]


@pytest.mark.parametrize(("methods", "words", "misconception"), DIFFERENT, ids=[d[1] for d in DIFFERENT])
def test_the_first_difference_is_located(methods: dict[str, Any], words: str, misconception: str) -> None:
    verdict = judge(student(**methods), **ALL)
    assert not verdict.ok
    assert words in verdict.message
    assert verdict.misconception == misconception


class Twice(nn.Module):
    """Deux couches de même forme, définies dans l’ordre inverse de leur exécution."""

    def __init__(self) -> None:
        super().__init__()
        self.second = nn.Conv2d(3, 3, 3, padding=1)
        self.first = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(x).relu())


def test_the_order_of_definition_does_not_matter() -> None:
    plain = layers(nn.Conv2d(3, 3, 3, padding=1), nn.ReLU(), nn.Conv2d(3, 3, 3, padding=1))
    assert judge(Twice(), reference=plain).ok
    assert judge(plain, reference=Twice()).ok
    assert judge(Twice(), reference=Twice()).ok
    without_relu = layers(nn.Conv2d(3, 3, 3, padding=1), nn.Conv2d(3, 3, 3, padding=1))
    assert "Il manque une ReLU après 0 (Conv2d)" in judge(without_relu, reference=Twice()).message


class Branches(nn.Module):
    """Deux branches qui s’additionnent ; leurs normalisations ont la même forme. `first` s’écrit la première."""

    def __init__(self, first: str, combine: Any = torch.add) -> None:
        super().__init__()
        self.first, self.combine = first, combine
        for name in ("main", "side") if first == "main" else ("side", "main"):
            kernel = 3 if name == "main" else 1
            conv = nn.Conv2d(3, 4, kernel, padding=kernel // 2, bias=False)
            self.add_module(name, nn.Sequential(conv, nn.BatchNorm2d(4)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.first == "side":
            side = self.side(x)
            return self.combine(self.main(x), side)
        main = self.main(x)
        return self.combine(main, self.side(x))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_order_of_two_branches_does_not_matter(dtype: torch.dtype) -> None:
    given = Branches("side").to(dtype)
    before = {name: value.clone() for name, value in given.state_dict().items()}
    assert judge(given, reference=Branches("main")).ok
    assert all(torch.equal(before[name], value) for name, value in given.state_dict().items())
    assert judge(Branches("main"), reference=Branches("side")).ok
    swapped = judge(Branches("side", torch.sub), reference=Branches("main"))
    assert not swapped.ok
    assert judge(Branches("side", torch.sub), reference=Branches("main", torch.sub)).ok


def test_other_weights_than_the_reference() -> None:
    verdict = judge(layers(nn.Conv2d(3, 8, 5, padding=2)), reference=nn.Conv2d(3, 8, 3, padding=1))
    assert "0.weight a la forme (8, 3, 5, 5)" in verdict.message
    assert verdict.misconception == "module.weight-shape"
    verdict = judge(nn.Conv2d(3, 8, 1, bias=False), reference=nn.Conv2d(3, 8, 1))
    assert "Il manque des poids" in verdict.message
