import { docsSchema } from '@astrojs/starlight/schema';
import { defineCollection } from 'astro:content';

import { CONTENT_FILE, readContent } from '../pages/content-file.ts';

/** Reads what `build.ts` has collected; nothing is written twice. */
const docs = defineCollection({
  loader: {
    name: 'testbench-pages',
    async load({ store, parseData, renderMarkdown, watcher }) {
      const load = async (): Promise<void> => {
        store.clear();
        for (const { address, title, description, markdown } of readContent().pages) {
          const id = address === '' ? 'index' : address;
          const data = await parseData({ id, data: { title, description, editUrl: false } });
          store.set({ id, data, body: markdown, rendered: await renderMarkdown(markdown) });
        }
      };
      await load();
      watcher?.add(CONTENT_FILE);
      watcher?.on('change', (path) => void (path === CONTENT_FILE && load()));
    },
  },
  schema: docsSchema(),
});

export const collections = { docs };
