import type { JSX } from 'preact';

import { ORIGINS, STEP_CATALOGUE } from '../../recipe/catalogue.js';
import type { Side, Step, StepKind } from '../../recipe/recipe.js';
import { Choice, TextField } from '../fields.js';
import type { Preview } from '../author-store.js';
import { PreviewValue, StepCard } from './step-card.js';

/** Where a text comes from, and the steps that it goes through. */
export function SideForm({
  side,
  title,
  place,
  fields,
  preview,
  onChange,
}: {
  readonly side: Side;
  /** Such as `left side of check 1`. */
  readonly title: string;
  /** Such as `0 left`. */
  readonly place: string;
  readonly fields: readonly string[];
  readonly preview: Preview;
  readonly onChange: (side: Side) => void;
}): JSX.Element {
  const { steps } = side;
  const changeSteps = (changed: readonly Step[]): void => onChange({ ...side, steps: changed });
  const listId = `fields-${place.replace(' ', '-')}`;
  return (
    <fieldset class="author-side">
      <legend>{title}</legend>
      <div class="author-row">
        <Choice
          label="Take"
          value={side.origin}
          options={ORIGINS}
          onChange={(origin) => onChange({ ...side, origin })}
        />
        {side.origin === 'text' && (
          <TextField
            label="Text"
            value={side.value}
            onInput={(value) => onChange({ ...side, value })}
          />
        )}
        {side.origin === 'field' && (
          <label class="author-field">
            <span>Field</span>
            <input
              type="text"
              list={listId}
              value={side.value}
              maxLength={200}
              spellcheck={false}
              onInput={(event) => onChange({ ...side, value: event.currentTarget.value })}
            />
            <datalist id={listId}>
              {fields.map((field) => (
                <option key={field} value={field} />
              ))}
            </datalist>
          </label>
        )}
      </div>
      <PreviewValue name={`taking the ${title}`} value={preview.get(`${place} -1`)} />
      <ol class="author-steps">
        {steps.map((step, index) => (
          <StepCard
            key={`${index} ${step.kind}`}
            step={step}
            name={`step ${index + 1} of the ${title}`}
            value={preview.get(`${place} ${index}`)}
            onChange={(changed) => changeSteps(steps.with(index, changed))}
            onMove={index === 0 ? undefined : () => changeSteps(swapped(steps, index))}
            onRemove={() => changeSteps(steps.toSpliced(index, 1))}
          />
        ))}
      </ol>
      <label class="author-field">
        <span>Add a step</span>
        <select
          value=""
          aria-label={`Add a step to the ${title}`}
          onChange={(event) => {
            const kind = event.currentTarget.value as StepKind | '';
            const offer = STEP_CATALOGUE.find((each) => each.kind === kind);
            if (offer !== undefined) changeSteps([...steps, offer.fresh]);
            event.currentTarget.value = '';
          }}
        >
          <option value="">Choose…</option>
          {STEP_CATALOGUE.map(({ kind, name }) => (
            <option key={kind} value={kind}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  );
}

function swapped(steps: readonly Step[], index: number): readonly Step[] {
  return steps.toSpliced(index - 1, 2, steps[index]!, steps[index - 1]!);
}
