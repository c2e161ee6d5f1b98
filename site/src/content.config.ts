import { docsSchema } from '@astrojs/starlight/schema';
import { defineCollection } from 'astro:content';

import { renderedMarkdown, sitePages } from '../pages/index.ts';

/** Reads the pages that `pages/` collects; nothing is written twice. */
const docs = defineCollection({
  loader: {
    name: 'testbench-pages',
    async load({ store, parseData, renderMarkdown }) {
      store.clear();
      for (const page of sitePages()) {
        const id = page.address === '' ? 'index' : page.address;
        const markdown = renderedMarkdown(page);
        const data = await parseData({
          id,
          data: { title: page.title, description: page.description, editUrl: false },
        });
        store.set({ id, data, body: markdown, rendered: await renderMarkdown(markdown) });
      }
    },
  },
  schema: docsSchema(),
});

export const collections = { docs };
