// Runs before the first paint: marks that scripts are on and puts the chosen colours on <html>.
import { applyTheme } from "./colours.js";

document.documentElement.classList.add("js");
applyTheme();
