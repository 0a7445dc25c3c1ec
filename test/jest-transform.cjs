/**
 * Tests run as CommonJS. Nest is published as ES modules only, and Jest cannot require() those before Node 24.9;
 * native ESM in Jest would need a flag and would break on CommonJS packages that require() Nest. So our TypeScript
 * and every ES module among the dependencies is compiled to CommonJS, and CommonJS dependencies stay as they are.
 * What runs in production is ESM: the build and the end-to-end tests cover it. Types are checked by `npm run typecheck`.
 */
const { createHash } = require('node:crypto');
const { existsSync, readFileSync } = require('node:fs');
const { dirname, extname, join } = require('node:path');
const swc = require('@swc/core');

const TYPESCRIPT = {
  parser: { syntax: 'typescript', decorators: true },
  // constructor injection reads the types that decorators leave behind
  transform: { legacyDecorator: true, decoratorMetadata: true },
};
const JAVASCRIPT = { parser: { syntax: 'ecmascript' } };

const VERSION = createHash('sha1').update(readFileSync(__filename)).update(swc.version).digest('hex');

/** The `type` of the nearest package.json above, by folder. */
const packageTypes = new Map();
function packageType(folder) {
  let type = packageTypes.get(folder);
  if (type === undefined) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) type = JSON.parse(readFileSync(file, 'utf8')).type ?? 'commonjs';
    else type = dirname(folder) === folder ? 'commonjs' : packageType(dirname(folder));
    packageTypes.set(folder, type);
  }
  return type;
}

function isCommonJs(filename) {
  if (extname(filename) === '.ts' || extname(filename) === '.mjs') return false;
  return extname(filename) === '.cjs' || packageType(dirname(filename)) !== 'module';
}

module.exports = {
  process(source, filename) {
    if (isCommonJs(filename)) return { code: source };
    return swc.transformSync(source, {
      filename,
      swcrc: false,
      configFile: false,
      sourceMaps: 'inline',
      inlineSourcesContent: true,
      jsc: {
        target: 'es2022',
        keepClassNames: true,
        ...(extname(filename) === '.ts' ? TYPESCRIPT : JAVASCRIPT),
      },
      module: { type: 'commonjs', ignoreDynamic: false, exportInteropAnnotation: true },
    });
  },
  getCacheKey: (source, filename) =>
    createHash('sha1').update(VERSION).update(filename).update(source).digest('hex'),
};
