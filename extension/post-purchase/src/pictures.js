import {BlockStack, Button, Image, InlineStack, Text} from '@shopify/post-purchase-ui-extensions';
import {fillWith} from './elements.js';

/** @import {Offer, Picture} from './contract' */
/** @import {Element, Node} from './elements' */
/** @import {Texts} from './texts' */

/**
 * The pictures of an option, its own first.
 *
 * @param {Offer} option
 * @returns {Picture[]}
 */
function picturesOf(option) {
  const own = option.image ? [option.image] : [];
  const others = (option.more_images || []).filter((one) => !own[0] || one.url !== own[0].url);
  return own.concat(others).filter((one) => one.url);
}

/**
 * One picture at a time, with buttons to the others where there are any.
 *
 * @param {Element} element
 * @param {Texts} texts
 * @param {number} aspectRatio of the frame
 * @returns {{box: Node, show: (option: Offer) => boolean}} `show` tells whether there is any picture
 */
export function gallery(element, texts, aspectRatio) {
  const box = element(BlockStack, {spacing: 'tight'});

  return {
    box,
    show(option) {
      const pictures = picturesOf(option);
      if (!pictures[0]) {
        fillWith(box, []);
        return false;
      }
      // A picture of any ratio is whole in its frame.
      const frame = (/** @type {Picture} */ {url, alt}) => ({
        source: url,
        description: alt || option.title,
        aspectRatio,
        fit: /** @type {const} */ ('contain'),
      });
      const image = element(Image, frame(pictures[0]));
      let at = 0;
      const place = box.root.createText(`1 / ${pictures.length}`);
      const turn = (/** @type {number} */ step) => () => {
        at = (at + step + pictures.length) % pictures.length;
        image.updateProps(frame(/** @type {Picture} */ (pictures[at])));
        place.updateText(`${at + 1} / ${pictures.length}`);
      };
      fillWith(box, [
        image,
        pictures.length > 1 &&
          element(
            InlineStack,
            {spacing: 'loose', alignment: 'baseline'},
            element(Button, {plain: true, onPress: turn(-1)}, texts.previous),
            element(Text, {subdued: true}, /** @type {any} */ (place)),
            element(Button, {plain: true, onPress: turn(1)}, texts.next),
          ),
      ]);
      return true;
    },
  };
}
