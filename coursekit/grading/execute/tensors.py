"""Les tenseurs en octets : leurs valeurs, leur type, leur appareil, et s’ils attendent un gradient. Charge PyTorch."""

from __future__ import annotations

from typing import Any

import torch

from coursekit.grading.execute.wire import MalformedError, Reader, Writer, npy, read_array

_BITS = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
_TENSOR, _PARAMETER = torch.Tensor, torch.nn.Parameter
_DTYPES = {
    str(value).removeprefix("torch."): value
    for value in vars(torch).values()
    if isinstance(value, torch.dtype)
}
_DETACH, _NUMPY_TYPES = torch.Tensor.detach, {torch.float32, torch.float64, torch.int64, torch.bool}


def write_torch(writer: Writer, kind: type, value: Any) -> list[Any] | None:
    """Un tenseur ordinaire, une `torch.Size`, un `dtype`, un `device` ; `None` pour le reste."""
    if kind is torch.Size:
        return ["S", list(value)]
    if kind is torch.dtype:
        return ["D", str(value).removeprefix("torch.")]
    if kind is torch.device:
        return ["V", str(value)]
    if kind not in (_TENSOR, _PARAMETER) or value.layout != torch.strided or value.is_quantized:
        return None
    name = str(value.dtype).removeprefix("torch.")
    about = [name, value.requires_grad, kind is _PARAMETER]
    if value.device.type == "meta":
        return ["T", -1, *about, list(value.shape)]
    return ["T", writer.blob(tensor_bytes(value)), *about, None]


def tensor_bytes(value: torch.Tensor) -> bytes:
    plain = _DETACH(value).cpu().resolve_conj().resolve_neg()
    if plain.dtype not in _NUMPY_TYPES and not plain.is_complex():
        # NumPy ne connaît ni bfloat16 ni les flottants de 8 bits : on en prend les bits.
        size = plain.element_size()
        plain = plain.contiguous().view(_BITS[size])
    return npy(plain.numpy())


def read_torch(reader: Reader, tag: str, rest: list[Any]) -> Any:
    if tag == "S":
        return torch.Size(rest[0])
    if tag == "D":
        return _DTYPES[rest[0]]
    if tag == "V":
        return torch.device(rest[0])
    size, name, requires_grad, parameter, shape = rest
    made = (
        torch.empty(shape, dtype=_DTYPES[name], device="meta")
        if size == -1
        else tensor_of(reader.blob(size), name)
    )
    if parameter:
        return torch.nn.Parameter(made, requires_grad=bool(requires_grad))
    return made.requires_grad_(bool(requires_grad)) if requires_grad else made


def tensor_of(data: bytes, name: str) -> torch.Tensor:
    array = read_array(data, scalar=False)
    if array.dtype.kind not in "biufc":
        raise MalformedError("ce tenseur n’a pas de nombres.")
    read = torch.from_numpy(array)
    return read if read.dtype == _DTYPES[name] else read.view(_DTYPES[name])
