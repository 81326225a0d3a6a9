// The compiled life of daemons.
#include <libnet/impl/daemon/daemon_changes.ipp>
#include <libnet/impl/daemon/daemon_life.ipp>
#include <libnet/impl/daemon/daemon_setup.ipp>
#include <libnet/impl/daemon/prepare_daemon.ipp>
