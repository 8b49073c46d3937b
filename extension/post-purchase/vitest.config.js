import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    env: {APP_URL: 'https://afters.test'},
    include: ['tests/**/*.test.js'],
    unstubGlobals: true,
    restoreMocks: true,
    // src/index.js is run by tests/bundle.test.js, as part of the bundle.
    coverage: {
      enabled: true,
      include: ['src/**/*.js'],
      exclude: ['src/index.js'],
      reporter: ['text-summary'],
      reportsDirectory: 'node_modules/.coverage',
      thresholds: {branches: 95, functions: 100, lines: 100, statements: 100},
    },
  },
});
