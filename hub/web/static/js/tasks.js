/* Answering by keyboard: 1-9 choose among the options of [data-keys], Enter sends. And the form of a project shows only what its kind needs. */
const writes = (target) => target.matches("textarea, select, input:not([type=radio], [type=checkbox])") || target.isContentEditable;

function keys(event) {
  const form = document.querySelector("form[data-answer]");
  if (!form || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  const here = event.target instanceof Element ? event.target : document.body;
  if (event.key === "Enter") {
    const elsewhere = here.closest("a, button, summary") || (here !== document.body && !form.contains(here) && here.matches("input, textarea, select"));
    if (elsewhere || (here.matches("textarea") && !event.ctrlKey)) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[data-send]"));
    return;
  }
  if (event.ctrlKey || writes(here) || !/^[1-9]$/.test(event.key)) return;
  const option = form.querySelectorAll("[data-keys] input")[Number(event.key) - 1];
  if (!option) return;
  event.preventDefault();
  option.focus();
  option.checked = option.type === "radio" || !option.checked;
  option.dispatchEvent(new Event("change", { bubbles: true }));
}

function recipes(box) {
  const show = () => {
    const chosen = box.querySelector("[name=recipe]:checked")?.value;
    for (const part of box.querySelectorAll("[data-recipe]")) part.hidden = !part.dataset.recipe.split(" ").includes(chosen);
  };
  box.addEventListener("change", show);
  show();
}

document.addEventListener("keydown", keys);
document.querySelectorAll("[data-recipes]").forEach(recipes);
