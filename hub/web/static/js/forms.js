/* Error summary, double clicks, saving while typing, facets that apply themselves, markdown preview, copy. */
const FAST = 900; // ms after the last key
const wide = matchMedia("(min-width: 60.01rem)"); // narrow screens choose several filters, then apply

function errors() {
  const focus = () => document.querySelector("[data-error-summary]:not([data-example] *)")?.focus();
  focus();
  document.addEventListener("htmx:afterSwap", focus);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-error-summary] a");
    const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    event.preventDefault();
    target.focus();
    (target.closest(".field") || target).scrollIntoView({ block: "center" });
  });
}

/* The first submit wins; the button comes back if the page does (back button, refused by the browser). */
function guard(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  const button = event.submitter;
  setTimeout(() => button?.setAttribute("aria-disabled", "true"));
}

function release() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelectorAll("button[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  }
}

async function preview(button) {
  const field = button.closest("[data-preview]");
  const [text, panel] = [field.querySelector("textarea"), field.querySelector(".preview")];
  const show = panel.hidden;
  button.setAttribute("aria-expanded", String(show));
  panel.hidden = !show;
  if (!show) return;
  const body = new FormData();
  body.set("text", text.value);
  body.set("csrf_token", text.form?.elements.csrf_token?.value || "");
  const answer = await fetch(field.dataset.preview, { method: "POST", body, credentials: "same-origin" });
  if (answer.ok) panel.innerHTML = await answer.text();
}

async function copy(button) {
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
  button.querySelector("use")?.setAttribute("href", button.querySelector("use").getAttribute("href").replace(/#.*/, "#check"));
}

function forms() {
  document.addEventListener("submit", guard);
  addEventListener("pageshow", (event) => event.persisted && release());
  document.addEventListener("htmx:afterRequest", release);
  document.addEventListener("change", (event) => wide.matches && event.target.closest("form[data-autosubmit]")?.requestSubmit());
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-preview-button], [data-copy], .btn[aria-disabled=true]");
    if (!button) return;
    if (button.matches("[aria-disabled=true]")) event.preventDefault();
    else if (button.dataset.copy) copy(button);
    else preview(button);
  });
}

/* data-autosave="/where": the form's fields are posted there a moment after the last key, one save after the other. An answer
   {"version": n} goes into the form's field of that name, so that the next save is not stale; a refusal's title is shown. */
async function save(form) {
  const status = form.querySelector("[data-autosave-status]");
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  body.delete("_once");
  try {
    const answer = await fetch(form.dataset.autosave, { method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json" }, redirect: "manual" });
    const told = await answer.json().catch(() => null);
    if (!answer.ok) {
      if (status) status.textContent = told?.title || status.dataset.failed;
      return;
    }
    if (told?.version && form.elements.version) form.elements.version.value = told.version;
    delete form.dataset.unsaved;
    if (status) status.textContent = status.dataset.saved.replace("{time}", new Date().toLocaleTimeString(document.documentElement.lang.replace(/^en$/, "en-GB"), { hour: "2-digit", minute: "2-digit" }));
  } catch {
    if (status) status.textContent = status.dataset.failed;
  }
}

function autosave() {
  const [timers, running] = [new WeakMap(), new WeakMap()];
  const next = (form) => running.set(form, (running.get(form) || Promise.resolve()).then(() => save(form)));
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.dataset.autosave) return;
    form.dataset.unsaved = "";
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(next, FAST, form));
  });
  document.addEventListener("submit", (event) => clearTimeout(timers.get(event.target)));
}

/* Leaving with words that are not saved yet asks first. */
function drafts() {
  addEventListener("beforeunload", (event) => {
    const open = [...document.querySelectorAll("form[data-unsaved]")].some((form) => !form.dataset.sent);
    if (open) event.preventDefault();
  });
}

for (const start of [errors, forms, autosave, drafts]) start();
