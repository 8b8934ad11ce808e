export type { BackendName, BackendReport, BackendOptions, Precision } from "./backend.ts";
export { type BackendChoice, type CurrentBackend, type UseBackendOptions, currentBackend } from "./choose-backend.ts";
export { backendNames, listBackends, useBackend } from "./use-backend.ts";
