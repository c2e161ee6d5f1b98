import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { GalleryPlugin } from '../../plugins/gallery.js';
import { parameters, pathOf, postJson } from '../api.js';
import { RunLinks } from '../parts/run-links.js';
import { Problem } from '../parts/states.js';
import { useAction } from '../parts/use-action.js';
import { useLoaded } from '../parts/use-loaded.js';

/** Scores the answers of a run with another evaluator, or with other options. */
export function ScorePage(): JSX.Element {
  const run = parameters.get('run') ?? '';
  const { value } = useLoaded<{ plugins: readonly GalleryPlugin[] }>('/api/plugins');
  const [plugin, setPlugin] = useState('');
  const [name, setName] = useState('');
  const [config, setConfig] = useState('{}');
  const [isReplacing, setReplacing] = useState(false);
  const offered = (value?.plugins ?? [])
    .filter(({ type, source }) => (type ?? 'evaluator') === 'evaluator' && source !== 'catalogue')
    .map((each) => each.path ?? each.name);

  const { error, isBusy, start } = useAction(async () => {
    const evaluator = {
      plugin,
      config: JSON.parse(config) as unknown,
      ...(name !== '' && { name }),
    };
    const mode = isReplacing ? 'replace' : 'append';
    const made = await postJson<{ run: string }>('/api/score', {
      run,
      mode,
      evaluators: [evaluator],
    });
    location.assign(pathOf('/run', { run: made.run }));
  });

  return (
    <>
      <RunLinks run={run} current="/score" />
      <h1>Score again</h1>
      <p class="muted">
        The answers of the run stay as they are, and no model is asked. The new scores go to a run
        of their own next to it.
      </p>
      <form
        class="card form"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <label>
          Evaluator: a name such as exact-match, or a file of the project
          <input
            required
            list="evaluators"
            value={plugin}
            onInput={({ currentTarget }) => setPlugin(currentTarget.value)}
          />
        </label>
        <datalist id="evaluators">
          {[...new Set(offered)].map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        <label>
          Column in the results (empty: the plugin's name)
          <input value={name} onInput={({ currentTarget }) => setName(currentTarget.value)} />
        </label>
        <label>
          Options as JSON
          <textarea
            class="mono"
            rows={5}
            spellcheck={false}
            value={config}
            onInput={({ currentTarget }) => setConfig(currentTarget.value)}
          />
        </label>
        <label class="toggle">
          <input
            type="checkbox"
            checked={isReplacing}
            onChange={({ currentTarget }) => setReplacing(currentTarget.checked)}
          />
          Leave out the scores that the run has
        </label>
        <div>
          <button type="submit" disabled={isBusy}>
            {isBusy ? 'Scoring…' : 'Score'}
          </button>
        </div>
        {error !== undefined && <Problem error={error} />}
      </form>
    </>
  );
}
