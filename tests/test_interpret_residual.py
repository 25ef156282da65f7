"""Les expériences de la littérature sur les réseaux résiduels : blocs ôtés, échangés, gradient par chemin, paysage."""

from functools import partial
from itertools import product

import pytest
import torch
from scipy.stats import kendalltau
from small_nets import drawn, flat, images, state_of
from torch import nn
from torch.nn import functional as F

from coursekit import models
from coursekit.errors import ArgumentError, ShapeError, UnknownNameError
from coursekit.interpret import (
    building_blocks,
    delete_each,
    delete_several,
    filter_direction,
    gradient_by_depth,
    gradient_by_path_length,
    interchangeable,
    kendall_tau,
    loss_landscape,
    path_gradient,
    reorder,
    reordered,
    residual_blocks,
    spread,
    without,
)
from coursekit.models.preact import BasicUnit, CifarPreactResNet
from coursekit.models.resnet import BasicBlock, Bottleneck, CifarResNet, PlainBasicBlock
from coursekit.models.senet import SEBottleneck

CLASSES, LABELS = 4, torch.tensor([0, 3, 1])


def residual(block=BasicBlock, expansion=1, network=CifarResNet, depths=(2, 2, 1)):
    return drawn(network(block, depths, expansion, CLASSES)).eval()


NETWORKS = {
    "projections": residual,
    "zéros ajoutés": partial(residual, partial(BasicBlock, shortcut="A")),
    "bottleneck": partial(residual, Bottleneck, 4),
    "pré-activation": partial(residual, BasicUnit, 1, CifarPreactResNet),
    "SE": partial(residual, partial(SEBottleneck, ratio=4), 4),
}
each_network = pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)


def plain():
    return residual(PlainBasicBlock)


def scores(net):
    with torch.no_grad():
        return net(images(3, 16))


def error(net):
    assert not any(part.training for part in net.modules())
    return float((scores(net).argmax(1) != LABELS).double().mean())


BLOCKS = ("conv2_x.0", "conv2_x.1", "conv3_x.0", "conv3_x.1", "conv4_x.0")


@each_network
def test_the_blocks_are_those_of_the_stages(make):
    assert residual_blocks(make()) == building_blocks(make()) == BLOCKS


def test_a_plain_network_has_blocks_but_no_shortcut():
    assert building_blocks(plain()) == BLOCKS
    with pytest.raises(ArgumentError, match=r"aucun bloc à raccourci.*conv2_x\.0"):
        residual_blocks(plain())


@pytest.mark.parametrize("block", BLOCKS)
def test_of_a_removed_block_only_the_shortcut_is_left(block):
    net = residual()
    with torch.no_grad():
        x = F.relu(net.bn1(net.conv1(images(3, 16))))
        for name in BLOCKS:
            part = net.get_submodule(name)
            x = F.relu(part.shortcut(x)) if name == block else part(x)
        wanted = net.fc(net.flatten(net.avgpool(x)))
    with without(net, block) as lighter:
        assert torch.equal(scores(lighter), wanted)
    assert not torch.equal(scores(net), wanted)


@each_network
def test_removing_a_block_is_putting_its_residual_path_to_zero(make):
    net, other = make(), make()
    last = {"BasicBlock": "bn2", "BasicUnit": "conv2"}.get(type(net.conv3_x[1]).__name__, "bn3")
    silenced = other.conv3_x[1].get_submodule(last)
    with torch.no_grad():
        silenced.weight.zero_()
        if silenced.bias is not None:
            silenced.bias.zero_()
    with without(net, "conv3_x.1"):
        torch.testing.assert_close(scores(net), scores(other))


def test_a_plain_block_that_keeps_the_shape_is_bypassed_and_one_that_changes_it_refused():
    net = plain()
    with torch.no_grad():
        x = net.conv3_x[0](net.conv2_x(F.relu(net.bn1(net.conv1(images(3, 16))))))
        wanted = net.fc(net.flatten(net.avgpool(net.conv4_x(x))))
    with without(net, "conv3_x.1"):
        assert torch.equal(scores(net), wanted)
    before = state_of(net)
    with pytest.raises(ShapeError, match="de 16 × 16 × 16 à 32 × 8 × 8"), without(net, "conv3_x.0"):
        scores(net)
    assert state_of(net) == before


