import {afterEach, expect, test, vi} from 'vitest';
import {json} from './afters.js';
import {answer, choice, offer} from './answers.js';
import {choose, find, one, openPage, press, THANK_YOU} from './page.js';
import {until} from './turns.js';

const page = openPage(THANK_YOU);

afterEach(() => {
  vi.useRealTimers();
});

const offers = () => json(answer({offer: offer({choices: [choice()]})}));

test('measures from one report to the next', async () => {
  vi.useFakeTimers({toFake: ['Date'], now: 1000});
  const server = await page.open({
    offers: () => {
      vi.setSystemTime(1350);
      return offers();
    },
  });
  await until(() => server.events.length === 1);
  vi.setSystemTime(6350);
  choose('0.1');
  await until(() => server.events.length === 2);
  // A clock that is set back makes no negative time.
  vi.setSystemTime(2000);
  choose('0');
  await until(() => server.events.length === 3);
  // The page stayed open over a weekend.
  vi.setSystemTime(2 * 86400 * 1000);
  press(one('s-button', 1));
  await until(() => server.events.length === 4);
  expect(server.of('events').map(({body}) => body.latency_ms)).toEqual([350, 5000, 0, 3600000]);
});

test.each([
  ['refused', {allowedProcessing: {analytics: false}}],
  ['not told', undefined],
])('sends no times where measuring is %s', async (_name, privacy) => {
  page.api.customerPrivacy.value = privacy;
  const server = await page.open({
    offers: () => {
      vi.useFakeTimers({toFake: ['Date'], now: Date.now() + 500});
      return offers();
    },
  });
  await until(() => server.events.length === 1);
  expect(server.of('events')[0]?.body).toMatchObject({kind: 'shown', latency_ms: 0, may_measure: false});
});

test('sends the fields of the contract and no other', async () => {
  const server = await page.openOffer({offers});
  choose('0.1');
  await until(() => server.events.length === 2);
  const [shown, chosen] = server.of('events').map(({body}) => Object.keys(body));
  expect(shown).toEqual(['decision_id', 'step', 'kind', 'latency_ms', 'may_measure']);
  expect(chosen).toEqual(['decision_id', 'step', 'kind', 'latency_ms', 'option_id', 'may_measure']);
});

test('does not say that a block was shown which the page keeps ready unseen', async () => {
  page.api.extension.rendered.value = false;
  const server = await page.open();
  await until(() => find('s-button').length === 2);
  press(one('s-button', 1));
  await until(() => server.events.length === 1);
  expect(server.events).toEqual(['0 declined']);
});
