"""Les tenseurs en octets : leurs valeurs, leur type, leur appareil, et s’ils attendent un gradient. Charge PyTorch."""

from __future__ import annotations

from math import prod
from typing import Any

import torch

from coursekit.grading.execute.wire import MalformedError, Reader, Writer

_TENSOR, _PARAMETER = torch.Tensor, torch.nn.Parameter
_DTYPES = {
    str(value).removeprefix("torch."): value
    for value in vars(torch).values()
    if isinstance(value, torch.dtype)
}
_WHOLE = {"bool", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))}
_NUMBERS = {
    name: dtype
    for name, dtype in _DTYPES.items()
    if dtype.is_floating_point or dtype.is_complex or name in _WHOLE
}
"""Les seuls types qu’on lit d’octets : relire un type quantifié arrête PyTorch."""
_DETACH = torch.Tensor.detach


def write_torch(writer: Writer, kind: type, value: Any) -> list[Any] | None:
    """Un tenseur ordinaire, une `torch.Size`, un `dtype`, un `device` ; `None` pour le reste."""
    if kind is torch.Size:
        return ["S", list(value)]
    if kind is torch.dtype:
        return ["D", str(value).removeprefix("torch.")]
    if kind is torch.device:
        return ["V", str(value)]
    if kind not in (_TENSOR, _PARAMETER) or value.layout != torch.strided:
        return None
    name = str(value.dtype).removeprefix("torch.")
    if name not in _NUMBERS:
        return None
    about = [name, value.requires_grad, kind is _PARAMETER]
    if value.device.type == "meta":
        return ["T", -1, *about, list(value.shape), False]
    data, turned = raw(value)
    return ["T", writer.blob(data), *about, list(value.shape), turned]


def raw(value: torch.Tensor) -> tuple[bytes, bool]:
    """Ses octets, ligne par ligne ; ou colonne par colonne, si c’est ainsi qu’il est rangé."""
    plain = _DETACH(value).cpu().resolve_conj().resolve_neg()
    turned = not plain.is_contiguous() and _reversed(plain).is_contiguous()
    rows = _reversed(plain) if turned else plain
    return rows.contiguous().flatten().view(torch.uint8).numpy().tobytes(), turned


def _reversed(value: torch.Tensor) -> torch.Tensor:
    return value.permute(*range(value.dim() - 1, -1, -1))


def read_torch(reader: Reader, tag: str, rest: list[Any]) -> Any:
    if tag == "S":
        return torch.Size(rest[0])
    if tag == "D":
        return _DTYPES[rest[0]]
    if tag == "V":
        return torch.device(rest[0])
    size, name, requires_grad, parameter, shape, turned = rest
    if any(type(length) is not int or length < 0 for length in shape):
        raise MalformedError(f"ce tenseur n’a pas une forme\u00a0: {shape!r}.")
    try:
        made = (
            torch.empty(shape, dtype=_DTYPES[name], device="meta")
            if size == -1
            else _tensor(reader.blob(size), _NUMBERS[name], shape, bool(turned))
        )
        if parameter:
            return torch.nn.Parameter(made, requires_grad=bool(requires_grad))
        return made.requires_grad_(bool(requires_grad)) if requires_grad else made
    except RuntimeError as error:
        raise MalformedError(f"ces octets ne font pas un tenseur\u00a0: {error}") from None


def _tensor(data: bytes, dtype: torch.dtype, shape: list[int], turned: bool) -> torch.Tensor:
    if len(data) != prod(shape) * dtype.itemsize:
        raise MalformedError(f"{len(data)} octets ne font pas un tenseur {shape} de {dtype}.")
    if not data:
        return torch.empty(shape, dtype=dtype)
    flat = torch.frombuffer(bytearray(data), dtype=dtype)
    return _reversed(flat.reshape(shape[::-1])) if turned else flat.reshape(shape)
