// Line drawings for the icon names our pages and components use; every other name gets a plain mark.

import { Standin, define, text } from "./element.js";

const CIRCLE = "M10 3.2a6.8 6.8 0 1 0 0 13.6a6.8 6.8 0 0 0 0-13.6Z";
const PAPER = "M5 3.5h7l3 3v10H5Z";
const BOX = "M3.5 6.5 10 3.2l6.5 3.3v7L10 16.8l-6.5-3.3Z";
const COIN = CIRCLE;

const DRAWINGS = {
  "alert-circle": `${CIRCLE}M10 6.5v4.5M10 13.4v.1`,
  "alert-triangle": "M10 3.8 17 16H3ZM10 8.2v3.6M10 13.8v.1",
  "alert-octagon": "M7.2 3.2h5.6l4 4v5.6l-4 4H7.2l-4-4V7.2ZM10 6.5v4.5M10 13.4v.1",
  apps: "M4 4h4.5v4.5H4ZM11.5 4H16v4.5h-4.5ZM4 11.5h4.5V16H4ZM11.5 11.5H16V16h-4.5Z",
  archive: "M3.5 4h13v3h-13ZM4.5 7v9h11V7M8 10h4",
  "arrow-down": "M10 4v12M5.5 11.5 10 16l4.5-4.5",
  "arrow-left": "M16 10H4M8.5 5.5 4 10l4.5 4.5",
  "arrow-right": "M4 10h12M11.5 5.5 16 10l-4.5 4.5",
  "arrow-up": "M10 16V4M5.5 8.5 10 4l4.5 4.5",
  automation: "M5 3.5v4h4v-4ZM11 12.5v4h4v-4ZM7 7.5v7h4",
  bag: "M5 7h10l1 9.5H4ZM7.2 7a2.8 2.8 0 0 1 5.6 0",
  blank: "",
  bolt: "M11 3 5 11h4.5L9 17l6-8h-4.5Z",
  calendar: "M4 5h12v11.5H4ZM4 8.5h12M7 3.2v3M13 3.2v3",
  cart: "M3 4h2l1.5 9h8.5l1.5-6.5H6M8 16.2v.1M14 16.2v.1",
  chart: "M4 16V9M8 16V5M12 16v-5M16 16V7",
  chat: "M4 4.5h12v8.5H9.5L6 16v-3H4Z",
  check: "M4.5 10.5 8.5 14.5 15.5 6",
  "check-circle": `${CIRCLE}M7 10.2 9.2 12.4 13.2 7.8`,
  "chevron-down": "M5.5 8 10 12.5 14.5 8",
  "chevron-left": "M12 5.5 7.5 10l4.5 4.5",
  "chevron-right": "M8 5.5 12.5 10 8 14.5",
  "chevron-up": "M5.5 12 10 7.5l4.5 4.5",
  circle: CIRCLE,
  clipboard: "M5 4.5h10v12H5ZM8 3.2h4v2.6H8Z",
  clock: `${CIRCLE}M10 6.2V10l2.8 1.8`,
  code: "M7 6 3 10l4 4M13 6l4 4-4 4",
  collection: "M5 7.5h10v9H5ZM6.5 5.2h7M8 3h4",
  "credit-card": "M3 5h14v10.5H3ZM3 8.5h14M5.5 12.5H9",
  delete: "M4 5.5h12M8 5.5v-2h4v2M5.5 5.5l.8 11h7.4l.8-11M8.5 8.5v5M11.5 8.5v5",
  delivery: "M3 5.5h9v8H3ZM12 8h3l2 2.5v3h-5M6 15.2v.1M14 15.2v.1",
  desktop: "M3.5 4h13v9h-13ZM7.5 16.5h5M10 13v3.5",
  discount: "M3.5 10 10 3.5h6.5V10L10 16.5ZM13.2 6.7v.1",
  "drag-handle": "M7.5 5v.1M12.5 5v.1M7.5 10v.1M12.5 10v.1M7.5 15v.1M12.5 15v.1",
  duplicate: "M7 7h9.5v9.5H7ZM13 7V3.5H3.5V13H7",
  edit: "M4 16l.8-3.6L13 4.2l2.8 2.8-8.2 8.2Z",
  email: "M3 5h14v10.5H3ZM3 5.5l7 5.5 7-5.5",
  exit: "M8 4H4v12h4M12 6.5 15.5 10 12 13.5M15.5 10H8",
  export: "M4 11v5h12v-5M10 12.5V3.5M6.5 7 10 3.5 13.5 7",
  external: "M9 4H4v12h12v-5M12 3.8h4.2V8M16 4l-6.5 6.5",
  filter: "M3.5 5.5h13M6 10h8M8.5 14.5h3",
  flag: "M5 17V3.5h10l-2 3.5 2 3.5H5",
  gift: "M3.5 7h13v3.2h-13ZM5 10.2V16.5h10v-6.3M10 7v9.5M10 7C8 3 5 3.5 6 7M10 7c2-4 5-3.5 4 0",
  globe: `${CIRCLE}M3.2 10h13.6M10 3.2c-4 4-4 9.6 0 13.6c4-4 4-9.6 0-13.6`,
  home: "M3.5 9 10 3.5 16.5 9v7.5h-4.5V12H8v4.5H3.5Z",
  image: "M3.5 4h13v12h-13ZM3.5 13l4-4 4.5 4.5 2-2 2.5 2.5M13 7.3v.1",
  import: "M4 11v5h12v-5M10 3.5v9M6.5 9 10 12.5 13.5 9",
  info: `${CIRCLE}M10 9v4.5M10 6.6v.1`,
  inventory: "M3.5 4h13v3.5h-13ZM3.5 10.2h13v6h-13ZM8 5.8h4M8 13h4",
  lightbulb: "M7.5 13.2a5 5 0 1 1 5 0v1.8h-5ZM8.5 17h3",
  link: "M8.5 11.5 11.5 8.5M7 9.5 4.8 11.7a2.5 2.5 0 0 0 3.5 3.5L10.5 13M13 10.5l2.2-2.2a2.5 2.5 0 0 0-3.5-3.5L9.5 7",
  "list-bulleted": "M7.5 5.5h9M7.5 10h9M7.5 14.5h9M4 5.5v.1M4 10v.1M4 14.5v.1",
  location: "M10 17s5.5-5 5.5-8.8a5.5 5.5 0 0 0-11 0C4.5 12 10 17 10 17ZM10 8.2v.1",
  lock: "M5 9h10v7.5H5ZM7 9V6.5a3 3 0 0 1 6 0V9",
  megaphone: "M4 8.5v3.5l8 3V5.5ZM12 7.5l3.5-1M12 13l3.5 1M6 12.5V16h2v-2.8",
  menu: "M3.5 5.5h13M3.5 10h13M3.5 14.5h13",
  "menu-horizontal": "M4.3 10a.7.7 0 1 0 1.4 0a.7.7 0 1 0-1.4 0M9.3 10a.7.7 0 1 0 1.4 0a.7.7 0 1 0-1.4 0M14.3 10a.7.7 0 1 0 1.4 0a.7.7 0 1 0-1.4 0",
  "menu-vertical": "M9.3 5a.7.7 0 1 0 1.4 0a.7.7 0 1 0-1.4 0M9.3 10a.7.7 0 1 0 1.4 0a.7.7 0 1 0-1.4 0M9.3 15a.7.7 0 1 0 1.4 0a.7.7 0 1 0-1.4 0",
  minus: "M4.5 10h11",
  mobile: "M6 3.2h8v13.6H6ZM9.5 14.4h1",
  money: "M3 5.5h14v9H3ZM10 8a2 2 0 1 0 0 4a2 2 0 0 0 0-4",
  notification: "M5.5 13V9a4.5 4.5 0 0 1 9 0v4l1.2 1.5H4.3ZM8.5 16.5h3",
  order: "M4.5 3.5h11v13l-2-1.4-1.8 1.4-1.7-1.4-1.7 1.4-1.8-1.4-2 1.4ZM7.5 7.5h5M7.5 10.5h5",
  package: `${BOX}M3.5 6.5 10 10l6.5-3.5M10 10v6.8`,
  page: `${PAPER}M12 3.5v3h3`,
  "pause-circle": `${CIRCLE}M8.4 7.5v5M11.6 7.5v5`,
  payment: "M3 5h14v10.5H3ZM3 8.5h14",
  person: "M10 3.5a3 3 0 1 0 0 6a3 3 0 0 0 0-6ZM4 16.5c.6-3.4 3-5 6-5s5.4 1.6 6 5Z",
  phone: "M5 3.5l3 .2 1 3.3-1.8 1.5a9 9 0 0 0 4.3 4.3L13 11l3.3 1 .2 3c-6 3-14.5-5.5-11.5-11.5Z",
  play: "M6 4l10 6-10 6Z",
  "play-circle": `${CIRCLE}M8.5 7.2 13 10l-4.5 2.8Z`,
  plus: "M10 4.5v11M4.5 10h11",
  "plus-circle": `${CIRCLE}M10 7v6M7 10h6`,
  product: "M4 4h6l6.2 6.2-6 6L4 10ZM7 7v.1",
  "question-circle": `${CIRCLE}M8 8a2 2 0 1 1 2.8 1.9c-.6.3-.8.7-.8 1.3M10 13.6v.1`,
  refresh: "M15.5 8A6 6 0 0 0 4.6 7.4M4.5 4v3.5H8M4.5 12a6 6 0 0 0 10.9.6M15.5 16v-3.5H12",
  reset: "M5 4.5V8h3.5M5.2 8A6 6 0 1 1 4 11",
  save: "M4 4h10l2.5 2.5V16H4ZM7 4v4h6V4M7 16v-4.5h6V16",
  search: "M9 4a5 5 0 1 0 0 10a5 5 0 0 0 0-10ZM12.7 12.7 16.5 16.5",
  select: "M6.5 8 10 4.5 13.5 8M6.5 12l3.5 3.5 3.5-3.5",
  send: "M3.5 4 17 10 3.5 16l2-6ZM5.5 10H11",
  settings: "M10 7.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 0 0 0-5ZM10 3v2.5M10 14.5V17M3 10h2.5M14.5 10H17M5 5l1.8 1.8M13.2 13.2 15 15M15 5l-1.8 1.8M6.8 13.2 5 15",
  share: "M8 9.2 12.5 6.5M8 10.8l4.5 2.7M6.2 8.2a1.8 1.8 0 1 0 0 3.6M14 4a1.8 1.8 0 1 0 0 3.6A1.8 1.8 0 0 0 14 4ZM14 12.4a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 0 0 0-3.6Z",
  sort: "M7 4.5v11M4 7.5l3-3 3 3M13 15.5v-11M10 12.5l3 3 3-3",
  star: "M10 3.5l2 4.3 4.7.6-3.4 3.2.9 4.7-4.2-2.3-4.2 2.3.9-4.7L3.3 8.4 8 7.8Z",
  "stop-circle": `${CIRCLE}M8 8h4v4H8Z`,
  store: "M4 8.5v8h12v-8M3.5 4h13l1 3.5a2.3 2.3 0 0 1-4.5 0a2.8 2.8 0 0 1-6 0a2.3 2.3 0 0 1-4.5 0Z",
  "store-online": "M4 8.5v8h12v-8M3.5 4h13l1 3.5a2.3 2.3 0 0 1-4.5 0a2.8 2.8 0 0 1-6 0a2.3 2.3 0 0 1-4.5 0Z",
  target: `${CIRCLE}M10 7a3 3 0 1 0 0 6a3 3 0 0 0 0-6`,
  team: "M7 4.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 0 0 0-5ZM2.8 15.5c.4-2.8 2-4.2 4.2-4.2s3.8 1.4 4.2 4.2ZM13 5a2.2 2.2 0 0 1 0 4.4M13.5 11.3c2 .2 3.3 1.6 3.7 4.2",
  text: "M4.5 5.5v-1h11v1M10 4.5v11M8 15.5h4",
  undo: "M7.5 4 4 7.5 7.5 11M4 7.5h7.5a4 4 0 0 1 0 8H8",
  upload: "M4 11v5h12v-5M10 12.5V3.5M6.5 7 10 3.5 13.5 7",
  variant: "M4 4h5v5H4ZM11 11h5v5h-5ZM11 4h5v5h-5ZM4 11h5v5H4Z",
  view: "M2.5 10S5.2 5 10 5s7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5ZM10 8a2 2 0 1 0 0 4a2 2 0 0 0 0-4",
  wand: "M4 16 12 8M13.5 3.5v2.5M17 7h-2.5M11 4.5l1 1M15.5 9l1 1",
  x: "M5.5 5.5l9 9M14.5 5.5l-9 9",
  "x-circle": `${CIRCLE}M7.8 7.8l4.4 4.4M12.2 7.8l-4.4 4.4`,
  "cash-pound": `${COIN}M12 7.8a1.9 1.9 0 0 0-3.7.5c0 1.6.6 2.6-.6 4.5H12M7.6 10.3h3`,
  "cash-dollar": `${COIN}M12 8c-.4-.8-1.2-1-2-1-1.100 0-2 .5-2 1.500 0 2 4 1 4 3 0 1-.9 1.500-2 1.500-.9 0-1.700-.3-2-1M10 6v8`,
};

