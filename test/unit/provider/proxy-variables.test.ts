import { expect, test } from 'vitest';
import { readProxyVariables } from '../../../src/provider/proxy-variables.ts';

test.each([
  [{}, undefined],
  [{ HTTPS_PROXY: ' ' }, undefined],
  [{ NO_PROXY: '*' }, undefined],
  [{ HTTPS_PROXY: 'http://a:1' }, { httpProxy: '', httpsProxy: 'http://a:1', noProxy: '' }],
  // as curl reads it
  [{ HTTPS_PROXY: 'a:1' }, { httpProxy: '', httpsProxy: 'http://a:1', noProxy: '' }],
  [{ ALL_PROXY: 'http://a:1' }, { httpProxy: 'http://a:1', httpsProxy: 'http://a:1', noProxy: '' }],
  [
    { ALL_PROXY: 'socks5h://a:1', http_proxy: 'http://b:2', no_proxy: 'c.test' },
    { httpProxy: 'http://b:2', httpsProxy: 'socks5://a:1', noProxy: 'c.test' },
  ],
  // the lower case first, unless it is empty
  [
    { https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:2' },
    { httpProxy: '', httpsProxy: 'http://a:1', noProxy: '' },
  ],
  [
    { https_proxy: '', HTTPS_PROXY: 'http://b:2' },
    { httpProxy: '', httpsProxy: 'http://b:2', noProxy: '' },
  ],
])('%j', (environment, expected) => {
  expect(readProxyVariables('https://provider.test', environment)).toEqual(expected);
});

test.each(['socks4://a:1', 'ftp://a', 'http://', 'http://user:canary@:1', '//a:1'])(
  '%s is refused by the name of its variable',
  (value) => {
    expect(() => readProxyVariables('https://provider.test', { https_proxy: value })).toThrow(
      /^https_proxy names a proxy that cannot be used: /,
    );
    expect(() => readProxyVariables('https://provider.test', { https_proxy: value })).not.toThrow(/canary/);
  },
);

test.each(['http://127.0.0.1:8000', 'http://localhost:1', 'http://[::1]:2'])('%s is reached directly', (origin) => {
  expect(readProxyVariables(origin, { HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'ftp://b' })).toBeUndefined();
});
