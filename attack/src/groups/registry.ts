import type { Attack } from '../attack.ts';
import { hostileRegistry } from './hostile-registry.ts';
import { registryInstalling } from './registry-installing.ts';

/** Rows 85 to 94. */
export const registryRows: readonly Attack[] = [...hostileRegistry, ...registryInstalling];
