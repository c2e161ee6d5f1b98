import type { JSX } from 'preact';

import type { PageRun } from '../../page-data.js';
import { formatCount } from '../../../text/format-numbers.js';
import { LongText, Name } from '../visible-text.js';
import type { View } from '../view.js';

/** Everything needed to repeat the run. */
export function ProvenanceSection({ view }: { readonly view: View }): JSX.Element {
  const { runs } = view.store.index;
  return (
    <section aria-labelledby="provenance">
      <h2 id="provenance">What ran</h2>
      {runs.map((run, number) => (
        <Run
          key={number}
          run={run}
          label={runs.length > 1 ? `Run ${String.fromCharCode(65 + number)}` : 'Run'}
        />
      ))}
    </section>
  );
}

function Run({ run, label }: { readonly run: PageRun; readonly label: string }): JSX.Element {
  const { plan } = run;
  const facts: [string, string][] = [
    ['run', run.run],
    ['plan', run.digest],
    ['data set', plan.dataset.digest],
    ['records', formatCount(plan.dataset.records)],
    ['seed', String(plan.seed)],
    ['epochs', `${plan.epochs.count}, ${plan.epochs.reducer}`],
    ['cases without a score', plan.onError === 'wrong' ? 'count as 0' : 'leave the mean'],
    ['contract', plan.contract],
    ...(run.startedAt === undefined ? [] : [['started', run.startedAt] as [string, string]]),
  ];
  return (
    <div class="card">
      <h3>
        {label} <Name text={plan.name} />
      </h3>
      <dl class="pairs">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="mono">
              <Name text={value} />
            </dd>
          </div>
        ))}
      </dl>
      <Plugins run={run} />
      <Failures run={run} />
      {plan.prompts.map(({ name, template, messages }) =>
        template === undefined && messages === undefined ? null : (
          <details key={name}>
            <summary>
              Prompt <Name text={name} />
            </summary>
            <LongText
              text={template ?? JSON.stringify(messages, undefined, 2)}
              label={`template of ${name}`}
            />
          </details>
        ),
      )}
      <details>
        <summary>The whole plan</summary>
        <LongText text={JSON.stringify(plan, undefined, 2)} label="plan as JSON" />
      </details>
    </div>
  );
}

function Plugins({ run: { plan } }: { readonly run: PageRun }): JSX.Element {
  const plugins = [
    ...plan.providers.map((each) => ({ ...each, stage: 'provider', called: each.as })),
    ...(plan.tools ?? []).flatMap(({ as, plugin }) =>
      plugin === undefined ? [] : [{ ...plugin, stage: 'tool', called: as }],
    ),
    ...(plan.toolCheck === undefined
      ? []
      : [{ ...plan.toolCheck, stage: 'tool', called: 'check of arguments' }]),
    ...(plan.conversation?.user === undefined
      ? []
      : [{ ...plan.conversation.user, stage: 'user', called: plan.conversation.user.model }]),
    ...plan.transforms.map((each, index) => ({
      ...each,
      stage: 'transform',
      called: String(index + 1),
    })),
    ...plan.evaluators.map((each) => ({ ...each, stage: 'evaluator', called: each.as })),
    ...plan.filters.map((each, index) => ({ ...each, stage: 'filter', called: String(index + 1) })),
  ];
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Plugins">
      <table>
        <caption class="visually-hidden">Plugins with their versions and digests</caption>
        <thead>
          <tr>
            <th scope="col">stage</th>
            <th scope="col">called</th>
            <th scope="col">plugin</th>
            <th scope="col">version</th>
            <th scope="col">digest</th>
            <th scope="col">configuration</th>
          </tr>
        </thead>
        <tbody>
          {plugins.map(({ stage, called, name, version, digest, config }, index) => (
            <tr key={index}>
              <td>{stage}</td>
              <th scope="row">
                <Name text={called} />
              </th>
              <td>
                <Name text={name} />
              </td>
              <td>
                <Name text={version} />
              </td>
              <td class="mono digest">{digest}</td>
              <td class="mono">
                <Name text={JSON.stringify(config).slice(0, 300)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Failures({ run: { failures } }: { readonly run: PageRun }): JSX.Element | null {
  if (failures.length === 0) return null;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Failures">
      <table>
        <caption>Failures by cause</caption>
        <thead>
          <tr>
            <th scope="col">stage</th>
            <th scope="col">code</th>
            <th scope="col" class="number">
              count
            </th>
            <th scope="col">cause</th>
          </tr>
        </thead>
        <tbody>
          {failures.map(({ stage, code, count, cause }, index) => (
            <tr key={index}>
              <td>
                <Name text={stage} />
              </td>
              <td class="mono">{code}</td>
              <td class="number">{formatCount(count)}</td>
              <td>
                <Name text={cause} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
