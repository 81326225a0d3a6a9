#pragma once
// Where a daemon listens: several addresses and Unix sockets, each with a listening socket for every thread, or with one
// that another process has made (systemd, or the same daemon before an upgrade).

#include <libnet/config.hpp>
#include <libnet/io/loop/file_descriptor.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace libnet::inline v0::io {

/// What is spoken at a place.
enum class SpokenThere : std::uint8_t {
    usual,        ///< what the server's options say
    tls,          ///< TLS, for which the options have the certificates
    plain,        ///< no TLS, whatever the options say
    redirect,     ///< no TLS, and every request is sent to where it is spoken
    transparent,  ///< whatever clients speak with others, from whom a firewall has led them here
};

/// A place where a server listens: an address and port, or the path of a Unix socket.
struct ListenPlace {
    boost::asio::ip::tcp::endpoint endpoint{};  ///< `::` takes IPv4 connections too; port 0: a free one
    std::string path{};                         ///< of a Unix socket; empty: it is an endpoint
    unsigned mode = 0666;                       ///< of a Unix socket: who may connect, see chmod(2)
    SpokenThere spoken = SpokenThere::usual;    ///< for who serves there: the socket is the same
    std::uint16_t https_port = 0;               ///< where `redirect` sends clients; 0: where the server speaks TLS

    bool is_unix() const noexcept { return !path.empty(); }
    bool operator==(const ListenPlace&) const = default;
};

/// "127.0.0.1:80", "[::1]:80", "unix:/run/httpd.sock".
std::string to_text(const ListenPlace& place);

/// Whether a socket that listens `there` does for who wants `place`: it is the same Unix socket, or the address and port, where
/// port 0 is any, and `::` is 0.0.0.0 on a machine without IPv6.
bool serves(const ListenPlace& there, const ListenPlace& place);

/// How the sockets are made.
struct ListeningOptions {
    /// Sockets for each address, which share its port (SO_REUSEPORT): the kernel spreads connections over them. A Unix
    /// socket is one for all threads.
    unsigned threads = 1;
    bool defer_accept = false;  ///< clients are left to the kernel until they have sent something, see TcpServerOptions
};

/// Listening sockets, and the files of those that are Unix sockets.
class ListeningSockets {
public:
    ListeningSockets() = default;
    ListeningSockets(ListeningSockets&&) noexcept = default;
    ListeningSockets& operator=(ListeningSockets&&) noexcept = default;

    /// Removes the files of Unix sockets that it has made, unless they were handed over or replaced.
    ~ListeningSockets();

    /// Listens at a place. A socket of `adopted` that listens there already is used instead, and taken out of `adopted`; so
    /// is one on any port of the address, where the port is 0. With `::` on a machine without IPv6 it is 0.0.0.0. The
    /// file of a Unix socket to which nothing listens any more is replaced.
    /// @throws boost::system::system_error "cannot listen on PLACE" with what socket(2), bind(2) or listen(2) reports
    void open(const ListenPlace& place, const ListeningOptions& options, std::vector<FileDescriptor>& adopted);

    /// Takes a socket of the service manager's, which listens already, wherever that is. Where it is one of `wanted`, that
    /// says what is spoken there.
    /// @throws boost::system::system_error `invalid_argument`: it is no listening stream socket
    void adopt(FileDescriptor socket, const std::vector<ListenPlace>& wanted = {});

    /// Where it listens, with the ports that the kernel chose.
    std::vector<ListenPlace> places() const;
    bool empty() const noexcept { return listeners_.empty(); }

    /// Duplicates of the sockets that thread `index` of `threads` is to accept from: each socket belongs to a thread at
    /// least, and each thread has a socket for each place.
    /// @throws boost::system::system_error what fcntl(2) reports
    std::vector<FileDescriptor> of_thread(unsigned index, unsigned threads) const;

    /// Where each of these listens, in the same order.
    std::vector<ListenPlace> places_of_thread(unsigned index, unsigned threads) const;

    /// The descriptors that it has opened, and those that the service manager has. They remain this object's.
    std::vector<int> opened() const { return descriptors(false); }
    std::vector<int> given() const { return descriptors(true); }

    /// This process serves, and no other one does any more: the files of adopted Unix sockets are its own, to be removed at the
    /// end. Until then they are its predecessor's, which goes on if this process fails.
    void take_over();

    /// Another process has the sockets now: their files stay.
    void hand_over() noexcept;

    /// Stops listening: closes the descriptors of this object, and leaves the files.
    void close() noexcept { listeners_.clear(); }

private:
    struct Listener {
        ListenPlace place;
        std::vector<FileDescriptor> sockets;
        bool given = false;  // by the service manager
    };
    struct SocketFile {
        std::string path;
        dev_t device;
        ino_t inode;
    };

    template <typename Visit>
    void for_each_of_thread(unsigned index, unsigned threads, Visit visit) const;
    bool open_adopted(const ListenPlace& place, std::vector<FileDescriptor>& adopted);
    FileDescriptor open_unix(const ListenPlace& place);
    static Listener open_tcp(ListenPlace place, const ListeningOptions& options);
    void remember_file(const std::string& path);
    std::vector<int> descriptors(bool given) const;

    std::vector<Listener> listeners_;
    std::vector<SocketFile> files_;
    std::vector<std::string> adopted_files_;
};

/// Where a socket listens.
/// @throws boost::system::system_error `invalid_argument`: it is no listening stream socket
ListenPlace place_of(int socket);

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/tcp/listening_sockets.ipp>
#endif
