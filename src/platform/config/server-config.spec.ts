import { checkYaml } from './check.js';
import { section } from './section.js';
import { serverConfig } from './server-config.js';

const read = (text: string) =>
  checkYaml(text, 'rolewatch.yaml', section({ server: serverConfig('/etc/rolewatch') })).server;

describe('where the service listens', () => {
  it('is this machine only, unless something else is said', () => {
    const usual = {
      ...{ host: '127.0.0.1', port: 8080, tls: null, trustedProxies: [], publicUrl: null },
      roles: ['api', 'worker'],
    };
    expect(read('{}')).toEqual(usual);
    expect(read('server: { port: 0 }')).toEqual({ ...usual, port: 0 });
  });

  it.each(['0.0.0.0', '192.168.1.7', '::', 'core.example.com'])('is not %s in the clear', (host) => {
    expect(() => read(`server: { host: "${host}" }`)).toThrow(
      'unless server.tls or server.trustedProxies is set',
    );
  });

  it('does one thing or both, whatever the order', () => {
    expect(read('server: { roles: [worker] }').roles).toEqual(['worker']);
    expect(read('server: { roles: [worker, api, worker] }').roles).toEqual(['api', 'worker']);
  });

  it('is anywhere with TLS, or behind a proxy', () => {
    expect(read('server: { host: 0.0.0.0, tls: { certFile: cert.pem, keyFile: /k.pem } }').tls).toEqual({
      certFile: '/etc/rolewatch/cert.pem',
      keyFile: '/k.pem',
    });
    expect(read('server: { host: 0.0.0.0, trustedProxies: [10.0.0.0/8, "2001:db8::1"] }').host).toBe(
      '0.0.0.0',
    );
  });

  it.each([
    ['trustedProxies: [proxy.example.com]', 'must be an address such as'],
    ['trustedProxies: [10.0.0.0/33]', 'must be an address such as'],
    ['trustedProxies: [10.0.0.0/8/8]', 'must be an address such as'],
    ['trustedProxies: loopback', 'must be a list of addresses'],
    ['tls: { certFile: a.pem }', 'keyFile: missing'],
    ['tls: true', 'certFile, keyFile'],
    ['publicUrl: rolewatch.example.com', 'must be a URL without path'],
    ['publicUrl: https://a.example/x', 'must be a URL without path'],
    ['roles: []', 'must be a list of one or more of: api, worker'],
    ['roles: [reader]', 'must be one of api, worker'],
    ['host: "a b"', 'must be an address of this machine'],
  ])('is told what is wrong with %s', (line, why) => {
    expect(() => read(`server: { ${line} }`)).toThrow(why);
  });
});
