// La mise à l’échelle composée (Tan et Le, 2019, équation 3).

// Par combien φ multiplie la profondeur, la largeur et la résolution.
export const compound = (phi, { alpha, beta, gamma }) => ({ depth: alpha ** phi, width: beta ** phi, resolution: gamma ** phi });

// Par combien ces multiplicateurs multiplient le calcul.
export const cost = ({ depth, width, resolution }) => depth * width ** 2 * resolution ** 2;

// Le φ que demanderait chacun des trois multiplicateurs.
export const implied = ({ depth, width, resolution }, { alpha, beta, gamma }) =>
  [[depth, alpha], [width, beta], [resolution, gamma]].map(([multiplier, base]) => Math.log(multiplier) / Math.log(base));
