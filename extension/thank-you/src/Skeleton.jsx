/** @import {Api} from './contract' */

/**
 * Keeps about the place that an offer takes, so that little moves when it comes.
 *
 * @param {{api: Api}} props
 */
export function Skeleton({api}) {
  return (
    <s-section accessibilityLabel={api.i18n?.translate('loading')}>
      <s-stack gap="base">
        <s-skeleton-paragraph />
        <s-skeleton-paragraph />
        <s-skeleton-paragraph />
      </s-stack>
    </s-section>
  );
}
