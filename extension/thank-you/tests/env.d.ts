/** In the tests the address stands in the environment, see vitest.config.js. */
declare namespace NodeJS {
  interface ProcessEnv {
    APP_URL: string;
  }
}
