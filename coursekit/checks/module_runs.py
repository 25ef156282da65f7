"""Faire tourner un module sans le changer, et dire ce qui l’en empêche."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from coursekit.checks.faults import Fault, explain_failure
from coursekit.checks.guard import Failure, describe_exception
from coursekit.checks.inspection import class_name, clean, describe, is_a, type_name
from coursekit.checks.killable import TimeIsUp
from coursekit.checks.tensor_values import bare

Dims = tuple[int, ...]


class FaultError(Exception):
    """Interrompt l’examen d’un module : on sait ce qui ne va pas."""

    def __init__(self, message: str, misconception: str | None = None) -> None:
        super().__init__(message)
        self.fault = Fault(message, misconception)


def not_a_module(given: Any) -> Fault | None:
    """Pourquoi `given` n’est pas un module utilisable, s’il ne l’est pas."""
    if given is None or given is Ellipsis:
        return Fault(f"Vous n’avez pas encore répondu : la valeur donnée est {given}. Donnez un module.")
    if is_a(given, type) and issubclass(given, nn.Module):
        name = class_name(given)
        return Fault(
            f"Vous avez donné la classe {name} : construisez un module, {name}(…), avec ses parenthèses.",
            "module.class",
        )
    if not is_a(given, nn.Module):
        return Fault(
            f"Vous avez donné {describe(given)} : on attend un module (une classe qui hérite de nn.Module)."
        )
    if "_modules" not in object.__getattribute__(given, "__dict__"):
        return Fault(
            "Le module n’est pas initialisé : __init__ commence par super().__init__().", "module.no-super"
        )
    return None


REGISTERS = ("_parameters", "_buffers", "_forward_hooks", "_forward_pre_hooks")
"""Ce qu’un essai prête à un module le temps d’un appel, et qu’un essai interrompu n’aurait pas rendu."""


class Snapshot:
    """L’état qu’un essai peut changer : modes, tampons, poids prêtés, crochets, et le hasard de PyTorch."""

    def __init__(self, module: nn.Module) -> None:
        parts = list(nn.Module.modules(module))
        self.modes = [(part, part.training) for part in parts]
        self.registers = [(vars(part)[name], dict(vars(part)[name])) for part in parts for name in REGISTERS]
        self.buffers = [(buffer, buffer.clone()) for buffer in nn.Module.buffers(module)]
        self.rng = torch.get_rng_state()

    def restore(self) -> None:
        for part, training in self.modes:
            part.training = training
        for register, before in self.registers:
            register.clear()
            register.update(before)
        with torch.no_grad():
            for buffer, saved in self.buffers:
                buffer.copy_(saved)
        torch.set_rng_state(self.rng)


@contextmanager
def preserved(module: nn.Module) -> Iterator[None]:
    """Rend à un module l’état qu’il avait."""
    snapshot = Snapshot(module)
    try:
        yield
    finally:
        snapshot.restore()


def set_training(module: nn.Module, training: bool) -> None:
    """Comme `module.train(training)`, que l’élève a pu redéfinir."""
    for part in nn.Module.modules(module):
        part.training = training


def draw_input(module: nn.Module, dims: Dims, batch: int) -> torch.Tensor:
    """Un lot tiré au hasard, toujours le même, du type et sur l’appareil des paramètres."""
    first = next((p for p in nn.Module.parameters(module) if p.is_floating_point()), torch.empty(0))
    if first.device.type == "meta":
        raise FaultError(
            "Votre module est sur l’appareil « meta » : ses poids n’ont pas de valeurs.", "module.meta"
        )
    generator = torch.Generator().manual_seed(2012)
    return torch.randn(batch, *dims, generator=generator).to(first.device, first.dtype)


def forward(module: nn.Module, x: torch.Tensor, mode: str) -> torch.Tensor:
    """La sortie du module, ou une explication de ce qui l’empêche de tourner.

    Raises:
        FaultError: le module échoue, ou ne renvoie pas un tenseur.
    """
    when = f"Sur une entrée {tuple(x.shape)}, en mode {mode}, votre module"
    try:
        output: Any = module(x)
    except TimeIsUp:
        raise
    except BaseException as error:  # SystemExit et KeyboardInterrupt viennent ici de l’élève
        fault = explain_module_failure(when, describe_exception(error), 0)
        raise FaultError(fault.message, fault.misconception) from None
    if bare(output) is not None:
        return output  # type: ignore[no-any-return]
    if output is None:
        raise FaultError(f"{when} ne renvoie rien : forward a-t-il un return ?", "module.no-return")
    if is_a(output, tuple, list):
        raise FaultError(f"{when} renvoie {describe(output, 0)} : on attend un seul tenseur.", "module.tuple")
    raise FaultError(f"{when} renvoie {describe(output)} : on attend un tenseur.", "module.output")


def explain_module_failure(when: str, failure: Failure, time_limit: float) -> Fault:
    """Les messages de PyTorch les plus courants, redits en français."""
    at = f" (à la ligne « {failure.where} »)" if failure.where else ""
    if failure.kind == "NotImplementedError":
        return Fault("La méthode forward de votre module n’est pas écrite.", "module.no-forward")
    for pattern, identifier, explanation in _KNOWN_ERRORS:
        if found := re.search(pattern, failure.text):
            return Fault(f"{when} s’arrête{at} : {explanation.format(*found.groups())}", identifier)
    fault = explain_failure(when, failure, time_limit)
    return Fault(fault.message, fault.misconception and fault.misconception.replace("function.", "module."))


_KNOWN_ERRORS = (
    (
        r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)",
        "module.linear-size",
        "une couche Linear attend {2} valeurs par exemple et en reçoit {1}. "
        "Vérifiez in_features, et que l’entrée est vectorisée.",
    ),
    (
        r"expected input\[.*\] to have (\d+) channels, but got (\d+) channels",
        "module.channels",
        "une convolution attend {0} canaux et en reçoit {1}.",
    ),
    (
        r"The size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)",
        "module.sizes",
        "deux tenseurs de tailles différentes, {0} et {1}, ne s’additionnent pas.",
    ),
    (
        r"Kernel size can't be greater than actual input size",
        "module.kernel-too-large",
        "un filtre est plus grand que l’image qu’il reçoit, padding compris.",
    ),
    (
        r"Output size is too small",
        "module.kernel-too-large",
        "une fenêtre de pooling est plus grande que l’image qu’elle reçoit.",
    ),
    (
        r"shape '\[(.*)\]' is invalid for input of size (\d+)",
        "module.view",
        "view ou reshape demande la forme ({0}), mais le tenseur a {1} valeurs.",
    ),
    (
        r"has no attribute '(\w+)'",
        "module.attribute",
        "« {0} » n’existe pas ; l’avez-vous bien écrit dans __init__, avec self. devant ?",
    ),
    (
        r"takes (\d+) positional arguments? but (\d+)",
        "module.forward-arguments",
        "forward doit s’écrire def forward(self, x).",
    ),
    (
        r"running_mean should contain (\d+) elements not (\d+)",
        "module.norm-channels",
        "une BatchNorm reçoit {0} canaux, et on lui en a annoncé {1}.",
    ),
)


def layer_text(name: str, layer: nn.Module) -> str:
    """`features.0 (Conv2d)`."""
    return f"{clean(name, 40)} ({type_name(layer)})" if name else type_name(layer)
