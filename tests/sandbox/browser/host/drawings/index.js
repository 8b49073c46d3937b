// type of component -> how it is drawn. A drawing has create(props, context) -> {element, slot?, ...}, update(part, props),
// and where it needs them shape(props) (a new element when it changes), arrange(part, props) (after its children are placed).
import * as actions from './actions.js';
import * as fields from './fields.js';
import * as layout from './layout.js';
import * as notices from './notices.js';
import * as text from './text.js';

export const drawings = {...actions, ...fields, ...layout, ...notices, ...text};
