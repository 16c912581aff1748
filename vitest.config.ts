import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    setupFiles: ['test/support/setup.ts'],
    hookTimeout: 600_000,
    include: ['test/**/*.test.ts'],
    exclude: ['test/slow/**', 'test/integration/**'],
    testTimeout: 120_000,
  },
})
