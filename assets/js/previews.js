// <form data-preview="/url"> shows what is typed in the frame named "preview", a moment after the last key. Without scripts its button does.
import { appearing, on } from "./page.js";

appearing("form[data-preview]", (form) => {
  let timer;
  // What came back with errors, or was put back from a draft, is not what the frame has been given.
  const typed = [...form.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value !== field.defaultValue);
  if (typed || form.dataset.typed) show(form);
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => show(form), 700);
  });
});

on("click", "form[data-preview] [formtarget=preview]", (button, event) => {
  event.preventDefault();
  show(button.form);
});

// Without a submit event: nothing is being sent, so drafts, confirmations and the guard against pressing twice need not hear of it.
function show(form) {
  const { action, target } = form;
  form.setAttribute("action", form.dataset.preview);
  form.target = "preview";
  HTMLFormElement.prototype.submit.call(form);
  form.setAttribute("action", action);
  form.target = target;
}
