#pragma once
// --mmdb FILE: what databases in MaxMind's format say about addresses. They are files: nothing leaves the machine.

#include <libnet/base/printable.hpp>

#include <boost/asio/ip/address.hpp>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#if defined(LIBNET_MMDB)
#  include <boost/asio/ip/udp.hpp>

#  include <maxminddb.h>
#endif

namespace libnet::apps {

#if defined(LIBNET_MMDB)

/// A database of autonomous systems, countries or cities, as MaxMind's GeoLite2, DB-IP's and IPinfo's are
/// (https://maxmind.github.io/MaxMind-DB/).
class AddressDatabase {
public:
    /// Maps the file. Throws std::runtime_error in words when it is none.
    explicit AddressDatabase(const std::string& file)
    {
        errno = 0;
        const int failed = ::MMDB_open(file.c_str(), MMDB_MODE_MMAP, &database_);
        const bool by_system = (failed == MMDB_FILE_OPEN_ERROR || failed == MMDB_IO_ERROR) && errno != 0;
        if (failed != MMDB_SUCCESS)
            throw std::runtime_error{"--mmdb: " + base::printable(file) + ": " +
                                     (by_system ? std::strerror(errno) : ::MMDB_strerror(failed))};
    }
    ~AddressDatabase() { ::MMDB_close(&database_); }
    AddressDatabase(const AddressDatabase&) = delete;
    AddressDatabase& operator=(const AddressDatabase&) = delete;

    /// "AS64500 Example Net", "DE Berlin", or both; nothing where it knows nothing.
    std::optional<std::string> find(const boost::asio::ip::address& address) const
    {
        const boost::asio::ip::udp::endpoint wanted{address, 0};
        int failed = MMDB_SUCCESS;
        auto result = ::MMDB_lookup_sockaddr(&database_, wanted.data(), &failed);
        if (failed != MMDB_SUCCESS || !result.found_entry) return std::nullopt;
        std::string text;
        if (const auto number = number_at(result.entry, {"autonomous_system_number"})) add(text, "AS" + *number);
        else add(text, text_at(result.entry, {"asn"}));
        for (const auto* name : {"autonomous_system_organization", "as_name"}) add(text, text_at(result.entry, {name}));
        auto country = text_at(result.entry, {"country", "iso_code"});
        for (const auto* name : {"country_code", "country"})
            if (country.empty()) country = text_at(result.entry, {name});
        add(text, country);
        auto city = text_at(result.entry, {"city", "names", "en"});
        add(text, city.empty() ? text_at(result.entry, {"city"}) : city);
        return text.empty() ? std::nullopt : std::optional{std::move(text)};
    }

private:
    using Path = std::vector<const char*>;

    static std::optional<MMDB_entry_data_s> data_at(MMDB_entry_s entry, Path path, std::uint32_t type)
    {
        path.push_back(nullptr);
        MMDB_entry_data_s data{};
        const int failed = ::MMDB_aget_value(&entry, &data, path.data());
        if (failed != MMDB_SUCCESS || !data.has_data || data.type != type) return std::nullopt;
        return data;
    }

    /// Files are written by others: what is shown of them is printable, and not long.
    static std::string text_at(const MMDB_entry_s& entry, Path path)
    {
        const auto data = data_at(entry, std::move(path), MMDB_DATA_TYPE_UTF8_STRING);
        return data ? base::printable({data->utf8_string, data->data_size}) : std::string{};
    }

    static std::optional<std::string> number_at(const MMDB_entry_s& entry, Path path)
    {
        const auto data = data_at(entry, std::move(path), MMDB_DATA_TYPE_UINT32);
        return data ? std::optional{std::to_string(data->uint32)} : std::nullopt;
    }

    static void add(std::string& text, std::string_view word)
    {
        if (word.empty()) return;
        if (!text.empty()) text += ' ';
        text += word;
    }

    MMDB_s database_{};
};

#else

/// This build has no library for them.
class AddressDatabase {
public:
    explicit AddressDatabase(const std::string&)
    {
        throw std::runtime_error{"--mmdb: this build has no libmaxminddb: configure it again where that is installed"};
    }
    std::optional<std::string> find(const boost::asio::ip::address&) const { return std::nullopt; }
};

#endif

/// Any number of them, each of which may know something else.
class AddressDatabases {
public:
    explicit AddressDatabases(const std::vector<std::string>& files)
    {
        for (const auto& file : files) databases_.push_back(std::make_unique<AddressDatabase>(file));
    }

    /// What they say together; nothing where none knows the address.
    std::optional<std::string> find(const boost::asio::ip::address& address) const
    {
        std::string text;
        for (const auto& database : databases_)
            if (const auto found = database->find(address)) text += (text.empty() ? "" : ", ") + *found;
        return text.empty() ? std::nullopt : std::optional{std::move(text)};
    }

    bool empty() const noexcept { return databases_.empty(); }

private:
    std::vector<std::unique_ptr<AddressDatabase>> databases_;
};

}  // namespace libnet::apps
