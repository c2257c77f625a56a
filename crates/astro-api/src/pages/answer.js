// Answers the reminder of the link. Opening the page changes nothing; a press does.

const [token, wanted] = decodeURIComponent(location.hash.slice(1)).split(".");
const form = document.querySelector("#answers");
const title = document.querySelector("#title");
const state = document.querySelector("#state");
const problem = document.querySelector("#problem");

const SAID = {
  complete: "Done. Well done.",
  acknowledge: "Noted; it will not call again.",
  "snooze-60": "It will call again in an hour.",
  "snooze-1440": "It will call again tomorrow at this time.",
};

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw await answer.json();
  return answer.status === 204 ? null : answer.json();
}

function fail(error) {
  problem.textContent = error.status === 404
    ? "This link is not good any more. Open AstroAssistance to see the task."
    : error.detail || "The server cannot be reached. Is it still running?";
}

function day(due) {
  const text = due.slice(0, 16).replace("T", " ");
  return `Due ${text}`;
}

async function open() {
  if (!token) {
    title.textContent = "The link is not whole";
    problem.textContent = "This page needs the whole link, with what stands after the #.";
    return;
  }
  try {
    const about = await post("/api/v1/answers/open", { token });
    title.textContent = about.title;
    if (about.is_done) {
      state.textContent = "This is done already.";
      return;
    }
    state.textContent = about.is_answered ? "You have seen this already." : about.due ? day(about.due) : "";
    form.hidden = false;
    const first = wanted === "snooze" ? form.elements[1] : form.elements[0];
    first.focus();
  } catch (error) {
    title.textContent = "Nothing to answer here";
    fail(error);
  }
}

async function send(event) {
  event.preventDefault();
  const chosen = event.submitter.value;
  const [type, minutes] = chosen.split("-");
  const answer = minutes ? { type, minutes: Number(minutes) } : { type };
  problem.textContent = "";
  for (const button of form.elements) button.disabled = true;
  try {
    await post("/api/v1/answers", { token, answer });
    form.hidden = true;
    state.textContent = SAID[chosen];
    title.focus();
  } catch (error) {
    fail(error);
  } finally {
    for (const button of form.elements) button.disabled = false;
  }
}

form.addEventListener("submit", send);
open();
