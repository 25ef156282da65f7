"""`checks.module(mistakes=…)` : une erreur annoncée se reconnaît à ce que calcule le module, aux mêmes poids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from student_modules import ALL, PARAMETERS, Reference, Student, judge, layers, student
from torch import nn

from coursekit.errors import ArgumentError


def no_pooling(self: Any, x: torch.Tensor) -> torch.Tensor:
    x = nn.functional.interpolate(self.norm(self.conv1(x)).relu(), scale_factor=0.5)
    return self.fc(self.conv2(x).relu().flatten(1))


def no_pooling_otherwise(self: Any, x: torch.Tensor) -> torch.Tensor:
    x = self.norm(self.conv1(x))[..., ::2, ::2].relu()
    return self.fc(self.conv2(x).relu().flatten(1))


def ending(self: Any, x: torch.Tensor) -> torch.Tensor:
    raise SystemExit


class Wide(Student):
    """Un filtre trop grand : ni les formes des poids ni leur nombre ne sont ceux de la référence."""

    conv2_options = {"stride": 2, "padding": 1, "bias": False}  # noqa: RUF012


MISTAKES = (
    ("reseau.sans-pooling", student(forward=no_pooling), "Vous sautez un pixel sur deux."),
    ("reseau.sans-biais", Wide(), "La deuxième convolution a perdu ses biais."),
    ("reseau.dix-fois", layers(Reference(), nn.Linear(10, 10)), "Il y a une couche de trop."),
)

RECOGNISED: list[tuple[Callable[[], nn.Module], str, str]] = [
    (lambda: student(forward=no_pooling_otherwise), "reseau.sans-pooling", "Vous sautez un pixel sur deux."),
    (
        lambda: student(conv2_options={"stride": 2, "padding": 1, "bias": False}),
        "reseau.sans-biais",
        "La deuxième convolution a perdu ses biais.",
    ),
    (lambda: layers(Student(), nn.Linear(10, 10)), "reseau.dix-fois", "Il y a une couche de trop."),
]
OTHERS: list[tuple[Callable[[], nn.Module], str]] = [
    (lambda: student(forward=lambda self, x: Student.forward(self, x).softmax(1)), "module.softmax"),
    (lambda: student(forward=lambda self, x: None), "module.no-return"),
    (lambda: student(forward=ending), "module.exit"),
    (lambda: layers(Student(), nn.Linear(10, 10), nn.ReLU()), "module.extra-layer"),
]


@pytest.mark.parametrize(("make", "misconception", "message"), RECOGNISED, ids=[r[1] for r in RECOGNISED])
def test_a_known_mistake_is_named(make: Callable[[], nn.Module], misconception: str, message: str) -> None:
    verdict = judge(make(), **ALL, mistakes=MISTAKES)
    assert (verdict.ok, verdict.misconception, verdict.message) == (False, misconception, message)
    assert judge(make(), **ALL).misconception != misconception


@pytest.mark.parametrize(("make", "misconception"), OTHERS, ids=[other[1] for other in OTHERS])
def test_another_fault_keeps_its_explanation(make: Callable[[], nn.Module], misconception: str) -> None:
    verdict = judge(make(), **ALL, mistakes=MISTAKES)
    assert verdict.misconception == misconception
    assert verdict.message == judge(make(), **ALL).message


def test_a_right_answer_is_right_whatever_the_mistakes() -> None:
    assert judge(Student(), **ALL, mistakes=MISTAKES).ok
    assert judge(Student(), **ALL, mistakes=(("reseau.juste", Reference(), "Non."),)).ok


def test_the_wrong_modules_come_back_as_they_were() -> None:
    mistaken = student(forward=no_pooling).train()
    before = {name: value.clone() for name, value in mistaken.state_dict().items()}
    given = student(forward=no_pooling_otherwise)
    verdict = judge(
        given, parameters=PARAMETERS, reference=Reference(), mistakes=(("x.y", mistaken, "Non."),)
    )
    assert verdict.misconception == "x.y"
    assert mistaken.training
    assert all(torch.equal(before[name], value) for name, value in mistaken.state_dict().items())


def test_a_mistake_is_a_module() -> None:
    with pytest.raises(ArgumentError, match=r"doit être un nn.Module"):
        judge(Student(), **ALL, mistakes=(("x.y", Student, "Non."),))  # type: ignore[dict-item]
