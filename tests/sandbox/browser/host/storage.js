// What ShouldRender stores for Render: kept for the tab, per checkout, as plain JSON.

/** Returns the `storage` of one target; `forgetful` is Shop Pay, where Render does not see what ShouldRender left. */
export function storageFor(checkoutToken, {forgetful = false} = {}) {
  const key = `post-purchase:${checkoutToken}`;
  const kept = forgetful ? null : sessionStorage.getItem(key);
  return {
    initialData: kept === null ? undefined : JSON.parse(kept),
    async update(data) {
      sessionStorage.setItem(key, JSON.stringify(data ?? null));
    },
  };
}
