/* Passkeys: a button [data-passkey] asks the site for options, the browser for a passkey, and sends its form with the answer. */
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const words = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list = []) => list.map((each) => ({ ...each, id: bytes(each.id) }));

function readable(options) {
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) read.excludeCredentials = named(options.excludeCredentials);
  if (options.allowCredentials) read.allowCredentials = named(options.allowCredentials);
  return read;
}

function sendable(credential) {
  const { response } = credential;
  const sent = { clientDataJSON: words(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) if (response[part]) sent[part] = words(response[part]);
  const { id, type } = credential;
  return JSON.stringify({ id, type, rawId: words(credential.rawId), response: sent, clientExtensionResults: {} });
}

async function optionsFor(button) {
  const body = new FormData();
  body.set("csrf_token", button.form.elements.csrf_token?.value || "");
  const answer = await fetch(button.dataset.options, { method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json" } });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.title);
  return told;
}

async function ask(button) {
  const kind = button.dataset.passkey;
  const publicKey = readable(await optionsFor(button));
  return sendable(await navigator.credentials[kind]({ publicKey }));
}

function say(button, text) {
  const status = button.closest("form").querySelector("[data-passkey-status]");
  status.textContent = text;
  status.hidden = !text;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-passkey]");
  if (!button || button.disabled) return;
  const { missing, elsewhere, failed, field } = button.dataset;
  if (!window.PublicKeyCredential) return say(button, window.isSecureContext ? missing : elsewhere);
  if (button.dataset.passkey === "create" && !button.form.reportValidity()) return;
  say(button, "");
  button.disabled = true;
  try {
    button.form.elements[field].value = await ask(button);
    button.form.requestSubmit();
  } catch (error) {
    say(button, error.name === "SecurityError" ? elsewhere : error.constructor === Error ? error.message : failed);
  } finally {
    button.disabled = false;
  }
});
