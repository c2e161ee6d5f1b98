import { METERING_MODES, type MeteringMode, type PluginMetadata } from '@testbench/types';

/**
 * How fuel is counted: in one way for all, or, with `as-asked`, as the `metering` in a plugin's custom section asks, and coarsely where
 * it asks nothing. Both stop a plugin in time; `exact` takes longer to run, and charges an interpreter far less.
 */
export type MeteringChoice = MeteringMode | 'as-asked';

/** Every {@link MeteringChoice}. */
export const METERING_CHOICES = [...METERING_MODES, 'as-asked'] as const;

/** What a choice means for a plugin. @param section What its custom section says. */
export function chooseMetering(
  choice: MeteringChoice,
  section: PluginMetadata | undefined,
): MeteringMode {
  return choice === 'as-asked' ? (section?.metering ?? 'coarse') : choice;
}
