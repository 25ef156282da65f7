// Ce que coûtent une convolution ordinaire et sa factorisation depthwise separable. H = W : `size`, côté de la sortie ;
// M : `inputs`, canaux lus ; N : `outputs`, canaux rendus ; K : `kernel`. Sans biais, comme dans MobileNet.

const conv = (read, count, size) => ({ read, count, parameters: read * count, macs: size * size * read * count });

// Pour chacune : combien de nombres lit un de ses filtres, combien elle a de filtres, et ce qu’elle coûte.
export function costs({ size, inputs, outputs, kernel }) {
  const standard = conv(kernel * kernel * inputs, outputs, size);
  const depthwise = conv(kernel * kernel, inputs, size);
  const pointwise = conv(inputs, outputs, size);
  const both = { parameters: depthwise.parameters + pointwise.parameters, macs: depthwise.macs + pointwise.macs };
  return { standard, depthwise, pointwise, both };
}

// Le coût de la factorisation rapporté à celui de la convolution ordinaire ; le même pour les poids et les calculs.
export const ratio = ({ outputs, kernel }) => 1 / outputs + 1 / (kernel * kernel);

export const totalOf = (layers, kind, measure) => layers.reduce((total, layer) => total + costs(layer)[kind][measure], 0);
