#pragma once
// What a file server answers: from what a request asks and what is known of a file. No protocol version, no I/O, no
// clock.

#include <libnet/config.hpp>
#include <libnet/engine/access/access_verdict.hpp>
#include <libnet/engine/files/directory_page.hpp>
#include <libnet/engine/files/file_facts.hpp>
#include <libnet/engine/files/file_request.hpp>
#include <libnet/engine/files/response_plan.hpp>
#include <libnet/engine/files/site.hpp>
#include <libnet/engine/files/validators.hpp>
#include <libnet/wire/http/content_coding.hpp>
#include <libnet/wire/http/http_range.hpp>
#include <libnet/wire/http/uri_path.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace libnet::inline v0::engine {

/// What the caller must do next.
struct LookUp {             ///< open this file, and report with `on_file` or `on_failure`
    std::string_view name;  ///< relative to the root; empty: the root itself; valid until the next call
    friend bool operator==(const LookUp&, const LookUp&) = default;
};
struct ListDirectory {      ///< make a listing (make_listing), and report with `on_listing` or `on_failure`
    std::string_view name;  ///< as LookUp::name
    std::string_view path;  ///< as the listing shows it
    std::size_t limit = 0;  ///< entries at most
    ListingStyle style{};
    friend bool operator==(const ListDirectory&, const ListDirectory&) = default;
};
struct Encode {             ///< put the plain file of this name into a coding, and report as for LookUp: with the size
    std::string_view name;  ///< as LookUp::name
    wire::ContentCoding coding;  ///< not identity
    friend bool operator==(const Encode&, const Encode&) = default;
};
struct
    Admit {  ///< ask whether the client may have this file, which its path doesn't name, and report with `on_verdict`
    std::string_view name;  ///< as LookUp::name
    friend bool operator==(const Admit&, const Admit&) = default;
};
/// If a state with one of these digests is known to have had a hash, have this file hashed that was found; and report as for
/// LookUp. Without the hash, if that isn't possible.
struct Hash {
    std::string_view name;                   ///< as LookUp::name
    std::array<std::uint64_t, 4> digests{};  ///< as named_digests has them
    friend bool operator==(const Hash&, const Hash&) = default;
};
struct Respond {  ///< do what `plan()` says
    friend bool operator==(const Respond&, const Respond&) = default;
};
using FileAction = std::variant<LookUp, ListDirectory, Encode, Admit, Hash, Respond>;

/// Decides about one request after another: `start` or `start_refused`, then one report for each of the other actions,
/// until Respond.
///
/// - Only GET, HEAD and OPTIONS are answered: 405 for the methods RFC 9110 knows, 501 for the rest.
/// - Paths are read by wire::decode_path. What names no file is refused: 400, or 404 for an encoded slash, and for more
///   than 256 segments.
/// - A path that ends in a slash is the directory's index, or its listing; a directory without its slash is redirected
///   (301), with its query, so that relative links in it work. With clean URLs a page of its name goes first.
/// - The precompressed sibling that the client wants most is sent, whatever the type of the file. Each has an entity tag of
///   its own, and all answers say Vary. Where identity is refused and there is no sibling, 406, but not for what doesn't
///   get smaller by compression anyway.
/// - Where access is guarded, the path has been judged before. A file that it doesn't name, but that answers - an index, a
///   page of a clean URL, the fallback, an error page - is judged by its own name as well, as soon as it is found; its
///   siblings are not, for they are the same. An error page that is refused gives way to the built-in one. But of what
///   the guard itself has refused, a path or a file, the error page is not judged: a client that may have nothing is told so
///   by a page.
/// - A condition that names the tag of an earlier state of the file is about this one if the content is the same. That is
///   found out where a file isn't tagged by its content and is small enough to be hashed meanwhile (Hash).
/// - Conditions and ranges: engine/validators.hpp, wire/http_range.hpp. Several ranges are one multipart/byteranges.
///
/// Strings keep their memory from one request to the next.
class FileResponder {
public:
    /// Begins a request. Both the site and what the request's views show must outlive the answer.
    FileAction start(const Site& site, const FileRequest& request);

