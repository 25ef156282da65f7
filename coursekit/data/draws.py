"""Tirer au hasard sans état : chaque nombre est le condensé de son adresse, le même sur tout appareil.

Un `torch.Generator` ne donne pas la même suite sur CPU et sur GPU, et son k-ième nombre demande les k − 1 premiers.
Ici, le nombre numéro `counter` de la suite `key` se calcule seul, par des opérations entières de 32 bits qui
débordent partout de la même façon.

Source : le mélangeur « lowbias32 » de C. Wellons, github.com/skeeto/hash-prospector.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

FIRST: Final = 0x7FEB352D
SECOND: Final = 0x846CA68B
STRIDE: Final = 0x9E3779B9
"""2³² divisé par le nombre d’or : des compteurs voisins s’en trouvent éloignés."""


def signed(word: int) -> int:
    """L’entier signé de 32 bits qui a les mêmes bits que `word` : PyTorch ne multiplie pas les non signés."""
    word &= 0xFFFFFFFF
    return word - (1 << 32) if word >> 31 else word


def mix(words: Tensor) -> Tensor:
    """Le condensé de chaque mot de 32 bits (`int32`), sur place."""
    return _fold(_fold(_fold(words, 16).mul_(signed(FIRST)), 15).mul_(signed(SECOND)), 16)


def _fold(words: Tensor, shift: int) -> Tensor:
    """`words ^= words >> shift` ; le décalage de PyTorch recopie le signe, qu’un masque efface."""
    return words.bitwise_xor_((words >> shift).bitwise_and_((1 << (32 - shift)) - 1))


def mixed(word: int) -> int:
    """`mix`, sur un entier de Python : les mêmes bits, non signés."""
    word &= 0xFFFFFFFF
    word = (word ^ word >> 16) * FIRST & 0xFFFFFFFF
    word = (word ^ word >> 15) * SECOND & 0xFFFFFFFF
    return word ^ word >> 16


def key_of(*parts: int) -> int:
    """Une clef de 32 bits, non signée, qui dépend de chacun des entiers et de leur ordre."""
    key = 0
    for part in parts:
        key = mixed(key + STRIDE ^ mixed(part ^ mixed(part >> 32)))
    return key


def words(counters: Tensor, keys: Tensor) -> Tensor:
    """Un mot de 32 bits (`int32`) par couple d’un compteur et d’une clef ; les deux formes se diffusent."""
    return mix(mix(counters.to(torch.int32) ^ keys) + keys * signed(STRIDE))


def uniform(counters: Tensor, keys: Tensor) -> Tensor:
    """Un nombre de [0, 1[ par couple d’un compteur et d’une clef : `float32`, multiple de 2⁻²⁴."""
    return (words(counters, keys) >> 8).bitwise_and_(0xFFFFFF).to(torch.float32).mul_(2.0**-24)


def generator(*parts: int) -> torch.Generator:
    """Un générateur de PyTorch (CPU) qui ne dépend que de ces entiers : une graine, une époque, une classe…"""
    return torch.Generator().manual_seed(key_of(*parts) << 32 | key_of(*parts, 1))
