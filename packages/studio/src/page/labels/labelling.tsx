import type { HumanLabel } from '@testbench/bench/judging';
import { formatScore, LongText, Name } from '@testbench/report/components';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import type { LabelCase } from '../../labels/list-cases.js';
import { pathOf, postJson } from '../api.js';
import { Loading, Problem } from '../parts/states.js';
import { useLoaded } from '../parts/use-loaded.js';
import { labelsOf } from './labels-of.js';

const PAGE_CASES = 50;
const WHO = 'testbench-studio-who';

/** Shows one answer after another: read it, and say whether it is right. */
export function Labelling({
  run,
  evaluators,
  onLabel,
}: {
  readonly run: string;
  readonly evaluators: readonly string[];
  readonly onLabel: () => void;
}): JSX.Element {
  const [from, setFrom] = useState(0);
  const [position, setPosition] = useState(0);
  const cases = useLoaded<{ cases: readonly LabelCase[]; next?: number }>(
    pathOf('/api/cases', { run, from, count: PAGE_CASES }),
  );
  const kept = useLoaded<{ file: string; labels: readonly HumanLabel[] }>(
    pathOf('/api/labels', { run }),
  );
  const [added, setAdded] = useState<readonly HumanLabel[]>([]);
  const [who, setWho] = useState(localStorage.getItem(WHO) ?? '');
  const [evaluator, setEvaluator] = useState('');
  const [other, setOther] = useState('');
  const [note, setNote] = useState('');
  const [error, setError] = useState<Error>();
  const shown = cases.value?.cases[position];

  const step = (by: number): void => {
    const next = position + by;
    if (next >= 0 && next < (cases.value?.cases.length ?? 0)) setPosition(next);
    else if (next < 0 && from > 0) {
      setFrom(Math.max(0, from - PAGE_CASES));
      setPosition(PAGE_CASES - 1);
    } else if (next > 0 && cases.value?.next !== undefined) {
      setFrom(cases.value.next);
      setPosition(0);
    }
    setNote('');
  };
  const give = async (label: number | string): Promise<void> => {
    if (shown === undefined) return;
    const { id, prompt, provider, model, epoch } = shown;
    try {
      const given = await postJson<HumanLabel>('/api/labels', {
        run,
        label: {
          id,
          label,
          prompt,
          provider,
          model,
          epoch,
          ...(who !== '' && { who }),
          ...(evaluator !== '' && { evaluator }),
          ...(note !== '' && { note }),
        },
      });
      localStorage.setItem(WHO, who);
      setAdded([...added, given]);
      setError(undefined);
      onLabel();
      step(1);
    } catch (cause) {
      setError(cause as Error);
    }
  };

  // The listener is added once, and acts on the answer currently shown.
  const press = useRef((_event: KeyboardEvent): void => undefined);
  press.current = (event) => {
    const { target, key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return;
    if (target instanceof Element && target.closest('input, textarea, select, [role=region]'))
      return;
    if (key === 'ArrowRight') step(1);
    else if (key === 'ArrowLeft') step(-1);
    else if (key === '1' || key === '0') void give(Number(key));
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => press.current(event);
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);

  if (cases.value === undefined) return <Loading loaded={cases} what="answers" />;
  if (kept.value === undefined) return <Loading loaded={kept} what="answers" />;
  if (shown === undefined) return <p class="card">The run has no answers that can be labelled.</p>;
  const labels = labelsOf([...kept.value.labels, ...added], shown);
  return (
    <section class="card" aria-labelledby="labelling">
      <h2 id="labelling" class="in-card">
        Answer {from + position + 1}{' '}
        <small>
          record <Name text={shown.id} />, <Name text={shown.model} />
          {shown.epoch > 1 && `, epoch ${shown.epoch}`}
        </small>
      </h2>
      <p class="eyebrow">Input</p>
      <LongText text={shown.input ?? ''} label="input" />
      <p class="eyebrow">Answer</p>
      <LongText text={shown.output ?? ''} label="answer" />
      {shown.expected !== undefined && (
        <>
          <p class="eyebrow">Expected</p>
          <LongText text={shown.expected} label="expected" />
        </>
      )}
      <details>
        <summary>What the evaluators say</summary>
        <dl class="pairs">
          {Object.entries(shown.scores).map(([name, score]) => (
            <div key={name}>
              <dt>
                <Name text={name} />
              </dt>
              <dd>
                {formatScore(score)}{' '}
                {Object.hasOwn(shown.explanations, name) && (
                  <Name text={shown.explanations[name]!} />
                )}
              </dd>
            </div>
          ))}
        </dl>
      </details>
      <p role="status">
        {labels.length === 0 ? (
          <span class="muted">no label yet</span>
        ) : (
          labels.map((label, index) => (
            <span key={index} class="tag">
              <Name text={`${label.who ?? 'somebody'}: ${label.label}`} />
            </span>
          ))
        )}
      </p>
      <div class="controls">
        <button type="button" class="right-button" onClick={() => void give(1)}>
          Right <kbd>1</kbd>
        </button>
        <button type="button" class="wrong-button" onClick={() => void give(0)}>
          Wrong <kbd>0</kbd>
        </button>
        <button type="button" onClick={() => step(-1)}>
          Previous <kbd>←</kbd>
        </button>
        <button type="button" onClick={() => step(1)}>
          Next <kbd>→</kbd>
        </button>
      </div>
      <div class="controls">
        <form
          class="control"
          onSubmit={(event) => {
            event.preventDefault();
            if (other !== '') void give(/^-?\d+(?:\.\d+)?$/.test(other) ? Number(other) : other);
          }}
        >
          <label for="other-label">Another number or class, then Enter</label>
          <input
            id="other-label"
            value={other}
            onInput={({ currentTarget }) => setOther(currentTarget.value)}
          />
        </form>
        <div class="control">
          <label for="label-who">Your name</label>
          <input
            id="label-who"
            value={who}
            onInput={({ currentTarget }) => setWho(currentTarget.value)}
          />
        </div>
        <div class="control">
          <label for="label-evaluator">For</label>
          <select
            id="label-evaluator"
            value={evaluator}
            onChange={({ currentTarget }) => setEvaluator(currentTarget.value)}
          >
            <option value="">all evaluators</option>
            {evaluators.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <div class="control wide">
          <label for="label-note">Note</label>
          <input
            id="label-note"
            value={note}
            onInput={({ currentTarget }) => setNote(currentTarget.value)}
          />
        </div>
      </div>
      {error !== undefined && <Problem error={error} />}
      <p class="muted">
        Labels are kept in <code>{kept.value.file}</code>, with your name and the time.
      </p>
    </section>
  );
}
