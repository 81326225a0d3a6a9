#pragma once
// What a file server answers: from what a request asks and what is known of a file. No protocol version, no I/O, no
// clock.

#include <libnet/config.hpp>
#include <libnet/engine/response_plan.hpp>
#include <libnet/wire/uri_path.hpp>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <variant>

namespace libnet::engine {

/// What a request asks. The views are read until the plan is made. A field that is absent or empty is the same here.
struct FileRequest {
    std::string_view method{};
    std::string_view path{};   ///< with its percent-encoding; "*" or empty: the server as a whole (OPTIONS only)
    std::string_view query{};  ///< behind the "?"; visible ASCII, as every HTTP framing guarantees
    bool has_query = false;
    std::string_view if_match{};
    std::string_view if_none_match{};
    std::string_view if_modified_since{};
    std::string_view if_unmodified_since{};
    std::string_view if_range{};
    std::string_view range{};
};

enum class FileKind : std::uint8_t { regular, directory };

/// What is known of a file that was found.
struct FileFacts {
    FileKind kind = FileKind::regular;
    std::uint64_t size = 0;  ///< bytes
    FileTime modified{};
};

/// Why a look-up came to nothing.
enum class LookUpFailure : std::uint8_t {
    not_found,   ///< there is no such file, or it is neither file nor directory, or it lies outside the root
    forbidden,   ///< it may not be read
    overloaded,  ///< no descriptor or memory is left; later it may work
    failed,      ///< the disk or file system reports an error
};

/// What the caller must do next.
struct LookUp {             ///< open this file, and report with `on_file` or `on_failure`
    std::string_view name;  ///< relative to the root; empty: the root itself; valid until the next call
    friend bool operator==(const LookUp&, const LookUp&) = default;
};
struct Respond {  ///< do what `plan()` says
    friend bool operator==(const Respond&, const Respond&) = default;
};
using FileAction = std::variant<LookUp, Respond>;

/// Options of a FileResponder.
struct FileResponderOptions {
    std::string index = "index.html";  ///< answers for a directory; empty: nothing does
};

/// Decides about one request after another: `start`, then one report for each LookUp, until Respond.
///
/// - Only GET, HEAD and OPTIONS are answered: 405 for the methods RFC 9110 knows, 501 for the rest.
/// - Paths are read by wire::decode_path. What names no file is refused: 400, or 404 for an encoded slash. Files and
///   directories whose name begins with a dot are not there (404), but for /.well-known.
/// - A path that ends in a slash is the directory's index; a directory without its slash is redirected (301), with its
///   query, and relative links in it work.
/// - Validators come from the file's time and size, and are therefore weak: two writes within the clock's
///   granularity look alike. Conditions are judged in the order of RFC 9110 section 13.2.2.
///
/// Strings keep their memory from one request to the next.
class FileResponder {
public:
    explicit FileResponder(FileResponderOptions options = {}) : options_{std::move(options)} {}

    /// Begins a request.
    FileAction start(const FileRequest& request);

    /// The file was found. `now` is the time of the answer, its Date.
    FileAction on_file(const FileFacts& facts, FileTime now);

    /// The file was not found.
    FileAction on_failure(LookUpFailure failure);

    /// What to answer, after Respond. Valid until the next `start`.
    const ResponsePlan& plan() const noexcept { return plan_; }

private:
    enum class Condition : std::uint8_t { holds, not_modified, failed };

    FileAction refuse(unsigned status, std::string_view why);
    FileAction refuse_method();
    FileAction redirect_to_slash();
    void set_validators(const FileFacts& facts, FileTime now);
    Condition judge_conditions(FileTime now) const;
    bool range_is_wanted(FileTime now) const;
    void choose_part();

    FileResponderOptions options_;
    FileRequest request_;
    wire::FilePath path_;
    std::string name_;  // what is looked up
    ResponsePlan plan_;
};

std::ostream& operator<<(std::ostream& out, const FileAction& action);

}  // namespace libnet::engine

#if !defined(LIBNET_SEPARATE_COMPILATION)
#  include <libnet/engine/impl/file_responder.ipp>
#endif
