#!/usr/bin/env node
import module from "node:module";
import { main } from "../dist/main.js";

// Node 22 and later keep compiled code, which halves the time to load TensorFlow.js.
module.enableCompileCache?.();
process.exitCode = await main(process.argv.slice(2));
