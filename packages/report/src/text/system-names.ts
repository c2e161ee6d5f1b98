/** The system that answered, in one run. */
export interface NamedSystem {
  /** Position of the run. */
  readonly run: number;
  readonly prompt: string;
  readonly provider: string;
  readonly model: string;
}

/** Shortest names that distinguish systems: the model, and anything else that differs among them. */
export function systemNames(systems: readonly NamedSystem[]): string[] {
  const parts: readonly ((system: NamedSystem) => string)[] = [
    ({ provider }) => provider,
    ({ prompt }) => prompt,
    ({ run }) => runLetter(run),
  ];
  const shown = parts.filter((part) => new Set(systems.map(part)).size > 1);
  return systems.map((system) => [system.model, ...shown.map((part) => part(system))].join(' · '));
}

/** `run A` is the first. */
export function runLetter(run: number): string {
  return `run ${String.fromCharCode(65 + run)}`;
}
