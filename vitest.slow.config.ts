import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    setupFiles: ['test/support/setup.ts'],
    hookTimeout: 1_200_000,
    include: ['test/slow/**/*.test.ts', 'test/integration/**/*.test.ts'],
    testTimeout: 1_200_000,
  },
})
