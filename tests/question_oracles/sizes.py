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


def covers(size, kernel, stride, padding):
    """Un filtre de uns dont on remonte le gradient : les pixels du bout reçoivent-ils quelque chose ?"""
    x = torch.zeros(1, 1, 1, size + 2 * padding, requires_grad=True)
    nn.functional.conv2d(x, torch.ones(1, 1, 1, kernel), stride=stride).sum().backward()
    return bool(x.grad[0, 0, 0, -1])


def stride_fits(size, kernel, stride, padding):
    return YES if covers(size, kernel, stride, padding) else NO


def filter_depth(size, channels, kernel, filters):
    layer = nn.LazyConv2d(filters, kernel, device="meta")
    layer(torch.empty(1, channels, size, size, device="meta"))
    return layer.weight.shape[1]


def inverse_filter(kernel, output, stride, padding):
    """Le seul filtre dont la transposée rend l’image qu’un filtre de taille `kernel` parcourt exactement."""
    back = nn.ConvTranspose2d(1, 1, kernel, stride, padding, device="meta")
    size = back(torch.empty(1, 1, output, output, device="meta")).shape[-1]
    found = [
        f
        for f in range(1, min(size + 2 * padding, 60) + 1)
        if covers(size, f, stride, padding) and out(size, 1, 1, f, stride, padding)[-1] == output
    ]
    assert len(found) == 1
    return found[0]


def least_padding(size, kernel, stride):
    return next(p for p in range(20) if covers(size, kernel, stride, p))


def same_padding(size, channels, kernel_size):
    """Le padding que PyTorch choisit de lui-même pour « same »."""
    layer = nn.Conv2d(channels, 1, kernel_size, padding="same", device="meta")
    assert layer(torch.empty(1, channels, size, size, device="meta")).shape[-2:] == (size, size)
    left, right, top, bottom = layer._reversed_padding_repeated_twice
    assert left == right == top == bottom
    return left


def padded_size(height, width, channels, padding):
    depth, high, wide = nn.ZeroPad2d(padding)(torch.empty(channels, height, width, device="meta")).shape
    return (high, wide, depth)


def chain(size, kernel, stride, padding, filters, pool, last, last_filters):
    net = nn.Sequential(
        nn.Conv2d(3, filters, kernel, stride, padding, device="meta"),
        nn.MaxPool2d(pool),
        nn.Conv2d(filters, last_filters, last, device="meta"),
    )
    depth, height, width = net(torch.empty(1, 3, size, size, device="meta")).shape[1:]
    return (height, width, depth)


def kinds_of_padding(row, kind, width):
    mode = "constant" if kind == "zeros" else kind
    padded = nn.functional.pad(torch.tensor([[row]], dtype=torch.float64), (width, width), mode=mode)
    return padded[0].tolist()


def touched(height, width, kernel):
    """Une carte de uns et un filtre de uns : une somme incomplète a lu un zéro."""
    ones, filter_ = torch.ones(1, 1, height, width), torch.ones(1, 1, kernel, kernel)
    sums = nn.functional.conv2d(ones, filter_, padding=kernel // 2)
    return int((sums < kernel**2).sum())


ORACLES = {
    "conv.out_size": out_size,
    "conv.out_tensor": out_tensor,
    "conv.stride_fits": stride_fits,
    "conv.filter_depth": filter_depth,
    "conv.inverse_filter": inverse_filter,
    "conv.least_padding": least_padding,
    "conv.same_padding": same_padding,
    "conv.padded_size": padded_size,
    "conv.chain": chain,
    "padding.kinds": kinds_of_padding,
    "padding.touched": touched,
}
