"""Les jumeaux à qui nos réseaux doivent ressembler : torchvision, et timm là où il est le seul à en avoir un."""

from math import sqrt

import torch
from torch import Tensor, nn

from coursekit.models.draws import Undrawn
from coursekit.vision import load_torchvision

TORCHVISION_OPTIONS = {"inception_v3": {"init_weights": False}}  # le tirage de scipy, lent et averti
TIMM_OPTIONS = {"mobilenetv1_100": {"act_layer": "relu"}}  # l’article dit ReLU, timm prend ReLU6
"""Les réglages qui ramènent un réseau de timm à l’article."""


def pad_like_resnet(peer: nn.Module) -> None:
    """timm arrondit le premier pooling vers le haut, comme les poids Caffe ; l’article de ResNet le borde de zéros."""
    peer.pool0 = nn.MaxPool2d(3, stride=2, padding=1)


TIMM_OPTIONS |= {"inception_resnet_v2": {"drop_rate": 0.2}}  # 0 dans timm
CAFFE_NETWORKS = (
    *(f"legacy_seresnet{depth}" for depth in (50, 101, 152)),
    *(f"legacy_seresnext{depth}_32x4d" for depth in (50, 101)),
    "legacy_senet154",
)
TIMM_OPTIONS |= {
    name: {"drop_rate": 0.0} for name in CAFFE_NETWORKS if "senet154" not in name
}  # 0,2 dans timm
TIMM_CHANGES = dict.fromkeys(CAFFE_NETWORKS, pad_like_resnet)


def build_peer(peer: str, num_classes: int) -> nn.Module:
    """`"resnet50"` vient de torchvision, `"timm:legacy_xception"` de timm. Les poids sont à donner ensuite."""
    load_torchvision()
    with torch.device("meta"), Undrawn():
        module = _make(peer, num_classes)
    return module.to_empty(device="cpu")


def _make(peer: str, num_classes: int) -> nn.Module:
    origin, _, name = peer.rpartition(":")
    if not origin:
        from torchvision.models import get_model

        return get_model(name, num_classes=num_classes, **TORCHVISION_OPTIONS.get(name, {}))
    import timm

    module = timm.create_model(name, num_classes=num_classes, **TIMM_OPTIONS.get(name, {}))
    if name in TIMM_CHANGES:
        TIMM_CHANGES[name](module)
    return module


PERIOD = 100_003
"""Un nombre premier : des valeurs répétées à ce pas ne retombent jamais en face d’elles-mêmes dans deux filtres."""


def draw_weights(module: nn.Module, seed: int) -> nn.Module:
    """Remplit `module` de valeurs au hasard, normalisations et statistiques comprises : rien n’y vaut 0 ou 1.

    Un même tirage, répété, remplit tout : tirer cent millions de gaussiennes prendrait la moitié du temps du test.
    """
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(PERIOD, generator=generator).repeat(2)
    for name, tensor in module.state_dict().items():
        if not tensor.is_floating_point():
            tensor.zero_()
            continue
        start = int(torch.randint(PERIOD, (), generator=generator))
        scale, centre = _spread(name, tensor)
        values = torch.mul(noise[start : start + min(PERIOD, tensor.numel())], scale).add_(centre)
        for chunk in tensor.view(-1).split(PERIOD):
            chunk.copy_(values[: len(chunk)])
    return module


def _spread(name: str, tensor: Tensor) -> tuple[float, float]:
    """Écart type et moyenne : He et al. (2015) pour les filtres, des normalisations proches de l’identité."""
    if tensor.dim() > 1:
        return sqrt(2 / tensor[0].numel()), 0.0
    return 0.1, 1.0 if name.endswith(("weight", "running_var")) else 0.0
