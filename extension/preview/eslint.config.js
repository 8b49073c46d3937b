import js from '@eslint/js';

const readonly = (/** @type {string[]} */ names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

export default [
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
    languageOptions: {globals: readonly(['self', 'window', 'document', 'location', 'Blob', 'Worker', 'URL', 'Response', 'Intl'])},
    rules: {'no-console': 'error'},
  },
  {
    files: ['tests/**', 'scripts/**', '*.config.js'],
    languageOptions: {
      globals: readonly(['process', 'document', 'window', 'setTimeout', 'clearTimeout', 'MessageChannel', 'Response', 'URL', 'Event', 'HTMLElement', 'queueMicrotask']),
    },
  },
];
