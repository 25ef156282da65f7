"""Ce qui dans une image décide le réseau : gradient, deconvnet, guided backprop, occlusion, CAM et Grad-CAM.

L’oracle est Captum, écrit par d’autres et autrement (crochets sur les modules) ; pour CAM, la définition à la main.
"""

import warnings

import pytest
import torch
from captum.attr import (
    Deconvolution,
    GuidedBackprop,
    LayerGradCam,
    NeuronDeconvolution,
    NeuronGuidedBackprop,
    Saliency,
)
from captum.attr import Occlusion as CaptumOcclusion
from small_nets import CLASSES, Functional, Gap, MaxHead, class_maps, drawn, flat, images, state_of, two_dense
from torch import nn

from coursekit import models
from coursekit.errors import ArgumentError, ShapeError, UnknownNameError
from coursekit.interpret import (
    Unit,
    activation_maps,
    cam,
    deconvnet,
    grad_cam,
    gradient,
    guided_backprop,
    kernels,
    occlusion,
)

TARGETS = [2, [0, 3, 1], torch.tensor([1, 1, 2])]
GRADIENTS = [
    ("gradient", gradient, lambda net: Saliency(net)),
    ("deconvnet", deconvnet, Deconvolution),
    ("guided backprop", guided_backprop, GuidedBackprop),
]
NEURONS = [(deconvnet, NeuronDeconvolution), (guided_backprop, NeuronGuidedBackprop)]


