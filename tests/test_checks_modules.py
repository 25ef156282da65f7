"""`checks.module` : un petit réseau juste, et ses voisins qui ne le sont pas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hostile import forever, hard_limit, stubborn
from labels import label
from student_modules import (
    ALL,
    INPUT,
    OUTPUT,
    PARAMETERS,
    PoolThenRelu,
    Printing,
    Reference,
    SharedName,
    Student,
    forward,
    judge,
    layers,
    norm_out,
    student,
    trained,
)
from torch import nn

from coursekit import checks
from coursekit.errors import ArgumentError
from coursekit.layers import Shape

ACCEPTED: dict[str, Callable[[], nn.Module]] = {
    "la référence elle-même": Reference,
    "autre ordre de définition": Student,
    "pooling et ReLU échangés": PoolThenRelu,
    "bavard": Printing,
    "en double précision": lambda: Student().double(),
    "déjà en évaluation": lambda: Student().eval(),
    "déjà entraîné": lambda: trained(Student()),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    module = ACCEPTED[name]()
    verdict = judge(module, **ALL)
    assert verdict.ok, verdict
    assert verdict.got == PARAMETERS
    assert capfd.readouterr() == ("", "")


class PythonList(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = [nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(8 * 30 * 30, 10)]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


class NoSuper(nn.Module):
    def __init__(self) -> None:
        pass


class ExtraLayer(Student):
    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Linear(7, 5)


class FrozenLayer(Student):
    def __init__(self) -> None:
        super().__init__()
        self.conv1.weight.requires_grad_(False)


class Memory(Student):
    """Un réseau dont la sortie dépend du lot : la normalisation y est restée en mode entraînement."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.batch_norm(self.conv1(x), None, None, self.norm.weight, self.norm.bias, training=True)
        return self.fc(F.relu(self.conv2(F.max_pool2d(F.relu(x), 2))).flatten(1))