def test_a_network_comes_back_whole_even_after_an_error():
    net = residual().train()
    net.bn1.eval()
    before = state_of(net)
    for broken in (
        without(net, *BLOCKS),
        reordered(net, {"conv2_x.0": "conv2_x.1", "conv2_x.1": "conv2_x.0"}),
    ):
        with pytest.raises(ZeroDivisionError), broken:
            1 / 0  # noqa: B018
    with pytest.raises(UnknownNameError, match=r"conv2_x\.0"), without(net, "conv2.0"):
        pass
    with pytest.raises(RuntimeError, match="3 channels"):
        delete_each(net, lambda model: error(model) / model(images(3, 4, 1)))
    assert state_of(net) == before


def test_each_deletion_measures_the_network_without_that_block():
    net = residual()
    made = delete_each(net, error)
    assert (made.blocks, made.whole) == (BLOCKS, error(net))
    for name, found in zip(made.blocks, made.errors, strict=True):
        with without(net, name):
            assert found == error(net)
    assert delete_each(plain(), error, blocks=["conv3_x.1"]).blocks == ("conv3_x.1",)
    with pytest.raises(ArgumentError, match="nommez au moins"):
        delete_each(net, error, blocks=[])


def test_several_deletions_go_from_the_whole_network_to_the_one_without_any_block():
    net = residual()
    made = delete_several(net, error, (0, 2, 5), repeats=3)
    with without(net, *BLOCKS):
        bare = error(net)
    assert made.errors.shape == (3, 3)
    assert made.errors[0].tolist() == [made.whole] * 3
    assert made.errors[2].tolist() == pytest.approx([bare] * 3)
    assert torch.equal(made.errors, delete_several(net, error, (0, 2, 5), repeats=3).errors)
    with pytest.raises(ArgumentError, match=r"6 blocs.*que 5"):
        delete_several(net, error, (6,))
    with pytest.raises(ArgumentError, match="un tirage"):
        delete_several(net, error, (1,), repeats=0)


def test_several_deletions_draw_other_blocks_each_time():
    net, seen = residual(), []

    def note(model):
        seen.append([model.get_submodule(name) for name in BLOCKS])
        return 0.0

    whole = [net.get_submodule(name) for name in BLOCKS]
    delete_several(net, note, (2,), repeats=8, seed=1)
    removed = [tuple(a is not b for a, b in zip(one, whole, strict=True)) for one in seen]
    assert [sum(blocks) for blocks in removed] == [2] * 8 + [0]
    assert len(set(removed)) > 4


GROUPS = [
    (residual, (("conv2_x.0", "conv2_x.1"),)),
    (partial(residual, depths=(2, 3, 1)), (("conv2_x.0", "conv2_x.1"), ("conv3_x.1", "conv3_x.2"))),
    (partial(residual, depths=(1, 1, 1)), ()),
]


@pytest.mark.parametrize(("make", "groups"), GROUPS)
def test_blocks_of_the_same_shape_are_interchangeable(make, groups):
    assert interchangeable(make()) == groups


def test_reordered_blocks_compute_in_the_other_order():
    net = residual()
    with torch.no_grad():
        x = F.relu(net.bn1(net.conv1(images(3, 16))))
        x = net.conv4_x(net.conv3_x(net.conv2_x[0](net.conv2_x[1](x))))
        wanted = net.fc(net.flatten(net.avgpool(x)))
    with reordered(net, {"conv2_x.0": "conv2_x.1", "conv2_x.1": "conv2_x.0"}):
        assert torch.equal(scores(net), wanted)


BAD_ORDERS = [
    ({"conv2_x.0": "conv3_x.1", "conv3_x.1": "conv2_x.0"}, ShapeError, r"Conv2d\(32, 32"),
    ({"conv3_x.0": "conv3_x.1", "conv3_x.1": "conv3_x.0"}, ShapeError, "ne peut pas prendre la place"),
    ({"conv2_x.0": "conv2_x.1"}, ArgumentError, "une fois et une seule"),
    ({"conv2_x.9": "conv2_x.9"}, UnknownNameError, r"conv2_x\.0"),
]


@pytest.mark.parametrize(("order", "refusal", "message"), BAD_ORDERS)
def test_an_impossible_order_is_refused(order, refusal, message):
    with pytest.raises(refusal, match=message), reordered(residual(), order):
        pass


