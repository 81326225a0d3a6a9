#pragma once
// A document that a page follows: what is new is asked for again and again.

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace libnet::inline v0 {

/// What a page is told.
struct LiveNews {
    std::shared_ptr<const std::string> document{};  ///< JSON; null: there is nothing new
    std::uint64_t next = 0;                         ///< what the page asks for then; 0 is all
};

/// Says what is new since `since`, which is 0 or `LiveNews::next` of the last answer.
using LiveSource = std::function<boost::asio::awaitable<LiveNews>(std::uint64_t since)>;

}  // namespace libnet::inline v0
