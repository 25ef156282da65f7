"""Évaluation et moyennes : les fonctions de PyTorch et de NumPy sur les mêmes scores."""

from itertools import product

import numpy as np
import torch
from torch.nn import functional


def top_k_error(scores, labels, k):
    best = torch.tensor(scores).topk(k, dim=1).indices
    found = (best == torch.tensor(labels)[:, None]).any(1)
    return 100 * int((~found).sum()) // len(labels)


def count(images, crops, angles):
    """Des images de quatre pixels, retournées et tournées pour de vrai, puis comptées."""
    image, crop = np.meshgrid(np.arange(images), np.arange(crops))
    patches = np.stack([image, crop, 1000 + image, 2000 + crop], -1).reshape(-1, 2, 2)
    both = np.concatenate([patches, patches[:, :, ::-1]])
    turned = np.concatenate([np.rot90(both, n, axes=(1, 2)) for n in range(angles)])
    return len(np.unique(turned.reshape(-1, 4), axis=0))


def vote_error(error, voters):
    """Toutes les issues du vote, chacune avec sa probabilité."""
    outcomes = np.array(list(product((0, 1), repeat=voters)))
    chances = np.where(outcomes, error / 100, 1 - error / 100).prod(1)
    return 100 * chances[outcomes.sum(1) > voters / 2].sum()


def mean_score(weights):
    a = np.array([row[0] for row in weights])
    b = np.minimum([row[1] for row in weights], 95 - a)
    return float(np.stack([a, b, 100 - a - b]).mean(1).max())


def smoothing_target(percent, classes, right):
    """La cible se lit dans le gradient de la perte de PyTorch, qui est softmax − cible."""
    logits = torch.zeros(1, classes, dtype=torch.float64, requires_grad=True)
    functional.cross_entropy(logits, torch.tensor([0]), label_smoothing=percent / 100).backward()
    target = logits.softmax(1) - logits.grad
    return target[0, 0 if right else 1].item()


ORACLES = {
    "head.top_k_error": top_k_error,
    "aug.count": count,
    "ensemble.vote_error": vote_error,
    "tta.mean_score": mean_score,
    "smoothing.target": smoothing_target,
}
