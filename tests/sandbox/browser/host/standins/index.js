// tag -> how it is drawn. A stand-in has create(props, own) -> {element, slot?, slots?, methods?, ...}, update(part, props, own),
// and where it needs them shape(props) (a new element when it changes), arrange(part, props) (after its children are placed).
import {actions} from './actions.js';
import {fields} from './fields.js';
import {layout} from './layout.js';
import {media} from './media.js';
import {notices} from './notices.js';
import {text} from './text.js';

export const standins = {...actions, ...fields, ...layout, ...media, ...notices, ...text};

/** Tags that the typings promise and nobody here draws: a block that uses one fails, in words. */
export const WITHOUT_STANDIN = new Set([
  's-chat', 's-customer-account-action', 's-date-picker', 's-drop-zone', 's-login-with-shop', 's-map', 's-map-marker', 's-menu', 's-page',
]);
