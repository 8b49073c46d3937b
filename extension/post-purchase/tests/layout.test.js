import {beforeEach, describe, expect, test, vi} from 'vitest';
import {startServer} from './afters.js';
import {openCheckout, settle} from './checkout.js';
import {answer, REFERENCE_ID} from './purchase.js';

beforeEach(() => {
  vi.useFakeTimers();
});

const BLOCKS = 'badge heading reason timer picture title items price shipping choices terms description cost buttons note'.split(' ');

/** @param {Record<string, unknown>} changed @param {string} [locale] */
async function open(changed, locale) {
  startServer();
  const checkout = openCheckout({stored: {reference_id: REFERENCE_ID, answer: answer(changed)}, locale});
  await settle();
  return checkout;
}

/** @param {{text: () => string}} checkout @param {string[]} parts */
function inOrder(checkout, parts) {
  const places = parts.map((part) => checkout.text().indexOf(part));
  expect(places).toEqual([...places].sort((one, other) => one - other));
  expect(places).not.toContain(-1);
}

describe('arrangements', () => {
  test.each(['picture_left', 'picture_top', 'compact', 'story', 'of a later version'])('%s holds all that must be said', async (name) => {
    const checkout = await open({layout: {name, blocks: BLOCKS}, badge: 'New'});
    expect(checkout.all('Image')).toHaveLength(1);
    inOrder(checkout, ['One more thing?', 'To pay now', 'Pay now · £15.00', 'No thanks', 'Charged the same way']);
    for (const part of ['New', 'Heart of wicker', 'Often bought', '£10.00', 'Woven by hand.']) expect(checkout.text()).toContain(part);
  });

  test('the merchant’s order is the order in which it is read', async () => {
    const blocks = ['description', 'title', 'picture', 'heading', 'price'];
    const checkout = await open({layout: {name: 'picture_top', blocks}, badge: 'New'});
    inOrder(checkout, ['Woven by hand.', 'Heart of wicker', 'One more thing?', '£10.00', 'To pay now', 'No thanks']);
    expect(checkout.text()).not.toContain('New');
    expect(checkout.text()).not.toContain('Often bought');
    // Whatever comes first leads the outline.
    expect(checkout.all('HeadingGroup')[0].children[0].children[0].text).toBe('One more thing?');
  });

  test.each([[[]], [['no such block']], [['cost', 'buttons']]])('what must not be missing comes back: %j', async (blocks) => {
    const checkout = await open({layout: {name: 'compact', blocks}});
    for (const part of ['One more thing?', 'Heart of wicker', '£10.00', 'To pay now', 'No thanks']) {
      expect(checkout.text()).toContain(part);
    }
    expect(checkout.buttons()).toHaveLength(2);
  });

  test('compact without a picture is a plain column', async () => {
    const checkout = await open({layout: {name: 'compact', blocks: BLOCKS}, image: null});
    expect(checkout.all('Layout')).toHaveLength(1);
    expect(checkout.all('Image')).toEqual([]);
  });
});

describe('pictures', () => {
  const more = [
    {url: 'https://cdn.test/heart.png', alt: null},
    {url: 'https://cdn.test/back.png', alt: 'The back'},
  ];

  test('one at a time, all to be reached by buttons, around the end', async () => {
    const checkout = await open({more_images: more});
    const source = () => checkout.all('Image')[0].props;
    expect(checkout.text()).toContain('1 / 2');
    checkout.press('Next picture');
    expect(source()).toMatchObject({source: 'https://cdn.test/back.png', description: 'The back', fit: 'contain', aspectRatio: 1});
    expect(checkout.text()).toContain('2 / 2');
    checkout.press('Next picture');
    expect(source().source).toBe('https://cdn.test/heart.png');
    checkout.press('Previous picture');
    expect(source().source).toBe('https://cdn.test/back.png');
  });

  test('one alone has no buttons', async () => {
    const checkout = await open({more_images: []});
    expect(checkout.text()).not.toContain('Next picture');
  });
});

describe('a bundle', () => {
  const gbp = (/** @type {string} */ amount) => ({amount, currency: 'GBP'});
  const items = [
    {title: 'Heart', variant_title: 'White', quantity: 1, image: {url: 'https://cdn.test/a.png', alt: 'A heart'}, price: gbp('12.00'), discounted_price: gbp('10.00')},
    {title: 'Ribbon', variant_title: null, quantity: 3, image: null, price: gbp('3.00'), discounted_price: gbp('3.00')},
  ];

  test('shows each of its goods with its price', async () => {
    const checkout = await open({title: 'Heart + Ribbon', items});
    inOrder(checkout, ['Heart + Ribbon', 'White', '£12.00', '3 × Ribbon', '£3.00', 'To pay now']);
    // The small picture stands beside its own name.
    expect(checkout.all('Image').map(({props}) => Boolean(props.decorative))).toEqual([false, true]);
  });
});

describe('what sending costs', () => {
  test.each([
    ['0.00', 'en-GB', 'Free shipping'],
    ['2.50', 'en-GB', 'Shipping: £2.50'],
    ['2.50', 'de', 'Versand: 2,50'],
    ['0.00', 'fr', 'Livraison gratuite'],
  ])('%s in %s', async (amount, locale, words) => {
    const checkout = await open({shipping: {title: 'Post', price: {amount, currency: 'GBP'}}}, locale);
    expect(checkout.text()).toContain(words);
  });

  test('nothing is said where nothing is added', async () => {
    const checkout = await open({shipping: null});
    expect(checkout.text()).not.toContain('Free shipping');
  });
});

test.each([
  ['right to left', 'سلة من الخوص 🧺'],
  ['markup', '<script>alert(1)</script><b>x</b>'],
  ['template syntax', '{{ 7 * 7 }} ${7 * 7} {% raw %}'],
  ['variables', '{product} {price}'],
])('%s in any text is shown as it is', async (_what, hostile) => {
  const texts = {heading: hostile, accept: hostile, decline: hostile};
  const checkout = await open({title: hostile, variant_title: hostile, description: hostile, reason_line: hostile, badge: hostile, texts});
  expect(checkout.text().split(hostile)).toHaveLength(9);
  expect(checkout.buttons()[0]?.label).toBe(`${hostile} · £15.00`);
});
