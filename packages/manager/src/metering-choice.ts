import { METERING_MODES, type MeteringMode } from '@testbench/types';

/**
 * How fuel is counted: in one way for all, or, with `as-asked`, as the `metering` in a plugin's custom section asks, and coarsely where
 * it asks nothing. Both stop a plugin in time; `exact` takes longer to run, and charges an interpreter far less.
 */
export type MeteringChoice = MeteringMode | 'as-asked';

/** Every {@link MeteringChoice}. */
export const METERING_CHOICES = [...METERING_MODES, 'as-asked'] as const;