    /// Begins a request that the guard has refused, by a verdict whose status isn't 0: only its error page is looked up.
    FileAction start_refused(const Site& site, const FileRequest& request, const AccessVerdict& verdict);

    /// The file was found, or encoded. `now` is the time of the answer, its Date.
    FileAction on_file(const FileFacts& facts, FileTime now);

    /// The file was not found, or could not be encoded.
    FileAction on_failure(LookUpFailure failure);

    /// The guard has judged.
    FileAction on_verdict(const AccessVerdict& verdict);

    /// The listing is made: the text is the file that was found last. With its size, the hash of its text, and the time of
    /// the answer.
    FileAction on_listing(std::uint64_t size, std::uint64_t hash, FileTime now);

    /// What to answer, after Respond. Valid until the next request begins. Its file is the one that was found last.
    const ResponsePlan& plan() const noexcept { return plan_; }

private:
    /// What the look-up in progress is for.
    enum class Stage : std::uint8_t {
        file,        ///< the path itself
        index,       ///< an index of the directory that the path names
        clean,       ///< the path with ".html" behind it
        beside,      ///< the same, where the path itself is a directory
        directory,   ///< the directory, to list it, or to say that it isn't listed
        fallback,    ///< the page of an application that does its own routing
        coding,      ///< a precompressed sibling
        encoding,    ///< the plain file, to be compressed
        plain,       ///< once more the plain file, for something else has been found since
        hashing,     ///< the file that answers, with the hash of its content
        error_page,  ///< what is shown of an error
    };

    // The names, one after another: file_responder.ipp.
    void begin(const Site& site, const FileRequest& request);
    void show_path();
    LookUp look_up(Stage stage);
    FileAction on_directory();
    FileAction add_slash();
    FileAction next_index();
    FileAction missing();
    enum class Page : std::uint8_t { by_name, by_navigation };
    FileAction look_for_fallback();
    FileAction look_for_fallback(Page page);
    bool is_navigation() const noexcept;
    FileAction found(const FileFacts& facts);
    FileAction negotiate();
    FileAction show_error_page();
    FileAction next_coding();
    FileAction encode_or_send();
    FileAction send_plain();

    FileAction list();

    // The answer: file_answer.ipp.
    FileAction options();
    FileAction answer(const FileFacts& facts, wire::ContentCoding coding);
    bool wants_hash(const FileFacts& facts, wire::ContentCoding coding);
    FileAction answer_encoded(std::uint64_t size);
    FileAction answer_if_wanted(const FileFacts& facts, std::uint64_t size, wire::ContentCoding coding);
    Condition judge(const FileFacts& facts, wire::ContentCoding coding);
    bool prefer_if_named(const FileFacts& facts, std::uint64_t digest, wire::ContentCoding coding);
    bool is_named(std::string_view etag) const noexcept;
    FileAction answer_in_parts();
    void plan_multipart(std::span<const wire::ByteRange> ranges);
    FileAction refuse(unsigned status, std::string_view why);
    FileAction refuse(const AccessVerdict& verdict);
    void plan_refusal(unsigned status, std::string_view why);
    FileAction refuse_method();
    FileAction redirect(unsigned status, std::string location, std::string_view why);
    FileAction finish();
    FileAction finish_with_page();
    void add_cors_fields();
    void add_rule_fields();
    std::string_view rule_value(std::string_view field) const noexcept;

    const Site* site_ = nullptr;
    FileRequest request_;
    wire::FilePath path_;
    std::string name_;   // what is looked up
    std::string plain_;  // the file that is negotiated about
    std::string other_etag_;
    std::string shown_;  // the path that rules are about: of the file, else of the request
    Stage stage_ = Stage::file;
    FileTime now_{};
    FileFacts plain_facts_;
    wire::AcceptedCodings codings_;
    std::size_t next_index_ = 0, next_coding_ = 0;
    bool found_other_ = false;  // since the plain file
    Hash hash_{};               // what was asked for
    wire::ContentCoding hash_coding_ = wire::ContentCoding::identity;
    std::string_view missing_;  // what is said where there is nothing; static storage
    ResponsePlan plan_;
};

std::ostream& operator<<(std::ostream& out, const FileAction& action);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/files/file_answer.ipp>
#  include <libnet/engine/files/file_responder.ipp>
#endif
