import { Name } from '@testbench/report/components';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { GalleryPlugin } from '../../plugins/gallery.js';
import { postJson } from '../api.js';
import { Problem, Waiting } from '../parts/states.js';
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
  const { value, error } = useLoaded<Gallery>('/api/plugins');
  const [offered, setOffered] = useState<readonly GalleryPlugin[]>();
  const [asking, setAsking] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const [words, setWords] = useState('');
  const [type, setType] = useState('');
  const [asksNothing, setAsksNothing] = useState(false);

  const ask = async (): Promise<void> => {
    setAsking(true);
    setFailure(undefined);
    try {
      const found = await postJson<{ plugins: readonly GalleryPlugin[] }>('/api/plugins/offered', {
        ...(words !== '' && { words }),
      });
      setOffered(found.plugins);
    } catch (cause) {
      setFailure(cause as Error);
    } finally {
      setAsking(false);
    }
  };

  const all = merge(value?.plugins ?? [], offered ?? []);
  const types = [...new Set(all.map((plugin) => plugin.type ?? ''))].filter(Boolean).toSorted();
  const shown = all.filter((plugin) => fits(plugin, { words, type, asksNothing }));
  return (
    <>
      <h1>Plugins</h1>
      {error !== undefined && <Problem error={error} />}
      {value === undefined && error === undefined && <Waiting what="plugins" />}
      {value !== undefined && (
        <>
          <div class="controls">
            <div class="control wide">
              <label for="plugin-words">Find by name, capability, author or description</label>
              <input
                id="plugin-words"
                type="search"
                value={words}
                onInput={({ currentTarget }) => setWords(currentTarget.value)}
              />
            </div>
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
              <button type="button" disabled={asking} onClick={() => void ask()}>
                {asking ? 'Asking…' : 'Ask the registries'}
              </button>
            )}
          </div>
          {failure !== undefined && <Problem error={failure} />}
          <p class="status" role="status">
            {shown.length} of {all.length} plugins
            {offered === undefined ? '' : `, ${offered.length} of them from registries`}
          </p>
          {value.problems.map((problem) => (
            <p key={problem} class="notice">
              <Name text={problem} />
            </p>
          ))}
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
  wanted: { readonly words: string; readonly type: string; readonly asksNothing: boolean },
): boolean {
  if (wanted.type !== '' && plugin.type !== wanted.type) return false;
  if (wanted.asksNothing && asked(plugin).length > 0) return false;
  const { name, path, description, author, capabilities } = plugin;
  const text = [name, path, description, author, ...capabilities].join('\n').toLowerCase();
  return wanted.words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
