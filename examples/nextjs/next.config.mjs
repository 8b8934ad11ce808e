/** These find files and threads beside themselves, so they stay outside of the bundle. */
export default { serverExternalPackages: ["@tessera/pipeline", "@tessera/backends", "@tessera/data", "sharp"] };
