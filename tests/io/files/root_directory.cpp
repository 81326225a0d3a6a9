#include <libnet/io/files/root_directory.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/system/system_error.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <set>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace root_directory_tests {

using namespace libnet::io;
using libnet::Symlinks;
using libnet::engine::FileKind;
using libnet::engine::LookUpFailure;
using libnet::test::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

/// A directory to serve beside one that must never be reached.
struct Tree {
    Tree()
    {
        outside = top.write("outside/secret", "secret").parent_path();
        root = top.write("root/file", "content").parent_path();
        top.write("root/dir/inner", "inner content");
    }
    void link(const std::string& target, const std::string& name) const { fs::create_symlink(target, root / name); }

    TemporaryDirectory top;
    fs::path root;
    fs::path outside;
};

std::string content(const OpenedFile& file)
{
    char buffer[100];
    const auto size = ::pread(file.descriptor.get(), buffer, sizeof buffer, 0);
    return size < 0 ? std::string{"unreadable"} : std::string(buffer, static_cast<std::size_t>(size));
}

std::string read(const RootDirectory& root, std::string_view name)
{
    const auto file = root.open(name);
    if (!file) return file.error().message();
    return file->facts.kind == FileKind::directory ? "directory" : content(*file);
}

int error_of(const RootDirectory& root, std::string_view name)
{
    const auto file = root.open(name);
    return file ? 0 : file.error().value();
}

/// Every test runs both ways: with openat2 and without.
RootDirectory open_root(const fs::path& path, Symlinks symlinks = Symlinks::inside)
{
    const auto method = GENERATE(LookUpMethod::kernel, LookUpMethod::walk);
    return RootDirectory{path.string(), symlinks, method};
}

}  // namespace

TEST_CASE("files and directories beneath the root are found with what is known of them", "[io][root_directory]")
{
    const Tree tree;
    const auto root = open_root(tree.root);
    const auto file = root.open("file");
    REQUIRE(file.has_value());
    CHECK(content(*file) == "content");
    CHECK(file->facts.kind == FileKind::regular);
    CHECK(file->facts.size == 7);
    CHECK(file->facts.modified.time_since_epoch().count() > 0);
    CHECK(read(root, "dir/inner") == "inner content");
    CHECK(read(root, "dir") == "directory");
    CHECK(read(root, "dir/") == "directory");
    CHECK(read(root, "") == "directory");
    CHECK(read(root, ".") == "directory");
    CHECK(read(root, "./dir//./inner") == "inner content");
    CHECK(read(root, "dir/../file") == "content");
}

TEST_CASE("what isn't there is an error that says why", "[io][root_directory]")
{
    const Tree tree;
    const auto root = open_root(tree.root);
    CHECK(error_of(root, "nothing") == ENOENT);
    CHECK(error_of(root, "nothing/inner") == ENOENT);
    CHECK(error_of(root, "file/inner") == ENOTDIR);
    CHECK(error_of(root, "file/") == ENOTDIR);
    CHECK(error_of(root, "file/.") == ENOTDIR);
    CHECK(error_of(root, "file/..") == ENOTDIR);
    CHECK(error_of(root, std::string(256, 'x')) == ENAMETOOLONG);
    CHECK(error_of(root, std::string(5000, 'x')) == ENAMETOOLONG);
    CHECK(error_of(root, std::string_view{"file\0x", 6}) == EINVAL);
}

TEST_CASE("names can't leave the root", "[io][root_directory]")
{
    const Tree tree;
    const auto root = open_root(tree.root);
    for (const char* name : {"..", "../", "../outside/secret", "dir/../../outside/secret", "dir/../../root/file",
                             "./../outside", "/", "/etc/passwd", "//etc/passwd"})
    {
        INFO(name);
        CHECK(error_of(root, name) == EXDEV);
    }
    CHECK(error_of(root, (tree.root / "file").string()) == EXDEV);
}

