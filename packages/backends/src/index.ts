export type { BackendName, BackendReport, BackendSettings, Precision } from "./backend.ts";
export { type BackendChoice, type UseBackendOptions, backendNames, listBackends, useBackend } from "./use-backend.ts";
