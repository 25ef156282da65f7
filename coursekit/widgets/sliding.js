// Où un filtre se pose le long d’une ligne de pixels. W : `size`, F : `kernel`, S : `stride`, P : `padding`, d : `dilation`.

import { range } from "./dom.js";

// L’étendue d’un filtre dilaté.
export const reach = (kernel, dilation) => dilation * (kernel - 1) + 1;

// La place que le filtre a pour se déplacer ; négative, il ne tient pas.
export const room = ({ size, kernel, padding, dilation }) => size + 2 * padding - reach(kernel, dilation);

// Le nombre de positions du filtre : la taille de la sortie ; 0 quand il ne tient pas.
export const positions = (line) => (room(line) < 0 ? 0 : Math.floor(room(line) / line.stride) + 1);

// Les cases que lit la position `at`, comptées du début du padding.
export const reads = ({ kernel, stride, dilation }, at) => range(kernel).map((k) => at * stride + k * dilation);
