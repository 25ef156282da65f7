// Lit sur l’entrée le chemin d’une archive QTI 2.1, la convertit en QTI 3 avec qti-convert, écrit le chemin du résultat.
import { readFileSync } from "node:fs";
import saxon from "saxon-js";
import { convertPackageFile } from "@citolab/qti-convert/qti-convert-node";

const source = readFileSync(0, "utf8");
const target = source.replace(/\.zip$/, "-qti3.zip");
globalThis.SaxonJS = saxon;
console.log = () => {};
await convertPackageFile(source, target);
process.stdout.write(JSON.stringify(target));