# (le module, ce qu’on en demande, ce que le message dit, l’erreur reconnue)
REFUSED: list[tuple[Callable[[], Any], dict[str, Any], str, str | None]] = [
    (lambda: None, {}, "pas encore répondu", None),
    (lambda: Student, {}, "la classe Student : construisez un module, Student(…)", "module.class"),
    (lambda: F.relu, {}, "on attend un module", None),
    (lambda: Student().state_dict(), {}, "on attend un module", None),
    (NoSuper, {}, "super().__init__()", "module.no-super"),
    (nn.Module, {}, "La méthode forward de votre module n’est pas écrite", "module.no-forward"),
    (lambda: forward(lambda self, x: ...), {}, "renvoie Ellipsis", "module.output"),
    (lambda: forward(lambda self, x: None), {}, "forward a-t-il un return ?", "module.no-return"),
    (lambda: forward(lambda self, x: (x, x)), {}, "on attend un seul tenseur", "module.tuple"),
    (lambda: forward(lambda self, x: 3), {}, "renvoie 3 : on attend un tenseur", "module.output"),
    (lambda: forward(lambda self: 3), {}, "def forward(self, x)", "module.forward-arguments"),
    (lambda: forward(lambda self, x: self.conv3(x)), {}, "« conv3 » n’existe pas", "module.attribute"),
    (lambda: forward(lambda self, x: undefined(x)), {}, "NameError", "module.exception"),  # noqa: F821
    (lambda: forward(lambda self, x: exit(1)), {}, "n’appelez pas exit()", "module.exit"),
    (lambda: forward(lambda self, x: self.forward(x)), {}, "cas d’arrêt", "module.recursion"),
    (lambda: layers(nn.Conv2d(1, 8, 3)), {}, "attend 1 canaux et en reçoit 3", "module.channels"),
    (
        lambda: layers(nn.Flatten(), nn.Linear(100, 10)),
        {},
        "attend 100 valeurs par exemple et en reçoit 3072",
        "module.linear-size",
    ),
    (
        lambda: layers(nn.Conv2d(3, 8, 64)),
        {},
        "un filtre est plus grand que l’image",
        "module.kernel-too-large",
    ),
    (
        lambda: layers(nn.MaxPool2d(64)),
        {},
        "une fenêtre de pooling est plus grande",
        "module.kernel-too-large",
    ),
    (
        lambda: layers(nn.BatchNorm2d(8)),
        {},
        "BatchNorm reçoit 3 canaux, et on lui en a annoncé 8",
        "module.norm-channels",
    ),
    (
        lambda: forward(lambda self, x: x + self.conv1(x)),
        {},
        "deux tenseurs de tailles différentes, 3 et 8, ne s’additionnent pas",
        "module.sizes",
    ),
    (lambda: forward(lambda self, x: x.view(-1, 1000)), {}, "view ou reshape", "module.view"),
    (
        lambda: forward(lambda self, x: self.fc(norm_out(self, x).reshape(1, 2, -1)[..., :1024])),
        {},
        "celle du lot",
        "module.batch",
    ),
    (
        lambda: layers(nn.Conv2d(3, 8, 3), nn.Flatten(0), nn.LazyLinear(10)),
        {},
        "accepte un exemple, mais pas un lot de deux",
        "module.batch",
    ),
    (
        lambda: layers(nn.Conv2d(3, 10, 32)),
        {"output_shape": OUTPUT},
        "vectorisez avec flatten(1)",
        "module.no-flatten",
    ),
    (
        lambda: layers(nn.Flatten(), nn.Linear(3072, 9)),
        {"output_shape": OUTPUT},
        "forme (1, 9)",
        "module.shape",
    ),
    (
        lambda: layers(nn.Conv2d(3, 8, 3)),
        {"output_shape": (8, 32, 32)},
        "à revoir, la hauteur et la largeur",
        "module.shape",
    ),
    (
        lambda: forward(lambda self, x: self.conv1(x).movedim(1, 3)),
        {"output_shape": (8, 32, 32)},
        "dans l’ordre HWC",
        "shape.layout",
    ),
    (
        lambda: forward(lambda self, x: self.fc(norm_out(self, x.relu_()).flatten(1)[:, :1024])),
        {},
        "modifie son entrée",
        "module.input-changed",
    ),
    (
        lambda: forward(lambda self, x: self.fc(self.conv2(norm_out(self, x)).flatten(1)) / 0),
        {},
        "NaN ou des infinis",
        "module.not-finite",
    ),
    (lambda: forward(lambda self, x: F.dropout(x, 0.9)), {}, "un dropout reste actif", "module.eval-random"),
    (Memory, {}, "dépend des autres exemples du lot", "module.batch-mixed"),
    (PythonList, {}, "self.layers est une liste Python", "module.python-list"),
    (
        lambda: layers(nn.Conv2d(3, 8, 3, bias=False)),
        {"parameters": 224},
        "il manque les biais",
        "module.bias-missing",
    ),
    (
        lambda: layers(nn.Conv2d(3, 8, 3)),
        {"parameters": 216},
        "les biais sont en trop",
        "module.bias-unwanted",
    ),
    (lambda: layers(nn.Conv2d(3, 8, 3)), {"parameters": 240}, "ceux d’une BatchNorm", "module.norm-missing"),
    (
        lambda: layers(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8)),
        {"parameters": 224},
        "normalisation sont en trop",
        "module.norm-unwanted",
    ),
    (ExtraLayer, {"parameters": PARAMETERS}, "autant de trop qu’en a unused (Linear)", "module.extra-layer"),
    (
        lambda: layers(nn.Conv2d(3, 3, 3, padding=1)),
        {"parameters": 168},
        "il en manque autant qu’en a 0 (Conv2d)",
        "module.missing-layer",
    ),
    (
        lambda: layers(nn.Conv2d(3, 64, 5)),
        {"parameters": 300},
        "c’est trop. La couche la plus lourde est 0 (Conv2d)",
        None,
    ),
    (lambda: layers(nn.Conv2d(3, 64, 5)), {"parameters": 300_000}, "c’est trop peu", None),
    (
        lambda: layers(nn.ReLU()),
        {"parameters": 300},
        "0 paramètre : c’est trop peu. Vos couches sont-elles des attributs",
        None,
    ),
    (ExtraLayer, {}, "Le gradient n’atteint pas unused.weight, unused.bias", "module.unreached"),
    (FrozenLayer, {}, "gelés (requires_grad=False) : conv1.weight", "module.frozen"),
    (
        lambda: forward(lambda self, x: Student.forward(self, x).detach()),
        {},
        "Aucun gradient",
        "module.no-gradient",
    ),
    (
        lambda: layers(nn.Flatten(0), nn.Linear(3072, 10)),
        {"output_shape": OUTPUT},
        "forme (10,). La première",
        "module.batch",
    ),
    (
        lambda: forward(lambda self, x: self.fc(self.conv2(norm_out(self, x)).view(1, -1))),
        {},
        "pas un lot de deux",
        "module.batch",
    ),
    (lambda: Student().to("meta"), {}, "« meta »", "module.meta"),
    (
        lambda: student(conv2_options={"stride": 4, "padding": 1}),
        {},
        "attend 1024 valeurs",
        "module.linear-size",
    ),
]


