import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { GalleryPlugin } from '../../plugins/gallery.js';
import { matchWords } from '../../words.js';
import { postJson } from '../api.js';
import { SearchField } from '../parts/search-field.js';
import { Loading, Notices, Problem } from '../parts/states.js';
import { useAction } from '../parts/use-action.js';
import { useLoaded } from '../parts/use-loaded.js';
import { asked } from './asked.js';
import { PluginCard } from './plugin-card.js';

interface Gallery {
  readonly plugins: readonly GalleryPlugin[];
  readonly problems: readonly string[];
  readonly hasRegistries: boolean;
}

/** Plugins of the project, of its catalogue, and, on request, of registries. */
export function PluginPage(): JSX.Element {
  const loaded = useLoaded<Gallery>('/api/plugins');
  const { value } = loaded;
  const [offered, setOffered] = useState<readonly GalleryPlugin[]>();
  const [words, setWords] = useState('');
  const [type, setType] = useState('');
  const [asksNothing, setAsksNothing] = useState(false);

  const asking = useAction(async () => {
    const found = await postJson<{ plugins: readonly GalleryPlugin[] }>('/api/plugins/offered', {
      ...(words !== '' && { words }),
    });
    setOffered(found.plugins);
  });

  const all = merge(value?.plugins ?? [], offered ?? []);
  const types = [...new Set(all.map((plugin) => plugin.type ?? ''))].filter(Boolean).toSorted();
  const wanted = { hasWords: matchWords(words), type, asksNothing };
  const shown = all.filter((plugin) => fits(plugin, wanted));
  return (
    <>
      <h1>Plugins</h1>
      <Loading loaded={loaded} what="plugins" />
      {value !== undefined && (
        <>
          <div class="controls">
            <SearchField
              id="plugin-words"
              label="Find by name, capability, author or description"
              words={words}
              setWords={setWords}
            />
            <div class="control">
              <label for="plugin-type">Type</label>
              <select
                id="plugin-type"
                value={type}
                onChange={({ currentTarget }) => setType(currentTarget.value)}
              >
                <option value="">all</option>
                {types.map((each) => (
                  <option key={each}>{each}</option>
                ))}
              </select>
            </div>
            <label class="toggle">
              <input
                type="checkbox"
                checked={asksNothing}
                onChange={({ currentTarget }) => setAsksNothing(currentTarget.checked)}
              />
              Without permissions
            </label>
            {value.hasRegistries && (
              <button type="button" disabled={asking.isBusy} onClick={() => void asking.start()}>
                {asking.isBusy ? 'Asking…' : 'Ask the registries'}
              </button>
            )}
          </div>
          {asking.error !== undefined && <Problem error={asking.error} />}
          <p class="status" role="status">
            {shown.length} of {all.length} plugins
            {offered === undefined ? '' : `, ${offered.length} of them from registries`}
          </p>
          <Notices texts={value.problems} />
          {all.length === 0 && (
            <p class="card">
              Nothing is installed, and the folder has no modules.{' '}
              <code>testbench plugin install</code> installs plugins, <code>testbench new</code>{' '}
              begins one.
            </p>
          )}
          <div class="gallery">
            {shown.map((plugin) => (
              <PluginCard
                key={`${plugin.source} ${plugin.digest} ${plugin.path ?? plugin.name}`}
                plugin={plugin}
                hasRegistries={value.hasRegistries}
              />
            ))}
          </div>
        </>
      )}
    </>
  );
}

/** Merges the lists: installed plugins are not shown again as offers. */
function merge(
  own: readonly GalleryPlugin[],
  offered: readonly GalleryPlugin[],
): readonly GalleryPlugin[] {
  const keyOf = ({ name, version }: GalleryPlugin): string => JSON.stringify([name, version]);
  const known = new Set(own.filter(({ source }) => source !== 'file').map(keyOf));
  return [...own, ...offered.filter((plugin) => !known.has(keyOf(plugin)))];
}

function fits(
  plugin: GalleryPlugin,
  wanted: {
    readonly hasWords: (text: string) => boolean;
    readonly type: string;
    readonly asksNothing: boolean;
  },
): boolean {
  if (wanted.type !== '' && plugin.type !== wanted.type) return false;
  if (wanted.asksNothing && asked(plugin).length > 0) return false;
  const { name, path, description, author, capabilities } = plugin;
  return wanted.hasWords([name, path, description, author, ...capabilities].join('\n'));
}
