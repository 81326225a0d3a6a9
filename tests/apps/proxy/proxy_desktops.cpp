// proxy++ beside what people's machines have: Chromium, with a proxy and with its PAC file, and apt. A file server is the parent
// proxy of all names, so that nothing is looked up and nothing leaves this machine.

#include <tests/support/catch.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/proxy_program.hpp>
#include <tests/support/temporary_directory.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace proxy_desktops_tests {

using namespace libnet::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

/// A server that has every name, behind a proxy.
struct World {
    TemporaryDirectory root;
    Httpd httpd{root};
    Proxy proxy{
        {"--parent", "world=http://127.0.0.1:" + httpd.port(), "--pac", "--event-log", "-", "--access-log", "none"},
        Proxy::Reach::public_internet};
};

/// What a page has become once its scripts have run.
std::string page_by(const std::string& option, const std::string& url)
{
    const TemporaryDirectory profile;
    const auto home = profile.path().string();
    return run({"timeout", "100", "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--user-data-dir=" + home + "/profile",
                "--virtual-time-budget=10000", option, "--dump-dom", url},
               {"HOME=" + home})
        .out;
}

constexpr std::string_view fetching_page =
    "<html><body>nothing<script>fetch('/a.txt').then(a => a.text()).then(t => document.body.textContent = 'fetched ' + "
    "t)"
    "</script></body></html>";

/// A folder for apt of its own, with a package in a repository.
struct Apt {
    explicit Apt(const TemporaryDirectory& repository)
    {
        const std::string control =
            "Package: thing\nVersion: 1.0\nArchitecture: all\nMaintainer: a <a@a.test>\nDescription: a thing\n";
        folder.write("deb/DEBIAN/control", control);
        folder.write("deb/usr/share/thing/file", "hello");
        const auto file = (repository.path() / "thing.deb").string();
        built = run({"dpkg-deb", "--build", "--root-owner-group", (folder.path() / "deb").string(), file});
        const auto digest = run({"sha256sum", file}).out.substr(0, 64);
        const auto size = built.exit_code == 0 ? std::filesystem::file_size(file) : 0;
        repository.write("Packages", control + "Filename: ./thing.deb\nSize: " + std::to_string(size) +
                                         "\nSHA256: " + digest + "\n\n");
        folder.write("etc/sources.list", "deb [trusted=yes] http://packages.test/ ./\n");
        for (const char* const name : {"state/lists/partial", "cache/archives/partial"})
            std::filesystem::create_directories(folder.path() / name);
    }

    Finished operator()(const Proxy& proxy, Arguments what) const
    {
        const auto path = [this](const std::string& name) { return (folder.path() / name).string(); };
        Arguments command{"timeout", "100", "apt-get"};
        for (const auto& option :
             {"Dir::State=" + path("state"), "Dir::Cache=" + path("cache"),
              "Dir::Etc::SourceList=" + path("etc/sources.list"), std::string{"Dir::Etc::SourceParts=-"},
              std::string{"Dir::Etc::Main=/dev/null"}, std::string{"Dir::Etc::Parts=-"},
              std::string{"Dir::State::status=/dev/null"}, std::string{"APT::Sandbox::User="},
              std::string{"Debug::NoLocking=1"}, std::string{"Acquire::Languages=none"},
              "Acquire::http::Proxy=http://127.0.0.1:" + proxy.port()})
            command.insert(command.end(), {"-o", option});
        command.insert(command.end(), what.begin(), what.end());
        return run(command);
    }

    TemporaryDirectory folder;
    Finished built;
};

}  // namespace

TEST_CASE("Chromium reads a page by proxy++, and finds it by its PAC file", "[apps][proxy][desktops]")
{
    if (is_missing("chromium", "chromium")) return;
    World world;
    world.root.write("page.html", fetching_page);
    world.root.write("a.txt", "hello");
    const auto port = world.proxy.port();
    CHECK(has(page_by("--proxy-server=http://127.0.0.1:" + port, "http://named.test/page.html"), "fetched hello"));
    CHECK(has(page_by("--proxy-pac-url=http://127.0.0.1:" + port + "/proxy.pac", "http://found.test/page.html"),
              "fetched hello"));
    const auto events = world.proxy.stop().out;
    for (const char* const target : {"http://named.test/a.txt", "/proxy.pac", "http://found.test/a.txt"})
        CHECK(has(events, "\"target\":\"" + std::string{target} + "\""));
}

TEST_CASE("apt updates and downloads by proxy++", "[apps][proxy][desktops]")
{
    if (is_missing("apt-get", "apt") || is_missing("dpkg-deb", "dpkg")) return;
    World world;
    const Apt apt{world.root};
    INFO(apt.built.err);
    REQUIRE(apt.built.exit_code == 0);
    const auto updated = apt(world.proxy, {"update"});
    INFO(updated.out << updated.err);
    CHECK(updated.exit_code == 0);
    const auto said = apt(world.proxy, {"--print-uris", "download", "thing"});
    INFO(said.out << said.err);
    CHECK(has(said.out, "'http://packages.test/./thing.deb'"));
    CHECK(apt(world.proxy, {"--download-only", "--yes", "install", "thing"}).exit_code == 0);
    CHECK(has(world.proxy.stop().out, "\"target\":\"http://packages.test/./thing.deb\",\"version\":\"1.1\""));
}

}  // namespace proxy_desktops_tests
