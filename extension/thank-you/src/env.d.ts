/** Replaced at build time, by the Shopify CLI with the app's `application_url`, by scripts/build.mjs with `APP_URL`. */
declare const process: {env: {APP_URL: string}};
