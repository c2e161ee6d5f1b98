import type { JSX } from 'preact';

/** A labelled choice. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
}): JSX.Element {
  return (
    <label class="author-field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value as Value)}>
        {options.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A labelled line of text. */
export function TextField({
  label,
  value,
  hint,
  maxLength = 1000,
  onInput,
}: {
  readonly label: string;
  readonly value: string;
  readonly hint?: string | undefined;
  readonly maxLength?: number;
  readonly onInput: (value: string) => void;
}): JSX.Element {
  return (
    <label class="author-field">
      <span>{label}</span>
      <input
        type="text"
        value={value}
        placeholder={hint}
        maxLength={maxLength}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

/** A labelled number. */
export function NumberField({
  label,
  value,
  least,
  most,
  step = 'any',
  onInput,
}: {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly step?: number | 'any';
  readonly onInput: (value: number) => void;
}): JSX.Element {
  return (
    <label class="author-field author-number">
      <span>{label}</span>
      <input
        type="number"
        value={value}
        min={least}
        max={most}
        step={step}
        onInput={(event) => {
          const given = event.currentTarget.valueAsNumber;
          if (given >= least && given <= most) onInput(given);
        }}
      />
    </label>
  );
}

/** A labelled checkbox. */
export function Flag({
  label,
  isOn,
  onChange,
}: {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}): JSX.Element {
  return (
    <label class="author-flag">
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}
