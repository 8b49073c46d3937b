import {freshId, make, put} from './element.js';

export const Banner = {
  shape: (props) => (props.collapsible ? 'details' : 'div'),
  create(props) {
    const element = make('div', 'banner');
    const title = make(props.collapsible ? 'summary' : 'p', 'banner-title');
    const slot = make('div', 'banner-body');
    if (props.collapsible) {
      const details = make('details');
      details.append(title, slot);
      element.append(details);
    } else {
      element.append(title, slot);
    }
    return {element, slot, title};
  },
  update({element, title}, {title: words, status = 'info', iconHidden}) {
    const urgent = status === 'critical' || status === 'warning';
    put(element, {'data-status': status, 'data-bare': iconHidden, role: urgent ? 'alert' : 'status'});
    title.textContent = words ?? '';
    title.hidden = !words && title.tagName !== 'SUMMARY';
  },
};

export const CalloutBanner = {
  create() {
    const element = make('section', 'callout');
    const title = make('p', 'callout-title', {id: freshId('callout')});
    const slot = make('div', 'callout-body');
    element.append(title, slot);
    return {element, slot, title};
  },
  update({element, title}, {title: words, border = 'block', background = 'secondary', alignment = 'center', spacing = 'tight'}) {
    title.textContent = words ?? '';
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

export const Separator = {
  create: () => ({element: make('hr', 'separator')}),
  update({element}, {width, direction}) {
    put(element, {'data-width': width, 'aria-orientation': direction === 'vertical' ? 'vertical' : undefined});
  },
};

export const Spinner = {
  create: () => ({element: make('span', 'spinner', {role: 'img', 'aria-label': 'Loading'})}),
  update: ({element}, {size, color}) => put(element, {'data-size': size, 'data-color': color}),
};

const MEDIA = {
  small: '(max-width: 749px)', medium: '(min-width: 750px) and (max-width: 999px)', large: '(min-width: 1000px)',
};

export const Image = {
  create() {
    const element = make('span', 'image');
    const picture = make('picture');
    const image = make('img');
    picture.append(image);
    element.append(picture);
    return {element, slot: make('span'), picture, image};
  },
  update({element, picture, image}, props) {
    for (const old of picture.querySelectorAll('source')) old.remove();
    for (const {source, viewportSize, resolution} of props.sources ?? []) {
      const srcset = resolution ? `${source} ${resolution}x` : source;
      image.before(make('source', '', {srcset, media: MEDIA[viewportSize]}));
    }
    put(image, {src: props.source, alt: props.decorative ? '' : (props.description ?? ''), loading: props.loading});
    put(element, {'data-bordered': props.bordered, 'data-fit': props.fit});
    element.style.setProperty('--pp-ratio', props.aspectRatio ? String(props.aspectRatio) : 'auto');
  },
};
