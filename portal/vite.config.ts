import { gzipSync } from 'node:zlib'

import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

// The map's worker is an ES module kept beside the map library; served as .js, so that no web
// server needs to know the .mjs ending. Nothing is inlined: the content security policy allows
// neither inline scripts nor data: addresses.
const nameOfAsset = (asset: { names: string[] }): string =>
  asset.names.some((name) => name.endsWith('.mjs')) ? 'assets/[name]-[hash].js' : 'assets/[name]-[hash][extname]'

const MOST_BYTES = 400_000

/** Fails the build when the portal's own scripts, gzipped and without the map library, weigh too much. */
const weighed = (): Plugin => ({
  name: 'weighed',
  apply: 'build',
  generateBundle(_, bundle) {
    const own = Object.values(bundle).flatMap((file) => (file.type === 'chunk' && !file.fileName.includes('maplibre') ? [gzipSync(file.code).length] : []))
    const bytes = own.reduce((sum, size) => sum + size, 0)
    if (bytes > MOST_BYTES) this.error(`the portal's scripts are ${bytes} bytes gzipped, ${MOST_BYTES} are allowed: load parts later, or do without a library`)
    this.info(`the portal's scripts: ${bytes} bytes gzipped of ${MOST_BYTES}`)
  },
})

export default defineConfig({
  plugins: [vue(), weighed()],
  build: {
    outDir: '../src/diban/app/static',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { output: { assetFileNames: nameOfAsset } },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000', '/ogc': 'http://127.0.0.1:8000' } },
  test: { include: ['test/**/*.test.ts'] },
})
