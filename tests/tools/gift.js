// Lit du GIFT sur l’entrée, écrit en JSON ce que gift-pegjs en comprend ; un refus donne sa place dans le texte.
const { parse } = require("gift-pegjs");

try {
  process.stdout.write(JSON.stringify(parse(require("fs").readFileSync(0, "utf8"))));
} catch (error) {
  process.stderr.write(`${JSON.stringify(error.location)} ${error.message}\n`);
  process.exit(1);
}
