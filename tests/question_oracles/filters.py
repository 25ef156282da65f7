"""Filtres et convolution."""

import torch
from torch.nn import functional


def value(image, kernel, bias, row, column):
    x = torch.tensor([[image]], dtype=torch.float64)
    weight = torch.tensor([[kernel]], dtype=torch.float64)
    out = functional.conv2d(x, weight, torch.tensor([bias], dtype=torch.float64))
    return int(out[0, 0, row, column])


ORACLES = {"conv.value": value}
