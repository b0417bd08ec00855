/* Dialogs, menus, toasts: native elements, a little closing and opening. */
function dialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog-open]");
    const dialog = opener && document.getElementById(opener.dataset.dialogOpen);
    if (dialog?.showModal) {
      event.preventDefault();
      dialog.showModal();
      dialog.querySelector("[autofocus], input:not([type=hidden]), textarea, select")?.focus();
    }
    if (event.target.closest("[data-back]") && history.length > 1) {
      event.preventDefault();
      history.back();
    }
    const closer = event.target.closest("[data-dialog-close]");
    if (closer?.closest("dialog[open]")) {
      event.preventDefault();
      closer.closest("dialog").close();
    }
    if (event.target.matches("dialog[open]") && outside(event)) event.target.close();
  });
}

function outside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

function menus() {
  const open = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

/* A toast that says all went well leaves after a while; one that warns stays until it is clicked. */
function toasts() {
  const watch = (toast) => {
    toast.addEventListener("click", (event) => event.target.closest("a, button") || toast.remove());
    if (!toast.matches(".error, .warning, .warn")) setTimeout(() => toast.matches(":hover, :focus-within") || toast.remove(), 8000);
  };
  const region = document.getElementById("toasts");
  if (!region) return;
  region.querySelectorAll(".toast").forEach(watch);
  for (const failed of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(failed, () => {
      const toast = Object.assign(document.createElement("p"), { className: "toast error", textContent: region.dataset.failed });
      region.append(toast);
    });
  }
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => node.matches?.(".toast") && watch(node)))).observe(region, { childList: true });
}

document.documentElement.dataset.js = "";
for (const start of [dialogs, menus, toasts]) start();