TEST_CASE("links inside the root are followed", "[io][root_directory]")
{
    const Tree tree;
    tree.link("file", "to_file");
    tree.link("dir", "to_dir");
    tree.link("dir/inner", "to_inner");
    tree.link("../file", "dir/up");
    tree.link("to_dir/up", "chain");
    tree.link("./dir/.././dir/", "winding");
    tree.link(".", "self");
    const auto root = open_root(tree.root);
    CHECK(read(root, "to_file") == "content");
    CHECK(read(root, "to_dir") == "directory");
    CHECK(read(root, "to_dir/inner") == "inner content");
    CHECK(read(root, "to_inner") == "inner content");
    CHECK(read(root, "dir/up") == "content");
    CHECK(read(root, "chain") == "content");
    CHECK(read(root, "winding/inner") == "inner content");
    CHECK(read(root, "self/self/self/dir/inner") == "inner content");
    CHECK(error_of(root, "to_file/x") == ENOTDIR);
    CHECK(error_of(root, "to_file/") == ENOTDIR);
}

TEST_CASE("links that lead out of the root are not followed, not even on a detour", "[io][root_directory]")
{
    const Tree tree;
    tree.link("../outside", "out");
    tree.link("../outside/secret", "secret");
    tree.link((tree.outside / "secret").string(), "absolute");
    tree.link((tree.root / "file").string(), "absolute_inside");
    tree.link("/", "slash");
    tree.link("../root/file", "detour");
    tree.link("dir/../../outside/secret", "winding");
    tree.link("../../outside", "dir/deep");
    tree.link("..", "up");
    const auto root = open_root(tree.root);
    for (const char* name : {"out", "out/secret", "secret", "absolute", "absolute_inside", "slash", "slash/etc/passwd",
                             "detour", "winding", "dir/deep/secret", "up", "up/root/file"})
    {
        INFO(name);
        CHECK(error_of(root, name) == EXDEV);
    }
}

TEST_CASE("links that lead nowhere or in circles end", "[io][root_directory]")
{
    const Tree tree;
    tree.link("missing", "dangling");
    tree.link("circle", "circle");
    tree.link("pong", "ping");
    tree.link("ping", "pong");
    tree.link("grow/grow", "grow");
    const auto root = open_root(tree.root);
    CHECK(error_of(root, "dangling") == ENOENT);
    CHECK(error_of(root, "dangling/x") == ENOENT);
    CHECK(error_of(root, "circle") == ELOOP);
    CHECK(error_of(root, "ping/x") == ELOOP);
    CHECK(error_of(root, "grow") == ELOOP);
}

TEST_CASE("where links are not followed, names lead through none", "[io][root_directory]")
{
    const Tree tree;
    tree.link("file", "to_file");
    tree.link("dir", "to_dir");
    tree.link("missing", "dangling");
    tree.link("circle", "circle");
    tree.link("../outside", "out");
    tree.link((tree.root / "file").string(), "absolute");
    tree.link("inner", "dir/twin");
    const auto root = open_root(tree.root, Symlinks::none);
    CHECK(read(root, "file") == "content");
    CHECK(read(root, "dir/inner") == "inner content");
    CHECK(read(root, "dir/../file") == "content");
    CHECK(read(root, "") == "directory");
    for (const char* name : {"to_file", "to_dir", "to_dir/", "to_dir/inner", "dangling", "circle", "circle/x", "out",
                             "out/secret", "absolute", "dir/twin"})
    {
        INFO(name);
        CHECK(error_of(root, name) == ELOOP);
        CHECK(!root.look_at(name).has_value());
        CHECK(!root.find_directory(name, Waiting::allowed).has_value());
    }
    CHECK(error_of(root, "../outside/secret") == EXDEV);
    CHECK(error_of(root, "file/x") == ENOTDIR);
}

