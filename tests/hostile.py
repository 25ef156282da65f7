"""Des réponses d’élèves auxquelles aucune vérification ne doit céder, et le garde-fou qui arrête un test pendu."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from types import FrameType
from typing import Any

import numpy as np
import torch
from torch import nn


@contextmanager
def hard_limit(seconds: float) -> Iterator[None]:
    """Fait échouer le test s’il dure plus que cela : ce n’est pas une mesure de vitesse, c’est un disjoncteur."""

    class HungError(BaseException):
        pass

    def ring(number: int, frame: FrameType | None) -> None:
        raise HungError(f"toujours pas de réponse après {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def forever() -> None:
    while True:
        pass


def stubborn() -> None:
    while True:
        try:  # noqa: SIM105
            forever()
        except BaseException:
            pass


SPECIAL = (
    "__repr__", "__str__", "__eq__", "__ne__", "__lt__", "__hash__", "__len__", "__iter__", "__next__", "__getitem__",
    "__float__", "__int__", "__index__", "__bool__", "__complex__", "__abs__", "__add__", "__sub__", "__mul__",
    "__contains__", "__call__", "__array__", "__array_interface__", "__getattr__", "__getattribute__", "__class__",
    "__dict__", "__torch_function__", "__format__", "__round__", "__del__",
)  # fmt: skip


def everything(base: type, act: Callable[..., Any], name: str, leave: tuple[str, ...] = ()) -> type:
    """Une sous-classe de `base` dont toutes les méthodes spéciales font `act`."""

    def method(*args: Any, **kwargs: Any) -> Any:
        return act()

    body: dict[str, Any] = {m: method for m in SPECIAL if m not in leave and m != "__del__"}
    if "__class__" not in leave:
        body["__class__"] = property(method)
    if "__dict__" not in leave:
        body["__dict__"] = property(method)
    return type(name, (base,), body)


def raise_error() -> None:
    raise RuntimeError("boum")


def leave_python() -> None:
    raise SystemExit(3)


def interrupt() -> None:
    raise KeyboardInterrupt


class LyingMeta(type):
    """Une classe dont on ne peut rien lire."""

    def __getattribute__(cls, name: str) -> Any:
        raise RuntimeError(name)

    def __instancecheck__(cls, instance: object) -> bool:
        raise RuntimeError("instancecheck")

    def __hash__(cls) -> int:
        raise RuntimeError("hash")

    def __eq__(cls, other: object) -> bool:
        raise RuntimeError("eq")


LiesAboutClass = LyingMeta("LiesAboutClass", (), {})


class Colour(Enum):
    RED = 1


class Level(IntEnum):
    ONE = 1


class DispatchTensor(torch.Tensor):
    @staticmethod
    def __new__(cls) -> Any:
        return torch.Tensor._make_wrapper_subclass(cls, (2, 2))

    @classmethod
    def __torch_dispatch__(cls, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("dispatch")


class FunctionTensor(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *args: Any, **kwargs: Any) -> Any:
        forever()


class LoopingModule(nn.Module):
    def forward(self, x: Any) -> Any:
        stubborn()


class NoSuper(nn.Module):
    def __init__(self) -> None:
        pass

    def forward(self, x: Any) -> Any:
        return x


class OverriddenModule(nn.Module):
    """Tout ce dont on se sert pour examiner un module lève une erreur."""

    def parameters(self, recurse: bool = True) -> Any:
        raise RuntimeError("parameters")

    named_parameters = named_modules = modules = buffers = named_buffers = train = eval = parameters  # type: ignore[assignment]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        leave_python()


def infinite_generator() -> Iterator[int]:
    while True:
        yield 1


async def coroutine_function(*args: Any) -> int:
    await asyncio.sleep(0)
    return 1


def recursive(*args: Any) -> Any:
    return recursive(*args)


def nested(depth: int) -> list[Any]:
    inside: list[Any] = [1]
    for _ in range(depth):
        inside = [inside]
    return inside


def own_loop() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


def with_forward(act: Callable[..., Any], name: str) -> nn.Module:
    return type(name, (nn.Module,), {"forward": lambda self, x: act()})()  # type: ignore[no-any-return]


def zoo() -> dict[str, Callable[[], Any]]:
    """De quoi construire chaque réponse hostile (on les construit une par une : certaines sont lourdes)."""
    acts: dict[str, Callable[..., Any]] = {
        "lève": raise_error, "boucle": forever, "s’obstine": stubborn, "quitte": leave_python, "interrompt": interrupt,
    }  # fmt: skip
    animals: dict[str, Callable[[], Any]] = {
        "None": lambda: None,
        "Ellipsis": lambda: ...,
        "NotImplemented": lambda: NotImplemented,
        "True": lambda: True,
        "NaN": lambda: float("nan"),
        "infini": lambda: float("-inf"),
        "Decimal NaN": lambda: Decimal("sNaN"),
        "Decimal géant": lambda: Decimal("1e999999999"),
        "Decimal minuscule": lambda: Decimal("1e-999999999"),
        "Fraction géante": lambda: Fraction(1 << 100_000, 3),
        "entier géant": lambda: 1 << 50_000_000,
        "complexe": lambda: 1 + 2j,
        "texte vide": lambda: "",
        "texte": lambda: "bonjour",
        "texte nul": lambda: "\x00\u202e\ud800",
        "texte énorme": lambda: "9" * 10_000_000,
        "exposant énorme": lambda: "1e999999999",
        "chiffres et espaces": lambda: "1 " * 45 + "x",
        "virgules": lambda: "1," * 45,
        "parenthèses": lambda: "((" * 40,
        "octets": lambda: b"12",
        "dictionnaire": lambda: {"a": 1},
        "ensemble": lambda: {1, 2},
        "liste vide": list,
        "tuple vide": tuple,
        "liste énorme": lambda: [0] * 10_000_000,
        "tuple énorme": lambda: (0,) * 10_000_000,
        "liste profonde": lambda: nested(100_000),
        "liste d’elle-même": own_loop,
        "liste mêlée": lambda: [1, None, "a", [2], object()],
        "liste hostile": lambda: [everything(object, forever, "Hostile")() for _ in range(3)],
        "générateur infini": infinite_generator,
        "itérateur": lambda: iter([1, 2]),
        "range": lambda: range(10**12),
        "coroutine": lambda: coroutine_function,
        "fonction": lambda: recursive,
        "lambda": lambda: lambda: None,
        "fonction native": lambda: len,
        "classe": lambda: nn.Linear,
        "classe menteuse": lambda: LiesAboutClass,
        "objet d’une classe menteuse": lambda: object.__new__(LiesAboutClass),
        "enum": lambda: Colour.RED,
        "module Python": lambda: torch,
        "exception": lambda: ValueError("x"),
        "np vide": lambda: np.zeros((0, 3)),
        "np objets": lambda: np.array([object(), None], dtype=object),
        "np objet 0-d": lambda: np.array(object(), dtype=object),
        "np structuré": lambda: np.zeros(2, dtype=[("a", "i4")]),
        "np dates": lambda: np.array(["2020-01-01"], dtype="datetime64[D]"),
        "np texte": lambda: np.array("bonjour"),
        "np NaN": lambda: np.float32("nan"),
        "tenseur vide": lambda: torch.empty(0),
        "tenseur énorme": lambda: torch.zeros(1).expand(10**6, 10**6),
        "tenseur meta": lambda: torch.empty(3, 4, device="meta"),
        "tenseur meta 0-d": lambda: torch.empty((), device="meta"),
        "tenseur NaN": lambda: torch.tensor(float("nan")),
        "tenseur à gradient": lambda: torch.ones(3, requires_grad=True) * 2,
        "tenseur creux": lambda: torch.sparse_coo_tensor(size=(10**6, 10**6)),
        "tenseur creux CSR": lambda: torch.eye(3).to_sparse_csr(),
        "tenseur quantifié": lambda: torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8),
        "tenseur complexe": lambda: torch.ones(2, 2, dtype=torch.complex64).conj(),
        "tenseur imbriqué": lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
        "tenseur bfloat16": lambda: torch.ones(2, 2, dtype=torch.bfloat16),
        "tenseur booléen": lambda: torch.ones(2, 2, dtype=torch.bool),
        "tenseur à dispatch": DispatchTensor,
        "tenseur à fonction": lambda: torch.ones(2, 2).as_subclass(FunctionTensor),
        "paramètre": lambda: nn.Parameter(torch.ones(2)),
        "module": lambda: nn.Linear(3, 4),
        "module vide": nn.Module,
        "module sans super": NoSuper,
        "module obstiné": LoopingModule,
        "module surchargé": OverriddenModule,
        "module paresseux": lambda: nn.LazyLinear(3),
        "module meta": lambda: nn.Linear(3, 4, device="meta"),
    }
    for name, act in acts.items():
        animals[f"objet qui {name}"] = lambda act=act: object.__new__(everything(object, act, "Objet"))
        animals[f"entier qui {name}"] = lambda act=act: int.__new__(everything(int, act, "Entier"), 3)
        animals[f"réel qui {name}"] = lambda act=act: float.__new__(everything(float, act, "Réel"), 3.0)
        animals[f"texte qui {name}"] = lambda act=act: str.__new__(everything(str, act, "Texte"), "3")
        animals[f"liste qui {name}"] = lambda act=act: list.__new__(everything(list, act, "Liste"))
        animals[f"tuple qui {name}"] = lambda act=act: tuple.__new__(everything(tuple, act, "Tuple"), (1, 2))
        animals[f"dict qui {name}"] = lambda act=act: dict.__new__(everything(dict, act, "Dict"))
        animals[f"tableau qui {name}"] = lambda act=act: np.ones(2).view(
            everything(np.ndarray, act, "Tableau", ("__array_interface__", "__class__", "__dict__"))
        )
        animals[f"fonction qui {name}"] = lambda act=act: lambda *args: act()
        animals[f"module qui {name}"] = lambda act=act: with_forward(act, "Module")
    return animals


ZOO = zoo()
