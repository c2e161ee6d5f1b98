import { METERING_MODES, type MeteringMode, type PluginMetadata } from '@testbench/types';

/**
 * How fuel is counted: the same way for all plugins, or, with `as-asked`, as `metering` in a plugin's custom section requests, and coarsely if
 * it requests nothing. Both ways stop a plugin in time; `exact` runs more slowly, but charges an interpreter far less.
 */
export type MeteringChoice = MeteringMode | 'as-asked';

/** Every {@link MeteringChoice}. */
export const METERING_CHOICES = [...METERING_MODES, 'as-asked'] as const;

/** Resolves a choice for a plugin. @param section The metadata of its custom section. */
export function chooseMetering(
  choice: MeteringChoice,
  section: PluginMetadata | undefined,
): MeteringMode {
  return choice === 'as-asked' ? (section?.metering ?? 'coarse') : choice;
}
