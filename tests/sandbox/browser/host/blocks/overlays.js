// `commandFor` and `interestFor`: what one element does to another of the same block, found by its id.
import {reportFault} from '../errors.js';

const VERBS = {'--show': 'show', '--hide': 'hide', '--toggle': 'toggle', '--copy': 'copy', '--auto': 'auto'};

/** Returns the registry of one block. A target is `{show, hide, toggle, copy, auto}`, each where it makes sense. */
export function makeOverlays(container) {
  const targets = new Map();
  return {
    container,
    register(id, target) {
      if (id) targets.set(id, target);
    },
    forget(id) {
      targets.delete(id);
    },
    /** Does what the props of a pressed element ask for. */
    command({commandFor, command}) {
      if (!commandFor) return;
      const act = targets.get(commandFor)?.[VERBS[command ?? '--auto']];
      if (act) act();
      else reportFault(`nothing in the block can be told ${command ?? '--auto'} by the id ${commandFor}`);
    },
    /** Returns what shows itself while the pointer or the focus is on an element of these props. */
    interest: ({interestFor}) => targets.get(interestFor),
  };
}
