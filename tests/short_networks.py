"""Ce qu’il suffit de tracer d’un réseau : des blocs en tout point pareils, à la suite, se tracent comme un seul."""

from dataclasses import replace
from itertools import groupby

import torch
from peers import draw_weights
from small_networks import CLASSES, small_model
from torch import nn

from coursekit.models import densenet
from coursekit.models.blocks import DropPath


def settings_of(module):
    """Ce qu’un module a reçu à sa construction ; son mode, lui, change."""
    given = ((name, value) for name, value in vars(module).items() if not name.startswith("_"))
    return sorted((name, value) for name, value in given if name != "training")


def anatomy(module):
    """Tout ce dont dépend le calcul d’un module, hors valeurs : classes, réglages, tailles des tenseurs, enfants."""
    settings = [(name, repr(value)) for name, value in settings_of(module)]
    tensors = [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]
    return (
        type(module),
        tuple(settings),
        tuple((name, tensor.shape, tensor.dtype) for name, tensor in tensors),
        tuple((name, anatomy(child)) for name, child in module.named_children()),
    )


CHANNELS = ("in_channels", "out_channels", "num_features", "in_features", "out_features", "extra_channels")
PRESENCE = ("groups", "p")
"""De ces réglages, le chemin du calcul ne dépend que par un seuil : 1 groupe ou plusieurs, un tirage ou non."""


def skeleton(module):
    """L’anatomie sans les nombres de canaux, les suites de blocs de même squelette comptant pour un seul.

    Deux réseaux de même squelette exécutent les mêmes lignes de Python : se tracer d’un graphe vaut pour les deux.
    """
    settings = []
    for name, value in settings_of(module):
        if name not in CHANNELS:
            settings.append((name, value > (name == "groups") if name in PRESENCE else repr(value)))
    tensors = [
        name for name, _ in (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False))
    ]
    children = [(name, skeleton(child)) for name, child in module.named_children()]
    if isinstance(module, nn.Sequential):
        children = [block for block, _ in groupby(bones for _, bones in children)]
    return type(module), tuple(settings), tuple(tensors), tuple(children)


def without_repeats(model):
    """Ôte des suites chaque bloc en tout point pareil à celui qui le précède : le tracer redirait la même chose."""
    for path in model.modules():
        if isinstance(path, DropPath) and path.p > 0:
            path.p = 0.5  # la probabilité croît de bloc en bloc ; le calcul, lui, reste le même
    for sequence in [part for part in model.modules() if isinstance(part, nn.Sequential)]:
        previous = None
        for name, block in list(sequence.named_children()):
            if (seen := anatomy(block)) == previous:
                delattr(sequence, name)
            previous = seen
    return model


def short_model(entry):
    """Le réseau de l’entrée sans ses répétitions, construit sur « meta » : il n’a pas encore de valeurs."""
    return without_repeats(small_model(entry, device="meta", seed=None))


def traced_model(entry):
    """Le plus court des réseaux qui ont le squelette de l’entrée : c’est lui que l’on trace.

    Un DenseNet élargit chaque couche de la précédente : il n’a pas de blocs pareils à ôter. Deux par suite suffisent,
    que les mêmes lignes de Python construisent et exécutent.
    """
    if entry.stem != "densenet":
        return short_model(entry)
    config = replace(entry.variant, depths=(2,) * len(entry.variant.depths))
    with torch.device("meta"):
        return densenet.DenseNet(config, CLASSES, entry.input.channels)


def with_values(model):
    """Le même, sur CPU, aux poids tirés au hasard."""
    return draw_weights(model.to_empty(device=torch.device("cpu")), seed=0)
