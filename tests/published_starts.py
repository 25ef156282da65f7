"""Comment chaque famille initialise ses poids : la table que les réseaux doivent suivre, couche par couche."""

import re
from dataclasses import dataclass
from math import pi, sqrt


@dataclass(frozen=True)
class Gaussian:
    std: float

    @property
    def mean_deviation(self):
        return self.std * sqrt(2 / pi)


@dataclass(frozen=True)
class Uniform:
    bound: float

    @property
    def mean_deviation(self):
        return self.bound / 2

    @property
    def std(self):
        return self.bound / sqrt(3)


def fans(layer):
    """Entrées et sorties d’un neurone : combien il en lit, et combien en dépendent si l’on néglige les groupes."""
    weight = layer.weight
    return weight[0].numel(), weight.shape[0] * weight[0, 0].numel()


def narrow(layer):
    return Gaussian(0.01)


def glorot(layer):
    return Uniform(sqrt(6 / sum(fans(layer))))


def he_fan_in(layer):
    return Gaussian(sqrt(2 / fans(layer)[0]))


def he_fan_out(layer):
    return Gaussian(sqrt(2 / fans(layer)[1]))


def he_fan_out_per_group(layer):
    return Gaussian(sqrt(2 * getattr(layer, "groups", 1) / fans(layer)[1]))


def pytorch(layer):
    return Uniform(1 / sqrt(fans(layer)[0]))


ANY = None
"""Un biais laissé à PyTorch : uniforme, pas constant."""


@dataclass(frozen=True)
class Start:
    """Ce que valent au départ les couches dont le nom se termine ainsi ; `bias` est leur biais constant."""

    layers: str
    law: object
    bias: float | None
    source: str


MODERN = (Start("", pytorch, ANY, "non publiée : celle de PyTorch"),)
RESNET = (
    Start("fc", pytorch, ANY, "celle de PyTorch"),
    Start(r"se\.fc[12]", he_fan_out, ANY, "Hu et al. (2018), section 5 : He et al. (2015)"),
    Start("", he_fan_out, 0.0, "He et al. (2015), que l’article cite, comme son code : selon les sorties"),
)
FAN_OUT = (
    Start("fc", pytorch, ANY, "celle de PyTorch"),
    Start("", he_fan_out_per_group, 0.0, "l’article n’en dit rien : He et al. (2015)"),
)

STARTS = {
    "lenet5-modern": MODERN,
    "alexnet-torchvision": MODERN,
    "googlenet-torchvision": (Start("", narrow, ANY, "celle de torchvision"),),
    "nin-imagenet": (
        Start(
            r"(mlpconv1\.conv|mlpconv3\.conv|mlpconv4\.mlp2)", narrow, 0.0, "configuration Caffe des auteurs"
        ),
        Start("", lambda layer: Gaussian(0.05), 0.0, "configuration Caffe des auteurs"),
    ),
    "lenet": (
        Start(
            "",
            lambda layer: Uniform(2.4 / fans(layer)[0]),
            0.0,
            "LeCun et al. (1998), annexe A : ±2,4 / Fan-in",
        ),
    ),
    "alexnet": (
        Start(r"(conv[245]|fc[67])", narrow, 1.0, "Krizhevsky et al. (2012), section 5"),
        Start("", narrow, 0.0, "Krizhevsky et al. (2012), section 5"),
    ),
    "zfnet": (Start("", narrow, 0.0, "Zeiler et Fergus (2014), section 3"),),
    "vgg": (Start("", glorot, 0.0, "Simonyan et Zisserman (2015), section 3.1, note"),),
    "nin": (Start("", lambda layer: Gaussian(0.05), 0.0, "non publiée"),),
    "googlenet": (Start("", glorot, 0.0, "non publiée : Glorot et Bengio (2010)"),),
    "inception_v3": (
        Start(r"aux\.conv2\.conv", narrow, ANY, "code de TensorFlow, par torchvision"),
        Start(r"aux\.fc", lambda layer: Gaussian(0.001), ANY, "code de TensorFlow, par torchvision"),
        Start("", lambda layer: Gaussian(0.1), ANY, "code de TensorFlow, par torchvision"),
    ),
    "highway": (
        Start("gate", he_fan_in, -2.0, "Srivastava et al. (2015) : des portes d’abord fermées"),
        Start("classifier", pytorch, ANY, "celle de PyTorch"),
        Start("", he_fan_in, 0.0, "He et al. (2015)"),
    ),
    "densenet": (
        Start("classifier", pytorch, 0.0, "celle de PyTorch, biais nul"),
        Start("", he_fan_out, 0.0, "Huang et al. (2017) : He et al. (2015)"),
    ),
    "efficientnet": (
        Start(
            r"classifier\.fc",
            lambda layer: Uniform(1 / sqrt(layer.out_features)),
            0.0,
            "code des auteurs : ±1/√N pour N sorties",
        ),
        Start("", he_fan_out_per_group, 0.0, "code des auteurs : He et al. (2015)"),
    ),
    **dict.fromkeys(("resnet", "preact", "stochastic_depth", "resnext", "wide_resnet", "senet"), RESNET),
    **dict.fromkeys(("bn_inception", "inception_resnet", "se_inception", "mobilenet", "xception"), FAN_OUT),
}
"""Par entrée, sinon par famille ; pour chaque couche, la première ligne dont le motif convient."""


def published_start(entry, layer_name):
    lines = STARTS.get(entry.name) or STARTS[entry.stem]
    return next(
        line for line in lines if not line.layers or re.search(rf"(^|\.)({line.layers})$", layer_name)
    )
