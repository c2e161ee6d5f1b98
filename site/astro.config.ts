import { existsSync } from 'node:fs';

import { satteri } from '@astrojs/markdown-satteri';
import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';

import { readContent } from './pages/content-file.ts';
import { hrefOf } from './pages/page.ts';
import { PLAYGROUND } from './pages/playground.ts';

export default defineConfig({
  outDir: 'dist',
  devToolbar: { enabled: false },
  // Quotation marks and dashes stay as they were typed: `--option` is one.
  markdown: { processor: satteri({ features: { smartPunctuation: false } }) },
  integrations: [
    starlight({
      title: 'Testbench',
      description: 'Safe, fast WebAssembly plugins for testing large language models',
      customCss: ['./src/styles/site.css'],
      head: [{ tag: 'script', attrs: { src: '/keyboard.js', defer: true } }],
      lastUpdated: false,
      credits: false,
      sidebar: [
        ...(existsSync(PLAYGROUND) ? [{ label: 'Playground', link: '/playground/' }] : []),
        ...readContent().sections.map(({ label, collapsed, pages }) => ({
          label,
          collapsed,
          items: pages.map((page) => ({ label: page.title, link: hrefOf(page) })),
        })),
        { label: 'API of the packages', link: '/api/' },
      ],
    }),
  ],
});