@pytest.mark.parametrize(
    ("make", "options", "words", "misconception"), REFUSED, ids=[r[2][:40] for r in REFUSED]
)
def test_refused(
    make: Callable[[], Any], options: dict[str, Any], words: str, misconception: str | None
) -> None:
    verdict = judge(make(), **options)
    assert not verdict.ok, verdict
    assert words in verdict.message
    assert verdict.misconception == misconception


def test_the_module_comes_back_as_it_was() -> None:
    module = trained(Student()).train()
    module.conv2.eval()  # type: ignore[union-attr]
    weights = {name: value.clone() for name, value in module.state_dict().items()}
    gradients = {name: p.grad.clone() for name, p in module.named_parameters() if p.grad is not None}
    modes = [part.training for part in module.modules()]
    state = torch.get_rng_state()
    for options in (ALL, {"reference": nn.Flatten()}, {"parameters": 1}):
        judge(module, **options)
    assert all(torch.equal(value, weights[name]) for name, value in module.state_dict().items())
    assert all(torch.equal(p.grad, gradients[name]) for name, p in module.named_parameters())
    assert [part.training for part in module.modules()] == modes
    assert torch.equal(torch.get_rng_state(), state)
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in module.modules())


def test_the_reference_comes_back_as_it_was() -> None:
    reference = Reference().train()
    weights = {name: value.clone() for name, value in reference.state_dict().items()}
    judge(Student(), reference=reference)
    assert reference.training
    assert all(torch.equal(value, weights[name]) for name, value in reference.state_dict().items())


def test_a_layer_with_two_names_keeps_its_weights() -> None:
    module, reference = SharedName(), SharedName()
    before = module.conv.weight.clone()
    assert judge(module, reference=reference).ok
    assert torch.equal(module.conv.weight, before)


def test_an_endless_forward_is_stopped_and_the_mode_restored() -> None:
    module = forward(lambda self, x: forever()).train()
    verdict = judge(module, time_limit=0.5)
    assert "n’a pas répondu en 0,5 s" in verdict.message
    assert verdict.misconception == "module.timeout"
    assert all(part.training for part in module.modules())


# Le générateur par lequel PyTorch prête des poids meurt avec le fil, et Python s’en plaint.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_comparison_cut_short_gives_the_weights_back() -> None:
    class Tired(Student):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if self.conv1.weight is not mine:
                stubborn()
            return super().forward(x)

    module = Tired()
    mine = module.conv1.weight
    reference = Reference()
    verdict = judge(module, reference=reference, time_limit=1)
    assert reference.training
    assert verdict.misconception == "module.timeout"
    assert module.conv1.weight is mine
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in module.modules())


def test_shapes_may_be_given_as_shapes() -> None:
    with hard_limit(60):
        verdict = checks.module(Reference(), input_shape=Shape(3, (32, 32)), output_shape=Shape(10))
    assert verdict.ok


def test_gradients_may_be_left_unchecked() -> None:
    assert judge(FrozenLayer(), gradient=False).ok
    assert judge(ExtraLayer(), gradient=False).ok
    assert not judge(ExtraLayer()).ok


def test_it_works_under_no_grad() -> None:
    with torch.no_grad():
        assert judge(Student(), **ALL).ok


def test_the_right_count_is_never_shown() -> None:
    verdict = judge(layers(nn.Conv2d(3, 64, 5)), parameters=4_321)
    assert "4321" not in verdict.message.replace("\u202f", "")
    assert verdict.expected == 4_321


@pytest.mark.parametrize(
    "options",
    [
        {"input_shape": ()},
        {"input_shape": (3, -1, 32)},
        {"input_shape": (3, 32), "reference": Reference()},
        {"input_shape": INPUT, "output_shape": (1.5,)},
        {"input_shape": INPUT, "reference": Reference},
    ],
    ids=label,
)
def test_a_faulty_statement_is_the_teachers_error(options: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError):
        checks.module(Student(), **options)
