// Lets plain node load the sources as they are: jest's global set-up runs outside its module system, and tests that need
// a process of their own start `node test/support/typescript.cjs FILE.ts …`, without a build before.
const { readFileSync, existsSync } = require('node:fs');
const Module = require('node:module');
const { dirname, resolve } = require('node:path');
const { process: compile } = require('../jest-transform.cjs');

Module._extensions['.ts'] = (module, filename) => {
  module._compile(compile(readFileSync(filename, 'utf8'), filename).code, filename);
};

const resolveFilename = Module._resolveFilename;
// sources import './thing.js' as Node wants it; the file is thing.ts
Module._resolveFilename = function (request, parent, ...rest) {
  if (/^\.{1,2}\/.*\.js$/.test(request) && parent?.filename) {
    const source = resolve(dirname(parent.filename), request.replace(/\.js$/, '.ts'));
    if (existsSync(source)) return source;
  }
  // names an entry for `import` only
  if (request === 'canonicalize')
    return resolve(__dirname, '../../node_modules/canonicalize/lib/canonicalize.js');
  return resolveFilename.call(this, request, parent, ...rest);
};

if (require.main === module) {
  process.argv.splice(1, 1);
  require(resolve(process.argv[1]));
}
