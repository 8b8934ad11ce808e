import os from "node:os";
import { listBackends } from "@tessera/backends";
import { adviceHere } from "../advice.ts";
import { colours } from "../colours.ts";
import type { Settings } from "../settings.ts";
import { print, printJson } from "../report.ts";
import { table } from "../table.ts";

/** `tessera doctor`: what this machine can run, and why not the rest. */
export async function doctor({ json }: Settings): Promise<number> {
  const found = await listBackends();
  const backends = found.map(({ software: _, ...report }) => ({ ...report, reason: adviceHere(report.reason) }));
  const [processor] = os.cpus();
  const report = {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: `${processor?.model.trim() ?? "unknown"}, ${os.availableParallelism()} threads`,
    default: found.find(({ available, software }) => available && !software)?.name ?? null,
    backends,
  };
  if (json) printJson(report);
  else {
    print(`Node     ${report.node} on ${report.platform}`);
    print(`CPU      ${report.cpu}`);
    print(`default  ${report.default ?? "none: no backend works"}`);
    print();
    const rows = backends.map(({ name, available, precisions, device, reason }) => [
      name,
      available ? colours.green("yes") : colours.red("no"),
      precisions.join(", "),
      available ? device : reason,
    ]);
    print(table(["backend", "here", "precisions", "device, or what is missing"], rows));
  }
  return report.default === null ? 1 : 0;
}