TEST_CASE("where any link is followed, it may leave the root, but names can't", "[io][root_directory]")
{
    const Tree tree;
    tree.link("file", "to_file");
    tree.link("../outside", "out");
    tree.link("../outside/secret", "secret");
    tree.link((tree.outside / "secret").string(), "absolute");
    tree.link("out", "chain");
    tree.link("chain/secret", "longer_chain");
    tree.link("missing", "dangling");
    tree.link("/none/such", "dangling_outside");
    tree.link("circle", "circle");
    tree.link(".", "self");
    fs::create_symlink(tree.root / "dir", tree.outside / "back");
    const auto root = open_root(tree.root, Symlinks::any);
    CHECK(read(root, "file") == "content");
    CHECK(read(root, "") == "directory");
    CHECK(read(root, "./dir//./inner") == "inner content");
    CHECK(read(root, "to_file") == "content");
    CHECK(read(root, "out") == "directory");
    CHECK(read(root, "self/self/dir/inner") == "inner content");
    CHECK(read(root, "out/back/inner") == "inner content");
    for (const char* name : {"out/secret", "secret", "absolute", "chain/secret", "longer_chain"}) {
        INFO(name);
        CHECK(read(root, name) == "secret");
        CHECK(root.look_at(name).has_value());
    }
    CHECK(error_of(root, "dangling") == ENOENT);
    CHECK(error_of(root, "dangling_outside") == ENOENT);
    CHECK(error_of(root, "circle") == ELOOP);
    CHECK(error_of(root, "absolute/x") == ENOTDIR);
    for (const char* name : {"..", "../", "../outside/secret", "dir/../../outside/secret", "dir/../file", "dir/..",
                             "out/../outside/secret", "out/..", "/", "/etc/passwd", "//etc/passwd"})
    {
        INFO(name);
        CHECK(error_of(root, name) == EXDEV);
    }
    CHECK(error_of(root, "...") == ENOENT);
}

TEST_CASE("a long chain of links is followed as far as the kernel would", "[io][root_directory]")
{
    const Tree tree;
    tree.link("file", "l1");
    for (int i = 2; i <= 41; ++i)
        tree.link(std::string{"l"} + std::to_string(i - 1), std::string{"l"} + std::to_string(i));
    const auto root = open_root(tree.root);
    CHECK(read(root, "l40") == "content");
    CHECK(error_of(root, "l41") == ELOOP);
}

TEST_CASE("magic links are not followed", "[io][root_directory]")
{
    const auto root = open_root("/proc/self");
    CHECK(root.open("status").has_value());
    const RootDirectory any{"/proc/self", Symlinks::any, LookUpMethod::kernel};
    for (const char* name : {"fd/0", "exe", "cwd", "root", "root/etc/passwd", "ns/net"}) {
        INFO(name);
        CHECK(!root.open(name).has_value());
        CHECK(!any.open(name).has_value());
    }
}

