"""Filtres et convolution."""

import numpy as np
import torch
from torch.nn import functional


def tensor(rows):
    return torch.tensor([[rows]], dtype=torch.float64)


def value(image, kernel, bias, row, column):
    out = functional.conv2d(tensor(image), tensor(kernel), torch.tensor([bias], dtype=torch.float64))
    return int(out[0, 0, row, column])


def gain(kernel, value, bias):
    zone = torch.full((1, 1, 7, 7), value, dtype=torch.float64)
    return int(functional.conv2d(zone, tensor(kernel), torch.tensor([bias], dtype=torch.float64))[0, 0, 2, 2])


def true_convolution(image, kernel):
    """Par le théorème de convolution : un produit dans le domaine de Fourier, sans rien retourner."""
    shape = [len(image) + len(kernel) - 1] * 2
    full = np.fft.ifft2(np.fft.fft2(image, shape) * np.fft.fft2(kernel, shape)).real
    return full[1:3, 1:3].round().astype(int).tolist()


def effect(kernel):
    """Ce que fait un filtre, d’après ce qu’il rend d’images d’essai."""

    def run(image):
        return functional.conv2d(image, tensor(kernel), padding=0)

    step = torch.zeros(1, 1, 9, 9, dtype=torch.float64)
    step[..., 5:] = 1
    if not run(torch.ones_like(step)).any():
        sees = bool(run(step).any()), bool(run(step.mT).any())
        return {
            (True, False): "Il fait ressortir les bordures verticales, et elles seules.",
            (False, True): "Il fait ressortir les bordures horizontales, et elles seules.",
            (True, True): "Il fait ressortir les bordures de toutes les directions.",
        }[sees]
    noise = torch.rand(1, 1, 9, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    copies = [
        torch.equal(run(noise), noise[..., 1 + i : 8 + i, 1 + j : 8 + j])
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
    ]
    if any(copies):
        return "Il décale l’image d’un pixel."
    if run(step).min() < 0 and run(step).max() > run(torch.ones_like(step)).max():
        return "Il accentue les détails et garde les zones uniformes telles quelles."
    assert run(noise).std() / run(torch.ones_like(step)).mean() < noise.std()
    return "Il rend l’image floue."


def sobel(patch):
    along_x = functional.conv2d(tensor(patch), tensor(((-1, 0, 1), (-2, 0, 2), (-1, 0, 1))))
    along_y = functional.conv2d(tensor(patch), tensor(((-1, -2, -1), (0, 0, 0), (1, 2, 1))))
    return int(along_x), int(along_y), float(torch.hypot(along_x, along_y))


def outer(column, row):
    """Les deux passes sur une impulsion : leur réponse, retournée, est le filtre."""
    impulse = torch.zeros(1, 1, 5, 5, dtype=torch.float64)
    impulse[0, 0, 2, 2] = 1
    first = functional.conv2d(impulse, tensor([row]))
    both = functional.conv2d(first, tensor([[a] for a in column]))
    return both[0, 0].flip(0, 1).tolist()


def separable_cost(kernel, height, width):
    """Les multiplications, comptées comme les cases des fenêtres que PyTorch déplie."""
    image = torch.zeros(1, 1, height, width, device="meta")
    half = kernel // 2

    def products(size, padding):
        return functional.unfold(image, size, padding=padding).numel()

    square = products((kernel, kernel), (half, half))
    passes = products((1, kernel), (0, half)) + products((kernel, 1), (half, 0))
    pixels = height * width
    return square // pixels, passes // pixels, square - passes


ORACLES = {
    "conv.value": value,
    "filter.gain": gain,
    "filter.true_convolution": true_convolution,
    "filter.effect": effect,
    "filter.sobel": sobel,
    "filter.outer": outer,
    "filter.separable_cost": separable_cost,
}
