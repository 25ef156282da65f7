"""Les jumeaux à qui nos réseaux doivent ressembler : torchvision, et timm là où il est le seul à en avoir un."""

from torch import nn

from coursekit.vision import load_torchvision

TORCHVISION_OPTIONS = {"inception_v3": {"init_weights": False}}  # le tirage de scipy, lent et averti
TIMM_OPTIONS = {"mobilenetv1_100": {"act_layer": "relu"}}  # l’article dit ReLU, timm prend ReLU6
"""Les réglages qui ramènent un réseau de timm à l’article."""


def pad_like_resnet(peer: nn.Module) -> None:
    """timm arrondit le premier pooling vers le haut, comme les poids Caffe ; l’article de ResNet le borde de zéros."""
    peer.pool0 = nn.MaxPool2d(3, stride=2, padding=1)


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
    """`"resnet50"` vient de torchvision, `"timm:legacy_xception"` de timm."""
    load_torchvision()
    origin, _, name = peer.rpartition(":")
    if not origin:
        from torchvision.models import get_model

        return get_model(name, num_classes=num_classes, **TORCHVISION_OPTIONS.get(name, {}))
    import timm

    module = timm.create_model(name, num_classes=num_classes, **TIMM_OPTIONS.get(name, {}))
    if name in TIMM_CHANGES:
        TIMM_CHANGES[name](module)
    return module
