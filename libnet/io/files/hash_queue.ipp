#pragma once

#include <libnet/io/files/hash_queue.hpp>
#include <libnet/io/loop/disk_threads.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/wait_traits.hpp>

#include <atomic>
#include <exception>
#include <map>
#include <optional>
#include <utility>

#include <sys/statvfs.h>

namespace libnet::inline v0::io {

namespace detail {

/// Whether the times of a file tell one content of it from another after a restart: the image of a file system that is
/// mounted read-only may have been replaced by one with the same times in it.
LIBNETXX_DECL bool has_lasting_times(const FileDescriptor& file) noexcept
{
    struct statvfs system {};
    return ::fstatvfs(file.get(), &system) == 0 && (system.f_flag & ST_RDONLY) == 0;
}

}  // namespace detail

/// Kept alive by the coroutine that works through the queue, too.
struct HashQueue::State : std::enable_shared_from_this<HashQueue::State> {
    using Clock = std::chrono::steady_clock;
    using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

    /// A request that waits.
    struct Waiter {
        StoredFile& file;
        Timer done;  // never expires: cancelled when the hash is there, or won't be
    };

    /// A file that is to be hashed in the background.
    struct Later {
        FilePointer file;
        std::function<void()> done;
        FileHashing hashing{};
    };

    /// The hashing of a whole file that a request waits for, unless its hash is known by now.
    struct Whole {
        State& state;
        StoredFile& file;

        void operator()()
        {
            auto& hash = file.facts.hash;
            hash = state.hashes.find(file.facts);
            if (hash) return;
            hash = hash_of(file.descriptor, file.facts, state.closing);
            if (hash) state.hashes.put(file.facts, *hash, detail::has_lasting_times(file.descriptor));
        }
    };

    /// The hashing of a piece in the background.
    struct Piece {
        State& state;
        Later& later;
        FileHashing::Progress progress = FileHashing::Progress::failed;

        void operator()()
        {
            const auto& file = *later.file;
            progress = later.hashing.read(file.descriptor, file.facts, state.limits.piece);
            if (progress == FileHashing::Progress::done)
                state.hashes.put(file.facts, later.hashing.value(), detail::has_lasting_times(file.descriptor));
        }
    };

    State(const Executor& event_loop, HashQueueLimits queue_limits)
        : executor{event_loop},
          limits{queue_limits},
          thread{event_loop, 1},
          pause{event_loop}
    {}

    void wake()
    {
        pause.cancel();
        if (std::exchange(running, true)) return;
        asio::co_spawn(executor, run(shared_from_this()), asio::detached);
    }

    static Task<> run(std::shared_ptr<State> state)
    {
        try {
            co_await state->work();
        } catch (const std::exception&) {
            // There is no memory. Requests go on without a hash.
        }
        state->running = false;
        state->give_up();
    }

    Task<> work()
    {
        while (!closing) {
            if (!waiting.empty()) {
                co_await hash_first();
            } else if (!begin_later()) {
                co_return;
            } else if (Clock::now() < next_piece) {
                pause.expires_at(next_piece);
                co_await pause.async_wait(use_tuple);
            } else {
                co_await hash_piece();
            }
        }
    }

    /// Hashes the smallest of the files that requests wait for.
    Task<> hash_first()
    {
        const auto first = waiting.begin()->second;
        waiting.erase(waiting.begin());
        Whole whole{*this, first->file};
        auto done = thread.run(whole, asio::deferred);
        co_await std::move(done);
        first->done.cancel();
    }

    /// False: nothing is to be hashed in the background.
    bool begin_later()
    {
        if (current) return true;
        if (later.empty()) return false;
        current.emplace(std::move(later.begin()->second));
        later.erase(later.begin());
        return true;
    }

    Task<> hash_piece()
    {
        next_piece = Clock::now() + limits.pause;
        Piece piece{*this, *current};
        auto done = thread.run(piece, asio::deferred);
        co_await std::move(done);
        if (piece.progress == FileHashing::Progress::going_on || closing) co_return;
        const auto ended = std::move(current->done);
        current.reset();
        ended();
    }

    /// At the end: requests that still wait go on without a hash.
    void give_up()
    {
        for (const auto& [size, waiter] : waiting) waiter->done.cancel();
        waiting.clear();
        later.clear();
        current.reset();
    }

    Executor executor;
    const HashQueueLimits limits;
    ContentHashes hashes;
    DiskThreads thread;
    std::multimap<std::uint64_t, std::shared_ptr<Waiter>> waiting;  // by size
    std::multimap<std::uint64_t, Later> later;                      // the same
    std::optional<Later> current;                                   // of these, what is being hashed
    std::size_t waiters = 0;
    Timer pause;
    Clock::time_point next_piece{};
    std::atomic<bool> closing{false};
    bool running = false;
};

LIBNETXX_DECL HashQueue::HashQueue(const Executor& executor, HashQueueLimits limits)
    : state_{std::make_shared<State>(executor, limits)}
{}

LIBNETXX_DECL HashQueue::~HashQueue() { close(); }

LIBNETXX_DECL Task<> HashQueue::hash(StoredFile& file)
{
    const auto state = state_;
    if (state->closing || state->waiters >= state->limits.waiting) co_return;
    const auto waiter = std::make_shared<State::Waiter>(
        State::Waiter{file, State::Timer{state->executor, State::Clock::time_point::max()}});
    state->waiting.emplace(file.facts.size, waiter);
    ++state->waiters;
    state->wake();
    co_await waiter->done.async_wait(use_tuple);
    --state->waiters;
}

LIBNETXX_DECL bool HashQueue::hash_later(FilePointer file, std::function<void()> done)
{
    if (state_->closing || state_->later.size() >= state_->limits.later) return false;
    const auto size = file->facts.size;
    state_->later.emplace(size, State::Later{std::move(file), std::move(done)});
    state_->wake();
    return true;
}

LIBNETXX_DECL ContentHashes& HashQueue::hashes() noexcept { return state_->hashes; }

LIBNETXX_DECL std::size_t HashQueue::waiting() const noexcept { return state_->waiters; }

LIBNETXX_DECL void HashQueue::close()
{
    state_->closing = true;
    state_->thread.close();
    state_->pause.cancel();
    if (!state_->running) state_->give_up();
}

}  // namespace libnet::inline v0::io
