#include <libnet/io/icmp/connect_probe.ipp>
#include <libnet/io/icmp/control_data.ipp>
#include <libnet/io/icmp/error_queue.ipp>
#include <libnet/io/icmp/icmp_damage.ipp>
#include <libnet/io/icmp/icmp_identity.ipp>
#include <libnet/io/icmp/probe_reader.ipp>
#include <libnet/io/icmp/probe_socket.ipp>
