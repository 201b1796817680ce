// The person's choice of light, dark or the machine's own; kept in this browser.
const dark = matchMedia("(prefers-color-scheme: dark)");

export const chosenTheme = () => {
  try {
    return localStorage.getItem("theme") || "system";
  } catch {
    return "system";
  }
};

export function applyTheme(theme = chosenTheme()) {
  document.documentElement.classList.toggle("dark", theme === "dark" || (theme === "system" && dark.matches));
}

export function chooseTheme(theme) {
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // Storage may be blocked; the choice then lasts for this page.
  }
  applyTheme(theme);
}

dark.addEventListener("change", () => applyTheme());
