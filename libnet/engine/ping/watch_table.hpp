#pragma once
// A table that pages follow, as JSON.

#include <libnet/base/json_writer.hpp>
#include <libnet/engine/ping/day_history.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::engine {

/// Theory of operation. Any number of pages may ask at any time for what is new, and a request costs the client nothing. So a row
/// is written once for each of its revisions and kept; the whole table is put together once a second; and where thousands of
/// rows are to be written at the same time, `most_written` are with each request and the others with the next ones: a page that
/// begins gets them as rows that have changed.
class WatchTable {
public:
    static constexpr std::size_t most_written = 1000;

    struct Row {
        RowRevisions::Row seen{};
        std::string json{};  ///< empty: it was not written yet
    };

    /// What the document says beside its rows.
    struct About {
        std::string_view version{};
        double interval = 0;  ///< seconds
        std::size_t rows = 0;
    };

    /// Rows have gone: every page begins anew.
    void forget() noexcept
    {
        revisions_.forget();
        whole_.clear();
    }

    /// As WatchDocuments::overview (libnet/watch_documents.hpp). `for_each` calls a visitor `(id, row, news, write)`
    /// for each row, where `news` counts up with what should be told at once, and `write` is given a JsonWriter.
    template <typename ForEach>
    std::pair<std::string, std::uint64_t> overview(std::uint64_t since, std::int64_t second, const About& about,
                                                   const ForEach& for_each)
    {
        if (!complete_ || second != looked_) look(second, for_each);
        const bool all = revisions_.begins_anew(since);
        if (!all && since == revisions_.last()) return {{}, since};
        if (!all) return {document(since, about, for_each), revisions_.last()};
        if (whole_.empty()) whole_ = document(0, about, for_each);
        return {whole_, revisions_.last()};
    }

private:
    template <typename ForEach>
    void look(std::int64_t second, const ForEach& for_each)
    {
        looked_ = second;
        complete_ = true;
        whole_.clear();
        std::size_t written = 0;
        for_each([&](std::size_t id, Row& row, std::uint32_t news, const auto& write) {
            if (!RowRevisions::changes(row.seen, id, news, second)) return;
            if (++written > most_written) {
                complete_ = false;
                return;
            }
            base::JsonWriter json;
            write(json);
            row.json = std::move(json).take();
            revisions_.look(row.seen, id, news, second);
        });
    }

    /// With the rows that have changed since; 0: all.
    template <typename ForEach>
    std::string document(std::uint64_t since, const About& about, const ForEach& for_each) const
    {
        base::JsonWriter json;
        json.object().member("v", 1).member("version", about.version).member("now", looked_);
        json.member("interval", about.interval).member("all", since == 0);
        json.member("count", about.rows).key("rows").array();
        for_each([&](std::size_t, Row& row, std::uint32_t, const auto&) {
            if (!row.json.empty() && row.seen.revision > since) json.json(row.json);
        });
        json.end_array().end_object();
        return std::move(json).take();
    }

    RowRevisions revisions_;
    std::string whole_{};  // of the second that was looked at; empty: it was not asked for
    std::int64_t looked_ = 0;
    bool complete_ = false;  // all rows were
};

}  // namespace libnet::inline v0::engine
