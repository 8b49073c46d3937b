// Asks the server. App Bridge adds the session token to `fetch`.

const UNREACHABLE = { code: "unreachable", message: "The server could not be reached. Check your connection and try again." };
const UNREADABLE = { code: "unreadable", message: "The server gave an answer that could not be read. Try again." };

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    return { error: UNREACHABLE };
  }
  try {
    return await response.json();
  } catch {
    return { error: UNREADABLE };
  }
}

/** Posts a form's fields; resolves with the answer, which has `error` when nothing was done. */
export const send = (url, fields) => ask(url, { method: "POST", body: fields, headers: { Accept: "application/json" } });

/** Fetches JSON; resolves with the answer or with `error`. */
export const load = (url) => ask(url, { headers: { Accept: "application/json" } });
