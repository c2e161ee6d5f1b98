/** Every {@link MeteringMode}. */
export const METERING_MODES = ['coarse', 'exact'] as const;

/**
 * How fuel is counted. `exact` charges what is executed, 1 per instruction. `coarse` is faster, and charges ahead what the costliest path
 * through a piece of code may need: never less than `exact`, and up to 34 times as much for an interpreter.
 */
export type MeteringMode = (typeof METERING_MODES)[number];
