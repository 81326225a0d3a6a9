#pragma once
// How many connections to servers may be in use at a time.

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace libnet::inline v0::engine {

/// Gives out places for connections to servers, so many for one host and so many in all. 0: no limit.
class UpstreamPlaces {
public:
    UpstreamPlaces(std::size_t per_host, std::size_t in_all) noexcept : per_host_{per_host}, in_all_{in_all} {}
    UpstreamPlaces(const UpstreamPlaces&) = delete;
    UpstreamPlaces& operator=(const UpstreamPlaces&) = delete;

    /// A place; it is free again when this is destroyed. The UpstreamPlaces must outlive it.
    class Place {
    public:
        Place() = default;
        Place(Place&& other) noexcept
            : places_{std::exchange(other.places_, nullptr)},
              count_{std::exchange(other.count_, nullptr)}
        {}
        Place& operator=(Place&& other) noexcept
        {
            std::swap(places_, other.places_);
            std::swap(count_, other.count_);
            return *this;
        }
        ~Place()
        {
            if (places_ != nullptr) places_->leave(count_);
        }

    private:
        friend class UpstreamPlaces;
        using Count = std::map<std::string, std::size_t, std::less<>>::value_type;
        Place(UpstreamPlaces* places, Count* count) noexcept : places_{places}, count_{count} {}

        UpstreamPlaces* places_ = nullptr;  // null: there is no limit
        Count* count_ = nullptr;
    };

    /// A place for a connection to this host; nothing: there are too many.
    std::optional<Place> take(const std::string& host)
    {
        if (per_host_ == 0 && in_all_ == 0) return Place{};
        if (in_all_ != 0 && taken_ >= in_all_) return std::nullopt;
        const auto found = hosts_.try_emplace(host, 0).first;
        if (per_host_ != 0 && found->second >= per_host_) return std::nullopt;
        ++found->second;
        ++taken_;
        return Place{this, &*found};
    }

    std::size_t taken() const noexcept { return taken_; }

private:
    void leave(Place::Count* count) noexcept
    {
        --taken_;
        if (--count->second == 0) hosts_.erase(hosts_.find(count->first));
    }

    const std::size_t per_host_, in_all_;
    std::size_t taken_ = 0;
    std::map<std::string, std::size_t, std::less<>> hosts_;  // those that have any: its nodes stay where they are
};

}  // namespace libnet::inline v0::engine
