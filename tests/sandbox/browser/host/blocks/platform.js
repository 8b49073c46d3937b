// The functions of the global `shopify` that the platform answers: on the page, with the shop behind it.
const OF_TARGET = {
  'purchase.thank-you.block.render': [],
  'customer-account.order-status.block.render': ['requireLogin'],
};

/** Returns the calls of one target. `setValue` puts what a call changed into the block's signals. */
export function platformCalls({target, urls, storageKey, setValue}) {
  const key = (name) => `${storageKey}:${name}`;
  const calls = {
    sessionToken: {
      async get() {
        const response = await fetch(urls.sessionToken, {method: 'POST'});
        if (!response.ok) throw new Error(`no session token: ${response.status}`);
        return (await response.json()).token;
      },
    },
    storage: {
      async read(name) {
        const kept = localStorage.getItem(key(name));
        return kept === null ? null : JSON.parse(kept);
      },
      async write(name, value) {
        localStorage.setItem(key(name), JSON.stringify(value ?? null));
      },
      async delete(name) {
        localStorage.removeItem(key(name));
      },
    },
    analytics: {publish: async () => true, visitor: async () => ({type: 'success'})},
    async applyTrackingConsentChange({type: _, metafields: __, ...consent}) {
      const response = await fetch(urls.consent, {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify(consent),
      });
      if (!response.ok) return {type: 'error', message: `the shop answered ${response.status}`};
      await setValue('customerPrivacy', await response.json());
      return {type: 'success'};
    },
    async requireLogin() {
      location.assign(urls.login);
    },
  };
  const left = Object.values(OF_TARGET).flat().filter((name) => !OF_TARGET[target].includes(name));
  for (const name of left) delete calls[name];
  return calls;
}
