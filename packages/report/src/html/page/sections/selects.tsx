import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

import type { View } from '../view.js';

/** A select box with its label. */
export function Select<Value extends string | number>({
  label,
  value,
  options,
  choose,
}: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly choose: (value: Value) => void;
}): JSX.Element {
  const id = useId();
  return (
    <div class="control">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={String(value)}
        onChange={({ currentTarget }) => choose(options[currentTarget.selectedIndex]!.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={String(option.value)}>
            {shorten(option.text)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Selects one of the systems, or with `all` none in particular. */
export function SystemSelect({
  view,
  label,
  value,
  all,
  choose,
}: {
  readonly view: View;
  readonly label: string;
  readonly value: number;
  readonly all?: string;
  readonly choose: (value: number) => void;
}): JSX.Element {
  const systems = view.names.map((text, position) => ({ value: position, text }));
  const options = all === undefined ? systems : [{ value: -1, text: all }, ...systems];
  return <Select label={label} value={value} options={options} choose={choose} />;
}

/** Selects the evaluator whose scores decide. */
export function EvaluatorSelect({ view }: { readonly view: View }): JSX.Element {
  const options = view.store.index.evaluators.map(({ name }, position) => ({
    value: position,
    text: name,
  }));
  return (
    <Select
      label="Evaluator"
      value={view.state.value.by}
      options={options}
      choose={(by) => view.choose({ by })}
    />
  );
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
