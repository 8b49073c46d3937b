// The drawer of sandbox controls: what the platform shall answer to the next changeset of this checkout.

export function startControls({checkoutToken}) {
  const drawer = document.querySelector('[data-controls]');
  if (!drawer) return;
  const said = drawer.querySelector('[data-controls-said]');
  drawer.addEventListener('submit', async (event) => {
    event.preventDefault();
    const chosen = new FormData(event.target);
    const response = await fetch('/sandbox/api/next-changeset', {
      method: 'POST',
      headers: {'Content-Type': 'application/json'},
      body: JSON.stringify({checkout_token: checkoutToken, on: chosen.get('on'), outcome: chosen.get('outcome')}),
    });
    const answer = await response.json();
    said.textContent = response.ok ? answer.said : answer.error.message;
  });
}
