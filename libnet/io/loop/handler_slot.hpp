#pragma once
// A place for the completion handler of an operation that has no object of its own.

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace libnet::inline v0::io {

/// Holds one handler of the signature `void(bool)`, or none, in place: a wait that hangs here allocates nothing.
class HandlerSlot {
public:
    HandlerSlot() noexcept = default;
    HandlerSlot(HandlerSlot&& other) noexcept : kind_{std::exchange(other.kind_, nullptr)}
    {
        if (kind_ != nullptr) kind_->move(other.room_, room_);
    }
    HandlerSlot& operator=(HandlerSlot&&) = delete;
    ~HandlerSlot()
    {
        if (kind_ != nullptr) kind_->destroy(room_);
    }

    /// Something is in it.
    explicit operator bool() const noexcept { return kind_ != nullptr; }

    /// Puts a handler into the empty slot.
    template <typename Handler>
    void put(Handler handler) noexcept
    {
        static_assert(sizeof(Handler) <= sizeof room_ && alignof(Handler) <= alignof(void*));
        ::new (static_cast<void*>(room_)) Handler{std::move(handler)};
        kind_ = &kind_of<Handler>;
    }

    /// Empties the slot and calls what was in it, which may put the next handler there, or destroy the slot.
    void complete(bool result) { std::exchange(kind_, nullptr)->complete(room_, result); }

private:
    struct Kind {
        void (*move)(void* from, void* to) noexcept;
        void (*destroy)(void* handler) noexcept;
        void (*complete)(void* handler, bool result);
    };

    template <typename Handler>
    static Handler take(void* place) noexcept
    {
        auto& handler = *static_cast<Handler*>(place);
        Handler taken{std::move(handler)};
        std::destroy_at(&handler);
        return taken;
    }

    template <typename Handler>
    static constexpr Kind kind_of{
        .move = [](void* from, void* to) noexcept { ::new (to) Handler{take<Handler>(from)}; },
        .destroy = [](void* handler) noexcept { std::destroy_at(static_cast<Handler*>(handler)); },
        .complete = [](void* handler, bool result) { take<Handler>(handler)(result); },
    };

    const Kind* kind_ = nullptr;
    alignas(void*) std::byte room_[4 * sizeof(void*)];
};

}  // namespace libnet::inline v0::io
