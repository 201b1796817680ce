// Prints one SVG sprite of the lucide icons named in icons.txt.
import { readFileSync } from "node:fs";

const here = new URL("./", import.meta.url);
const names = readFileSync(new URL("icons.txt", here), "utf8").split("\n").map((line) => line.replace(/#.*/, "").trim()).filter(Boolean);
const twice = names.filter((name, at) => names.indexOf(name) !== at);
if (twice.length) throw new Error(`icons.txt names twice: ${twice.join(", ")}`);

const symbols = names.map((name) => {
  const svg = readFileSync(new URL(`../node_modules/lucide-static/icons/${name}.svg`, here), "utf8");
  const shapes = svg.replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace("</svg>", "").replace(/\s*\n\s*/g, "");
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
});
console.log(`<!-- lucide, ISC licence -->\n<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>`);
