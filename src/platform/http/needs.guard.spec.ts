import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Log } from '../log.js';
import type { Callers } from './callers.js';
import { NeedsGuard } from './needs.guard.js';
import { Needs } from './needs.js';

const admin: Callers = {
  callerOf: async () => ({ kind: 'token', id: 'token:0', role: 'admin', sources: null }),
};

class Routes {
  forgotten(): void {
    return;
  }

  @Needs('sources:read')
  said(): void {
    return;
  }
}

function admitted(handler: () => void): Promise<boolean> {
  const guard = new NeedsGuard(new Reflector(), admin, Log.to({ write: () => undefined }));
  const request = { headers: { authorization: 'Bearer x' }, params: {}, ip: '192.0.2.1' };
  const context = { getHandler: () => handler, switchToHttp: () => ({ getRequest: () => request }) };
  return guard.canActivate(context as unknown as ExecutionContext);
}

describe('a route', () => {
  it('that does not say what it needs is refused, even to an admin', async () => {
    await expect(admitted(Routes.prototype.forgotten)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await admitted(Routes.prototype.said)).toBe(true);
  });
});
