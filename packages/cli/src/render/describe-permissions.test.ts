import { describe, expect, it } from 'vitest';

import { describePermissions } from './describe-permissions.js';

describe('describePermissions()', () => {
  it.each([
    { permissions: {}, text: 'no permission' },
    { permissions: { network: false, allowedHosts: [], allowedDirs: [] }, text: 'no permission' },
    { permissions: { network: true, allowedHosts: ['a', 'b'] }, text: 'network a, b' },
    {
      permissions: { hostFunctions: true, allowedHostFunctions: ['mine.lookup'] },
      text: 'host functions mine.lookup',
    },
    { permissions: { network: true, allowedHosts: [] }, text: 'network (names nothing)' },
    { permissions: { envVars: true }, text: 'environment (names nothing)' },
    { permissions: { network: false, allowedHosts: ['a'] }, text: 'network a (but it is off)' },
    {
      permissions: {
        filesystem: true,
        allowedDirs: ['/d', { path: '/e', access: 'read-write' as const }],
      },
      text: 'files /d, /e (read-write)',
    },
  ])('says "$text"', ({ permissions, text }) => {
    expect(describePermissions(permissions)).toBe(text);
  });
});
