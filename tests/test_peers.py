"""Nos réseaux et ceux de torchvision ou de timm, aux mêmes poids, donnent les mêmes sorties."""

import pytest
import torch
from peers import build_peer, draw_weights
from small_networks import listed

from coursekit import models
from coursekit.tables import CATALOGUE

WITH_PEER = [entry for entry in CATALOGUE if entry.peer]

SIZE = {
    "googlenet": 64,
    "inception_resnet": 139,
    "resnet": 64,
    "resnext": 64,
    "wide_resnet": 64,
    "densenet": 64,
    "senet": 64,
    "mobilenet": 64,
    "xception": 96,
    "efficientnet": 64,
}
"""Les réseaux à pooling global se comparent plus vite sur de petites images."""


@pytest.fixture(scope="module")
def twins(entry):
    """Notre réseau et son jumeau. Les poids passent de l’un à l’autre dans l’ordre où chacun les déclare."""
    theirs = draw_weights(build_peer(entry.peer, num_classes=10), seed=0)
    ours = models.build(entry.name, num_classes=10, device="meta")
    transferred = zip(ours.state_dict(), theirs.state_dict().values(), strict=True)
    # les filtres servent aux deux ; les statistiques, que l’entraînement change, restent à chacun
    ours.load_state_dict({name: t if t.dim() > 1 else t.clone() for name, t in transferred}, assign=True)
    return ours, theirs


def outputs(model, training, image):
    torch.manual_seed(3)  # le dropout des deux tire les mêmes masques
    with torch.no_grad():
        return listed(model.train(training)(image))


@pytest.mark.parametrize("training", [False, True], ids=["eval", "train"])
@pytest.mark.parametrize("entry", WITH_PEER, ids=lambda entry: entry.name, scope="module")
def test_same_weights_give_the_outputs_of_the_peer(entry, twins, training):
    side = SIZE.get(entry.stem, entry.input.spatial[0])
    image = torch.rand(2, entry.input.channels, side, side, generator=torch.Generator().manual_seed(0))
    for mine, expected in zip(*(outputs(twin, training, image) for twin in twins), strict=True):
        torch.testing.assert_close(mine, expected, rtol=1e-5, atol=1e-6 * expected.abs().max().item())
