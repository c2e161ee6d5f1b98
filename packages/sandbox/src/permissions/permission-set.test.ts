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

  it('grants the functions of the host that are named', () => {
    const granted = new PermissionSet({
      hostFunctions: true,
      allowedHostFunctions: ['mine.lookup'],
    });
    expect(granted.allowsHostFunction('mine.lookup')).toBe(true);
    expect(granted.allowsHostFunction('mine.other')).toBe(false);
    expect(new PermissionSet().allowsHostFunction('mine.lookup')).toBe(false);
    for (const name of ['mine.*', 'lookup', '*', 'env.host_log']) {
      expect(
        () => new PermissionSet({ hostFunctions: true, allowedHostFunctions: [name] }),
      ).toThrow(expect.objectContaining({ path: 'permissions.allowedHostFunctions[0]' }));
    }
  });

  it.each([
    { granted: {} },
    {
      granted: {
        filesystem: false,
        network: false,
        envVars: false,
        allowedDirs: [],
        allowedHosts: [],
      },
    },
    { granted: { network: false } },
    { granted: { allowedHosts: [], allowedDirs: [], allowedEnv: [] } },
    { granted: { network: undefined, allowedHosts: undefined } as never },
  ])('grants nothing by $granted', ({ granted }) => {
    const permissions = new PermissionSet(granted);
    expect(permissions.allowsEnv('PATH')).toBe(false);
    expect(permissions.allowsPath('/tmp', 'read-only')).toBe(false);
    expect(permissions.allowsRequest(new URL('https://example.com/'))).toBe(false);
  });

  it.each([
    { granted: { envVars: true }, path: 'permissions.envVars', cure: 'allowedEnv: ["LANG"]' },
    {
      granted: { hostFunctions: true },
      path: 'permissions.hostFunctions',
      cure: 'allowedHostFunctions: ["mine.lookup"]',
    },
    {
      granted: { allowedHostFunctions: ['mine.lookup'] },
      path: 'permissions.allowedHostFunctions',
      cure: 'set "hostFunctions: true"',
    },
    {
      granted: { filesystem: true },
      path: 'permissions.filesystem',
      cure: 'allowedDirs: ["/data"]',
    },
    {
      granted: { network: true },
      path: 'permissions.network',
      cure: 'allowedHosts: ["api.example.com"]',
    },
    {
      granted: { envVars: true, allowedEnv: [] },
      path: 'permissions.envVars',
      cure: 'set it to false',
    },
    {
      granted: { filesystem: true, allowedDirs: [] },
      path: 'permissions.filesystem',
      cure: 'set it to false',
    },
    {
      granted: { network: true, allowedHosts: [] },
      path: 'permissions.network',
      cure: 'set it to false',
    },
    { granted: { allowedEnv: ['A'] }, path: 'permissions.allowedEnv', cure: '"envVars: true"' },
    {
      granted: { envVars: false, allowedEnv: ['A'] },
      path: 'permissions.allowedEnv',
      cure: '"envVars" is false',
    },
    {
      granted: { network: false, allowedHosts: ['api.example.com'] },
      path: 'permissions.allowedHosts',
      cure: '"network" is false; set "network: true", or empty it',
    },
    {
      granted: { filesystem: false, allowedDirs: ['/data'] },
      path: 'permissions.allowedDirs',
      cure: '"filesystem" is false',
    },
    {
      granted: { envVars: true, allowedEnv: [''] },
      path: 'permissions.allowedEnv[0]',
      cure: 'a text',
    },
    {
      granted: { envVars: true, allowedEnv: ['*'] },
      path: 'permissions.allowedEnv[0]',
      cure: 'name',
    },
    { granted: { envVars: 'yes' as never }, path: 'permissions.envVars', cure: 'true or false' },
    { granted: { network: null as never }, path: 'permissions.network', cure: 'true or false' },
    {
      granted: { network: true, allowedHosts: null as never },
      path: 'permissions.allowedHosts',
      cure: 'list',
    },
    { granted: null as never, path: 'permissions', cure: 'expected an object' },
    { granted: [] as never, path: 'permissions', cure: 'expected an object' },
    { granted: 5 as never, path: 'permissions', cure: 'expected an object' },
  ])('refuses $granted', ({ granted, path, cure }) => {
    expect(() => new PermissionSet(granted)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        path,
        message: expect.stringContaining(cure),
      }),
    );
  });

  it('takes nothing from a prototype', () => {
    const inherited = Object.create({ network: true, allowedHosts: ['example.com'] }) as object;
    expect(new PermissionSet(inherited).allowsRequest(new URL('https://example.com/'))).toBe(false);
    const directory = Object.assign(Object.create({ access: 'read-write' }) as object, {
      path: '/d',
    });
    expect(
      () => new PermissionSet({ filesystem: true, allowedDirs: [directory as never] }),
    ).toThrow(
      expect.objectContaining({
        path: 'permissions.allowedDirs[0].access',
        message: expect.stringContaining('"access" is missing') as unknown,
      }),
    );
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'grants an environment variable named %s only where it is listed',
    (name) => {
      expect(new PermissionSet().allowsEnv(name)).toBe(false);
      const granted = new PermissionSet({ envVars: true, allowedEnv: [name] });
      expect(granted.allowsEnv(name)).toBe(true);
      expect(granted.allowsEnv('valueOf')).toBe(false);
      const mistyped = Object.fromEntries([[name, true]]);
      expect(() => new PermissionSet(mistyped as never)).toThrow(
        expect.objectContaining({ code: 'CONFIG_UNKNOWN_KEY', path: `permissions.${name}` }),
      );
    },
  );

  it('grants what it checked, whatever a getter says later', () => {
    let reads = 0;
    const changing = {
      network: true,
      get allowedHosts(): string[] {
        reads += 1;
        return [reads === 1 ? 'a.example.com' : 'b.example.com'];
      },
    };
    expect(new PermissionSet(changing).granted).toEqual({
      network: true,
      allowedHosts: ['a.example.com'],
    });
    expect(reads).toBe(1);
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

const hosts = (...allowedHosts: string[]): PermissionSet =>
  new PermissionSet({ network: true, allowedHosts });

describe('allowsRequest()', () => {
  it.each([
    { grant: 'api.example.com', url: 'https://api.example.com/v1' },
    { grant: 'api.example.com', url: 'https://API.EXAMPLE.COM.:443/' },
    { grant: 'api.example.com:8443', url: 'https://api.example.com:8443/' },
    { grant: 'http://api.example.com', url: 'http://api.example.com/' },
    { grant: '*.example.com', url: 'https://api.example.com/' },
    { grant: 'localhost:8080', url: 'http://localhost:8080/' },
    { grant: '127.0.0.1:8080', url: 'http://127.1:8080/' },
    { grant: 'http://[::1]:8080', url: 'http://[::1]:8080/' },
    { grant: 'xn--bcher-kva.de', url: 'https://bücher.de/' },
  ])('lets $url through by $grant', ({ grant, url }) => {
    expect(hosts(grant).allowsRequest(new URL(url))).toBe(true);
  });

  // Rows 74, 76, 80, 81 and 84 of the attack catalogue.
  it.each([
    { grant: 'api.example.com', url: 'http://api.example.com/' },
    { grant: 'api.example.com', url: 'https://api.example.com:8443/' },
    { grant: 'api.example.com', url: 'https://evilapi.example.com/' },
    { grant: 'api.example.com', url: 'https://api.example.com.evil.org/' },
    { grant: 'api.example.com', url: 'https://api.example.com../' },
    { grant: 'api.example.com', url: 'https://user@api.example.com/' },
    { grant: 'api.example.com', url: 'https://api.example.com@127.0.0.1/' },
    { grant: 'api.example.com', url: 'ftp://api.example.com/' },
    { grant: '*.example.com', url: 'https://example.com/' },
    { grant: '*.example.com', url: 'https://a.b.example.com/' },
    { grant: '*.example.com', url: 'https://evilexample.com/' },
    { grant: 'apple.com', url: 'https://аpple.com/' },
    { grant: 'http://127.0.0.1:80', url: 'http://127.0.0.2:80/' },
  ])('stops $url at $grant', ({ grant, url }) => {
    expect(hosts(grant).allowsRequest(new URL(url))).toBe(false);
  });

  it.each([
    '*',
    '*.com',
    'a.*.com',
    '*.127.0.0.1',
    '*example.com',
    'https://*',
    'ftp://example.com',
    'user@example.com',
    'https://example.com/',
    'example.com/path',
    'example.com?x',
    'a..b',
    'a.',
    '127.1',
    '0x7f000001',
    'bücher.de',
    'example.com:0',
    'example.com:65536',
    '',
    'a b',
  ])('does not take "%s" for a grant', (grant) => {
    expect(() => hosts('fine.example.com', grant)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path: 'permissions.allowedHosts[1]' }),
    );
  });
});

describe('allowsAddress()', () => {
  const url = new URL('https://api.example.com/');

  it.each([
    '93.184.215.14',
    '168.63.129.15',
    '168.63.129.17',
    '2606:4700::1111',
    '2001:4860:4860::8888',
    '2003::1',
    '2a00:1450::1',
    '::ffff:93.184.215.14',
  ])('allows %s', (address) => {
    expect(hosts('api.example.com').allowsAddress(url, address)).toBe(true);
  });

  // Rows 75, 77 and 78 of the attack catalogue.
  it.each([
    '127.0.0.1',
    '10.0.0.1',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    // Row 119 of the attack catalogue, and similar ones: IANA's special registries, metadata services of clouds.
    '168.63.129.16',
    '::ffff:0:127.0.0.1',
    '::ffff:0:a9fe:a9fe',
    '::ffff:168.63.129.16',
    '100.100.100.200',
    '192.0.0.192',
    '192.0.0.170',
    '161.26.0.10',
    '166.9.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '240.0.0.1',
    '64:ff9b:1::a00:1',
    '100::1',
    '100:0:0:1::1',
    '200::1',
    '2001::1',
    '2001:1::1',
    '2001:2::1',
    '2001:10::1',
    '2001:20::1',
    '2001:db8::1',
    '3fff::1',
    '3fff:fff::1',
    '4000::1',
    '5f00::1',
    '9000::1',
    'fd00:ec2::254',
    'fd20:ce::254',
    'fec0::1',
    'localhost',
    '',
    '127.1',
  ])('does not let a granted name lead to %s', (address) => {
    expect(hosts('api.example.com').allowsAddress(url, address)).toBe(false);
    expect(hosts('*.example.com').allowsAddress(url, address)).toBe(false);
  });

  it('allows a private address that is granted in addition to the name, with the same port', () => {
    expect(hosts('api.example.com', '10.0.0.1').allowsAddress(url, '10.0.0.1')).toBe(true);
    expect(hosts('api.example.com', '10.0.0.1:8443').allowsAddress(url, '10.0.0.1')).toBe(false);
    expect(hosts('api.example.com', '10.0.0.1').allowsAddress(url, '10.0.0.2')).toBe(false);
  });

  it('lets localhost lead to this machine only', () => {
    const local = new URL('http://localhost:8080/');
    expect(hosts('localhost:8080').allowsAddress(local, '127.0.0.1')).toBe(true);
    expect(hosts('localhost:8080').allowsAddress(local, '::1')).toBe(true);
    expect(hosts('localhost:8080').allowsAddress(local, '10.0.0.1')).toBe(false);
  });
});

describe('allowsPath()', () => {
  const granted = new PermissionSet({
    filesystem: true,
    allowedDirs: [
      '/data',
      { path: '/data/out', access: 'read-write' },
      { path: '/data/out/fixed', access: 'read-only' },
    ],
  });

  // Rows 64, 70 and 73 of the attack catalogue.
  it.each([
    { path: '/data/a.txt', read: true, write: false },
    { path: '/data/out/a.txt', read: true, write: true },
    { path: '/data/out/fixed/a.txt', read: true, write: false },
    { path: '/data2/a.txt', read: false, write: false },
    { path: '/data/../etc/passwd', read: false, write: false },
    { path: '/data/out/../a.txt', read: false, write: false },
    { path: '/data/a\0.txt', read: false, write: false },
    { path: 'data/a.txt', read: false, write: false },
    { path: '/', read: false, write: false },
  ])('answers $read and $write for $path', ({ path, read, write }) => {
    expect(granted.allowsPath(path, 'read-only')).toBe(read);
    expect(granted.allowsPath(path, 'read-write')).toBe(write);
  });

  it.each(['/', 'data', './data', '/data/..', '/data//x', '/a\0b', '', 7, null])(
    'does not take %j for a grant',
    (entry) => {
      expect(() => new PermissionSet({ filesystem: true, allowedDirs: [entry as string] })).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', path: 'permissions.allowedDirs[0]' }),
      );
    },
  );

  it.each([
    { entry: { path: '/data' }, key: 'access' },
    { entry: { path: '/data', access: 'rw' }, key: 'access' },
    { entry: { access: 'read-only' }, key: 'path' },
    { entry: { path: 7, access: 'read-only' }, key: 'path' },
  ])('names the key "$key" that is wrong in $entry', ({ entry, key }) => {
    expect(() => new PermissionSet({ filesystem: true, allowedDirs: [entry as never] })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        path: `permissions.allowedDirs[0].${key}`,
      }),
    );
  });

  it('does not take a grant with a key that it does not know', () => {
    const entry = { path: '/d', access: 'read-only', acess: 1 };
    expect(() => new PermissionSet({ filesystem: true, allowedDirs: [entry as never] })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_UNKNOWN_KEY',
        path: 'permissions.allowedDirs[0].acess',
        message: expect.stringContaining('did you mean "access"?') as unknown,
      }),
    );
  });

  it('does not take two grants of one directory', () => {
    const allowedDirs = ['/data', { path: '/data', access: 'read-write' as const }];
    expect(() => new PermissionSet({ filesystem: true, allowedDirs })).toThrow('twice');
  });
});
