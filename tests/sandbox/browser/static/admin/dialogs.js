// Dialogs of the shell, made as they are needed.

/** Builds an element; `content` are children or words, never markup. */
export function make(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...content.filter((part) => part !== null && part !== undefined));
  return made;
}

/** Shows a dialog; resolves with the value of the pressed answer, or null when it was closed. */
export function showDialog({ title, content, answers, className = "small" }) {
  return new Promise((resolve) => {
    const heading = make("h2", { id: "dialog-title" }, title);
    const close = make("button", { type: "button", class: "close", "aria-label": "Close" }, "✕");
    const footer = make("div", { class: "foot" });
    const dialog = make("dialog", { class: className, "aria-labelledby": "dialog-title" }, make("div", { class: "head" }, heading, close), content, footer);
    let answer = null;
    const finish = (value) => {
      answer = value;
      dialog.close();
    };
    for (const { label, value, style = "" } of answers) {
      const button = make("button", { type: "button", class: `button ${style}` }, label);
      button.onclick = () => finish(typeof value === "function" ? value() : value);
      footer.append(button);
    }
    close.onclick = () => finish(null);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export const paragraph = (words) => make("div", { class: "content" }, make("p", {}, words));
