#!/usr/bin/env node
import { runAuthorCommand } from '../dist/index.js';

process.exitCode = await runAuthorCommand(process.argv.slice(2));
