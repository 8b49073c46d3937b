import {extend} from '@shopify/post-purchase-ui-extensions';
import {shouldRender} from './decide.js';
import {showPage} from './page.js';

extend('Checkout::PostPurchase::ShouldRender', shouldRender);
extend('Checkout::PostPurchase::Render', (root, api) => {
  void showPage(root, api);
});
