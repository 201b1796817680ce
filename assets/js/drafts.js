// <form data-draft="name"> keeps what is typed in this browser until it is sent, so that a reload or a lost sign-in loses nothing.
import { appearing, say } from "./page.js";

const KEPT = "textarea, select, input:not([type=hidden], [type=password], [type=file], [type=submit], [type=button])";
const keyOf = (form) => `draft:${location.pathname}:${form.dataset.draft}`;
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.matches(KEPT));
const isBox = (field) => field.type === "checkbox" || field.type === "radio";

const store = {
  get: (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or blocked: no draft */ } },
  remove: (key) => { try { localStorage.removeItem(key); } catch { /* blocked */ } },
};

function keep(form) {
  const values = fieldsOf(form).map((field) => [field.name, isBox(field) ? field.value : null, isBox(field) ? field.checked : field.value]);
  store.set(keyOf(form), values);
}

function putBack(form) {
  let changed = false;
  for (const [name, choice, value] of store.get(keyOf(form)) ?? []) {
    const field = fieldsOf(form).find((one) => one.name === name && (choice === null || one.value === choice));
    if (!field || (isBox(field) ? field.checked : field.value) === value) continue;
    if (isBox(field)) field.checked = value;
    else field.value = value;
    changed = true;
  }
  return changed;
}

function offerToDiscard(form) {
  const note = document.createElement("p");
  note.className = "flex flex-wrap items-center gap-2 text-muted-foreground";
  note.setAttribute("role", "status");
  const discard = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: say("draftDiscard") });
  discard.addEventListener("click", () => {
    store.remove(keyOf(form));
    form.reset();
    note.remove();
  });
  note.append(say("draft"), " ", discard);
  form.prepend(note);
}

appearing("form[data-draft]", (form) => {
  let timer;
  // A form that came back with errors already holds what was typed.
  if (!form.querySelector('[aria-invalid="true"]') && putBack(form)) offerToDiscard(form);
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => keep(form), 300);
  });
  addEventListener("pagehide", () => { if (timer && !form.dataset.sent) keep(form); });
  // The draft goes when the server has taken the form: at once for htmx, at the next page for a plain post.
  form.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    clearTimeout(timer);
    timer = null;
    if (ctx.response.status < 400) store.remove(keyOf(form));
    else keep(form);
  });
  form.addEventListener("submit", () => { clearTimeout(timer); timer = null; keep(form); store.set("draft-sent", keyOf(form)); });
});

// The page after a plain post: gone to another address means it was taken.
const sent = store.get("draft-sent");
if (sent) {
  store.remove("draft-sent");
  if (!sent.startsWith(`draft:${location.pathname}:`)) store.remove(sent);
}
