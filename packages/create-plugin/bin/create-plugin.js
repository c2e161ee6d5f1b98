#!/usr/bin/env node
import { runCreateCommand } from '../dist/index.js';

process.exitCode = await runCreateCommand(process.argv.slice(2));
