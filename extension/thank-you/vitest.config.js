import {defineConfig} from 'vitest/config';

export default defineConfig({
  esbuild: {jsx: 'automatic', jsxImportSource: 'preact'},
  test: {
    env: {APP_URL: 'https://afters.test'},
    environment: 'jsdom',
    include: ['tests/**/*.test.js'],
    restoreMocks: true,
    // It imports our modules, which Node alone could not read.
    server: {deps: {inline: ['@shopify/ui-extensions-tester']}},
    coverage: {
      enabled: true,
      include: ['src/**/*.{js,jsx}'],
      reporter: ['text-summary'],
      reportsDirectory: 'node_modules/.coverage',
      thresholds: {branches: 95, functions: 100, lines: 100, statements: 100},
    },
  },
});
