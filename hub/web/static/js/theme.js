/* Switches the colours at once; the link's address keeps the choice in a cookie, so the next page agrees. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-theme-choice]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const choice = link.dataset.themeChoice;
  const root = document.documentElement;
  if (choice === "auto") delete root.dataset.theme;
  else root.dataset.theme = choice;
  document.querySelector("meta[name=color-scheme]").content = choice === "auto" ? "light dark" : choice;
  for (const other of document.querySelectorAll("[data-theme-choice]")) {
    if (other.dataset.themeChoice === choice) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  fetch(link.href, { redirect: "manual", credentials: "same-origin" });
});
