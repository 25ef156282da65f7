"""Tailles, pas et padding : les formes que PyTorch calcule, sur le périphérique « meta », sans rien allouer."""

import torch
from torch import nn

YES, NO = "Oui\u00a0: le filtre couvre toute l’image.", "Non\u00a0: les derniers pixels sont ignorés."


def out(size, channels, filters, kernel, stride, padding):
    layer = nn.Conv2d(channels, filters, kernel, stride, padding, device="meta")
    return layer(torch.empty(1, channels, size, size, device="meta")).shape[1:]


def out_size(input_size, kernel_size, stride, padding):
    return out(input_size, 1, 1, kernel_size, stride, padding)[-1]


def out_tensor(size, channels, kernel, stride, padding, filters):
    depth, height, width = out(size, channels, filters, kernel, stride, padding)
    return (height, width, depth)


def stride_fits(size, kernel, stride, padding):
    """Un filtre de uns dont on remonte le gradient : les pixels du bout reçoivent-ils quelque chose ?"""
    x = torch.zeros(1, 1, 1, size + 2 * padding, requires_grad=True)
    nn.functional.conv2d(x, torch.ones(1, 1, 1, kernel), stride=stride).sum().backward()
    return YES if x.grad[0, 0, 0, -1] else NO


ORACLES = {"conv.out_size": out_size, "conv.out_tensor": out_tensor, "conv.stride_fits": stride_fits}
