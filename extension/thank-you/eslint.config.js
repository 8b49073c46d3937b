import js from '@eslint/js';

const readonly = (/** @type {string[]} */ names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

export default [
  {ignores: ['dist/', '**/*.d.ts']},
  js.configs.recommended,
  {
    rules: {
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
      'max-lines': ['error', 400],
      'no-implicit-coercion': 'error',
      'no-shadow': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['src/**'],
    languageOptions: {
      parserOptions: {ecmaFeatures: {jsx: true}},
      // All that src asks of the page's worker.
      globals: readonly(['AbortController', 'clearTimeout', 'document', 'fetch', 'process', 'setTimeout', 'shopify']),
    },
    // The compiler finds unused names too, and knows that a tag is a use.
    rules: {'no-console': 'error', 'no-unused-vars': 'off'},
  },
  {
    files: ['tests/**', 'scripts/**', '*.config.js'],
    languageOptions: {
      globals: readonly(['document', 'Event', 'globalThis', 'process', 'Response', 'setTimeout', 'URL']),
    },
  },
];
