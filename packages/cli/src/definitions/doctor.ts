import { defineCommand } from '../command-line/define-command.js';
import { DOCTOR_FLAGS } from '../flags/doctor.js';

export const DOCTOR = defineCommand({
  name: 'doctor',
  brief: 'check that this machine can run and build plugins',
  positionals: [],
  flags: DOCTOR_FLAGS,
  examples: ['testbench doctor'],
  load: async () => (await import('../commands/doctor.js')).doctorCommand,
});