TEST_CASE("FIFOs, sockets and devices are refused without waiting", "[io][root_directory]")
{
    const Tree tree;
    REQUIRE(::mkfifo((tree.root / "fifo").c_str(), 0600) == 0);
    const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const FileDescriptor owner{listener};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (tree.root / "socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    const auto root = open_root(tree.root);
    for (const char* name : {"fifo", "socket"}) {
        INFO(name);
        CHECK(error_of(root, name) == ENXIO);
        CHECK(failure_of(root.open(name).error()) == LookUpFailure::not_found);
    }
    const RootDirectory devices{"/dev", Symlinks::inside, root.method()};
    for (const char* name : {"null", "zero", "tty"}) CHECK(!devices.open(name).has_value());
}

TEST_CASE("who writes to a FIFO goes on waiting for a reader", "[io][root_directory]")
{
    const Tree tree;
    const auto path = tree.root / "fifo";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    std::atomic<bool> opened = false;
    std::thread writer{[&] {
        const FileDescriptor fifo{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
        opened = true;
    }};
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    CHECK(error_of(open_root(tree.root), "fifo") == ENXIO);
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    CHECK(!opened);
    const FileDescriptor reader{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    writer.join();
}

TEST_CASE("the root may be renamed while it is served", "[io][root_directory]")
{
    const Tree tree;
    const auto root = open_root(tree.root);
    fs::rename(tree.root, tree.outside / "moved");
    CHECK(read(root, "file") == "content");
    CHECK(error_of(root, "../secret") == EXDEV);
}

TEST_CASE("a root is renewed when its path stands for another directory", "[io][root_directory]")
{
    const Tree tree;
    const auto path = tree.top.path() / "current";
    fs::create_directory_symlink("root", path);
    auto root = open_root(path);
    const auto waiting = GENERATE(Waiting::allowed, Waiting::refused);
    const auto renewed = [&] {
        auto renewal = root.renew(waiting);
        if (renewal == Renewal::unknown) renewal = root.renew(Waiting::allowed);
        return renewal == Renewal::renewed;
    };
    CHECK(!renewed());

    tree.top.write("release/file", "next");
    fs::create_directory_symlink("release", tree.top.path() / "next");
    fs::rename(tree.top.path() / "next", path);  // as those do who deploy a release
    CHECK(read(root, "file") == "content");
    CHECK(renewed());
    CHECK(read(root, "file") == "next");
    CHECK(!renewed());

    fs::rename(tree.top.path() / "release", tree.top.path() / "old");
    CHECK(!renewed());  // the path leads nowhere: what was served is served
    CHECK(read(root, "file") == "next");
    tree.top.write("release/file", "made anew");
    CHECK(renewed());
    CHECK(read(root, "file") == "made anew");
    CHECK(error_of(root, "../root/file") == EXDEV);
}

TEST_CASE("a link that is swapped all the time never leads out", "[io][root_directory][race]")
{
    const Tree tree;
    fs::create_directory(tree.root / "real");
    tree.top.write("root/real/secret", "public");
    tree.link("../outside", "evil");
    const auto root = open_root(tree.root);
    std::atomic<bool> stop = false;
    std::thread swapper{[&] {
        const auto name = tree.root / "name", real = tree.root / "real", evil = tree.root / "evil";
        while (!stop) {
            fs::rename(real, name);
            fs::rename(name, real);
            fs::rename(evil, name);
            fs::rename(name, evil);
        }
    }};
    std::set<std::string> seen;
    for (int i = 0; i < 20'000; ++i) {
        const auto file = root.open("name/secret");
        if (file) seen.insert(content(*file));
    }
    stop = true;
    swapper.join();
    CHECK(seen.count("secret") == 0);
}

TEST_CASE("a directory moved out during a look-up doesn't take the look-up with it", "[io][root_directory][race]")
{
    const Tree tree;
    tree.top.write("root/a/b/c/file", "public");
    const auto root = open_root(tree.root);
    std::atomic<bool> stop = false;
    std::thread mover{[&] {
        const auto home = tree.root / "a/b", away = tree.outside / "b";
        while (!stop) {
            fs::rename(home, away);
            fs::rename(away, home);
        }
    }};
    bool escaped = false;
    for (int i = 0; i < 20'000; ++i) {
        const auto file = root.open("a/b/c/../../secret");  // outside/secret, if ".." were taken where b is
        escaped = escaped || file.has_value();
    }
    stop = true;
    mover.join();
    CHECK(!escaped);
}

TEST_CASE("a root that is no directory is refused at once", "[io][root_directory]")
{
    const Tree tree;
    const auto method = GENERATE(LookUpMethod::automatic, LookUpMethod::kernel, LookUpMethod::walk);
    const auto error_at = [&](const fs::path& path) {
        try {
            RootDirectory{path.string(), Symlinks::inside, method};
        } catch (const boost::system::system_error& error) {
            return error.code().value();
        }
        return 0;
    };
    CHECK(error_at(tree.root) == 0);
    CHECK(error_at(tree.root / "file") == ENOTDIR);
    CHECK(error_at(tree.root / "nothing") == ENOENT);
    CHECK(error_at("") == ENOENT);
}

TEST_CASE("running out of descriptors is overload, not absence", "[io][root_directory]")
{
    const Tree tree;
    const auto root = open_root(tree.root);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit none = before;
    none.rlim_cur = 0;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const auto file = root.open("file");
    ::setrlimit(RLIMIT_NOFILE, &before);
    REQUIRE(!file.has_value());
    CHECK(file.error().value() == EMFILE);
    CHECK(failure_of(file.error()) == LookUpFailure::overloaded);
}

TEST_CASE("errors of a look-up mean one of four things", "[io][root_directory]")
{
    const auto meaning = [](int number) {
        return failure_of(boost::system::error_code{number, boost::system::system_category()});
    };
    for (const int number : {ENOENT, ENOTDIR, EXDEV, ELOOP, ENAMETOOLONG, EINVAL, ENXIO, ENODEV})
        CHECK(meaning(number) == LookUpFailure::not_found);
    for (const int number : {EACCES, EPERM}) CHECK(meaning(number) == LookUpFailure::forbidden);
    for (const int number : {EMFILE, ENFILE, ENOMEM, EAGAIN}) CHECK(meaning(number) == LookUpFailure::overloaded);
    for (const int number : {EIO, ESTALE}) CHECK(meaning(number) == LookUpFailure::failed);
}

}  // namespace root_directory_tests