def test_reordering_measures_the_order_and_its_distance_to_the_learned_one():
    net = residual(depths=(3, 1, 1))
    made = reorder(net, error, (0, 1, 4), repeats=4)
    assert made.errors.shape == made.taus.shape == (3, 4)
    assert made.taus[0].tolist() == [1] * 4
    assert made.errors[0].tolist() == pytest.approx([made.whole] * 4)
    assert {round(tau, 4) for tau in made.taus[1].tolist()} <= {round(1 / 3, 4), -1.0}
    with pytest.raises(ArgumentError, match="deux blocs de même forme"):
        reorder(residual(depths=(1, 1, 1)), error, (1,))


ORDERS = [[0, 1, 2], [2, 1, 0], [1, 0, 3, 2, 4], [4, 0, 3, 1, 2]]


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_kendall_tau_is_that_of_scipy(order):
    assert kendall_tau(order) == pytest.approx(kendalltau(range(len(order)), order).statistic)


def test_kendall_tau_of_a_single_rank_is_refused():
    with pytest.raises(ArgumentError, match="deux rangs"):
        kendall_tau([0])


@each_network
def test_the_gradients_of_all_the_paths_sum_to_the_gradient(make):
    """Chaque bloc est une somme : son gradient aussi, et le produit se développe en 2³ chemins."""
    net = make(depths=(1, 1, 1)).double()
    x = images(3, 8).double().requires_grad_()
    (wanted,) = torch.autograd.grad(F.cross_entropy(net(x), LABELS, reduction="sum"), x)
    total = sum(
        path_gradient(net, x, LABELS, torch.tensor([path] * 3)) for path in product((False, True), repeat=3)
    )
    torch.testing.assert_close(total, wanted)


def test_each_image_has_its_own_path():
    net = residual()
    paths = torch.tensor([[True, False, True, False, True], [False] * 5, [True] * 5])
    together = path_gradient(net, images(3, 16), LABELS, paths)
    for i, path in enumerate(paths):
        alone = path_gradient(net, images(3, 16), LABELS, path.expand(3, 5))
        torch.testing.assert_close(together[i], alone[i])


def test_the_shortest_path_is_the_one_of_the_shortcuts_alone():
    """Sans aucun chemin résiduel, le gradient est celui du réseau dont les raccourcis portent seuls la dérivée."""
    net = residual()
    made = gradient_by_path_length(net, images(3, 16), LABELS, repeats=2)
    wanted = path_gradient(net, images(3, 16), LABELS, torch.zeros(3, 5, dtype=torch.bool))
    assert made.lengths == (0, 1, 2, 3, 4, 5)
    assert made.paths == (1, 5, 10, 10, 5, 1)
    assert made.norms.shape == (6, 6)
    torch.testing.assert_close(made.norms[0], wanted.flatten(1).norm(dim=1).repeat(2))
    assert float(made.shares.sum()) == pytest.approx(1)


def test_the_effective_lengths_are_those_that_carry_the_gradient():
    made = gradient_by_path_length(residual(), images(3, 16), LABELS)
    low, high = made.effective(0.9)
    assert float(made.shares[low : high + 1].sum()) >= 0.9
    assert 0 <= low <= int(made.shares.argmax()) <= high <= 5


def test_paths_ask_for_residual_blocks_and_one_choice_per_block():
    with pytest.raises(ArgumentError, match="aucun bloc à raccourci"):
        gradient_by_path_length(plain(), images(3, 16), LABELS)
    with pytest.raises(ShapeError, match=r"\(3, 5\)"):
        path_gradient(residual(), images(3, 16), LABELS, torch.zeros(3, 4, dtype=torch.bool))


@pytest.mark.parametrize("training", [True, False])
def test_the_gradient_by_depth_is_the_one_backward_leaves(training):
    net, twin = residual(), residual().train(training)
    made = gradient_by_depth(net, images(3, 16), LABELS, training=training)
    F.cross_entropy(twin(images(3, 16)), LABELS).backward()
    layers = {name: layer for name, layer in twin.named_modules() if isinstance(layer, nn.Conv2d | nn.Linear)}
    assert made.layers == tuple(layers)
    wanted = torch.stack([layer.weight.grad.norm() for layer in layers.values()])
    torch.testing.assert_close(made.norms, wanted)
    torch.testing.assert_close(
        made.relative, wanted / torch.stack([x.weight.norm() for x in layers.values()])
    )


