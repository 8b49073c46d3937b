import {afterEach, beforeAll, describe, expect, test} from 'vitest';

import {bundle} from '../../post-purchase/scripts/build.mjs';
import {answer, offer, openStage} from './staging.js';

/** @type {string} */
let code;
/** @type {ReturnType<typeof openStage> | undefined} */
let stage;

beforeAll(async () => {
  code = await bundle({appUrl: 'https://preview.invalid'});
});

afterEach(() => stage?.stop());

const FURTHER = {option_id: '0a', title: 'Ribbon', variant_id: 124, unit_price: {amount: '20.00', currency: 'GBP'}};
const PLAIN = {discounted_unit_price: {amount: '20.00', currency: 'GBP'}, discount: null};
const CHANGES = [{type: 'add_variant', variantId: 124, quantity: 1, discount: null}];

describe('the page’s own bundle', () => {
  test('is drawn with its price, and says so', async () => {
    stage = openStage({code});
    await stage.reads('Heart of wicker');
    await stage.reads('Pay now · £10.00');
    expect(await stage.hears('shown')).toEqual({kind: 'shown'});
    expect(stage.place.querySelector('h1')?.textContent).toBe('One more thing?');
    expect(stage.place.querySelector('h2')?.textContent).toBe('Heart of wicker');
    expect(stage.told.filter(({kind}) => kind === 'fault')).toEqual([]);
  });

  test('speaks the language that is asked for', async () => {
    stage = openStage({code, shown: {...answer(), offer: offer({texts: {}})}, locale: 'de'});
    await stage.reads('Jetzt zahlen · 10,00');
  });

  test('charges nothing, and goes on to what follows an acceptance', async () => {
    const further = offer({...FURTHER, ...PLAIN, changes: CHANGES});
    stage = openStage({code, shown: answer({'0a': further})});
    await stage.press('Pay now');
    expect(await stage.hears('charged')).toEqual({kind: 'charged', amount: '10.00', currency: 'GBP'});
    await stage.reads('Ribbon');
    await stage.reads('Pay now · £20.00');
    await stage.press('No thanks');
    expect(await stage.hears('left')).toEqual({kind: 'left'});
  });

  test('goes on to what follows a decline', async () => {
    stage = openStage({code, shown: answer({'0d': offer({...FURTHER, ...PLAIN, option_id: '0d', changes: CHANGES})})});
    await stage.press('No thanks');
    await stage.reads('Ribbon');
    expect(stage.told.map(({kind}) => kind)).not.toContain('charged');
  });

  test('asks for consent to a subscription', async () => {
    const bound = {
      plan: 'Monthly',
      billing: {unit: 'month', count: 1},
      delivery: {unit: 'month', count: 1},
      unit_price: {amount: '11.00', currency: 'GBP'},
      shipping: {amount: '0.00', currency: 'GBP'},
      later: null,
    };
    const changes = [
      {type: 'add_subscription', variantId: 123, sellingPlanId: 77, quantity: 1, initialShippingPrice: '3.00', recurringShippingPrice: '0.00'},
    ];
    const shown = {...answer(), offer: offer({subscription: bound, changes, ...{discount: null}})};
    stage = openStage({code, shown});
    await stage.reads('Pay now · £14.00');
    await stage.press('Pay now');
    await stage.reads('Please agree');
    expect(stage.place.querySelector('input')?.getAttribute('aria-invalid')).toBe('true');
    stage.place.querySelector('input')?.click();
    await stage.press('Pay now');
    expect(await stage.hears('charged')).toEqual({kind: 'charged', amount: '14.00', currency: 'GBP'});
  });

  test('leaves hostile words as words', async () => {
    stage = openStage({code, shown: {...answer(), offer: offer({title: '<img src=x onerror=alert(1)>{{ 7*7 }}'})}});
    await stage.reads('<img src=x onerror=alert(1)>{{ 7*7 }}');
    expect(stage.place.querySelectorAll('img')).toHaveLength(0);
  });
});

describe('what goes wrong is told', () => {
  test('a bundle that breaks while it is loaded', async () => {
    stage = openStage({code: 'throw new Error("broken at the start");'});
    expect(await stage.hears('fault')).toEqual({kind: 'fault', message: 'broken at the start'});
  });

  test('a bundle without a page', async () => {
    stage = openStage({code: ''});
    expect(await stage.hears('fault')).toMatchObject({message: expect.stringContaining('Checkout::PostPurchase::Render')});
  });

  test('a component that nobody can draw', async () => {
    stage = openStage({
      code: 'self.shopify.extend("Checkout::PostPurchase::Render", (root) => { root.appendChild(root.createComponent("Banner", {title: "Here"})); });',
    });
    await stage.reads('Here');
    expect(await stage.hears('shown')).toBeTruthy();
    stage.stop();
    const {drawRoot} = await import('../src/tree.js');
    /** @type {unknown[]} */
    const faults = [];
    const root = {children: [{id: '1', kind: 1, type: 'Marquee', props: {}, children: []}]};
    const receiver = {attached: {root, subscribe: () => () => {}}};
    drawRoot(receiver, document.createElement('main'), (error) => faults.push(error));
    expect(String(faults[0])).toBe('Error: the preview cannot draw Marquee');
  });

  test('a worker that cannot be started', async () => {
    const {play} = await import('../src/play.js');
    /** @type {any[]} */
    const told = [];
    const startWorker = () => {
      throw new Error('refused by the policy');
    };
    play(/** @type {any} */ ({answer: answer(), sample: {bought: []}, locale: 'en'}), {
      place: document.createElement('main'),
      startWorker,
      tell: (each) => void told.push(each),
    });
    expect(told).toEqual([{kind: 'fault', message: 'refused by the policy'}]);
  });

  test('goods without a price are no price to pay', async () => {
    stage = openStage({code, shown: {...answer(), offer: offer({changes: [{type: 'add_variant', variantId: 5, quantity: 1}]})}});
    await stage.reads('The full price could not be worked out just now.');
  });
});
