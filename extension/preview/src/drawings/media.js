import {freshId, make, plain, put} from './element.js';

/** @import {Drawing} from './element.js' */

/** @type {Record<string, string>} */
const MEDIA = {small: '(max-width: 749px)', medium: '(min-width: 750px) and (max-width: 999px)', large: '(min-width: 1000px)'};

/** @type {Drawing} */
export const Image = {
  tag: 'span',
  make(tag) {
    const element = make(tag, 'image');
    const picture = make('picture');
    const image = make('img');
    picture.append(image);
    element.append(picture);
    return {element, slot: make('span'), picture, image};
  },
  update({element, picture, image}, {source, sources = [], description, decorative, loading, bordered, fit, aspectRatio}) {
    for (const old of picture.querySelectorAll('source')) old.remove();
    for (const each of sources) {
      const srcset = each.resolution ? `${each.source} ${each.resolution}x` : each.source;
      image.before(make('source', '', {srcset, media: MEDIA[each.viewportSize]}));
    }
    put(image, {src: source, alt: decorative ? '' : (description ?? ''), loading});
    put(element, {'data-bordered': bordered, 'data-fit': fit});
    element.style.setProperty('--ratio', aspectRatio ? String(aspectRatio) : 'auto');
  },
};

/** @type {Drawing} */
export const Banner = {
  tag: ({collapsible}) => (collapsible ? 'details' : 'div'),
  make(tag) {
    const element = make(tag, 'banner');
    const title = make(tag === 'details' ? 'summary' : 'p', 'banner-title');
    const slot = make('div', 'banner-body');
    element.append(title, slot);
    return {element, slot, title};
  },
  update({element, title}, {title: words = '', status = 'info'}) {
    const isUrgent = status === 'critical' || status === 'warning';
    put(element, {'data-status': status, role: isUrgent ? 'alert' : 'status'});
    title.textContent = words;
    title.hidden = !words && title.tagName !== 'SUMMARY';
  },
};

/** @type {Drawing} */
export const CalloutBanner = {
  tag: 'section',
  make(tag) {
    const element = make(tag, 'callout');
    const title = make('p', 'callout-title', {id: freshId('callout')});
    const slot = make('div', 'callout-body');
    element.append(title, slot);
    return {element, slot, title};
  },
  update({element, title}, {title: words = '', border = 'block', background = 'secondary', alignment = 'center', spacing = 'tight'}) {
    title.textContent = words;
    title.hidden = !words;
    put(element, {
      'aria-labelledby': words ? title.id : undefined,
      'data-border': border,
      'data-background': background,
      'data-alignment': alignment,
      'data-spacing': spacing,
    });
  },
};

export const Separator = plain('hr', 'separator', ['width', 'direction']);

/** @type {Drawing} */
export const Spinner = {
  tag: 'span',
  make(tag) {
    const element = make(tag, 'spinner', {role: 'img', 'aria-label': 'Loading'});
    return {element, slot: make('span')};
  },
  update: ({element}, {size}) => put(element, {'data-size': size}),
};
