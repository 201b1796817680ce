// The control that chooses the colours.
import { chooseTheme, chosenTheme } from "./colours.js";
import { on } from "./page.js";

const mark = () => {
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosenTheme()));
  }
};

on("click", "[data-theme-choice]", (button) => {
  chooseTheme(button.dataset.themeChoice);
  mark();
});
mark();
