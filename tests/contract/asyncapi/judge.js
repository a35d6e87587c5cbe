// `node judge.js FILE`: shows an AsyncAPI document, with the schemas that it refers to, to the official parser.
// Exits 1 when it finds an error or a warning, or when it overlooks a reference that leads nowhere.
import { readFileSync } from "node:fs";
import { Parser, fromFile } from "@asyncapi/parser";

const WARNING = 1; // 0 is an error, 2 a piece of advice
const file = process.argv[2];
const parser = new Parser();

async function faults(text) {
  const { diagnostics } = await parser.parse(text, { source: file });
  return diagnostics.filter((one) => one.severity <= WARNING);
}

const text = readFileSync(file, "utf8");
const found = await faults(text);
for (const { range, path, message } of found) {
  console.error(`${file}:${range.start.line + 1} ${path.join(".")}: ${message}`);
}
const seen = (await faults(text.replaceAll("./schemas/", "./nowhere/"))).length > 0;
if (!seen) console.error("the parser does not follow references to schemas");
process.exit(found.length === 0 && seen ? 0 : 1);
