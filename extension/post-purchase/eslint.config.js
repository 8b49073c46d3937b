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
    // What the checkout worker promises, and what src asks for with `typeof` or inside try.
    languageOptions: {globals: readonly(['self', 'setTimeout', 'clearTimeout', 'fetch', 'AbortController', 'Intl', 'process'])},
    rules: {'no-console': 'error'},
  },
  {
    files: ['tests/**', 'scripts/**', '*.config.js'],
    languageOptions: {globals: readonly(['process', 'setTimeout', 'clearTimeout', 'Response', 'ReadableStream', 'URL', 'structuredClone'])},
  },
];
