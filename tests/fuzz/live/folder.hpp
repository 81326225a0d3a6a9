#pragma once
// A folder that goes when the program does, and what httpd++ serves out of it.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace live {

inline std::string read_file(const std::filesystem::path& file)
{
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// The files of a folder, in the order of their names.
inline std::vector<std::string> seeds_in(const std::filesystem::path& folder)
{
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<std::string> seeds;
    for (const auto& file : files) seeds.push_back(read_file(file));
    if (seeds.empty()) throw std::runtime_error{"no seeds in " + folder.string()};
    return seeds;
}

class Folder {
public:
    Folder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "live-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        path_ = name;
    }
    ~Folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }

    void write(const std::string& name, const std::string& text) const
    {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream{path_ / name, std::ios::binary} << text;
    }

private:
    std::filesystem::path path_;
};

/// What httpd++ serves, and the programs' own files.
inline void make_site(const Folder& folder)
{
    folder.write("root/good.txt", "good\n");
    folder.write("root/index.html", "<!doctype html><title>index</title>");
    folder.write("root/large.bin", std::string(1'500'000, 'l'));
    folder.write("root/text.txt", std::string(50'000, 't'));
    folder.write("root/app.js", std::string(20'000, 'j'));
    folder.write("root/app.js.gz", std::string(300, 'g'));
    folder.write("root/app.js.br", std::string(200, 'b'));
    folder.write("root/private/a.txt", "private");
    folder.write("root/secret.key.gz", "secret");
    folder.write("root/404.html", "lost");
    for (int i = 0; i < 300; ++i) folder.write("root/many/file " + std::to_string(i), "x");
    for (const std::string name : {"good.txt", "index.html", "404.html"}) folder.write("other/" + name, "good\n");
    // bcrypt of "secret", as cheap as it gets
    folder.write("users", "alice:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n");
    folder.write("rules", "/private/ users alice\n*.key deny all\n");
    folder.write("credential", "alice:secret\n");
    folder.write("targets", "127.0.0.1\n127.1.0.0/28\na.example\nloop.example\n");
    const auto certificate =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=live -keyout " +
        (folder / "key.pem") + " -out " + (folder / "cert.pem") + " 2>/dev/null";
    if (std::system(certificate.c_str()) != 0) throw std::runtime_error{"openssl makes no certificate"};
}

}  // namespace live