def oracle(method, x, target, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if isinstance(method, Saliency):
            options["abs"] = False
        wanted = torch.as_tensor(target) if not isinstance(target, int) else target
        return method.attribute(x.clone().requires_grad_(), target=wanted, **options).detach()


@pytest.fixture
def net():
    return drawn(Gap()).eval()


@pytest.mark.parametrize("target", TARGETS, ids=["une", "liste", "tenseur"])
@pytest.mark.parametrize(("name", "ours", "theirs"), GRADIENTS, ids=[case[0] for case in GRADIENTS])
def test_what_comes_back_to_the_image_is_what_captum_finds(net, name, ours, theirs, target):
    made = ours(net, images(), target)
    assert made.method == name
    torch.testing.assert_close(made.gradients, oracle(theirs(net), images(), target))


@pytest.mark.parametrize("variant", [lambda: Gap(inplace=True), Functional], ids=["sur place", "fonctions"])
@pytest.mark.parametrize(("name", "ours", "theirs"), GRADIENTS, ids=[case[0] for case in GRADIENTS])
def test_a_relu_counts_however_it_is_written(net, variant, name, ours, theirs):
    """Captum ne voit que les modules `nn.ReLU` qui n’écrivent pas sur place ; l’oracle reste donc le réseau simple."""
    other = variant()
    other.load_state_dict(net.state_dict())
    torch.testing.assert_close(ours(other, images(), 1).gradients, oracle(theirs(net), images(), 1))


@pytest.mark.parametrize(("ours", "theirs"), NEURONS)
@pytest.mark.parametrize("layer", ["conv1", "pool", "conv2"])
def test_one_unit_is_what_captum_finds(net, ours, theirs, layer):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = theirs(net, getattr(net, layer)).attribute(images().requires_grad_(), (3, 1, 4))
    made = ours(net, images(), unit=Unit(layer, 3, (1, 4)))
    torch.testing.assert_close(made.gradients, wanted)
    torch.testing.assert_close(made.values, activation_maps(net, images(), [layer])[layer][:, 3, 1, 4])


def test_without_position_the_strongest_unit_is_followed(net):
    maps = activation_maps(net, images(), ["conv2"])["conv2"][:, 2]
    rows, columns = (maps.flatten(1).argmax(1) // 6).tolist(), (maps.flatten(1).argmax(1) % 6).tolist()
    made = gradient(net, images(), unit=Unit("conv2", 2))
    for i, place in enumerate(zip(rows, columns, strict=True)):
        torch.testing.assert_close(
            made.gradients[i], gradient(net, images(), unit=Unit("conv2", 2, place)).gradients[i]
        )


def test_relu6_lets_nothing_back_above_its_ceiling():
    net = nn.Sequential(nn.ReLU6(), nn.Flatten(), nn.Linear(2, 2, bias=False))
    with torch.no_grad():
        net[2].weight.copy_(torch.eye(2))
    x = torch.tensor([[[[3.0, 7.0]]]])
    assert guided_backprop(net, x, 0).gradients.flatten().tolist() == [1, 0]
    assert guided_backprop(net, x, 1).gradients.flatten().tolist() == [0, 0]
    assert deconvnet(net, x, 1).gradients.flatten().tolist() == [0, 1]


@pytest.mark.parametrize("ours", [deconvnet, guided_backprop])
def test_without_relu_the_rule_changes_nothing_and_is_refused(ours):
    with pytest.raises(ArgumentError, match="aucune ReLU"):
        ours(drawn(models.build("lenet5", device="cpu")), images(1, 32, 1))
    assert gradient(drawn(models.build("lenet5", device="cpu")), images(1, 32, 1)).gradients.abs().sum() > 0


WINDOWS = [(4, 4, 0.0), (5, 3, 0.5), (12, 12, 0.0), (3, 1, 0.0)]


@pytest.mark.parametrize(("window", "stride", "value"), WINDOWS)
def test_occlusion_is_what_captum_finds(net, window, stride, value):
    made = occlusion(net, images(), [0, 3, 1], window=window, stride=stride, value=value, batch_size=7)
    wanted = oracle(
        CaptumOcclusion(net),
        images(),
        [0, 3, 1],
        sliding_window_shapes=(3, window, window),
        strides=(3, stride, stride),
        baselines=value,
    )
    torch.testing.assert_close(made.drops, wanted[:, 0], atol=1e-5, rtol=1e-4)


def test_an_occluded_score_is_that_of_the_image_with_its_square(net):
    made = occlusion(net, images(), 1, window=4, stride=2)
    hidden = images()
    hidden[1, :, 2:6, 4:8] = hidden[1].mean((1, 2))[:, None, None]
    assert made.occluded.shape == (3, 5, 5)
    torch.testing.assert_close(made.occluded[1, 1, 2], net(hidden)[1, 1].detach())


def test_the_square_that_hides_the_only_useful_pixels_matters_alone():
    """Le score est la somme d’un carré de l’image : le cacher l’annule, cacher ailleurs ne change rien."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(144, 2, bias=False))
    with torch.no_grad():
        net[1].weight.zero_()
        net[1].weight.view(2, 12, 12)[1, 4:8, 8:12] = 1
    made = occlusion(net, images(1, 12, 1), 1, window=4, stride=4, value=0.0)
    assert made.drops[0, 4:8, 8:12].min() == made.scores[0]
    made.drops[0, 4:8, 8:12] = 0
    assert made.drops.abs().max() == 0


REFUSED_WINDOWS = [
    ({"window": 13}, ShapeError, "13 × 13 ne tient pas"),
    ({"window": 4, "stride": 5}, ArgumentError, "jamais cachés"),
    ({"window": 0}, ArgumentError, "au moins 1"),
]


@pytest.mark.parametrize(("options", "error", "message"), REFUSED_WINDOWS)
def test_a_window_that_makes_no_sense_is_refused(net, options, error, message):
    with pytest.raises(error, match=message):
        occlusion(net, images(), **options)
    occlusion(net, images(), window=4, stride=4)


@pytest.mark.parametrize("layer", ["conv1", "pool", "relu2"])
@pytest.mark.parametrize("target", TARGETS, ids=["une", "liste", "tenseur"])
def test_grad_cam_is_what_captum_finds(net, layer, target):
    made = grad_cam(net, images(), target, layer=layer)
    theirs = LayerGradCam(net, getattr(net, layer))
    torch.testing.assert_close(made.maps, oracle(theirs, images(), target, relu_attributions=True)[:, 0])


def test_grad_cam_reads_the_last_maps_by_default_even_written_in_place(net):
    made = grad_cam(net, images(), 2)
    assert made.layer == "relu2"
    other = drawn(Gap(inplace=True))
    torch.testing.assert_close(grad_cam(other, images(), 2).maps, made.maps)
    torch.testing.assert_close(
        grad_cam(other, images(), 2, layer="bn1").maps, grad_cam(net, images(), 2, layer="bn1").maps
    )


GAP_NETWORKS = [lambda: Gap(), lambda: Gap(inplace=True), Functional, class_maps]


@pytest.mark.parametrize(
    "make", GAP_NETWORKS, ids=["modules", "sur place", "fonctions", "une carte par classe"]
)
def test_the_mean_of_a_cam_plus_the_bias_is_the_score(make):
    net, target = drawn(make()).eval(), torch.tensor([0, 3, 1])
    made = cam(net, images(), target)
    bias = net.fc.bias[target] if hasattr(net, "fc") else 0
    torch.testing.assert_close(made.maps.mean((1, 2)) + bias, net(images())[range(3), target])


def test_a_cam_is_its_definition_pixel_by_pixel(net):
    made = cam(net, images(), 2)
    maps, weights = net.features(images()).detach(), net.fc.weight[2].detach()
    by_hand = [[sum(weights[k] * maps[0, k, i, j] for k in range(5)) for j in range(6)] for i in range(6)]
    torch.testing.assert_close(made.maps[0], torch.tensor(by_hand))
    assert made.maps.shape == (3, 6, 6)
    assert made.layer == "relu2"
    assert made.resized((12, 12)).shape == (3, 12, 12)


def test_on_a_gap_network_grad_cam_is_the_positive_part_of_cam_over_its_pixels(net):
    """Selvaraju et coll., annexe A : Grad-CAM généralise CAM, à un facteur près (le nombre de pixels)."""
    torch.testing.assert_close(grad_cam(net, images(), 1).maps * 36, cam(net, images(), 1).maps.clamp(min=0))


CATALOGUE = [("resnet20-cifar", 32), ("nin-cifar", 32), ("mobilenet-v2", 64)]


@pytest.mark.parametrize(("name", "size"), CATALOGUE)
def test_a_network_of_the_catalogue_has_its_cam(name, size):
    net = models.build(name, num_classes=CLASSES, image_size=size, device="cpu", seed=0)
    made = cam(net, images(2, size), [1, 2])
    dense = [layer for layer in net.modules() if isinstance(layer, nn.Linear)]
    bias = dense[-1].bias[[1, 2]] if dense else 0
    torch.testing.assert_close(made.maps.mean((1, 2)) + bias, made.scores, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("make", [flat, MaxHead, two_dense], ids=["à plat", "max", "deux denses"])
def test_cam_without_global_average_pooling_is_refused_and_grad_cam_proposed(make):
    with pytest.raises(ArgumentError, match="grad_cam"):
        cam(drawn(make()), images())
    assert grad_cam(drawn(make()), images()).maps.shape[0] == 3


TOOLS = [gradient, deconvnet, guided_backprop, occlusion, grad_cam, cam]
BAD_CALLS = [
    (images()[0], 0, ShapeError, r"image\[None\]"),
    (images(3, 12, 1), 0, ShapeError, "3 × 1 × 12 × 12"),
    (images(), CLASSES, ArgumentError, "numérotées de 0 à 3"),
    (images(), -1, ArgumentError, "numérotées de 0 à 3"),
    (images(), [1, 2], ArgumentError, "2 classes pour 3 images"),
    (images(), 0.5, ArgumentError, "entier"),
]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__)
@pytest.mark.parametrize(("x", "target", "error", "message"), BAD_CALLS, ids=range(len(BAD_CALLS)))
def test_a_bad_call_is_refused_and_leaves_the_network_as_it_was(tool, x, target, error, message):
    net = drawn(Gap(inplace=True)).train()
    net.bn1.eval()
    before = state_of(net)
    with pytest.raises(error, match=message):
        tool(net, x, target)
    assert state_of(net) == before


def tensors_of(result):
    return [value for value in vars(result).values() if isinstance(value, torch.Tensor)]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__)
def test_a_good_call_leaves_the_network_as_it_was_wherever_it_is_made(tool):
    net = drawn(Gap(inplace=True)).train()
    net.bn1.eval()
    before, x = state_of(net), images()
    first = tool(net, x, 1)
    for outside in (torch.no_grad(), torch.inference_mode()):
        with outside:
            torch.testing.assert_close(tensors_of(tool(net, x, 1)), tensors_of(first))
    assert state_of(net) == before
    assert torch.equal(x, images())
    assert not x.requires_grad


NAMES = [
    ("conv_2", "conv2"),
    ("rellu1", "relu1"),
]


@pytest.mark.parametrize(("wrong", "right"), NAMES)
def test_a_layer_that_does_not_exist_gets_the_nearest_names(net, wrong, right):
    calls = (
        lambda name: grad_cam(net, images(), layer=name),
        lambda name: gradient(net, images(), unit=Unit(name, 0)),
        lambda name: activation_maps(net, images(), [name]),
        lambda name: kernels(net, name),
    )
    for call in calls:
        with pytest.raises(UnknownNameError, match=right):
            call(wrong)


REFUSED_UNITS = [
    (Unit("conv2", 5), None, "5 cartes, numérotées de 0 à 4"),
    (Unit("conv2", 0, (6, 0)), None, "6 × 6"),
    (Unit("fc", 0, (0, 0)), None, "sort de la carte"),
    (Unit("conv2", 0), 1, "non les deux"),
]


@pytest.mark.parametrize(("unit", "target", "message"), REFUSED_UNITS)
def test_a_unit_that_does_not_exist_is_refused(net, unit, target, message):
    with pytest.raises(ArgumentError, match=message):
        gradient(net, images(), target, unit=unit)
    assert gradient(net, images(), unit=Unit("fc", 0)).values.shape == (3,)


def test_grad_cam_of_a_layer_without_maps_is_refused(net):
    with pytest.raises(ShapeError, match="3 × 4"):
        grad_cam(net, images(), layer="fc")


def test_kernels_are_a_copy_of_the_weights_of_the_first_convolution(net):
    made = kernels(net)
    assert made.layer == "conv1"
    assert torch.equal(made.weights, net.conv1.weight)
    made.weights.zero_()
    assert net.conv1.weight.abs().min() > 0
    assert kernels(net, "conv2").weights.shape == (5, 6, 3, 3)
    with pytest.raises(ArgumentError, match=r"BatchNorm2d.*conv1"):
        kernels(net, "bn1")


def test_activation_maps_are_those_before_an_in_place_relu():
    net = drawn(Gap(inplace=True)).eval()
    made = activation_maps(net, images(), ["bn1", "relu1", "fc"])
    assert list(made.maps) == ["bn1", "relu1", "fc"]
    assert made["bn1"].min() < 0
    assert torch.equal(made["relu1"], made["bn1"].clamp(min=0))
    assert torch.equal(made["fc"], net(images()))
    assert torch.equal(made.silent("relu1"), (made["bn1"] <= 0).double().mean((0, 2, 3)))
    assert made.silent("fc").shape == (CLASSES,)
    assert list(activation_maps(net, images()).maps) == ["conv1", "conv2"]
    with pytest.raises(UnknownNameError, match="relu1"):
        made["relu"]
