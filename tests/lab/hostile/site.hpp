#pragma once
// What is served while it is attacked, and by whom.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace hostile {

namespace fs = std::filesystem;

/// A temporary folder with a root, and the command lines that serve it.
class Site {
public:
    static constexpr int large_files = 12, hosts = 6;

    Site()
    {
        std::string name = (fs::temp_directory_path() / "hostile-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        path_ = name;
        fs::permissions(path_, fs::perms{0755});  // nginx gives up root's rights
        fs::create_directories(path_ / "root/many");
        fs::create_directories(path_ / "root/private");
        std::ofstream{path_ / "root/good.txt"} << "good\n";
        std::ofstream{path_ / "root/private/a.txt"} << "private\n";
        for (int i = 0; i < 10'000; ++i)
            std::ofstream{path_ / "root/many" / (std::to_string(i) + std::string(200, 'n'))};
        for (int i = 0; i < large_files; ++i) {
            const auto file = path_ / ("root/large" + std::to_string(i));
            std::ofstream{file} << "begin";
            fs::resize_file(file, std::uintmax_t{1} << 30);
        }
        // bcrypt of "secret", at the cost that htpasswd has for a default of servers
        std::ofstream{path_ / "users"} << "alice:$2y$10$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n";
    }
    ~Site()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Site(const Site&) = delete;
    Site& operator=(const Site&) = delete;

    const fs::path& path() const { return path_; }

    /// httpd++ with everything switched on that is attacked.
    std::vector<std::string> httpd(const std::string& program, const std::vector<std::string>& more) const
    {
        std::vector<std::string> words{program,
                                       root(),
                                       "--bind",
                                       "127.0.0.1",
                                       "--port",
                                       "0",
                                       "--listing",
                                       "--access-log",
                                       "none",
                                       "--users",
                                       (path_ / "users").string(),
                                       "--access",
                                       "/private/ users *"};
        for (int i = 0; i < hosts; ++i) {
            words.push_back("--host");
            words.push_back(host(i) + "=" + root());
        }
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }

    /// nginx as one process, with the same site on that port.
    std::vector<std::string> nginx(const std::string& program, std::uint16_t port, int connections) const
    {
        std::ofstream config{path_ / "nginx.conf"};
        config << "daemon off; master_process off; pid " << (path_ / "nginx.pid").string()
               << "; error_log stderr crit;\nevents { worker_connections " << connections << "; }\nhttp {\n"
               << "  access_log off; sendfile on; client_body_temp_path " << (path_ / "body").string() << ";\n"
               << "  server { listen 127.0.0.1:" << port << "; root " << root() << "; autoindex on;\n"
               << "    location /private/ { auth_basic files; auth_basic_user_file " << (path_ / "users").string()
               << "; }\n";
        config << "  }\n";
        for (int i = 0; i < hosts; ++i)
            config << "  server { listen 127.0.0.1:" << port << "; server_name " << host(i) << "; root " << root()
                   << "; }\n";
        config << "}\n";
        config.close();
        return {program, "-p", path_.string(), "-c", (path_ / "nginx.conf").string()};
    }

    /// Squid as one process that keeps nothing, on that port.
    std::vector<std::string> squid(const std::string& program, std::uint16_t port) const
    {
        std::ofstream config{path_ / "squid.conf"};
        config << "http_port 127.0.0.1:" << port
               << "\nhttp_access allow all\ncache deny all\ncache_mem 0 MB\naccess_log none\ncache_log /dev/null\n"
               << "cache_store_log none\npid_filename none\nshutdown_lifetime 0 seconds\n"
               << "max_filedescriptors 65536\npinger_enable off\nforwarded_for delete\n";
        config.close();
        return {program, "-N", "-f", (path_ / "squid.conf").string()};
    }

    static std::string host(int number) { return "host" + std::to_string(number) + ".example"; }

private:
    std::string root() const { return (path_ / "root").string(); }

    fs::path path_;
};

}  // namespace hostile
