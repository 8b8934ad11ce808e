// The pool of threads under several callers at once, in many short rounds.
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "../pool.h"
#include "kernel_tests.h"

namespace tessera {

void test_pool() {
  std::vector<std::thread> callers;
  std::atomic<size_t> total{0};
  for (int c = 0; c < 3; c++)
    callers.emplace_back([&total, c] {
      for (size_t round = 0; round < 2000; round++) {
        size_t sums[8] = {};
        Pool::shared().run(1 + (round + size_t(c)) % 8, [&](size_t item) { sums[item] = item + 1; });
        for (size_t s : sums) total += s;
        if (round % 500 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
  for (std::thread& caller : callers) caller.join();
  // Each caller meets every number of items equally often: the mean of n (n + 1) / 2 over 1 … 8 is 15.
  if (total != 3 * 2000 * 15) {
    std::printf("pool: expected %d, got %zu\n", 3 * 2000 * 15, total.load());
    failures++;
  }
}

}  // namespace tessera
