"""Ce que font les pièces de SENet et d’EfficientNet : la porte, sa place dans le bloc, le chemin qu’on ôte."""

import pytest
import torch
from torch.nn import functional as F

from coursekit.models.blocks import DropPath, SqueezeExcite
from coursekit.models.resnet import Bottleneck
from coursekit.models.senet import BLOCKS

WEIGHT = 0.25
"""Ce que vaut la porte quand on lui impose une valeur."""


def freeze_gate(block, value):
    """Une porte qui ne lit plus rien et vaut partout `value`."""
    torch.nn.init.zeros_(block.se.fc2.weight)
    torch.nn.init.constant_(block.se.fc2.bias, torch.logit(torch.tensor(value)).item())


def image(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def test_gate_weighs_each_channel_by_what_it_averages():
    with torch.random.fork_rng():
        torch.manual_seed(0)  # un tirage malheureux éteint les deux unités cachées pour toutes les images
        gate, x = SqueezeExcite(8, 2), image(3, 8, 5, 5)
    weights = torch.sigmoid(gate.fc2(F.relu(gate.fc1(x.mean((2, 3), keepdim=True)))))
    torch.testing.assert_close(gate(x), x * weights)
    assert weights.unique().numel() == 3 * 8


PLACED = {
    "standard": lambda residual, x: F.relu(WEIGHT * residual(x) + x),
    "pre": lambda residual, x: F.relu(residual(WEIGHT * x) + x),
    "post": lambda residual, x: WEIGHT * F.relu(residual(x) + x),
    "identity": lambda residual, x: F.relu(residual(x) + WEIGHT * x),
}


@pytest.mark.parametrize("position", PLACED)
def test_gate_stands_where_the_figure_puts_it(position):
    block = BLOCKS[position](64, 16).eval()
    freeze_gate(block, WEIGHT)
    plain = Bottleneck(64, 16).eval()
    plain.load_state_dict({k: v for k, v in block.state_dict().items() if not k.startswith("se.")})
    x = image(2, 64, 6, 6)
    torch.testing.assert_close(block(x), PLACED[position](plain.residual, x))


def test_gate_after_the_3x3_sees_the_narrow_channels():
    block = BLOCKS["conv3x3"](64, 16)
    assert (block.se.fc1.in_channels, BLOCKS["standard"](64, 16).se.fc1.in_channels) == (16, 64)


@pytest.mark.parametrize("p", [0.2, 0.5])
def test_dropped_path_takes_away_whole_images_and_keeps_the_mean(p):
    torch.manual_seed(0)
    x = torch.ones(4000, 2, 3, 3)
    kept = DropPath(p)(x)
    assert all(values.unique().numel() == 1 for values in kept[:50])
    assert kept.unique().tolist() == pytest.approx([0, 1 / (1 - p)])
    assert kept.mean().item() == pytest.approx(1, abs=0.05)


def test_path_is_whole_at_evaluation_and_when_p_is_zero():
    x = image(2, 3, 4, 4)
    assert torch.equal(DropPath(0.9).eval()(x), x)
    assert torch.equal(DropPath(0.0)(x), x)


@pytest.mark.parametrize("p", [-0.1, 1.0, 1.5])
def test_impossible_probability_is_refused(p):
    with pytest.raises(ValueError, match="0 ≤ p < 1"):
        DropPath(p)
