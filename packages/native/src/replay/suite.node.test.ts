import { findBackend, setBackend } from "@tensorflow/tfjs-core";
import { replaySuite } from "@tessera/testing";
import { beforeEach } from "vitest";
import type { NativeBackend } from "../backend.ts";
import { shape } from "./__fixtures__/checks.ts";
import { CallRecorder } from "./call-recorder.ts";

beforeEach(async () => {
  await setBackend("native");
});
const backend = () => findBackend("native") as NativeBackend;

replaySuite({
  shape,
  recordings: () => backend().recordings,
  recorder: () => new CallRecorder(backend()),
});
