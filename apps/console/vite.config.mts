import { defineConfig } from 'vite';

export default defineConfig({
  // The back office puts a nonce of its own into each page it hands out.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    // Where a fault is, for whoever reads it in the browser; it is fetched only with its tools open.
    sourcemap: true,
    // What is inlined as data: would need a hole in the policy of the page.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      // "use client" means something to servers that render; there is none here.
      onLog: (level, log, tell) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') tell(level, log);
      },
    },
  },
});
