import { formatCount, Name, shortDigest } from '@testbench/report/components';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { GalleryPlugin } from '../../plugins/gallery.js';
import type { PluginClaims } from '../../plugins/studio-registries.js';
import { postJson } from '../api.js';
import { formatBytes } from '../parts/format-bytes.js';
import { Problem } from '../parts/states.js';
import { useAction } from '../parts/use-action.js';
import { asked } from './asked.js';

const SOURCES: Readonly<Record<GalleryPlugin['source'], string>> = {
  installed: 'installed',
  file: 'file of the project',
  catalogue: 'in the catalogue',
  registry: 'in a registry',
};

/** One plugin. All texts come from the plugin and are unverified. */
export function PluginCard({
  plugin,
  hasRegistries,
}: {
  readonly plugin: GalleryPlugin;
  readonly hasRegistries: boolean;
}): JSX.Element {
  const { source, name, version, type, description, capabilities } = plugin;
  const permissions = asked(plugin);
  const facts: [string, string | undefined][] = [
    ['author', plugin.author],
    ['licence', plugin.license],
    ['size', plugin.bytes === undefined ? undefined : formatBytes(plugin.bytes)],
    ['calls in stored runs', plugin.calls === undefined ? undefined : formatCount(plugin.calls)],
    [
      'fuel per call',
      plugin.fuelPerCall === undefined ? undefined : formatCount(Math.round(plugin.fuelPerCall)),
    ],
    ['registry', plugin.registry],
    ['file', plugin.path],
    ['digest', shortDigest(plugin.digest)],
    [
      'signed by, when installed',
      plugin.signers === undefined ? undefined : plugin.signers.join(', ') || 'nobody',
    ],
  ];
  return (
    <article class="card plugin">
      <h2 class="in-card">
        <Name text={name} /> <small>{version}</small>
      </h2>
      <p>
        <span class={source === 'installed' ? 'tag right' : 'tag'}>{SOURCES[source]}</span>
        {type !== undefined && <span class="tag">{type}</span>}
        {capabilities.map((capability) => (
          <span key={capability} class="tag">
            <Name text={capability} />
          </span>
        ))}
      </p>
      {description !== undefined && description !== '' && (
        <p>
          <Name text={description} />
        </p>
      )}
      <p class={permissions.length > 0 ? 'notice' : 'muted'}>
        {permissions.length > 0 ? 'asks for ' : 'asks for no permissions'}
        <Name text={permissions.join(', ')} />
      </p>
      <dl class="pairs small">
        {facts
          .filter(([, value]) => value !== undefined && value !== '')
          .map(([title, value]) => (
            <div key={title}>
              <dt>{title}</dt>
              <dd>
                <Name text={value!} />
              </dd>
            </div>
          ))}
      </dl>
      {hasRegistries && source !== 'file' && <Claims plugin={plugin} />}
    </article>
  );
}

/** The attachments of the plugin in its registry; requested only on demand. */
function Claims({ plugin }: { readonly plugin: GalleryPlugin }): JSX.Element {
  const [claims, setClaims] = useState<PluginClaims>();
  const { name, version, registry } = plugin;
  const { error, start } = useAction(async () => {
    const named = { name, version, ...(registry !== undefined && { registry }) };
    setClaims(await postJson<PluginClaims>('/api/plugins/claims', named));
  });
  if (claims === undefined) {
    return (
      <>
        <button type="button" onClick={() => void start()} aria-label={`Who vouches for ${name}?`}>
          Who vouches for it?
        </button>
        {error !== undefined && <Problem error={error} />}
      </>
    );
  }
  return (
    <dl class="pairs small">
      <div>
        <dt>signed by</dt>
        <dd>
          <Name text={claims.signedBy} />
        </dd>
      </div>
      <div>
        <dt>attested tests</dt>
        <dd>
          <Name text={claims.tested} />
        </dd>
      </div>
      <div>
        <dt>versions</dt>
        <dd>
          <Name text={claims.versions.slice(0, 10).join(', ')} />
        </dd>
      </div>
      {claims.attached.map((line) => (
        <div key={line}>
          <dt>attached</dt>
          <dd>
            <Name text={line} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
