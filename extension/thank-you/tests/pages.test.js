import {describe, expect, test} from 'vitest';
import {json} from './afters.js';
import {answer, DECISION_ID} from './answers.js';
import {find, one, openPage, ORDER_STATUS, THANK_YOU, words} from './page.js';
import {until} from './turns.js';

describe.each([
  {target: THANK_YOU, surface: 'thank_you'},
  {target: ORDER_STATUS, surface: 'order_status'},
])('on $target', ({target, surface}) => {
  const page = openPage(/** @type {any} */ (target));

  test('asks once, with what the page knows of the purchase', async () => {
    const server = await page.openOffer();
    expect(server.of('offers')).toHaveLength(1);
    const [asked] = server.of('offers');
    expect(asked?.url).toBe('https://afters.test/blocks/offers');
    expect(asked?.headers).toEqual({Authorization: 'Bearer mock-session-token', 'Content-Type': 'application/json'});
    expect(asked?.body).toEqual({
      surface,
      checkout_token: 'c0ffee',
      order_id: 'gid://shopify/Order/7',
      locale: 'en-GB',
      purchase: {
        currency: 'GBP',
        total: '12.5',
        country_code: 'GB',
        lines: [{variant_id: 'gid://shopify/ProductVariant/21', product_id: 'gid://shopify/Product/2', quantity: 2, total: '5'}],
      },
    });
  });

  test('keeps the place while it asks, then shows the offer and says that it was shown', async () => {
    /** @type {((response: Response) => void) | undefined} */
    let reply;
    const server = await page.open({offers: () => new Promise((resolve) => (reply = resolve))});
    await until(() => Boolean(reply));
    expect(find('s-skeleton-paragraph')).toHaveLength(3);
    expect(one('s-section').getAttribute('accessibilityLabel')).toBe('Looking for an offer');
    expect(server.events).toEqual([]);

    reply?.(json(answer()));
    await until(() => find('s-button').length === 2);
    expect(find('s-skeleton-paragraph')).toHaveLength(0);
    expect(words()).toContain('Beeswax candle');
    await until(() => server.events.length > 0);
    expect(server.events).toEqual(['0 shown']);
    expect(server.of('events')[0]?.body).toMatchObject({decision_id: DECISION_ID, may_measure: true});
    expect(server.of('events')[0]?.init.keepalive).toBe(true);
  });

  test('shows the merchant a sample in the checkout editor, asks nothing and counts nothing', async () => {
    page.api.extension.editor = {type: 'checkout'};
    const server = await page.open();
    expect(find('s-banner').map((banner) => banner.getAttribute('heading'))).toEqual(['Preview with sample goods']);
    expect(words()).toContain('Sample product');
    expect(words()).toContain('£32.00');
    expect(words()).toContain('20% off, taken off at the checkout. Valid for 2 days once you press.');
    const [buy, decline] = find('s-button');
    expect(buy?.getAttribute('href')).toBeNull();
    decline?.dispatchEvent(new Event('click'));
    await until(() => find('s-button').length === 2);
    expect(server.asked).toEqual([]);
  });

  test('draws nothing and asks nothing when the page names neither checkout nor order', async () => {
    page.api.checkoutToken.value = undefined;
    if (target === THANK_YOU) page.api.orderConfirmation.value = undefined;
    else page.api.order.value = undefined;
    const server = await page.open();
    expect(document.body.innerHTML).toBe('');
    expect(server.asked).toEqual([]);
  });

  test('manages with the order alone, as where the checkout token is not told', async () => {
    page.api.checkoutToken.value = undefined;
    const server = await page.openOffer();
    expect(server.of('offers')[0]?.body).toMatchObject({checkout_token: null, order_id: 'gid://shopify/Order/7'});
  });

  test('manages where the page tells nothing but the checkout', async () => {
    for (const name of ['cost', 'customerPrivacy', 'extension', 'lines', 'localization', 'shippingAddress']) page.api[name] = undefined;
    page.api[target === THANK_YOU ? 'orderConfirmation' : 'order'] = undefined;
    const server = await page.openOffer();
    expect(server.of('offers')[0]?.body).toEqual({surface, checkout_token: 'c0ffee', order_id: null, locale: 'en', purchase: null});
    expect(server.events).toEqual(['0 shown']);
  });

  test('draws nothing where the page cannot translate', async () => {
    page.api.i18n = undefined;
    const server = await page.open();
    await until(() => server.of('offers').length > 0);
    await until(() => document.body.innerHTML === '');
    expect(server.events).toEqual([]);
  });
});
