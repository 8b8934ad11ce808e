/// <reference types="vite/client" />

/** Folder of tfjs's .wasm files in the site, with a slash at its end. */
declare const WASM_FOLDER: string;
