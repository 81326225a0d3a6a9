// The compiled ScriptedNetwork. Only tests link it.
#include <libnet/impl/ping/scripted_network.ipp>
