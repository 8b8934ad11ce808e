#include "pool.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <new>
#include <thread>

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace tessera {

namespace {

/** A model's next kernel comes within some tens of microseconds; whoever waits longer parks. */
constexpr auto kSpin = std::chrono::microseconds(60);

inline void relax() {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_pause();
#elif defined(__aarch64__) && defined(__GNUC__)
  __asm__ __volatile__("yield");
#endif
}

/** Runs `ready` until it is true, or the time is up. */
template <class F>
bool spin(const F& ready) {
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 64; i++) {
      if (ready()) return true;
      relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

class Piece {
 public:
  ~Piece() { std::free(memory_); }
  float* get(size_t floats) {
    if (floats > size_) {
      std::free(memory_);
      size_ = floats + floats / 4;
      memory_ = std::malloc(size_ * sizeof(float) + 64);
      if (!memory_) std::abort();
    }
    return reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(memory_) + 63) & ~uintptr_t(63));
  }

 private:
  void* memory_ = nullptr;
  size_t size_ = 0;
};

}  // namespace

float* scratch(size_t floats) {
  thread_local Piece piece;
  return piece.get(floats);
}

float* shared_scratch(size_t floats) {
  thread_local Piece piece;
  return piece.get(floats);
}

float* shared_rows(size_t floats) {
  thread_local Piece piece;
  return piece.get(floats);
}

Pool& Pool::shared() {
  static Pool* const pool = new Pool();
  return *pool;
}

void Pool::set_threads(size_t threads) {
  const std::lock_guard<std::mutex> alone(callers_);
  threads = threads < 1 ? 1 : threads > kMost ? kMost : threads;
  limit_.store(threads);
  for (; started_ < threads; started_++) std::thread(&Pool::serve, this, started_).detach();
}

void Pool::run(size_t items, Work work, const void* context) {
  if (items == 0) return;
  std::unique_lock<std::mutex> alone(callers_, std::defer_lock);
  if (items == 1 || threads() == 1 || !alone.try_lock()) {
    for (size_t item = 0; item < items; item++) work(context, item);
    return;
  }
  const uint32_t round = round_.load(std::memory_order_relaxed) + 1;
  const uint64_t opened = uint64_t(round) << 32;
  // Closed first: a thread that still looks at the last round and reads what belongs to this one finds its item void.
  for (uint32_t r = 0; r < count_.load(std::memory_order_relaxed); r++) ranges_[r].next.store(opened - 1);
  const size_t count = std::min(threads(), items);
  items_.store(uint32_t(items), std::memory_order_release);
  count_.store(uint32_t(count), std::memory_order_release);
  work_.store(work, std::memory_order_relaxed);
  context_.store(context, std::memory_order_relaxed);
  done_.store(0, std::memory_order_relaxed);
  for (size_t r = 0; r < count; r++) ranges_[r].next.store(opened | items * r / count);
  round_.store(round);
  if (sleepers_.load() > 0) {
    { const std::lock_guard<std::mutex> lock(parking_); }
    wake_.notify_all();
  }
  take(round, 0);
  const auto finished = [&] { return done_.load(std::memory_order_acquire) == items; };
  while (!spin(finished)) std::this_thread::yield();
}

void Pool::take(uint32_t round, size_t index) {
  const size_t count = count_.load(std::memory_order_acquire);
  for (size_t i = 0; i < count; i++) {
    const size_t range = (index + i) % count;
    std::atomic<uint64_t>& next = ranges_[range].next;
    uint64_t seen = next.load(std::memory_order_acquire);
    for (;;) {
      if (uint32_t(seen >> 32) != round) return;
      // What belongs to the round is read before the item is taken: it cannot change while an item is left.
      const size_t end = size_t(items_.load(std::memory_order_acquire)) * (range + 1) / count;
      const Work work = work_.load(std::memory_order_relaxed);
      const void* context = context_.load(std::memory_order_relaxed);
      const uint32_t item = uint32_t(seen);
      if (item >= end) break;
      if (!next.compare_exchange_weak(seen, seen + 1, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
      work(context, item);
      done_.fetch_add(1, std::memory_order_release);
      seen = next.load(std::memory_order_acquire);
    }
  }
}

void Pool::serve(size_t index) {
  uint32_t last = 0;
  const auto called = [&] {
    return round_.load(std::memory_order_acquire) != last && index < threads();
  };
  for (;;) {
    if (!spin(called)) {
      std::unique_lock<std::mutex> lock(parking_);
      sleepers_.fetch_add(1);
      wake_.wait(lock, [&] { return round_.load() != last && index < threads(); });
      sleepers_.fetch_sub(1);
    }
    last = round_.load(std::memory_order_acquire);
    take(last, index);
  }
}

}  // namespace tessera
