/** Options of every command. */
export interface Settings {
  json?: boolean;
  verbose?: boolean;
}
