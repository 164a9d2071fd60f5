#!/usr/bin/env node
// CommonJS, like what it loads: node's loader for ES modules alone takes 7 of the 31 ms in which node can start a
// process that starts another one.
'use strict';
const { codeCacheFolder, loadProgram } = require('../dist/code-cache.cjs');

const program = loadProgram(require.resolve('../dist/cli.cjs'), require, codeCacheFolder(process.env));
program.exports.run(process.argv.slice(2), { onFirstResponse: program.keep });
