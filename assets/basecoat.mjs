// Prints the basecoat components in use: the structure of each, and its part of the "vega" style, which ships as one file.
import { readFileSync } from "node:fs";

const IN_USE = {
  alert: "Alert", avatar: "Avatar", badge: "Badge", button: "Button", card: "Card", checkbox: "Checkbox", dialog: "Dialog",
  empty: "Empty", field: "Field", input: "Input", kbd: "Kbd", label: "Label", "native-select": "Native Select", radio: "Radio",
  skeleton: "Skeleton", switch: "Switch", table: "Table", textarea: "Textarea",
};

const dist = new URL("../node_modules/basecoat-css/dist/", import.meta.url);
const read = (path) => readFileSync(new URL(path, dist), "utf8");

const style = new Map();
for (const part of read("styles/vega.css").split(/^\s*\/\* (?=[A-Z])/m).slice(1)) {
  const [name, ...rules] = part.split(" */");
  style.set(name, rules.join(" */").replace(/@layer components \{/, "").replace(/\n\}\s*$/, "\n"));
}

console.log(read("base/base.css"));
for (const [file, title] of Object.entries(IN_USE)) {
  if (!style.has(title)) throw new Error(`basecoat has no style called ${title}`);
  console.log(read(`components/${file}.css`));
  console.log(`@layer components {\n${style.get(title)}\n}`);
}
