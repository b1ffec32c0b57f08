import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// The map's worker is an ES module kept beside the map library; served as .js, so that no web
// server needs to know the .mjs ending. Nothing is inlined: the content security policy allows
// neither inline scripts nor data: addresses.
const nameOfAsset = (asset: { names: string[] }): string =>
  asset.names.some((name) => name.endsWith('.mjs')) ? 'assets/[name]-[hash].js' : 'assets/[name]-[hash][extname]'

export default defineConfig({
  plugins: [vue()],
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
