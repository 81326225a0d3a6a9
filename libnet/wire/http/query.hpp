#pragma once
// The query of a request target as names and values.

#include <libnet/config.hpp>

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::wire {

/// Why a query can't be read.
enum class QueryError : std::uint8_t {
    bad_triplet = 1,  ///< a percent sign without two hexadecimal digits behind it
    repeated_name,    ///< two values for one name: one reader would take the first, and the next the last
    too_many,         ///< more parameters than Query::most
};

/// `name=value`, decoded. Any bytes.
struct QueryParameter {
    std::string name, value;
    friend bool operator==(const QueryParameter&, const QueryParameter&) = default;
};

/// The parameters of a query, in its order; no name is there twice.
class Query {
public:
    static constexpr std::size_t most = 32;

    /// Reads `a=b&c=d` as forms write it (application/x-www-form-urlencoded, WHATWG URL section 5): `+` is a space,
    /// `%2B` a plus. A name without `=` has an empty value; empty parts are skipped.
    static boost::system::result<Query, QueryError> parse(std::string_view text);

    const std::vector<QueryParameter>& parameters() const noexcept { return parameters_; }

    /// The value of a parameter; null: it isn't there.
    const std::string* find(std::string_view name) const noexcept;

private:
    std::vector<QueryParameter> parameters_;
};

/// The error in words: "a percent sign without two hexadecimal digits".
std::string_view reason_of(QueryError error) noexcept;

/// Prints the words.
std::ostream& operator<<(std::ostream& out, QueryError error);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/query.ipp>
#endif
