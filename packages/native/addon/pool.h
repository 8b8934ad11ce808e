// Threads that wait for work: spinning for a moment, then parked, so that an idle process uses no processor.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace tessera {

class Pool {
 public:
  /** The process's one pool. Never destroyed: its threads end with the process. */
  static Pool& shared();

  /** Threads that work, the caller's among them. */
  void set_threads(size_t threads);
  size_t threads() const { return limit_.load(std::memory_order_relaxed); }

  /**
   * Calls work(item) for every item in [0, items), on the pool's threads and the caller's, and returns when all are done.
   * Each thread begins with a range of its own, the same in every call, so that what it wrote in one kernel it reads from its
   * own cache in the next; then it helps the others.
   * A second caller, such as a worker thread of Node, does its own work meanwhile rather than wait for the first.
   */
  template <class F>
  void run(size_t items, const F& work) {
    run(items, [](const void* context, size_t item) { (*static_cast<const F*>(context))(item); }, &work);
  }

 private:
  using Work = void (*)(const void* context, size_t item);

  void run(size_t items, Work work, const void* context);
  /** Takes items of a round until none is left, first those of the range of this number. */
  void take(uint32_t round, size_t index);
  void serve(size_t index);

  static constexpr size_t kMost = 256;

  /** The round in the high half, the next item of the range in the low: it can be taken only in the round it was seen in. */
  struct alignas(64) Range {
    std::atomic<uint64_t> next{0};
  };

  Range ranges_[kMost];
  std::atomic<uint32_t> round_{0};
  std::atomic<uint32_t> items_{0};
  std::atomic<uint32_t> count_{0};
  std::atomic<Work> work_{nullptr};
  std::atomic<const void*> context_{nullptr};
  std::atomic<uint32_t> done_{0};
  std::atomic<size_t> limit_{1};
  std::atomic<size_t> sleepers_{0};
  size_t started_ = 1;
  std::mutex callers_;
  std::mutex parking_;
  std::condition_variable wake_;
};

/** Memory of the calling thread, kept for next time; at least `floats` of it, aligned to cache lines. */
float* scratch(size_t floats);
/** Two more such pieces, for what a caller shares with the threads that help it. */
float* shared_scratch(size_t floats);
float* shared_rows(size_t floats);

}  // namespace tessera
