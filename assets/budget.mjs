// Says what the built files weigh gzipped, and fails when they outgrow their budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGETS = {
  "style sheet": { kilobytes: 30, files: ["css/app.css"] },
  scripts: { kilobytes: 60, files: ["js/theme.js", "js/app.js"] },
};
const weight = (file) => gzipSync(readFileSync(new URL(`../static/${file}`, import.meta.url)), { level: 9 }).length / 1024;

for (const [name, { kilobytes, files }] of Object.entries(BUDGETS)) {
  const total = files.map(weight).reduce((sum, size) => sum + size, 0);
  console.log(`${name}: ${total.toFixed(1)} KB of ${kilobytes} KB gzipped`);
  if (total > kilobytes) process.exitCode = 1;
}
