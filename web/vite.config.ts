import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const hall = 'http://127.0.0.1:8080';
const first_page =
  /node_modules\/(svelte|esm-env|clsx)\/|src\/(api|i18n)\/[^/]+\.ts$|src\/(App|router|routes)|src\/ui\/(Button|Empty|Field|FieldFrame|Footer|Header|LoadView|Notice|PageHead|Skeleton|Spark|StateMark|Table|Tabs|Time|Trouble|clock|scale)\./;

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the CSP allows fonts and scripts from 'self' only, never data: URLs
    modulePreload: { polyfill: false },
    cssCodeSplit: true,
    rolldownOptions: {
      output: {
        // what the first page needs travels together: thirty small files compress worse than one
        codeSplitting: { groups: [{ name: 'hall', test: first_page }] },
      },
    },
  },
  server: {
    proxy: {
      '/api': { target: hall, ws: true },
      // `/log` alone is a page of ours; what is below it are the log's own files
      '^/log/': hall,
    },
  },
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  test: {
    // Hashing and signatures in plain script take their time on a busy machine; nothing here asserts on time.
    testTimeout: 30_000,
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
  },
}));
