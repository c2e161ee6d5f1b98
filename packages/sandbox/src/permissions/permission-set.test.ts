import { describe, expect, it } from 'vitest';

import { PermissionSet } from './permission-set.js';

describe('PermissionSet', () => {
  it('grants nothing by default', () => {
    expect(new PermissionSet().allowsEnv('PATH')).toBe(false);
  });

  it('grants exactly the names of the list', () => {
    const granted = new PermissionSet({ envVars: true, allowedEnv: ['API_KEY'] });
    expect(granted.allowsEnv('API_KEY')).toBe(true);
    expect(granted.allowsEnv('api_key')).toBe(false);
    expect(granted.allowsEnv('API_KEY2')).toBe(false);
  });

  it.each([
    { granted: { envVars: true }, path: 'permissions.envVars' },
    { granted: { filesystem: true }, path: 'permissions.filesystem' },
    { granted: { network: true }, path: 'permissions.network' },
    { granted: { allowedEnv: ['A'] }, path: 'permissions.allowedEnv' },
    { granted: { envVars: false, allowedEnv: ['A'] }, path: 'permissions.allowedEnv' },
    { granted: { envVars: true, allowedEnv: [''] }, path: 'permissions.allowedEnv' },
    { granted: { envVars: 'yes' as never }, path: 'permissions.envVars' },
  ])('refuses $granted', ({ granted, path }) => {
    expect(() => new PermissionSet(granted)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path }),
    );
  });

  it('refuses an unknown key and names the nearest', () => {
    expect(() => new PermissionSet({ allowedEnvs: [] } as never)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_UNKNOWN_KEY',
        message: expect.stringContaining('"allowedEnv"'),
      }),
    );
  });
});
