// Privacy: hands the data of a request to the browser as a file; nothing of it is kept on the page.

import { hideBoxes, showProblems } from "./problems.js";
import { load } from "./sending.js";

async function download(button) {
  button.setAttribute("loading", "");
  hideBoxes(document);
  const answer = await load(button.dataset.download);
  button.removeAttribute("loading");
  if (answer.error) {
    showProblems(document.body, answer.error);
    return;
  }
  const file = new Blob([JSON.stringify(answer.data, null, 2)], { type: "application/json" });
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: answer.name });
  link.click();
  URL.revokeObjectURL(link.href);
}

document.addEventListener("click", (event) => {
  const pressed = event.composedPath().find((node) => node instanceof Element && node.matches("[data-download]"));
  if (pressed) download(pressed);
});
