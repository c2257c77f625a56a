// Sends a form of these pages to the API and says, beside the field, what was wrong.

const form = document.querySelector("form");
const summary = document.querySelector("#problem");
const token = decodeURIComponent(location.hash.slice(1));

function clear() {
  summary.textContent = "";
  for (const place of form.querySelectorAll(".problem")) place.textContent = "";
  for (const input of form.querySelectorAll("input")) input.removeAttribute("aria-invalid");
}

function show(problem) {
  let focused = false;
  let elsewhere = [];
  for (const error of problem.errors ?? []) {
    const input = form.elements.namedItem(error.field);
    const place = form.querySelector(`#${error.field}-problem`);
    if (!input || !place) {
      elsewhere.push(`${error.field}: ${error.message}`);
      continue;
    }
    place.textContent = error.message;
    input.setAttribute("aria-invalid", "true");
    if (!focused) input.focus();
    focused = true;
  }
  if (!focused || elsewhere.length) summary.textContent = elsewhere.join("; ") || problem.detail || problem.title;
}

async function send(event) {
  event.preventDefault();
  clear();
  const button = form.querySelector("button");
  const body = { token };
  for (const [name, value] of new FormData(form)) body[name] = value;
  if (form.dataset.zone === "yes") body.zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  button.disabled = true;
  try {
    const answer = await fetch(form.dataset.to, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.ok) {
      history.replaceState(null, "", location.pathname);
      form.hidden = true;
      document.querySelector("#before").hidden = true;
      const done = document.querySelector("#done");
      done.hidden = false;
      done.focus();
    } else {
      show(await answer.json());
    }
  } catch {
    summary.textContent = "The server cannot be reached. Is it still running?";
  } finally {
    button.disabled = false;
  }
}

if (form) {
  form.addEventListener("submit", send);
  if (!token) summary.textContent = "This page needs the whole link, with what stands after the #.";
}
