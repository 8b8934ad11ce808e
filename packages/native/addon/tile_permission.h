// Tile registers are 8 KiB more to save at every switch of threads, so Linux gives them only to processes that ask.
#pragma once

namespace tessera {

/** Asks, for the whole process; empty if tile registers may be used from now on, else why not. */
const char* ask_for_tiles();

}  // namespace tessera
