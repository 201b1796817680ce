// What the modules share: the sentences from the catalogue, events by selector, and "when it appears".
const words = document.getElementById("words")?.dataset ?? {};

export function say(name, values = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

export function announce(text) {
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = text;
}

// Listens on the document, so that elements swapped in later are covered.
export function on(type, selector, handle) {
  document.addEventListener(type, (event) => {
    const element = event.target.closest?.(selector);
    if (element) handle(element, event);
  });
}

// Runs now for what is there, and after every swap for what is new.
export function appearing(selector, handle) {
  const known = new WeakSet();
  const look = () => {
    for (const element of document.querySelectorAll(selector)) {
      if (known.has(element)) continue;
      known.add(element);
      handle(element);
    }
  };
  look();
  document.addEventListener("htmx:after:swap", look);
}

export const isTyping = (target) => !!target.closest?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]");
