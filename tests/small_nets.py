"""Des réseaux minuscules à regarder de l’intérieur : un pixel de trop ou une ReLU sur place s’y voient aussitôt."""

import torch
from torch import nn
from torch.nn import functional as F

CLASSES = 4


def drawn(module, seed=0):
    """Le même, poids et statistiques tirés au hasard, sans toucher à l’aléa de PyTorch."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if name.endswith("running_var"):
                tensor.uniform_(0.5, 1.5, generator=generator)
            elif tensor.is_floating_point():
                tensor.normal_(0, 0.4, generator=generator)
    return module


def images(count=3, size=12, channels=3):
    return torch.rand(count, channels, size, size, generator=torch.Generator().manual_seed(7))


class Gap(nn.Module):
    """Deux convolutions, un max pooling, un pooling moyen global, une couche dense."""

    def __init__(self, *, inplace=False, act=nn.ReLU):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(6)
        self.relu1 = act(inplace=inplace)
        self.pool = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(6, 5, 3, padding=1)
        self.relu2 = act(inplace=inplace)
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(5, CLASSES)

    def features(self, x):
        x = self.pool(self.relu1(self.bn1(self.conv1(x))))
        return self.relu2(self.conv2(x))

    def forward(self, x):
        return self.fc(self.gap(self.features(x)).flatten(1))


class Functional(Gap):
    """Le même, écrit avec des fonctions ; la première ReLU est sur place, et ce qu’elle rend n’est pas lu."""

    def forward(self, x):
        x = self.bn1(self.conv1(x))
        F.relu(x, inplace=True)
        x = self.relu2(self.conv2(F.max_pool2d(x, 2)))
        return self.fc(x.mean((2, 3)))


class MaxHead(Gap):
    """Le même, dont le pooling global prend le maximum."""

    def __init__(self):
        super().__init__()
        self.gap = nn.AdaptiveMaxPool2d(1)


def flat():
    """Sans pooling global : la couche dense lit chaque pixel."""
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 12 * 12, CLASSES)
    )


def two_dense():
    """Deux couches denses après le pooling global."""
    return nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, 5),
        nn.Linear(5, CLASSES),
    )


def class_maps():
    """Une carte par classe, dont la moyenne est le score, comme NiN."""
    return nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Conv2d(6, CLASSES, 1), nn.AvgPool2d(10), nn.Flatten()
    )


def state_of(model):
    """Tout ce qu’un outil d’interprétation doit rendre comme il l’a trouvé."""
    return (
        repr(model),
        [id(part) for part in model.modules()],
        [part.training for part in model.modules()],
        [sorted(vars(part)) for part in model.modules()],
        [len(part._forward_hooks) + len(part._backward_hooks) for part in model.modules()],
        [value.tolist() for value in model.state_dict().values()],
        [parameter.grad is None for parameter in model.parameters()],
        torch.get_rng_state().tolist(),
    )
