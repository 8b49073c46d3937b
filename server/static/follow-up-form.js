// The form of one follow-up; what it will do is told anew while it is filled in.

import "./entry-form.js";
import { renumber } from "./entries.js";

const PAUSE_MILLISECONDS = 400;
const form = document.querySelector("#follow-up-form");
const story = document.querySelector("#story");
let timer = 0;
let asked = 0;

async function tell() {
  asked += 1;
  const number = asked;
  renumber(form);
  try {
    const response = await fetch("/follow-ups/story", { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!response.ok || number !== asked) return;
    const told = new DOMParser().parseFromString(await response.text(), "text/html").querySelector(".story");
    if (told) story.replaceChildren(document.adoptNode(told));
  } catch {
    // Not reachable just now; the story is told again after the next change.
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(tell, PAUSE_MILLISECONDS);
}

for (const type of ["input", "change"]) form.addEventListener(type, soon);
form.addEventListener("reset", soon);
