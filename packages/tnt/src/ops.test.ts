import { opSuite } from "@tessera/testing";
import { tntOpCases } from "./__fixtures__/op-cases.ts";
import { tntOps } from "./ops.ts";

opSuite(tntOps, tntOpCases);
