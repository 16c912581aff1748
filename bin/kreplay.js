#!/usr/bin/env node
const { start } = await import('../dist/cli/index.js').catch(notBuilt)
await start()

/** Without dist/ there is nothing to run; any other failure to load is shown as it is. */
function notBuilt(error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
  process.stderr.write(
    `kreplay: error: not built or not installed: run \`npm ci\` in the package\n${error.message}\n`,
  )
  process.exit(70)
}