def test_a_dropout_is_drawn_from_the_seed():
    net = drawn(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Dropout(), nn.Flatten(), nn.Linear(4 * 100, CLASSES)))
    first, again, other = (gradient_by_depth(net, images(), LABELS, seed=seed).norms for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def data():
    return [(images(3, 16)[:2], LABELS[:2]), (images(3, 16)[2:], LABELS[2:])]


def test_each_filter_of_a_direction_has_the_norm_of_the_filter_it_moves():
    net = residual()
    made = filter_direction(net, torch.Generator().manual_seed(0))
    for name, weight in net.named_parameters():
        if weight.dim() < 2:
            assert made[name].count_nonzero() == 0
        else:
            torch.testing.assert_close(made[name].flatten(1).norm(dim=1), weight.flatten(1).norm(dim=1))


def test_the_landscape_is_the_loss_of_the_moved_network():
    net, generator = residual(), torch.Generator().manual_seed(3)
    first, second = filter_direction(net, generator), filter_direction(net, generator)
    made = loss_landscape(net, data(), alphas=(-0.5, 0.0, 1.0), betas=(0.0, 0.25), seed=3)
    for (i, alpha), (j, beta) in product(enumerate(made.alphas), enumerate(made.betas)):
        moved = residual()
        with torch.no_grad():
            for name, weight in moved.named_parameters():
                weight += alpha * first[name] + beta * second[name]
        assert float(made.loss[i, j]) == pytest.approx(
            float(F.cross_entropy(scores(moved), LABELS)), rel=1e-4
        )
        assert float(made.accuracy[i, j]) == pytest.approx(1 - error(moved))


def test_rescaling_the_filters_of_a_normalised_network_changes_no_landscape():
    """La raison de la normalisation par filtre : devant une normalisation par lot, l’échelle d’un filtre est libre."""
    net, scaled = residual(), residual()
    with torch.no_grad():
        scaled.conv1.weight *= 10
        scaled.bn1.running_mean *= 10
        scaled.bn1.running_var.mul_(100).add_(99 * scaled.bn1.eps)
    wanted = loss_landscape(net, data(), alphas=spread(1, 3), betas=(0.0,))
    made = loss_landscape(scaled, data(), alphas=spread(1, 3), betas=(0.0,))
    torch.testing.assert_close(made.loss, wanted.loss, atol=1e-4, rtol=1e-3)


BAD_LANDSCAPES = [
    ([], {}, ArgumentError, "au moins une image"),
    (data(), {"alphas": ()}, ArgumentError, "au moins une image"),
    ([(images(3, 16), torch.tensor([0, 1, 4]))], {}, ArgumentError, "de 0 à 3"),
    ([(images(3, 16, 1), LABELS)], {}, ShapeError, "3 × 1 × 16 × 16"),
]


@pytest.mark.parametrize(("batches", "options", "refusal", "message"), BAD_LANDSCAPES)
def test_an_impossible_landscape_is_refused(batches, options, refusal, message):
    with pytest.raises(refusal, match=message):
        loss_landscape(residual(), batches, **options)
    with pytest.raises(ArgumentError, match="steps=1"):
        spread(1.0, 1)


TOOLS = {
    "un bloc ôté": lambda net: delete_each(net, error),
    "plusieurs": lambda net: delete_several(net, error, (1,)),
    "ordre": lambda net: reorder(net, error, (1,)),
    "profondeur": lambda net: gradient_by_depth(net, images(3, 16), LABELS),
    "chemins": lambda net: gradient_by_path_length(net, images(3, 16), LABELS),
    "paysage": lambda net: loss_landscape(net, data(), alphas=(0.0, 1.0), betas=(0.0,)),
}


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_a_tool_leaves_the_network_as_it_was(tool):
    net = residual().train()
    net.bn1.eval()
    before = state_of(net)
    with torch.no_grad():
        tool(net)
    assert state_of(net) == before


def test_a_network_of_another_family_loses_its_blocks_too():
    net = models.build("mobilenet-v2", num_classes=CLASSES, image_size=32, device="cpu", seed=0).eval()
    same = residual_blocks(net)[0]
    with torch.no_grad(), without(net, same):
        assert torch.isfinite(net(images(1, 32))).all()
    changing = next(name for name in building_blocks(net) if name not in residual_blocks(net))
    with pytest.raises(ShapeError, match="change la forme"), torch.no_grad(), without(net, changing):
        net(images(1, 32))
    assert building_blocks(flat()) == ("0",)
