#pragma once
// TXT records.

#include <libnet/config.hpp>
#include <libnet/io/dns/resolver_options.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace libnet::inline v0::io {

namespace detail {
class TextLookupsState;
}

/// Asks for TXT records (RFC 1035 section 3.3.14), any number at the same time. One object belongs to the thread of its
/// executor; destroying it ends its questions without a call.
class TextLookups {
public:
    /// Reads the system's configuration. Throws `boost::system::system_error` where that fails.
    explicit TextLookups(asio::any_io_executor executor, const ResolverOptions& options = {});
    ~TextLookups();
    TextLookups(const TextLookups&) = delete;
    TextLookups& operator=(const TextLookups&) = delete;

    /// Asks for the records of a name, as it is: no search list. `on_answer` is called from the event loop, with the texts
    /// of the records, 64 at the most, or with none: there are none, or no name server answers. The strings of a record are
    /// one text. A text is whatever its owner wrote, control characters too.
    void ask(const std::string& name, std::function<void(std::vector<std::string>)> on_answer);

private:
    std::shared_ptr<detail::TextLookupsState> state_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/dns/text_lookups.ipp>
#endif
