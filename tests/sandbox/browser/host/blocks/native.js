// What the worker itself needs of its scope, taken before a polyfill or `narrow` changes it.

export const importBundle = self.importScripts.bind(self);
export const nativeFetch = self.fetch.bind(self);
const listen = self.addEventListener.bind(self);

export const messenger = {
  postMessage: self.postMessage.bind(self),
  addEventListener: listen,
  removeEventListener: self.removeEventListener.bind(self),
};

export function onFault(report) {
  listen('error', (event) => report(`uncaught in the worker: ${event.message}`));
  listen('unhandledrejection', (event) => report(`unhandled rejection in the worker: ${event.reason?.stack ?? event.reason}`));
}
