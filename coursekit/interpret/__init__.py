"""Regarder dans un réseau : ce qu’il a appris, ce qui le décide, ce qu’il devient quand on l’abîme.

Chaque fonction rend des données, qui se tracent (`.plot()`) et se disent (`.caption`, pour un texte de remplacement).
Le réseau est rendu tel qu’il était, même après une erreur.

>>> from coursekit.interpret import grad_cam, kernels
>>> kernels(model).plot()
>>> grad_cam(model, images).plot(images)
"""

from coursekit.interpret.backprop import Saliency, Unit, deconvnet, gradient, guided_backprop
from coursekit.interpret.cam import ClassMap, cam, grad_cam
from coursekit.interpret.depth import DepthGradients, gradient_by_depth
from coursekit.interpret.landscape import Landscape, filter_direction, loss_landscape, spread
from coursekit.interpret.lesion_studies import Deletions, Lesions, delete_each, delete_several, reorder
from coursekit.interpret.lesions import (
    building_blocks,
    interchangeable,
    kendall_tau,
    reordered,
    residual_blocks,
    without,
)
from coursekit.interpret.maps import ActivationMaps, Kernels, activation_maps, kernels
from coursekit.interpret.occlusion import Occlusion, occlusion
from coursekit.interpret.paths import PathGradients, gradient_by_path_length, path_gradient

__all__ = [
    "ActivationMaps",
    "ClassMap",
    "Deletions",
    "DepthGradients",
    "Kernels",
    "Landscape",
    "Lesions",
    "Occlusion",
    "PathGradients",
    "Saliency",
    "Unit",
    "activation_maps",
    "building_blocks",
    "cam",
    "deconvnet",
    "delete_each",
    "delete_several",
    "filter_direction",
    "grad_cam",
    "gradient",
    "gradient_by_depth",
    "gradient_by_path_length",
    "guided_backprop",
    "interchangeable",
    "kendall_tau",
    "kernels",
    "loss_landscape",
    "occlusion",
    "path_gradient",
    "reorder",
    "reordered",
    "residual_blocks",
    "spread",
    "without",
]
