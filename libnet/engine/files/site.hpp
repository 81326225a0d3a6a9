#pragma once
// A site's options, checked and ready to be asked.

#include <libnet/config.hpp>
#include <libnet/engine/files/file_facts.hpp>
#include <libnet/engine/files/site_options.hpp>
#include <libnet/wire/http/mime.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::engine {

/// What a FileResponder asks about its site. Never changes: sessions share it.
class Site {
public:
    /// @throws std::invalid_argument  an option isn't valid; `what()` says which, and what would do
    explicit Site(SiteOptions options = {});

    const SiteOptions& options() const noexcept { return options_; }

    /// The media type of a file, by its name; where that has no extension, by whether it is text.
    std::string_view media_type(std::string_view name, const FileFacts& facts) const noexcept
    {
        return facts.text ? wire::plain_text_type : types_.type_of(name);
    }

    /// The file that is shown for a status; empty: the built-in page.
    std::string_view error_page(unsigned status) const noexcept;

    /// The rule that sends a path elsewhere, or null.
    const SiteRedirect* redirect(std::string_view path) const noexcept;

    /// The value of Cache-Control; empty: no such field.
    std::string_view cache_control(std::string_view path, std::string_view media_type) const noexcept;

    /// Whether scripts of this origin may read what is answered.
    bool allows_origin(std::string_view origin) const noexcept;

    /// Whether it makes no difference who asks.
    bool allows_every_origin() const noexcept { return every_origin_; }

private:
    SiteOptions options_;
    wire::MediaTypes types_;
    std::string max_age_;  // the whole value
    bool every_origin_ = false;
};

/// Where a redirect rule sends a path that fits it: a path or URL that is safe in a field, without the query.
std::string target_of(const SiteRedirect& redirect, std::string_view path);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/files/site.ipp>
#endif
