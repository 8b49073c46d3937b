/** @import {RemoteComponent, RemoteComponentType, PropsForRemoteComponent} from '@remote-ui/core' */
/** @import {Root} from './contract' */
/** @typedef {RemoteComponent<any, Root>} Node */
/** @typedef {<Type extends RemoteComponentType<string, any, any>>(type: Type, props: PropsForRemoteComponent<Type>, ...children: (Node | string | null | false)[]) => Node} Element */

/**
 * @param {Root} root
 * @returns {Element}
 */
export function elements(root) {
  // The library's own type of these arguments depends on `Type`, which is open here; the type above checks each call.
  return (type, props, ...children) => /** @type {any} */ (root).createComponent(type, props, children.filter(Boolean));
}

/**
 * Replaces what `parent` holds. Only calls that every 2.x version of the host's library has are used.
 *
 * @param {Root | Node} parent
 * @param {(Node | null | false)[]} children
 */
export function fillWith(parent, children) {
  parent.children.slice().forEach((/** @type {any} */ child) => parent.removeChild(child));
  children.forEach((child) => child && parent.appendChild(child));
}
