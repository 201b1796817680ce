// data-copy="text" takes the text along; data-reveal="id" shows a password.
import { on, say } from "./page.js";
import { showToast } from "./toasts.js";

on("click", "[data-copy]", async (button) => {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    showToast(say("copied"), "success");
  } catch {
    // Without permission the text is at least selected, ready for Ctrl-C.
    getSelection().selectAllChildren(button.parentElement.querySelector("code"));
  }
});

on("click", "[data-reveal]", (button) => {
  const field = document.getElementById(button.dataset.reveal);
  const shown = field.type === "text";
  field.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
});
