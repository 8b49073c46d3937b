// The network between an extension and its server, as bad as somebody asked for. It holds for every bundle alike.

/**
 * Returns a `fetch` for the extension. `line.weather` is what the sandbox's switch says: null, or
 * `{kind, milliseconds, faultUrl}`; `line.isGranted` is the extension's access to the network at all.
 */
export function makeFetch(fetchIt, line) {
  return async (...request) => {
    if (!line.isGranted) throw new TypeError('Failed to fetch: the extension has no network access');
    const {weather} = line;
    if (!weather) return fetchIt(...request);
    const {signal, keepalive} = request[1] ?? {};
    if (weather.milliseconds) await wait(weather.milliseconds, keepalive ? undefined : signal);
    if (weather.kind === 'slow') return fetchIt(...request);
    if (weather.kind === 'drop') throw new TypeError('Failed to fetch');
    // Answered by a stand-in under another host's name, so that the browser itself applies the rules of CORS.
    return fetchIt(weather.faultUrl, {method: 'POST', signal});
  };
}

function wait(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal?.aborted) return giveUp();
    signal?.addEventListener('abort', giveUp, {once: true});
    setTimeout(resolve, milliseconds);
  });
}
