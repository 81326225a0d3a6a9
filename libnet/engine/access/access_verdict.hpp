#pragma once
// What a guard says of a request.

#include <string_view>

namespace libnet::inline v0::engine {

/// Whether a request may be answered. The views outlive the answer.
struct AccessVerdict {
    unsigned status = 0;                     ///< 0: it may
    std::string_view reason = {};            ///< in words
    std::string_view name = {}, value = {};  ///< of a field that the refusal has; empty: none
};

}  // namespace libnet::inline v0::engine
