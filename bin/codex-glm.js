#!/usr/bin/env node
// CommonJS, like what it loads: node's loader for ES modules alone takes 7 of the 31 ms in which node can start a
// process that starts another one.
'use strict';
require('../dist/cli.cjs').run(process.argv.slice(2));
