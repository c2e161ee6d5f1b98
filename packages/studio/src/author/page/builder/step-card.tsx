import type { JSX } from 'preact';

import { PREVIEW_CHARACTERS } from '../../limits.js';
import { offerOf, type StepField } from '../../recipe/catalogue.js';
import type { Step, Which } from '../../recipe/recipe.js';
import { Choice, Flag, NumberField, TextField } from '../fields.js';

const WHICH_OPTIONS = [
  ['first', 'first'],
  ['last', 'last'],
] as const satisfies readonly (readonly [Which, string])[];

/** One step: its form, its result for the current record, and buttons to move and remove it. */
export function StepCard({
  step,
  name,
  value,
  onChange,
  onMove,
  onRemove,
}: {
  readonly step: Step;
  /** Name for screen readers: which step of which side. */
  readonly name: string;
  readonly value: string | undefined;
  readonly onChange: (step: Step) => void;
  /** Undefined for the first one. */
  readonly onMove: (() => void) | undefined;
  readonly onRemove: () => void;
}): JSX.Element {
  const offer = offerOf(step.kind);
  return (
    <li class="author-step">
      <div class="author-step-head">
        <strong title={offer.description}>{offer.name}</strong>
        <span class="author-buttons">
          {onMove && (
            <button type="button" onClick={onMove} aria-label={`Move ${name} up`}>
              ↑
            </button>
          )}
          <button type="button" onClick={onRemove} aria-label={`Remove ${name}`}>
            ✕
          </button>
        </span>
      </div>
      {offer.fields.length > 0 && (
        <div class="author-row">
          {offer.fields.map((field) => (
            <StepInput key={field.key} field={field} step={step} onChange={onChange} />
          ))}
        </div>
      )}
      <PreviewValue name={name} value={value} />
    </li>
  );
}

/** The text at one place of the metric. */
export function PreviewValue({
  name,
  value,
}: {
  readonly name: string;
  readonly value: string | undefined;
}): JSX.Element | null {
  if (value === undefined) return null;
  const isLong = value.length > PREVIEW_CHARACTERS;
  return (
    <pre class="author-preview" aria-label={`Preview after ${name}`} tabIndex={0} role="region">
      {value === '' ? <em>nothing</em> : value.slice(0, PREVIEW_CHARACTERS)}
      {isLong ? '…' : ''}
    </pre>
  );
}

function StepInput({
  field: { key, label, kind, hint },
  step,
  onChange,
}: {
  readonly field: StepField;
  readonly step: Step;
  readonly onChange: (step: Step) => void;
}): JSX.Element {
  const value = (step as unknown as Record<string, unknown>)[key];
  const change = (given: unknown): void => onChange({ ...step, [key]: given });
  switch (kind) {
    case 'which':
      return (
        <Choice label={label} value={value as Which} options={WHICH_OPTIONS} onChange={change} />
      );
    case 'flag':
      return <Flag label={label} isOn={value === true} onChange={change} />;
    case 'number':
      return (
        <NumberField
          label={label}
          value={Number(value)}
          least={0}
          most={99}
          step={1}
          onInput={change}
        />
      );
    default:
      return <TextField label={label} value={String(value)} hint={hint} onInput={change} />;
  }
}
