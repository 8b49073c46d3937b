import * as components from '@shopify/post-purchase-ui-extensions';
import {createRemoteReceiver, createRemoteRoot} from '@remote-ui/core';
import {describe, expect, test, vi} from 'vitest';

import {drawings} from '../src/drawings/index.js';
import {drawRoot} from '../src/tree.js';

const NAMES = Object.values(components).filter((value) => typeof value === 'string');

/** A root whose tree is drawn in the document, without a worker between them. */
function open() {
  const place = document.createElement('main');
  document.body.replaceChildren(place);
  const receiver = createRemoteReceiver();
  /** @type {any} */
  const root = createRemoteRoot(receiver.receive, {components: /** @type {any} */ (NAMES)});
  const fail = vi.fn();
  root.mount();
  drawRoot(receiver, place, fail);
  const add = (/** @type {string} */ type, /** @type {any} */ props = {}, /** @type {any[]} */ ...children) => {
    const made = root.createComponent(type, props, children);
    root.appendChild(made);
    return made;
  };
  return {place, root, fail, add, settled: () => vi.waitFor(() => expect(place.childNodes.length).toBeGreaterThan(0))};
}

test('every component of the platform’s package is drawn, and no other', () => {
  expect(Object.keys(drawings).sort()).toEqual([...NAMES].sort());
});

test.each(NAMES)('%s stands with nothing said of it, and with words in it', async (name) => {
  const {add, settled, fail, place} = open();
  add(name);
  add(name, {}, 'Words');
  await settled();
  expect(fail).not.toHaveBeenCalled();
  expect(place.children).toHaveLength(2);
});

describe('what a drawing says', () => {
  test('headings follow their groups, and their looks the prop', async () => {
    const {add, root, place, settled} = open();
    const inner = root.createComponent('HeadingGroup', {}, [root.createComponent('Heading', {level: 2}, ['Inner'])]);
    add('Heading', {level: 1}, 'Outer');
    root.appendChild(inner);
    await settled();
    expect(place.querySelector('h1')?.textContent).toBe('Outer');
    expect(place.querySelector('h2')?.dataset.level).toBe('2');
  });

  test('a price that is no more is struck out', async () => {
    const {add, place, settled} = open();
    add('Text', {role: 'deletion'}, '£12.50');
    await settled();
    expect(place.querySelector('del')?.textContent).toBe('£12.50');
  });

  test('a busy button keeps its focus and takes no press', async () => {
    const onPress = vi.fn();
    const {add, place, settled} = open();
    const made = add('Button', {onPress, loading: true, loadingLabel: 'One moment'}, 'Pay');
    await settled();
    const button = /** @type {HTMLButtonElement} */ (place.querySelector('button'));
    button.focus();
    button.click();
    expect(onPress).not.toHaveBeenCalled();
    expect([button.disabled, button.getAttribute('aria-disabled')]).toEqual([false, 'true']);
    made.updateProps({loading: false});
    await vi.waitFor(() => expect(button.getAttribute('aria-disabled')).toBeNull());
    expect(document.activeElement).toBe(button);
    button.click();
    expect(onPress).toHaveBeenCalledWith();
  });

  test('a link leads nowhere', async () => {
    const {add, place, settled} = open();
    add('Link', {to: 'https://elsewhere.test'}, 'Terms');
    await settled();
    const press = new Event('click', {bubbles: true, cancelable: true});
    place.querySelector('a')?.dispatchEvent(press);
    expect(press.defaultPrevented).toBe(true);
  });

  test('a banner that is urgent is said at once', async () => {
    const {add, place, settled} = open();
    add('Banner', {status: 'warning', title: 'Sold out'});
    add('Banner', {}, 'By the way');
    await settled();
    expect([...place.children].map((each) => each.getAttribute('role'))).toEqual(['alert', 'status']);
  });

  test('a picture has its words, or none where it says nothing', async () => {
    const {add, place, settled} = open();
    add('Image', {source: 'https://cdn.test/a.png', description: 'A heart'});
    add('Image', {source: 'https://cdn.test/b.png', description: 'A heart', decorative: true});
    await settled();
    expect([...place.querySelectorAll('img')].map(({alt}) => alt)).toEqual(['A heart', '']);
  });

  test('a choice is the page’s: what it does not take up springs back', async () => {
    const onChange = vi.fn();
    const {add, place, settled} = open();
    const made = add('Checkbox', {checked: false, onChange, error: 'Please agree'}, 'I agree');
    await settled();
    const box = /** @type {HTMLInputElement} */ (place.querySelector('input'));
    box.click();
    expect(onChange).toHaveBeenCalledWith(true);
    expect(box.checked).toBe(false);
    made.updateProps({checked: true, error: undefined});
    await vi.waitFor(() => expect(box.checked).toBe(true));
    expect(box.getAttribute('aria-invalid')).toBeNull();
  });

  test('a selection has its label, its options and its value', async () => {
    const onChange = vi.fn();
    const {add, place, settled} = open();
    add('Select', {label: 'Size', value: 'm', onChange, options: [{value: 's', label: 'Small'}, {value: 'm', label: 'Medium'}]});
    await settled();
    const list = /** @type {HTMLSelectElement} */ (place.querySelector('select'));
    expect(list.value).toBe('m');
    expect(place.querySelector('label')?.getAttribute('for')).toBe(list.id);
    list.value = 's';
    list.dispatchEvent(new Event('change'));
    expect(onChange).toHaveBeenCalledWith('s');
  });

  test('columns have the widths of every screen', async () => {
    const {add, root, place, settled} = open();
    const media = [{viewportSize: 'small', sizes: [1]}, {viewportSize: 'large', sizes: [0.4, 120, 'fill']}];
    add('Layout', {maxInlineSize: 960, media}, ...['a', 'b', 'c'].map((words) => root.createComponent('View', {}, [words])));
    await settled();
    const widths = [...(place.firstElementChild?.children ?? [])].map((each) => /** @type {any} */ (each).style.getPropertyValue('--flex-large'));
    expect(widths).toEqual(['0 0 40%', '0 0 120px', '1 1 0px']);
  });

  test('columns within columns have none of their widths', async () => {
    const {add, root, place, settled} = open();
    const inner = root.createComponent('Layout', {sizes: [0.3, 0.7]}, ['a', 'b'].map((words) => root.createComponent('View', {}, [words])));
    add('Layout', {media: [{viewportSize: 'small', sizes: [1]}]}, inner);
    await settled();
    const first = /** @type {any} */ (place.querySelector('.layout .layout > *'));
    expect([first.style.getPropertyValue('--flex-small'), first.style.getPropertyValue('--flex-base')]).toEqual(['initial', '0 0 30%']);
  });
});

test('what moves, changes its words or goes is followed, and what stays keeps its element', async () => {
  const {add, root, place, settled} = open();
  const words = root.createText('First');
  const first = add('TextBlock', {}, words);
  const second = add('TextBlock', {}, 'Second');
  await settled();
  const kept = place.children[0];
  root.insertChildBefore(second, first);
  words.updateText('Changed');
  await vi.waitFor(() => expect([...place.children].map((each) => each.textContent)).toEqual(['Second', 'Changed']));
  expect(place.children[1]).toBe(kept);
  root.removeChild(second);
  await vi.waitFor(() => expect(place.children).toHaveLength(1));
});

test('a handler that fails is told', async () => {
  const {add, place, fail, settled} = open();
  add('Button', {onPress: () => Promise.reject(new Error('no'))}, 'Press');
  await settled();
  place.querySelector('button')?.click();
  await vi.waitFor(() => expect(fail).toHaveBeenCalledWith(new Error('no')));
});
