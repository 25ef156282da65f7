"""Les formules à écrire : chacune, écrite ici en Python, est comparée à ce que PyTorch fait de quelques tailles."""

from functools import lru_cache
from itertools import product

import torch
from torch import nn

from question_oracles.costs import conv, count, image, multiplications
from question_oracles.receptive import width
from question_oracles.sizes import covers

SPELLINGS = {
    "capitals": "FGCKHWVSPDN",
    "small": "fgckhwvspdn",
    "papers": "KLMNABUTQRJ",
}


def out_width(size, kernel, stride, padding):
    return conv(1, 1, kernel, stride=stride, padding=padding)(image(1, kernel, size)).shape[-1]


def fitting():
    for w, f, s, p in product((11, 12, 13), (2, 3, 5), (1, 2, 3), (0, 1)):
        if p < f and covers(w, f, s, p):
            yield {"W": w, "F": f, "S": s, "P": p, "V": out_width(w, f, s, p)}


def same_paddings():
    for f in (1, 3, 5, 9):
        yield {"F": f}, conv(1, 1, f, padding="same")._reversed_padding_repeated_twice[0]


def zeros_added():
    for h, w, p in product((3, 4), (5, 7), (1, 2)):
        padded = nn.functional.pad(torch.ones(h, w), (p,) * 4)
        yield {"H": h, "W": w, "P": p}, int((padded == 0).sum())


def layers():
    for f, g, c, k, h, w in product((1, 3), (5, 2), (2, 3), (4, 7), (3, 6), (5, 8)):
        yield {"F": f, "G": g, "C": c, "K": k, "H": h, "W": w}


def dense(at):
    x, y = image(at["C"], at["H"], at["W"]), image(at["K"], at["H"], at["W"])
    return count(nn.Linear(x.numel(), y.numel(), device="meta"))


def macs(at):
    layer = conv(at["C"], at["K"], at["F"], bias=False)
    return multiplications(layer, image(at["C"], at["H"] + at["F"] - 1, at["W"] + at["F"] - 1))


def fields(build):
    for f, g, s, d, n in product((2, 3, 5), (3, 4), (1, 2, 3), (1, 2, 4), (1, 2, 3)):
        at = {"F": f, "G": g, "S": s, "D": d, "N": n}
        yield at, width(build(at))


MEASURED = {
    "output": ("(W+2*P-F)/S+1", lambda: ((at, at["V"]) for at in fitting())),
    "input": ("S*(V-1)+F-2*P", lambda: ((at, at["W"]) for at in fitting())),
    "kernel": ("W+2*P-S*(V-1)", lambda: ((at, at["F"]) for at in fitting())),
    "same": ("(F-1)/2", same_paddings),
    "zeros": ("(H+2*P)*(W+2*P)-H*W", zeros_added),
    "weights": (
        "F*F*C*K",
        lambda: ((at, count(conv(at["C"], at["K"], at["F"], bias=False))) for at in layers()),
    ),
    "parameters": ("(F*F*C+1)*K", lambda: ((at, count(conv(at["C"], at["K"], at["F"]))) for at in layers())),
    "rectangle": (
        "(F*G*C+1)*K",
        lambda: ((at, count(conv(at["C"], at["K"], (at["F"], at["G"])))) for at in layers()),
    ),
    "macs": ("H*W*K*F*F*C", lambda: ((at, macs(at)) for at in layers())),
    "dense": ("H*W*K*(H*W*C+1)", lambda: ((at, dense(at)) for at in layers())),
    "stack": ("1+N*(F-1)", lambda: fields(lambda at: [(at["F"], 1, 1)] * at["N"])),
    "strided": ("F+S*(G-1)", lambda: fields(lambda at: [(at["F"], at["S"], 1), (at["G"], 1, 1)])),
    "pooled": ("F+1+2*(G-1)", lambda: fields(lambda at: [(at["F"], 1, 1), (2, 2, 1), (at["G"], 1, 1)])),
    "dilated": ("D*(F-1)+1", lambda: fields(lambda at: [(at["F"], 1, at["D"])])),
    "two-rates": ("F+D*(F-1)", lambda: fields(lambda at: [(at["F"], 1, 1), (at["F"], 1, at["D"])])),
}


@lru_cache
def checked(case):
    """La formule, une fois qu’elle a donné tout ce que PyTorch mesure."""
    text, measures = MEASURED[case]
    found = list(measures())
    assert len(found) >= 4
    for at, measured in found:
        assert eval(text, {}, at) == measured, (case, at)
    return text


def formula(case, spelling):
    return checked(case).translate(str.maketrans(SPELLINGS["capitals"], SPELLINGS[spelling]))


ORACLES = {"size.formula": formula, "conv.formula": formula, "rf.formula": formula}
