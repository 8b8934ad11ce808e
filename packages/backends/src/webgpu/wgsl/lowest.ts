/** Where a maximum starts, and a score where there is no key: WGSL has no literal of an infinity. */
export const LOWEST = "-3e38";
