// Ouvrir ce que sealed.py a caché : l’empreinte d’une réponse, et l’explication que seule une erreur déchiffre.
// SHA-256 est écrit ici parce que `crypto.subtle` n’existe pas dans une page servie par http simple.

const bits = (root, count) => {
  const found = [];
  for (let n = 2; found.length < count; n++)
    if (![...Array(n).keys()].some((d) => d > 1 && n % d === 0)) found.push(((n ** root % 1) * 2 ** 32) | 0);
  return found;
};
const [START, ROUND] = [bits(1 / 2, 8), bits(1 / 3, 64)];

function sha256(bytes) {
  const size = bytes.length;
  const blocks = new Uint8Array(((size + 72) >> 6) << 6);
  blocks.set(bytes);
  blocks[size] = 0x80;
  const view = new DataView(blocks.buffer);
  view.setUint32(blocks.length - 4, size * 8);
  const hash = [...START];
  const words = new Int32Array(64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  for (let block = 0; block < blocks.length; block += 64) {
    let [a, b, c, d, e, f, g, h] = hash;
    for (let i = 0; i < 64; i++) {
      const [x, y] = [words[i - 15], words[i - 2]];
      words[i] = i < 16 ? view.getInt32(block + 4 * i)
        : words[i - 16] + words[i - 7] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
      const one = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + words[i];
      const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { hash[i] = (hash[i] + word) | 0; });
  }
  return hash.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

const digest = (text) => sha256(new TextEncoder().encode(text));
const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

export function slow(salt, written) {
  let found = digest(`${salt}|${written}`);
  for (let round = 0; round < 2000; round++) found = digest(found);
  return found;
}
export const tagOf = (key) => digest(`tag${key}`).slice(0, 16);

export function open(key, hidden) {
  const bytes = bytesOf(hidden);
  for (let block = 0; block * 32 < bytes.length; block++)
    bytesOf(digest(`key${block}${key}`)).forEach((byte, i) => { bytes[32 * block + i] ^= byte; });
  return new TextDecoder().decode(bytes);
}
