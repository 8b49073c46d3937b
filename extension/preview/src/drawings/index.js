// Every component of the platform's package by its name, so that no bundle finds one missing.
import * as actions from './actions.js';
import * as fields from './fields.js';
import * as layout from './layout.js';
import * as media from './media.js';
import * as text from './text.js';

export const drawings = {...actions, ...fields, ...layout, ...media, ...text};
