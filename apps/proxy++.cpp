// proxy++: an HTTP forward proxy.

#include <apps/common/daemon.hpp>
#include <apps/proxy/program.hpp>

int main(int argc, char** argv) { return libnet::apps::run_daemon<libnet::apps::ProxyProgram>(argc, argv); }
