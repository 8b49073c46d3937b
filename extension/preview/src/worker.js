// Entry of the worker that the page's bundle is loaded into, right behind this script.
import {serve} from './serve.js';

serve(self, /** @type {any} */ (self));
