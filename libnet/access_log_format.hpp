#pragma once
// What the lines of an access log look like.

#include <libnet/access_record.hpp>
#include <libnet/config.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0 {

/// Appends the line of one request in the combined format of Apache and nginx, with its line feed. A client can't forge a
/// line: every byte from the network that is a quote, a backslash, a control character or no ASCII is written as \xHH. The
/// time is the local one.
void append_log_line(std::string& line, const AccessRecord& record);

/// The form of a line: the combined format, JSON, or a text with the names of fields in it.
///
///     {client} {user} [{time}] "{request}" {status} {bytes_sent} {duration}
///
/// | field | what |
/// |---|---|
/// | client, port | the client's address ("unix:" for a Unix socket) and port |
/// | user | who has logged in |
/// | time, time_iso | when the request's first octet came: 23/Nov/2026:08:36:41 +0000, 2026-11-23T08:36:41.123Z |
/// | request, method, target, version | the request line, and its parts; version is 1.0 or 1.1 |
/// | status | of the answer; 0: there was none |
/// | bytes_sent, bytes_received | of the contents, or of a tunnel |
/// | duration | in seconds, with microseconds; the same for the times below |
/// | queue | of that: until the server began with it |
/// | first_byte | of that: until its answer began |
/// | referer, user_agent | fields of the request |
/// | reason | why it was refused or failed |
/// | request_id | of a proxy's request, as its own answers have it; this and what follows are a dash elsewhere |
/// | verdict | what the proxy has decided, or what went wrong, in a word: engine::HttpForwarding |
/// | host | where the request was to go |
/// | upstream | the server's address that was connected to |
/// | name, connect | how long it took to look the name up, and to connect; a dash where that wasn't done |
/// | cache | of a file server's: hit, all files that it needed were remembered; miss, they were not; a dash, it needed none |
///
/// What is empty is a dash. Octets of clients are escaped as in the combined format; a field that stands behind a quote may have
/// spaces in it, and any other has them escaped, too, as it has the characters that stand beside it. `{{` is a brace.
class AccessLogFormat {
public:
    /// The combined format.
    AccessLogFormat() = default;

    /// Reads "combined", "json", or a text with fields.
    /// @throws std::invalid_argument what is wrong with it, and what would do
    explicit AccessLogFormat(std::string_view text);

    /// Appends the line of one request, with its line feed. In JSON it is an object with all fields by their names,
    /// those of a proxy where it is a proxy's and `cache` elsewhere; numbers are numbers, what is empty is null, and an
    /// octet above 127 is the character of that number.
    void append(std::string& line, const AccessRecord& record) const;

private:
    enum class Field : std::uint8_t {
        none,
        client,
        port,
        user,
        time,
        time_iso,
        request,
        method,
        target,
        version,
        status,
        bytes_sent,
        bytes_received,
        duration,
        queue,
        first_byte,
        referer,
        user_agent,
        reason,
        request_id,
        verdict,
        host,
        upstream,
        name,
        connect,
        cache
    };
    enum class Kind : std::uint8_t { combined, json, text };

    /// A text, and the field behind it.
    struct Part {
        std::string text;
        Field field = Field::none;
        std::string escaped{};  // within the field: the quotes around it, or what may part it from others
    };

    static Field field_of(std::string_view name);
    void append_field_value(std::string& line, const AccessRecord& record, const Part& part) const;
    static bool append_forwarding_value(std::string& line, const AccessRecord& record, const Part& part);
    static void append_json(std::string& line, const AccessRecord& record);

    Kind kind_ = Kind::combined;
    std::vector<Part> parts_;
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/server/access_line.ipp>
#  include <libnet/impl/server/access_log_format.ipp>
#endif
