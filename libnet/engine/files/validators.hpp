#pragma once
// Validators of a representation, and the conditions that requests set on them: RFC 9110 sections 8.8 and 13.

#include <libnet/config.hpp>
#include <libnet/engine/files/file_facts.hpp>
#include <libnet/engine/files/file_request.hpp>
#include <libnet/wire/http/content_coding.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// What tells one state of a representation from another.
struct Validators {
    std::string_view etag{};                                ///< as it stands in the field; empty: none
    std::optional<std::chrono::sys_seconds> last_modified;  ///< nothing: the file's time says nothing
};

/// Writes the entity tag of a file, in place of what the string holds.
///
/// With the hash of its content it is strong: "hash-size". Without, it is made from what changes with the file: both its
/// times, its size and its inode; strong, too, once a later change is sure to show in these, else weak. The time of
/// modification alone would not do: where software is installed from images it is the same for every version (1 in Nix
/// and OSTree).
///
/// `coding` is that of the content, which makes it another representation even where somebody has put the same octets
/// in both files.
void make_etag(std::string& etag, const FileFacts& facts, wire::ContentCoding coding);

/// The Last-Modified of a file: never in the future, which would make later changes look older (section 8.8.2.1). Of a
/// file whose time is, it is the time when that was set: the same in each answer. Nothing for times before 1980-01-02: those are constants of build systems, and no times (0, 1, and the epoch of
/// zip archives), and a client would believe that nothing ever changes.
std::optional<std::chrono::sys_seconds> last_modified_of(const FileFacts& facts, FileTime now) noexcept;

enum class Condition : std::uint8_t {
    holds,         ///< or there was none
    not_modified,  ///< 304
    failed,        ///< 412
};

/// Judges If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of section 13.2.2, for GET
/// and HEAD. Only for what would be answered with 200.
Condition judge_conditions(const FileRequest& request, const Validators& validators, FileTime now) noexcept;

/// Whether the Range field counts: the method is GET (section 14.2), and If-Range, if there is one, names this very
/// state: by a strong entity tag, or by a date that can't be of a file that was written twice in that second (sections
/// 13.1.5 and 8.8.2.2).
bool range_is_wanted(const FileRequest& request, const Validators& validators, FileTime now) noexcept;

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/files/validators.ipp>
#endif
