"""Les doublures des modules PyTorch d’un élève : de vrais `nn.Module`, dont le calcul se fait chez lui.

`parameters()`, `state_dict()`, `train()`, un optimiseur, des crochets ou `functional_call` agissent sur la doublure
comme sur tout module ; avant chaque requête, ce qui y a changé est refait chez l’élève. Le gradient traverse les
appels. Charge PyTorch.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import torch
from torch import nn

from coursekit.grading.execute.student.networks import same, tensors_in
from coursekit.grading.execute.trusted.link import GoneStudentError, Link

_OWN = ("training", "_remote")


class Double(nn.Module):
    """La doublure d’un module."""

    _is_double = True
    _remote: tuple[Doubles, int]

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self._remote[0].call(self, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name.startswith("__"):
                raise
        doubles, _ = self._remote
        return doubles.link.ask(do="get", on=self, name=name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in _OWN and "_remote" in vars(self) and not isinstance(value, nn.Parameter):
            if isinstance(value, nn.Module) and not isinstance(value, Double):
                raise self._remote[0].link.needs("ces tests remplacent une couche de l’élève par une autre.")
            self._remote[0].link.ask(do="set", on=self, name=name, value=value)
        super().__setattr__(name, value)

    def __deepcopy__(self, memo: Any) -> Any:
        raise self._remote[0].link.needs("ces tests copient un module de l’élève.")

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise self._remote[0].link.needs("ces tests copient un module de l’élève.")


@cache
def double_type(name: str, base: Any) -> type[Double]:
    bases = (Double,) if base is nn.Module else (Double, base)
    return type(name, bases, {})


class Doubles:
    """Les doublures et les reflets de leurs paramètres, tenus à jour des deux côtés."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.clear()

    def clear(self) -> None:
        """L’élève a un processus neuf : plus rien d’ici n’y a de modèle."""
        self.modules: dict[int, Double] = {}
        self._mirrors: dict[int, tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]] = {}
        self._modes: dict[int, bool] = {}

    def make(self, number: int, name: str, bases: list[type | None], told: dict[str, Any]) -> Double:
        """La doublure d’un module, construite ou mise à jour."""
        kinds = [kind for kind in bases if kind is not None and issubclass(kind, nn.Module)]
        made = self.modules.get(number)
        if made is None:
            base: Any = kinds[0] if kinds else nn.Module
            kind = double_type(name, base)
            made = kind.__new__(kind)
            nn.Module.__init__(made)
            self.modules[number] = made
        for register in (made._parameters, made._buffers, made._modules):
            register.clear()
        for attribute, value in told["attributes"]:
            vars(made)[attribute] = value
        for key, tensor in told["parameters"]:
            made._parameters[key] = self._mirror(tensor, parameter=True)  # type: ignore[assignment]
        for key, tensor in told["buffers"]:
            made._buffers[key] = self._mirror(tensor, parameter=False)
        made._modules.update(told["children"])
        vars(made)["_remote"] = (self, number)
        vars(made)["training"] = self._modes[number] = told["training"]
        return made

    def _mirror(self, told: Any, *, parameter: bool) -> torch.Tensor | None:
        if told is None:
            return None
        number, value, grad = told
        if number not in self._mirrors:
            mirror = nn.Parameter(value.detach(), value.requires_grad) if parameter else value
            mirror.grad = grad
            self._remember(number, mirror)
        return self._mirrors[number][0]

    def _remember(self, number: int, mirror: torch.Tensor) -> None:
        grad = None if mirror.grad is None else mirror.grad.detach().clone()
        self._mirrors[number] = (mirror, mirror.detach().clone(), grad)

    def outgoing(self) -> tuple[list[Any], list[Any]]:
        """Ce que les tests ont changé depuis le dernier échange."""
        changed = []
        for number, (mirror, data, grad) in list(self._mirrors.items()):
            same_data = same(mirror, data)
            if not same_data or not same(mirror.grad, grad):
                changed.append([number, None if same_data else mirror.detach(), mirror.grad])
                self._remember(number, mirror)
        modes = {n: m.training for n, m in self.modules.items() if m.training != self._modes[n]}
        self._modes.update(modes)
        return changed, [list(pair) for pair in modes.items()]

    def incoming(self, changes: list[Any], modes: list[Any]) -> None:
        """Ce que l’élève a changé."""
        for number, data, grad in changes:
            mirror = self._mirrors[number][0]
            if data is not None:
                mirror.data = data.detach()
            mirror.grad = grad
            self._remember(number, mirror)
        for number, training in modes:
            vars(self.modules[number])["training"] = self._modes[number] = training

    def number(self, value: Any) -> int | None:
        """Le numéro d’une doublure ; `None` pour tout autre objet."""
        if not issubclass(type(value), Double):
            return None
        number: int = value._remote[1]
        if self.modules.get(number) is not value:
            raise GoneStudentError("ce module de l’élève a disparu avec le processus qui l’avait.")
        return number

    @staticmethod
    def crosses(arguments: Any) -> bool:
        """Un gradient peut-il traverser un appel qui reçoit ces arguments ?"""
        return any(t.requires_grad for t in tensors_in(arguments)) or any(_parts(arguments))

    def call(self, on: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        """Un appel chez l’élève, relié au graphe d’ici."""
        parts = list(_parts([on, list(args), kwargs]))
        weights = [
            (m, n) for m in parts for n, p in m._parameters.items() if p is not None and p.requires_grad
        ]
        watched = [p for p in parts if p is not on and (p._forward_hooks or p._forward_pre_hooks)]
        given = [t for t in tensors_in([list(args), kwargs]) if t.requires_grad]
        value, tape, records = self.link.ask(
            do="forward",
            on=on,
            args=list(args),
            kwargs=kwargs,
            lent=[*self._lent(parts)],
            weights=[list(pair) for pair in weights],
            watched=watched,
            grad=torch.is_grad_enabled(),
        )
        for layer, when, layer_input, output in records:
            self._run_hooks(layer, when, layer_input, output)
        if tape < 0:
            return _map_tensors(value, lambda t: t.detach())
        inputs = [*given, *(m._parameters[n] for m, n in weights)]
        return self._connect(value, tape, inputs)

    def _lent(self, parts: list[Double]) -> Iterator[list[Any]]:
        """Les poids que les tests ont mis à la place des reflets (`functional_call`)."""
        reflected = {id(mirror) for mirror, _, _ in self._mirrors.values()}
        for part in parts:
            for register in ("_parameters", "_buffers"):
                for name, tensor in getattr(part, register).items():
                    if tensor is not None and id(tensor) not in reflected:
                        yield [
                            part,
                            register,
                            name,
                            torch.Tensor.detach(tensor).requires_grad_(tensor.requires_grad),
                        ]
            if any(child is not None and not isinstance(child, Double) for child in part._modules.values()):
                raise self.link.needs("ces tests remplacent une couche de l’élève par une autre.")

    def _run_hooks(self, layer: Double, when: str, given: Any, output: Any) -> None:
        hooks = layer._forward_pre_hooks if when == "before" else layer._forward_hooks
        for hook in list(hooks.values()):
            answer = hook(layer, given) if when == "before" else hook(layer, given, output)
            if answer is not None:
                raise self.link.needs("un crochet de ces tests change ce que calcule une couche.")

    def _connect(self, value: Any, tape: int, inputs: list[Any]) -> Any:
        outputs = [t for t in tensors_in(value) if t.requires_grad]
        joined = iter(_join(self.link, tape, len(outputs), *(t.detach() for t in outputs), *inputs))
        return _map_tensors(value, lambda t: next(joined) if t.requires_grad else t)


def _join(*given: Any) -> Any:
    return _Remote.apply(*given)  # type: ignore[no-untyped-call]


class _Remote(torch.autograd.Function):
    """Un calcul fait chez l’élève ; son gradient l’est aussi."""

    @staticmethod
    def forward(ctx: Any, link: Link, tape: int, count: int, *tensors: torch.Tensor) -> Any:
        ctx.link, ctx.tape, ctx.count = link, tape, count
        ctx.set_materialize_grads(False)
        return tuple(tensor.view_as(tensor) for tensor in tensors[:count])

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        found = ctx.link.ask(do="backward", tape=ctx.tape, grads=list(grads))
        return (None, None, None, *[None] * ctx.count, *found)


def _parts(value: Any) -> Iterator[Double]:
    """Les doublures d’une valeur et toutes leurs parties, le module lui-même d’abord."""
    if isinstance(value, Double):
        yield from (part for part in nn.Module.modules(value) if isinstance(part, Double))
    elif type(value) in (list, tuple):
        for item in value:
            yield from _parts(item)
    elif type(value) is dict:
        yield from _parts(list(value.values()))


def _map_tensors(value: Any, change: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return change(value)
    if type(value) in (list, tuple):
        return type(value)(_map_tensors(item, change) for item in value)
    if type(value) is dict:
        return {key: _map_tensors(item, change) for key, item in value.items()}
    return value
