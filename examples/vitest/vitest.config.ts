import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A process for each file, three at a time on any machine.
    pool: 'forks',
    maxWorkers: 3,
  },
  cacheDir: '.cache/vite',
});
