import type { NextFunction, Request, Response } from 'express';

/** Under this path, bodies say nothing to us: they are neither kept nor looked at. */
const PATH = /^\/hooks\//i;
const MOST_BYTES = 64 * 1024;

/** Lets a body pass by before anything parses it, and no more of it than is fair. */
export function ignoreBody(request: Request, response: Response, next: NextFunction): void {
  if (!PATH.test(request.path)) {
    next();
    return;
  }
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MOST_BYTES || response.headersSent) return;
    response.once('finish', () => request.destroy());
    response.status(413).set('connection', 'close');
    response.json({ error: { code: 'too-large', message: 'a hint needs no body, and 64 KiB are plenty' } });
  });
  request.on('end', () => {
    if (!response.headersSent) next();
  });
}
