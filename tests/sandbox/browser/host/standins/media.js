import {make, put, sign} from './dom.js';
import {IMAGE_STYLE, dress} from './style.js';

const image = {
  create: () => ({element: make('img', 'image')}),
  update({element}, props, own) {
    const decorative = props.accessibilityRole === 'presentation' || props.accessibilityRole === 'none';
    put(element, {
      alt: decorative ? '' : (props.alt ?? ''), srcset: props.srcSet, sizes: props.sizes, loading: props.loading,
      'data-size': props.inlineSize, 'data-fit': props.objectFit,
    });
    if (element.getAttribute('src') !== (props.src ?? null)) put(element, {src: props.src});
    element.style.aspectRatio = props.aspectRatio ?? '';
    dress(element, props, IMAGE_STYLE, own);
  },
};

const thumbnail = {
  create() {
    const element = make('span', 'thumbnail');
    const picture = make('img');
    const count = make('span', 'thumbnail-count');
    element.append(picture, count);
    return {element, picture, count, slot: make('span')};
  },
  update({element, picture, count}, {src, srcSet, sizes, alt, size, totalItems}) {
    put(picture, {alt: alt ?? '', srcset: srcSet, sizes, src});
    picture.hidden = !src;
    count.hidden = !(totalItems > 1);
    count.textContent = totalItems ?? '';
    put(element, {'data-size': size});
  },
};

const icon = {
  create() {
    const element = make('span', 'icon-place');
    const accessory = make('span', 'icon-accessory');
    element.append(accessory);
    return {element, slot: make('span'), slots: {accessory}, accessory};
  },
  update({element, accessory}, {type, size, tone}) {
    element.replaceChildren(...(type ? [sign(type)] : []), accessory);
    put(element, {'data-size': size, 'data-tone': tone});
  },
};

const qrCode = {
  create() {
    const element = make('span', 'qr-code', {role: 'img'});
    const words = make('span', 'qr-code-content', {'aria-hidden': 'true'});
    element.append(words);
    return {element, words, slot: make('span')};
  },
  update({element, words}, {content, accessibilityLabel, size, border, logo}) {
    words.textContent = content ?? ''; // no pattern is drawn: what a camera would read stands there
    put(element, {'aria-label': accessibilityLabel ?? `QR code: ${content ?? ''}`, 'data-size': size, 'data-border': border, 'data-logo': logo});
  },
};

const paymentIcon = {
  create: () => ({element: make('span', 'payment-icon', {role: 'img'}), slot: make('span')}),
  update({element}, {type, accessibilityLabel}) {
    element.textContent = (type ?? '').replaceAll('-', ' ');
    put(element, {'aria-label': accessibilityLabel ?? type});
  },
};

const avatar = {
  create() {
    const element = make('span', 'avatar', {role: 'img'});
    return {element, slot: make('span')};
  },
  update({element}, {initials, alt, src}) {
    element.textContent = initials ?? '';
    element.style.backgroundImage = src ? `url("${encodeURI(src)}")` : '';
    put(element, {'aria-label': alt ?? initials ?? 'Avatar'});
  },
};

export const media = {
  's-image': image, 's-product-thumbnail': thumbnail, 's-icon': icon, 's-qr-code': qrCode, 's-payment-icon': paymentIcon,
  's-avatar': avatar, 's-image-group': {create: () => ({element: make('div', 'image-group')}), update() {}},
};
