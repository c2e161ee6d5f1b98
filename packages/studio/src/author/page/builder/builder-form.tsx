import type { JSX } from 'preact';

import { COMPARISONS } from '../../recipe/catalogue.js';
import { isPluginName } from '../../recipe/project-files.js';
import { type Check, type Combination, FRESH_CHECK, type Recipe } from '../../recipe/recipe.js';
import type { AuthorStore } from '../author-store.js';
import { Choice, Flag, NumberField, TextField } from '../fields.js';
import { Problem } from '../problem.js';
import { SideForm } from './side-form.js';

const COMBINATIONS = [
  ['mean', 'the weighted mean'],
  ['all', 'the lowest score: all must hold'],
  ['any', 'the highest score: one must hold'],
] as const satisfies readonly (readonly [Combination, string])[];

/** Maximum number of checks of one metric: beyond that, code is easier to read. */
const MAX_CHECKS = 20;

/** The visual builder: a metric as a form. */
export function BuilderForm({ store }: { readonly store: AuthorStore }): JSX.Element {
  const recipe = store.recipe.value;
  const change = (part: Partial<Recipe>): void => {
    store.recipe.value = { ...recipe, ...part };
  };
  const { checks } = recipe;
  return (
    <div class="author-builder">
      <div class="author-row">
        <TextField
          label="Name of the plugin"
          value={recipe.name}
          maxLength={64}
          onInput={(name) => change({ name })}
        />
        <TextField
          label="Description"
          value={recipe.description}
          maxLength={200}
          onInput={(description) => change({ description })}
        />
      </div>
      {!isPluginName(recipe.name) && (
        <p class="author-warning">
          A name has up to 64 of a-z, 0-9, “.”, “_” and “-”, and begins and ends with a letter or
          digit.
        </p>
      )}
      <PreviewRecord store={store} />
      <Problem text={store.previewProblem.value} />
      {checks.map((check, index) => (
        <CheckCard
          key={index}
          store={store}
          check={check}
          index={index}
          isOnly={checks.length === 1}
          onChange={(changed) => change({ checks: checks.with(index, changed) })}
          onRemove={() => change({ checks: checks.toSpliced(index, 1) })}
        />
      ))}
      <div class="author-row">
        <button
          type="button"
          disabled={checks.length >= MAX_CHECKS}
          onClick={() => change({ checks: [...checks, FRESH_CHECK] })}
        >
          Add a check
        </button>
        {checks.length > 1 && (
          <Choice
            label="The score is"
            value={recipe.combination}
            options={COMBINATIONS}
            onChange={(combination) => change({ combination })}
          />
        )}
        <Flag
          label="Right or wrong only"
          isOn={recipe.threshold !== undefined}
          onChange={(isOn) => change({ threshold: isOn ? 0.5 : undefined })}
        />
        {recipe.threshold !== undefined && (
          <NumberField
            label="Right from a score of"
            value={recipe.threshold}
            least={0}
            most={1}
            onInput={(threshold) => change({ threshold })}
          />
        )}
      </div>
    </div>
  );
}

/** The record shown in the previews, and its score. */
function PreviewRecord({ store }: { readonly store: AuthorStore }): JSX.Element | null {
  const total = store.records.value.length;
  if (total === 0) return null;
  const score = store.preview.value.get('score');
  return (
    <div class="author-row">
      <NumberField
        label={`Preview of record (1 to ${total})`}
        value={store.place.value + 1}
        least={1}
        most={total}
        step={1}
        onInput={(number) => {
          store.place.value = Math.round(number) - 1;
        }}
      />
      {score !== undefined && (
        <p class="author-score">
          Its score: <strong>{score}</strong>
        </p>
      )}
    </div>
  );
}

function CheckCard({
  store,
  check,
  index,
  isOnly,
  onChange,
  onRemove,
}: {
  readonly store: AuthorStore;
  readonly check: Check;
  readonly index: number;
  readonly isOnly: boolean;
  readonly onChange: (check: Check) => void;
  readonly onRemove: () => void;
}): JSX.Element {
  const number = index + 1;
  const preview = store.preview.value;
  const fields = store.fields.value;
  return (
    <section class="author-check" aria-label={`Check ${number}`}>
      <div class="author-step-head">
        <h3>Check {number}</h3>
        {!isOnly && (
          <button type="button" onClick={onRemove} aria-label={`Remove check ${number}`}>
            ✕
          </button>
        )}
      </div>
      <SideForm
        side={check.left}
        title={`left side of check ${number}`}
        place={`${index} left`}
        fields={fields}
        preview={preview}
        onChange={(left) => onChange({ ...check, left })}
      />
      <div class="author-row">
        <Choice
          label={`Comparison of check ${number}`}
          value={check.comparison}
          options={COMPARISONS}
          onChange={(comparison) => onChange({ ...check, comparison })}
        />
        {check.comparison === 'number' && (
          <NumberField
            label="Tolerance (share)"
            value={check.tolerance}
            least={0}
            most={1}
            onInput={(tolerance) => onChange({ ...check, tolerance })}
          />
        )}
        {!isOnly && (
          <NumberField
            label={`Weight of check ${number}`}
            value={check.weight}
            least={0}
            most={1000}
            onInput={(weight) => onChange({ ...check, weight })}
          />
        )}
        <Flag
          label="Turn round"
          isOn={check.isNegated}
          onChange={(isNegated) => onChange({ ...check, isNegated })}
        />
      </div>
      {check.comparison !== 'found' && (
        <SideForm
          side={check.right}
          title={`right side of check ${number}`}
          place={`${index} right`}
          fields={fields}
          preview={preview}
          onChange={(right) => onChange({ ...check, right })}
        />
      )}
    </section>
  );
}
