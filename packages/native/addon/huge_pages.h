// Larger pages for what is read once a forward: fewer misses of the address cache, and prefetching that does not stop every 4 KiB.
#pragma once
#include <cstddef>

namespace tessera {

/** Asks for huge pages in memory that nobody has touched yet. A hint, which Linux alone takes. */
void advise_huge_pages(void* memory, size_t bytes);

}  // namespace tessera
