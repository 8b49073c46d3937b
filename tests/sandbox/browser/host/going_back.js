// A page that the browser kept alive is out of date: the purchase may have moved on since.

export function reloadWhenRevived() {
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload();
  });
}