const ALIASES = {
  "alert-bubble": "chat", "alert-diamond": "alert-triangle", "alert-triangle-filled": "alert-triangle",
  "alert-octagon-filled": "alert-octagon", "bolt-filled": "bolt", "cart-filled": "cart", "check-circle-filled": "check-circle",
  clipboard: "clipboard", complete: "check-circle", delivered: "delivery", "email-follow-up": "email", "email-newsletter": "email",
  enabled: "check-circle", envelope: "email", "gift-card": "gift", "home-filled": "home", "info-filled": "info",
  incomplete: "circle", "order-filled": "order", orders: "order", "orders-status": "order", "person-filled": "person",
  "product-filled": "product", profile: "person", "question-circle-filled": "question-circle", receipt: "order",
  return: "undo", reorder: "refresh", "star-filled": "star", "status-active": "check-circle", "x-circle-filled": "x-circle",
  disabled: "stop-circle", hide: "view", transaction: "money", payout: "money", wallet: "credit-card", tax: "discount",
};
const FAMILIES = ["chart", "cash-dollar", "cart", "product", "order", "package", "person", "page", "discount", "credit-card", "email",
  "calendar", "clock", "image", "money", "store", "phone", "chat", "inventory", "delivery", "variant", "text", "globe", "plus-circle"];

