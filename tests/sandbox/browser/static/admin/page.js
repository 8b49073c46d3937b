// What every page of the shell needs: the menu on narrow screens, and questions before what cannot be undone.

const menu = document.querySelector("#menu");
const side = document.querySelector("#side");

menu.addEventListener("click", () => {
  const isOpen = side.classList.toggle("open");
  menu.setAttribute("aria-expanded", String(isOpen));
  if (isOpen) side.querySelector("a")?.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !side.classList.contains("open")) return;
  side.classList.remove("open");
  menu.setAttribute("aria-expanded", "false");
  menu.focus();
});

document.addEventListener("click", (event) => {
  if (!side.classList.contains("open") || side.contains(event.target) || menu.contains(event.target)) return;
  side.classList.remove("open");
  menu.setAttribute("aria-expanded", "false");
});

for (const opener of document.querySelectorAll("[data-opens]")) {
  opener.addEventListener("click", () => document.getElementById(opener.dataset.opens).showModal());
}
for (const closer of document.querySelectorAll("dialog [data-closes]")) {
  closer.addEventListener("click", () => closer.closest("dialog").close());
}
