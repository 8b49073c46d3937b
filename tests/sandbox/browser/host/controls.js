// The drawer of sandbox controls: what the platform shall do next with this checkout, and how its switches stand.

export function startControls({checkoutToken}) {
  const drawer = document.querySelector('[data-controls]');
  if (!drawer) return;
  const said = drawer.querySelector('[data-controls-said]');
  drawer.querySelector('[data-next-changeset]')?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const chosen = new FormData(event.target);
    const {ok, answer} = await send('/sandbox/api/next-changeset', {
      checkout_token: checkoutToken, on: chosen.get('on'), outcome: chosen.get('outcome'),
    });
    said.textContent = ok ? answer.said : answer.error.message;
  });
  drawer.querySelector('[data-switches]')?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const {ok, answer} = await send('/sandbox/api/switches', switchesOf(event.target));
    if (!ok) {
      said.textContent = answer.error.message;
      return;
    }
    document.dispatchEvent(new CustomEvent('sandbox:weather', {detail: answer.network.weather}));
    said.textContent = 'The switches are set. What a block is told changes when the page is loaded again.';
  });
}

async function send(url, body) {
  const response = await fetch(url, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
  return {ok: response.ok, answer: await response.json()};
}

function switchesOf(form) {
  const fields = [...form.elements].filter((field) => field.name);
  return Object.fromEntries(fields.map((field) => [field.name, valueOf(field)]));
}

function valueOf(field) {
  if (field.type === 'checkbox') return field.checked;
  return field.type === 'number' ? Number(field.value) : field.value;
}