/** Returns the path of an icon name: its own drawing, that of its family, or a plain mark. */
export function drawing(name) {
  const direct = DRAWINGS[name] ?? DRAWINGS[ALIASES[name]];
  if (direct !== undefined) return direct;
  const family = FAMILIES.find((head) => name.startsWith(`${head.split("-")[0]}-`));
  return family ? DRAWINGS[family] : "M6 6h8v8H6Z";
}

/** Builds an SVG of the icon, hidden from assistive technology. */
export function svg(name, size = 20) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  const attributes = { viewBox: "0 0 20 20", width: size, height: size, fill: "none", stroke: "currentColor", "stroke-width": 1.5,
    "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true", focusable: "false" };
  for (const [key, value] of Object.entries(attributes)) picture.setAttribute(key, value);
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", drawing(name));
  picture.append(line);
  return picture;
}

export const TONE_COLOURS = `
  :host([tone="info"]) { color: var(--info); } :host([tone="success"]) { color: var(--success); }
  :host([tone="caution"]) { color: var(--caution); } :host([tone="warning"]) { color: var(--warning); }
  :host([tone="critical"]) { color: var(--critical); }
`;

class Icon extends Standin {
  static props = { type: text(), tone: text("auto"), color: text("base"), size: text("base"), interestFor: text() };
  static template = "<span></span>";
  static styles = `
    :host { display: inline-flex; vertical-align: text-bottom; inline-size: 20px; block-size: 20px; color: #4a4a4a; }
    :host([size="small"]) { inline-size: 16px; block-size: 16px; }
    :host([color="subdued"]) { color: var(--ink-faint); }
    span, svg { display: block; inline-size: 100%; block-size: 100%; }
    ${TONE_COLOURS}
  `;

  update() {
    this.part$("span").replaceChildren(svg(this.type || "blank"));
  }
}

export function defineIcons() {
  define("s-icon", Icon);
}
